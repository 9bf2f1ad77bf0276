"""Whoever pays, and whoever answers for what is written or e-mailed, agrees; or nothing is sent."""

from dataclasses import dataclass
from decimal import Decimal

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.team import POOL
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.errors import AccessError, UsageError
from apollo_batch.journal import tell
from apollo_batch.journal.enrolling import enrolled
from apollo_batch.runner import report
from apollo_batch.runner.allowed import allowed
from apollo_batch.runner.balances import ask
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.place import Place

UNATTENDED_CREDITS = 200
"""The most an unattended run may cost when nobody named a cap anywhere."""
_VERBS = {Act.CREATE: "create", Act.UPDATE: "change", Act.ENROLL: "enroll"}


@dataclass(frozen=True)
class Caps:
    """Where a run's credits end; None: nowhere that anybody named."""

    budget: Decimal | None
    """The least of what the user's settings, the job, the flag and the saved plan allow the run."""
    kept: Decimal | None
    """What it may cost in all, as things are, before it touches the balance that is kept."""

    @property
    def least(self) -> Decimal | None:
        """Where it stops first."""
        return min((c for c in (self.budget, self.kept) if c is not None), default=None)

    def of(self, most: Decimal) -> Decimal:
        """How much of so many credits may be spent."""
        return most if self.least is None else min(self.least, most)


def caps_in_force(place: Place, ready: Ready) -> Caps:
    """Say how far a run may go; AccessError where nobody says what balance is to be kept."""
    limits = allowed(place.policy, ready.job.limits, _credits_named(ready))
    kept = None if limits.keep is None else _above(limits.keep, place, ready)
    return Caps(limits.credits, kept)


def _above(keep: Decimal, place: Place, ready: Ready) -> Decimal | None:
    if not ready.plan.most:
        return None
    pool = ask(place)[0].get(POOL)
    if pool is None or pool.left is None:
        raise AccessError(
            Code.BALANCE_UNKNOWN,
            "Some credits are to be kept, and Apollo does not tell this key the balance.",
            fix="Give the key the scope of credit_usage_stats, or take keep_credits out of your "
            "settings and the job.",
        )
    spent = tell.budget_of(place.store, ready.run) if ready.run else None
    # What is held for results to come is still to be charged: it is no room.
    return (spent["spent"] if spent else Decimal(0)) + max(Decimal(0), pool.left - keep)


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
    if ready.wish.agreed is not None:
        return number  # whoever hands in a plan has read it
    if manner.yes:
        _agree_unattended(most, cap, manner)
    elif manner.ci or not console.can_ask():
        raise UsageError(
            Code.NOT_AGREED,
            f"This run may {_does(ready, most)}, and nobody can be asked.",
            fix="Add --yes to agree beforehand"
            + (", and --max-credits N to say how far." if most else "."),
        )
    elif not enrolls and not console.yes(f"{_does(ready, most).capitalize()}?"):
        raise UsageError(Code.DECLINED, "Nothing was sent.", fix="Run it again whenever you like.")
    return number


def _does(ready: Ready, most: Decimal) -> str:
    doing = [(_VERBS[act], n) for act, n in ready.plan.doing if act in {Act.CREATE, Act.UPDATE}]
    doing.append((_VERBS[Act.ENROLL], ready.plan.enrolls or 0))
    parts = [f"{verb} up to {count}" for verb, count in doing if count]
    if most or not parts:
        parts.append(f"spend up to {report.plain(most)} credits")
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _enrolled(place: Place, ready: Ready, manner: Manner) -> int:
    """How many contacts the run may enroll: nobody is e-mailed whom nobody has counted."""
    before = enrolled(place.store, ready.run) if ready.run else 0
    lowered, named = ready.most_enrolled, _number_named(ready)
    count = ready.plan.enrolls or 0
    if lowered is not None:
        count = min(count, max(0, lowered - before))
    if named is None:
        named = before + _typed(count, before, manner)
    return named if lowered is None else min(named, lowered)


def _credits_named(ready: Ready) -> Decimal | None:
    """The credits that a person gave beforehand: by the flag, or by the plan that was saved."""
    agreed = ready.wish.agreed.most_credits if ready.wish.agreed else None
    named = [most for most in (ready.wish.max_credits, agreed) if most is not None]
    return min(named, default=None)


def _number_named(ready: Ready) -> int | None:
    """The number of contacts that a person gave beforehand, in the same ways."""
    agreed = ready.wish.agreed.most_enrolled if ready.wish.agreed else None
    named = [number for number in (ready.wish.max_enroll, agreed) if number is not None]
    return min(named, default=None)


def _typed(count: int, before: int, manner: Manner) -> int:
    if manner.yes or manner.ci or not console.can_ask():
        raise UsageError(
            Code.ENROLLING_NOT_COUNTED,
            f"This run enrolls up to {count} contacts, who are then e-mailed; --yes does not "
            "count for that.",
            fix=f"Add --max-enroll {before + count}, or fewer.",
        )
    answer = console.asked(f"{count} contacts will be e-mailed. Type their number to enroll them:")
    if answer.strip() != str(count):
        raise UsageError(
            Code.DECLINED,
            "Nobody was enrolled.",
            fix=f"Run it again and type {count} to agree, or add --max-enroll N for fewer.",
        )
    return count


def _agree_unattended(most: Decimal, cap: Decimal | None, manner: Manner) -> None:
    if not most:
        return
    if manner.ci and cap is None and not manner.sandbox:
        raise UsageError(
            Code.CAP_WANTED,
            "In CI --yes alone is not enough: say how much may be spent.",
            fix=f"Add --max-credits N; this plan needs {report.plain(most)} at the most.",
        )
    if cap is None and most > UNATTENDED_CREDITS and not console.can_ask():
        raise UsageError(
            Code.CAP_WANTED,
            f"This run may spend up to {report.plain(most)} credits, and no limit is named anywhere.",
            fix=f"Add --max-credits {report.plain(most)}, or limits: {{max_credits: …}} to the job.",
        )
