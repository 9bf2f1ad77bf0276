"""The steps of a job as one: what came back is settled, rows are handed on, what may leave goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apollo_batch.job.flow import stages
from apollo_batch.job.tie import Passing
from apollo_batch.job.wanted import Job, Step
from apollo_batch.journal.answers import Answer, Knock, Over, Wait
from apollo_batch.journal.entering import Entered, First, Into
from apollo_batch.journal.onward import Onward, first_askers, hand_on, onward
from apollo_batch.journal.store import Store
from apollo_batch.journal.turn import Settled, Turn
from apollo_batch.model import Chunk, Item
from apollo_batch.runner.pump import Pump
from apollo_batch.runner.sparing import listed, row_of
from apollo_batch.runner.suppression import Suppression
from apollo_batch.runner.survey import spared
from apollo_batch.runner.thresholds import Thresholds


@dataclass(frozen=True)
class Link:
    """How rows come from one step to the next."""

    step: str
    """The one they come from."""
    sheet: str
    """Whose rows they are."""
    into: Into
    passing: Passing
    above: Mapping[str, str]
    """Each sheet of found records to the sheet of the rows that they were found for."""
    suppression: Suppression | None = None

    def entered(self, came: Onward) -> Entered:
        """Bind a row to the step it comes to; whom nothing may be sent to is left out."""
        bound = self.passing.binding.bind(row_of(self.passing, came))
        if isinstance(bound, Item) and self.suppression is not None:
            note = listed(self.suppression, self.passing, came, bound.params)
            bound = bound if note is None else spared(bound.row, note)
        return Entered(bound, came.sheet, came.root)


def onward_of(job: Job, step: Step) -> str:
    """Say what goes on when a step is done: the row, a search's records, both, or nothing."""
    after = [stage for stage in stages(job) if stage.before == step.id]
    kinds = {"records" if stage.of_records else "row" for stage in after}
    return "both" if len(kinds) > 1 else "".join(kinds)


class Steps:
    """All steps of one run, between the journal and whoever carries their chunks."""

    def __init__(
        self,
        store: Store,
        run: str,
        pumps: Mapping[str, Pump],
        links: Sequence[Link],
        thresholds: Thresholds | None = None,
    ) -> None:
        self._store = store
        self._run = run
        self._pumps = pumps
        self._any = next(iter(pumps.values()))
        self._links = links
        self._thresholds = thresholds
        self._first: dict[str, First] = {}

    def turn(self, settled: Settled, free: int) -> Turn:
        """Settle what came back, hand rows on, and hand out up to so many chunks that may leave."""
        if self._thresholds is None:
            return self._turn(settled, free)
        if settled:
            # What it comes to is known before anything more leaves.
            self._any.turn(settled, 0)
            self._thresholds.take(settled)
        turn = self._turn((), self._thresholds.allows(free))
        self._thresholds.left(turn.chunks)
        return turn

    def _turn(self, settled: Settled, free: int) -> Turn:
        if not self._links:
            return self._any.turn(settled, free)
        if settled:
            self._any.turn(settled, 0)
        self._hand_on()
        turn = Turn()
        answers: list[Answer] = []
        # What is nearest to its end goes first: a row done is worth more than two begun.
        for pump in reversed(tuple(self._pumps.values())):
            if len(turn.chunks) == free:
                return turn
            more = pump.turn((), free - len(turn.chunks))
            turn.chunks += more.chunks
            turn.knocks += more.knocks
            if more.answer is not None:
                answers.append(more.answer)
        turn.answer = _together(answers) if len(turn.chunks) < free else None
        return turn

    def answered(self, knocked: Knock) -> None:
        """Take note that Apollo has answered a free call."""
        self._any.answered(knocked)

    def recall(self) -> None:
        """Answer from the journal whatever it already knows; nothing is sent."""
        for pump in self._pumps.values():
            pump.recall()

    def abandon(self, chunks: Sequence[Chunk]) -> None:
        """Give up chunks whose answers are not waited for any longer."""
        self._any.abandon(chunks)

    def _hand_on(self) -> None:
        for link in self._links:
            while came := onward(self._store, self._run, link.step, link.sheet, link.above):
                arrived = [(each.item, link.entered(each)) for each in came]
                hand_on(self._store, link.into, arrived, self._first_of(link))
                self._pumps[link.into.shelf.asking.step].recall()

    def _first_of(self, link: Link) -> First:
        asking = link.into.shelf.asking
        if asking.step not in self._first:
            known = first_askers(self._store, self._run, asking.step, asking.operation.name)
            self._first[asking.step] = known
        return self._first[asking.step]


def _together(answers: Sequence[Answer]) -> Answer:
    """Make one answer of those of all steps: it is over when it is over for each of them."""
    waits = [answer for answer in answers if isinstance(answer, Wait)]
    if waits:
        return min(waits, key=lambda wait: float("inf") if wait.until is None else wait.until)
    stopped = [answer for answer in answers if isinstance(answer, Over) and answer.stop]
    return stopped[0] if stopped else answers[0]
