"""What the user's settings, the job and the flag allow in; the strictest of each out."""

from dataclasses import dataclass
from decimal import Decimal

from apollo_batch.job.wanted import Limits
from apollo_batch.settings import Policy


@dataclass(frozen=True)
class Allowed:
    """How far a run may go; None: as far as it likes."""

    credits: Decimal | None
    """The most the run may spend."""
    day: Decimal | None
    """The most the account may spend in a day, however many runs."""
    month: Decimal | None
    keep: Decimal | None
    """How much of the account's balance stays untouched."""
    headroom: Decimal
    """The share of every rate window that is left to the rest of the team."""


def allowed(policy: Policy, limits: Limits, flag: Decimal | None) -> Allowed:
    """Put the limits together: a job, or a flag, lowers what the user's settings allow.

    Neither can raise it, and days and months are the settings' alone.
    """
    caps = _named(policy.max_credits, limits.max_credits, flag)
    kept = _named(policy.keep_credits, limits.keep_credits)
    return Allowed(
        credits=min(caps, default=None),
        day=policy.max_credits_day,
        month=policy.max_credits_month,
        keep=max(kept, default=None),
        headroom=max(policy.headroom, limits.headroom),
    )


def most_enrolled(policy: Policy, limits: Limits) -> int | None:
    """Say how many contacts a run may enroll, however many a person names; None: as many."""
    said = (policy.max_enroll, limits.max_enroll)
    return min((number for number in said if number is not None), default=None)


def _named(*numbers: Decimal | None) -> list[Decimal]:
    return [number for number in numbers if number is not None]
