"""What came back so far in; whether a threshold of the job's `stop_if` is crossed, out: then it stops."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from apollo_batch.catalogue.entry import Act
from apollo_batch.job.wanted import Step, StopIf
from apollo_batch.journal import runs, tell
from apollo_batch.journal.rates import ended
from apollo_batch.journal.store import Store
from apollo_batch.journal.turn import Settled
from apollo_batch.model import Chunk, Status

ENOUGH = 20
"""So many rows have to have ended before a share of them means anything."""
MATCHED = (Status.SUCCEEDED, Status.PENDING)
_ERRORS = (Status.FAILED, Status.IN_DOUBT)
_LOOKS = {Act.LOOK_UP, Act.SEARCH}


class Thresholds:
    """The watch over a run whose job says when it is to stop; it counts all of its invocations."""

    def __init__(self, store: Store, run: str, wanted: StopIf, steps: Sequence[Step]) -> None:
        self._store = store
        self._run = run
        self._wanted = wanted
        self._steps = steps
        self._ends = ended(store, run)
        self._out = 0
        self._see()

    def take(self, settled: Settled) -> None:
        """Count what came back, and stop the run where that crosses a threshold."""
        if not settled:
            return
        self._out -= sum(len(chunk.items) for chunk, _ in settled)
        self._ends += ended(self._store, self._run, [chunk.id for chunk, _ in settled])
        self._see()

    def allows(self, free: int) -> int:
        """Say how many chunks may leave: one at a time until there is enough to judge by."""
        known = max(self._total(step.id) for step in self._steps)
        if known >= ENOUGH:
            return free
        return min(free, 1) if known + self._out < ENOUGH else 0

    def left(self, chunks: Sequence[Chunk]) -> None:
        """Take note of what is on its way."""
        self._out += sum(len(chunk.items) for chunk in chunks)

    def _see(self) -> None:
        for crossed in self._crossed():
            runs.stop(self._store, self._run, "stop_if", crossed)
            return

    def _crossed(self) -> Iterator[str]:
        for step in self._steps:
            total = self._total(step.id)
            if total >= ENOUGH:
                yield from self._too_many_errors(step, total)
                yield from self._too_few_matches(step)
        total = self._total(self._steps[0].id)
        if total >= ENOUGH:
            yield from self._too_dear(total)

    def _too_many_errors(self, step: Step, total: int) -> Iterator[str]:
        most, errors = self._wanted.error_rate_above, self._count(step.id, *_ERRORS)
        if most is not None and Decimal(errors) / total > most:
            what = f"{errors} of {total} rows of {step.id} failed or are in doubt"
            yield _said(f"{what} ({_percent(errors, total)})", f"error_rate_above: {most}")

    def _too_few_matches(self, step: Step) -> Iterator[str]:
        least, matched = self._wanted.match_rate_below, self._count(step.id, *MATCHED)
        total = matched + self._count(step.id, Status.NO_MATCH)
        if least is None or step.operation.act not in _LOOKS or total < ENOUGH:
            return
        if Decimal(matched) / total < least:
            what = f"{matched} of {total} rows of {step.id} matched"
            yield _said(f"{what} ({_percent(matched, total)})", f"match_rate_below: {least}")

    def _too_dear(self, total: int) -> Iterator[str]:
        most = self._wanted.credits_per_row_above
        budget = tell.budget_of(self._store, self._run)
        spent = budget["spent"] if budget else Decimal(0)
        if most is not None and spent / total > most:
            what = f"{spent.normalize():f} credits went on {total} rows"
            yield _said(f"{what} ({spent / total:.2f} a row)", f"credits_per_row_above: {most}")

    def _total(self, step: str) -> int:
        return self._count(step, *Status)

    def _count(self, step: str, *statuses: Status) -> int:
        return sum(self._ends[step, status] for status in statuses)


def _said(what: str, threshold: str) -> str:
    return f"{what}, and `stop_if` in the job file says {threshold}: the run stopped."


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"
