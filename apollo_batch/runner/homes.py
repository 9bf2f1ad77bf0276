"""How a run ended in; where its spreadsheet goes from there, out."""

from decimal import Decimal
from enum import StrEnum

from apollo_batch.errors import Exit
from apollo_batch.runner.saved import Saved

FREE_CREDITS = Decimal(100)
"""A plan that may cost more than this is approved by a person, whatever else is allowed."""
_LATER = frozenset(
    "budget_day budget_month balance_kept credits_exhausted no_access out_of_reach limited stopped "
    "interrupted".split()
)
"""What passes by itself: the same command goes on, at no cost for what is done."""
_OF_THE_RUN = frozenset({"budget", "enroll_budget"})
_NOT_NOW = frozenset(
    {
        Exit.BUG,
        Exit.ACCESS,
        Exit.NOT_WRITTEN,
        Exit.HELD,
        Exit.INTERRUPTED,
        Exit.TERMINATED,
    }
)


class Home(StrEnum):
    """Where a spreadsheet goes."""

    DONE = "done"
    FAILED = "failed"
    REVIEW = "review"
    STAYS = "working"
    """It is taken up again, by the same watcher, as if it had never been begun with."""


def home_of(code: Exit, stop: str, *, left: bool, more: bool) -> Home:
    """Say where it goes. `stop`: the reason code of what ended the run early.

    `left`: rows were left for another time; `more`: with more credits than were agreed to, it
    would go on.
    """
    if code in {Exit.INVALID, Exit.USAGE}:
        return Home.FAILED
    if code in _NOT_NOW or (left and stop in _LATER):
        return Home.STAYS
    if more and stop in _OF_THE_RUN:
        return Home.REVIEW
    return Home.DONE


def why_review(plan: Saved) -> str:
    """Why nobody but a person may let a plan be carried out; "" where nobody need be asked."""
    if plan.most_enrolled is not None:
        return f"It enrolls up to {plan.most_enrolled:,} contacts, who are then e-mailed."
    if plan.most_credits > FREE_CREDITS:
        return f"It may cost up to {plan.most_credits:,f} credits; more than {FREE_CREDITS} need approval."
    return ""
