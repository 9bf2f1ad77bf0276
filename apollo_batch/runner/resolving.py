"""A run and a person's word on its rows in doubt come in; what became of them goes out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.clock import Clock
from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.journal import resolve
from apollo_batch.journal.resolve import Doubt
from apollo_batch.journal.store import Store
from apollo_batch.runner.asked import ids_kept, steps_of
from apollo_batch.runner.holding import holding
from apollo_batch.runner.report import Figures, figures
from apollo_batch.runner.workers import give_up_the_dead

Ranges = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Resolving:
    """A run held by its lock, with its rows in doubt."""

    store: Store
    clock: Clock
    found: Figures

    @property
    def steps(self) -> dict[str, Operation]:
        """Name the run's steps, each with its operation."""
        return {step: OPERATIONS[name] for step, name in steps_of(self.found.record).items()}

    @property
    def writes(self) -> bool:
        """Whether its rows in doubt may have changed anything at Apollo's."""
        return any(self.steps[doubt.step].act is not Act.LOOK_UP for doubt in self.doubts())

    def doubts(self, chosen: Ranges = ()) -> list[Doubt]:
        """Name the rows in doubt, of those chosen."""
        return resolve.doubts(self.store, self.found.run, chosen)

    def say(self, chosen: Ranges, *, done: bool) -> list[int]:
        """Take a person's word on rows in doubt; UsageError where none of them is."""
        run, now = self.found.run, self.clock.now()
        rows: list[int] = []
        for step, operation in self.steps.items():
            if done:
                rows += resolve.say_done(self.store, run, operation, chosen, now, step=step)
            else:
                ids = ids_kept(self.found.record, step)
                rows += resolve.say_not_done(self.store, run, operation, chosen, ids, step=step)
        if not rows:
            known = ranges([doubt.row for doubt in self.doubts()])
            raise UsageError(
                Code.NONE_IN_DOUBT,
                "None of these rows is in doubt; nothing was changed.",
                fix=f"In doubt: {known}." if known else "No row of this run is in doubt.",
            )
        return sorted(set(rows))


@contextmanager
def resolving(store: Store, run: str, clock: Clock) -> Iterator[Resolving]:
    """Hold a run to say what became of its rows in doubt; HeldError while it is under way."""
    record = figures(store, run).record
    with holding(store, record["account"], record["identity"], clock.now()):
        # What a process that has ended left without an answer is in doubt from now on.
        give_up_the_dead(store, clock.now())
        yield Resolving(store, clock, figures(store, run))


def ranges(rows: Sequence[int]) -> str:
    """Write row numbers as --rows reads them: 2-4,9."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)
