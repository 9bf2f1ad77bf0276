"""Whoever pays, and whoever answers for what is written or e-mailed, agrees; or nothing is sent."""

from decimal import Decimal

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.team import POOL
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.errors import AccessError, UsageError
from apollo_batch.journal import tell
from apollo_batch.journal.enrolling import enrolled
from apollo_batch.runner import report
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.place import Place

UNATTENDED_CREDITS = 200
"""The most an unattended run may cost when nobody named a cap anywhere."""
_VERBS = {Act.CREATE: "create", Act.UPDATE: "change", Act.ENROLL: "enroll"}


def cap_in_force(place: Place, ready: Ready) -> Decimal | None:
    """The least of what the user's settings, the job and the flag allow; None: nobody named one."""
    policy = place.policy
    named = (policy.max_credits, ready.job.limits.max_credits, ready.wish.max_credits)
    caps = [cap for cap in (*named, _above_the_floor(place, ready)) if cap is not None]
    return min(caps) if caps else None


def _above_the_floor(place: Place, ready: Ready) -> Decimal | None:
    """What the run may cost in all without touching the balance that the settings keep."""
    keep = place.policy.keep_credits
    if keep is None or not ready.plan.most:
        return None
    pool = place.wire.balances().get(POOL)
    if pool is None or pool.left is None:
        raise AccessError(
            "Your settings keep some credits back, and Apollo does not tell this key the balance.",
            fix="Give the key the scope of credit_usage_stats, or take keep_credits out.",
        )
    spent = tell.budget_of(place.store, ready.run) if ready.run else None
    before = spent["spent"] + spent["held"] if spent else Decimal(0)
    return before + max(Decimal(0), pool.left - keep)


def agree(place: Place, ready: Ready, cap: Decimal | None, manner: Manner) -> int | None:
    """See that somebody has agreed; UsageError where nobody has, and nothing was sent.

    Gives back how many contacts may be enrolled; None where the job enrolls nobody.
    """
    plan = ready.plan
    enrolls = plan.enrolls is not None
    if not plan.left or not (plan.writes or plan.most):
        return 0 if enrolls else None
    number = _enrolled(place, ready, manner) if enrolls else None
    most = plan.most if cap is None else min(plan.most, cap)
    if manner.yes:
        _agree_unattended(most, cap, manner)
    elif manner.ci or not console.can_ask():
        raise UsageError(
            f"This run may {_does(ready, most)}, and nobody can be asked.",
            fix="Add --yes to agree beforehand"
            + (", and --max-credits N to say how far." if most else "."),
        )
    elif not enrolls and not console.yes(f"{_does(ready, most).capitalize()}?"):
        raise UsageError("Nothing was sent.", fix="Run it again whenever you like.")
    return number


def _does(ready: Ready, most: Decimal) -> str:
    doing = ((_VERBS[act], n) for act, n in ready.plan.doing if act in _VERBS and n)
    parts = [f"{verb} up to {count}" for verb, count in doing]
    if most or not parts:
        parts.append(f"spend up to {report.plain(most)} credits")
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _enrolled(place: Place, ready: Ready, manner: Manner) -> int:
    """How many contacts the run may enroll: nobody is e-mailed whom nobody has counted."""
    before = enrolled(place.store, ready.run) if ready.run else 0
    lowered, named = ready.job.limits.max_enroll, ready.wish.max_enroll
    count = ready.plan.enrolls or 0
    if lowered is not None:
        count = min(count, max(0, lowered - before))
    if named is None:
        named = before + _typed(count, before, manner)
    return named if lowered is None else min(named, lowered)


def _typed(count: int, before: int, manner: Manner) -> int:
    if manner.yes or manner.ci or not console.can_ask():
        raise UsageError(
            f"This run enrolls up to {count} contacts, who are then e-mailed; --yes does not "
            "count for that.",
            fix=f"Add --max-enroll {before + count}, or fewer.",
        )
    answer = console.asked(f"{count} contacts will be e-mailed. Type their number to enroll them:")
    if answer.strip() != str(count):
        raise UsageError("Nobody was enrolled.", fix="Run it again whenever you like.")
    return count


def _agree_unattended(most: Decimal, cap: Decimal | None, manner: Manner) -> None:
    if not most:
        return
    if manner.ci and cap is None and not manner.sandbox:
        raise UsageError(
            "In CI --yes alone is not enough: say how much may be spent.",
            fix=f"Add --max-credits N; this plan needs {report.plain(most)} at the most.",
        )
    if cap is None and most > UNATTENDED_CREDITS and not console.can_ask():
        raise UsageError(
            f"This run may spend up to {report.plain(most)} credits, and no limit is named anywhere.",
            fix=f"Add --max-credits {report.plain(most)}, or limits: {{max_credits: …}} to the job.",
        )
