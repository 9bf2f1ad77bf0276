"""A run about to begin in; what a saved plan binds it to, out."""

import hashlib
import json
from collections import Counter
from decimal import Decimal

from apollo_batch import __version__
from apollo_batch.catalogue.fingerprint import fingerprint
from apollo_batch.journal import tell
from apollo_batch.journal.enrolling import enrolled
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.place import Place
from apollo_batch.runner.plan import Plan
from apollo_batch.runner.saved import LIFE_SECONDS, Saved, moment

NOTHING = Decimal(0)


def bound(place: Place, ready: Ready) -> dict[str, str]:
    """Say all that must be the same when a saved plan is carried out."""
    job, wish = ready.job, ready.wish
    allowed = {name: str(value) for name, value in vars(job.limits).items()}
    taken = [list(map(list, wish.rows)), wish.first, wish.period, wish.encoding]
    return {
        "version": __version__,
        "catalogue": fingerprint(),
        "team": place.account,
        "job": _hash([job.canonical(), allowed, job.pilot, repr(job.stop_if)]),
        "input": ready.rows.source(wish.input)["input_hash"],
        "rows": _hash(taken),
        "run": ready.run or "",
    }


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def writes(plan: Plan) -> dict[str, int]:
    """Count what a plan may create, change and enroll, by act."""
    counts: Counter[str] = Counter()
    for act, rows in plan.doing:
        if act.writes and rows:
            counts[act.value] += rows
    return dict(counts)


def plan_to_save(place: Place, ready: Ready, cap: Decimal | None) -> Saved:
    """Make the plan that is to be saved; its caps count what the run has cost and enrolled before."""
    plan, now = ready.plan, place.clock.now()
    before = _cost(place, ready.run)
    most = before + plan.most
    return Saved(
        job=ready.wish.job.name,
        input=ready.wish.input.name if ready.wish.input else None,
        made=moment(now),
        expires=moment(now + LIFE_SECONDS),
        bound=bound(place, ready),
        most_credits=most if cap is None else min(most, cap),
        most_enrolled=_enrolled(place, ready),
        writes=writes(plan),
        plan=plan.as_json(),
    )


def _cost(place: Place, run: str | None) -> Decimal:
    budget = tell.budget_of(place.store, run) if run else None
    return budget["spent"] + budget["held"] if budget else NOTHING


def _enrolled(place: Place, ready: Ready) -> int | None:
    """How many the run may enroll in all: no more than settings and job allow, or was asked for."""
    if ready.plan.enrolls is None:
        return None
    before = enrolled(place.store, ready.run) if ready.run else 0
    caps = (ready.most_enrolled, ready.wish.max_enroll)
    return min([before + ready.plan.enrolls, *(most for most in caps if most is not None)])
