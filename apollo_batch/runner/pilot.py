"""A run about to begin in; its first rows as a run of their own, and what they came to, out."""

from dataclasses import dataclass, replace
from decimal import Decimal

from apollo_batch.journal import tell
from apollo_batch.journal.rates import ended, last_of_the_first
from apollo_batch.journal.store import Store
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.report import plain
from apollo_batch.runner.survey import Ranges
from apollo_batch.runner.thresholds import MATCHED

LEAST_MATCHED = Decimal("0.2")
MOST_COST = Decimal("1.5")
"""How an unattended run goes on: from this share of rows on, up to this many times the plan's most."""


@dataclass(frozen=True)
class Came:
    """What a pilot came to."""

    asked: int
    matched: int
    credits: Decimal
    planned: Decimal
    """The most that the plan holds for a row."""

    @property
    def each(self) -> Decimal | None:
        """What a usable row cost; None: there is none."""
        return self.credits / self.matched if self.matched else None

    @property
    def words(self) -> str:
        """Say it in one line."""
        share = f" ({100 * self.matched / self.asked:.0f} %)" if self.asked else ""
        each = "" if self.each is None else f", {_short(self.each)} for each of those"
        return (
            f"The pilot: {self.asked} rows were asked, {self.matched} came to something{share}. "
            f"{plain(self.credits)} credits charged{each}; the plan holds {_short(self.planned)} a row."
        )

    @property
    def poor(self) -> str:
        """Why an unattended run does not go on from here; "" where it does."""
        if self.asked and Decimal(self.matched) / self.asked < LEAST_MATCHED:
            return f"fewer than {LEAST_MATCHED * 100:.0f} % came to something"
        if self.each is not None and self.each > MOST_COST * self.planned:
            return f"a usable row cost more than {MOST_COST} times what the plan holds for a row"
        return ""


def pilot_of(store: Store, ready: Ready, run: str) -> Ready | None:
    """Narrow a run to its first rows; None where the job wants none, or they are behind it."""
    first, chosen = ready.job.steps[0], ready.plan.survey.selection
    if ready.job.pilot is None:
        return None
    last = last_of_the_first(store, run, first.id, chosen, ready.job.pilot)
    if last is None:
        return None
    rows = replace(ready.plan.survey, selection=_until(chosen, last))
    return replace(ready, plan=replace(ready.plan, survey=rows))


def held_back(ready: Ready) -> frozenset[str]:
    """Name the steps that wait for the pilot's end: the first that changes anything, and the rest."""
    later = list(ready.job.steps[1:])
    while later and not later[0].operation.act.writes:
        later.pop(0)
    return frozenset(step.id for step in later)


def came_to(store: Store, ready: Ready, run: str) -> Came:
    """Say what the first rows came to, in the job's first step."""
    first = ready.job.steps[0].id
    ends = {status: n for (step, status), n in ended(store, run).items() if step == first}
    bill = tell.bill(store, run)
    return Came(
        asked=sum(ends.values()),
        matched=sum(ends.get(status, 0) for status in MATCHED),
        credits=bill.reported + bill.derived,
        planned=ready.plan.most / max(ready.plan.to_ask, 1),
    )


def _until(chosen: Ranges, last: int) -> Ranges:
    return [(low, min(high, last)) for low, high in chosen or [(1, last)] if low <= last]


def _short(number: Decimal) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
