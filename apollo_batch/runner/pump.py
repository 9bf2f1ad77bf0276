"""The only code that works: settles what came back, hands out what may go."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from apollo_batch.apollo.decode import reread
from apollo_batch.apollo.kept import Keep
from apollo_batch.apollo.landing import Result, Waiting, landings
from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.clock import Clock
from apollo_batch.errors import OutputError
from apollo_batch.journal import breaker
from apollo_batch.journal.answers import Answer, Knock, Moved, Over, Wait
from apollo_batch.journal.budget import FLOOR
from apollo_batch.journal.disk import drop_ballast
from apollo_batch.journal.floor import go_on
from apollo_batch.journal.going import Going
from apollo_batch.journal.limiter import distrust
from apollo_batch.journal.recalls import Recall, recalled, recalls
from apollo_batch.journal.runs import stop
from apollo_batch.journal.settle import give_up
from apollo_batch.journal.store import Store
from apollo_batch.journal.turn import Settled, Turn, take_turn
from apollo_batch.model import Chunk, Status, Verdict
from apollo_batch.runner.patience import Patience

_AS_USUAL = Patience()

_STEP_SECONDS = 5.0


class Pump:
    """One step of one run, between the journal and whoever carries its chunks."""

    def __init__(
        self,
        store: Store,
        going: Going,
        keep: Keep,
        clock: Clock,
        tidy: Callable[[], None],
        *,
        patience: Patience = _AS_USUAL,
        has_more: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._going = going
        self._keep = keep
        self._clock = clock
        self._tidy = tidy
        self._patience = patience
        self._has_more = has_more
        self._ahead = float("-inf")
        """By how much the wall clock was ahead of the one that never jumps, when last seen."""

    def turn(self, settled: Settled, free: int) -> Turn:
        """Settle what came back, and hand out up to so many chunks that may leave."""
        now = self._clock.now()
        self._see_stop()
        self._see_clock(now)
        try:
            turn = take_turn(self._store, self._going, settled, free, now)
        except OutputError:
            # What was paid for is written down in the room kept back for it; then it stops.
            if settled and drop_ballast(self._store.folder):
                take_turn(self._store, self._going, settled, 0, now)
            raise
        while self._is_not_all(turn.answer):
            more = take_turn(self._store, self._going, (), free - len(turn.chunks), now)
            turn = Turn(turn.chunks + more.chunks, more.answer, turn.knocks + more.knocks)
        turn.answer = self._patience.weigh(turn.answer, now)
        if isinstance(turn.answer, Over) and turn.answer.note:
            stop(self._store, self._going.run, turn.answer.stop, turn.answer.note)
        if isinstance(turn.answer, Wait) and turn.answer.why == "elsewhere":
            self._tidy()  # whoever asks for the same may have died over it
        return turn

    def _is_not_all(self, answer: Answer | None) -> bool:
        """Whether more may leave at once: rows were answered, or the balance allows more again."""
        if isinstance(answer, Moved):
            self.recall()
            return True
        if isinstance(answer, Over) and answer.stop == FLOOR and self._has_more():
            go_on(self._store, self._going.run)
            return True
        return False

    def answered(self, knocked: Knock) -> None:
        """Take note that Apollo has answered a free call."""
        self._store.written(lambda c: breaker.answered(c, knocked))

    def _see_stop(self) -> None:
        """End every run of this journal where a person has put a file named STOP beside it."""
        file = self._store.folder / "STOP"
        if file.exists():
            stop(self._store, self._going.run, "stopped", f"{file} is there: it ends every run.")

    def _see_clock(self, now: float) -> None:
        """Notice a clock that was set back: waits that end by it would last so much longer."""
        ahead = now - self._clock.monotonic()
        if ahead < self._ahead - _STEP_SECONDS:
            distrust(self._store, self._going.account)
        self._ahead = ahead

    def abandon(self, chunks: Sequence[Chunk]) -> None:
        """Give up chunks whose answers are not waited for any longer."""
        words = "The run was stopped before the answer came."
        with self._store.write() as c:
            for chunk in chunks:
                give_up(c, chunk.attempt, words, self._clock.now())

    def recall(self) -> None:
        """Answer from the journal whatever it already knows; nothing is sent."""
        while waiting := recalls(self._store, self._going.run, self._going.asking.step):
            recalled(self._store, [self._reread(item) for item in waiting])

    def _reread(self, item: Recall) -> Verdict:
        day = datetime.fromtimestamp(item.at, UTC)
        note = f"From {day.day} {day:%b %Y}."
        operation = OPERATIONS[item.operation]
        route, place = operation.route(item.route), item.position or 0
        if self._keep and not item.body:
            note = f"Bought on {day.day} {day:%b %Y}; the answer was purged."
            return Verdict(item.item, Status.SKIPPED, "answer_purged", note)
        kept = reread(operation, route, item.body, place, self._keep) if item.body else {}
        if kept is None:
            return Verdict(item.item, Status.NO_MATCH, "hollow_match", note)
        later = self._comes_later(operation)
        if later and item.waiting:
            return Verdict(item.item, Status.PENDING, later, note, kept)
        if later and item.late:
            result = Result(operation, route, item.body, item.late, item.result)
            asked = Waiting(item.item, place, self._going.asking.options, self._keep, note)
            (verdict,) = landings(result, [asked])
            return verdict
        return Verdict(item.item, Status.SUCCEEDED, "found_before", note, kept)

    def _comes_later(self, operation: Operation) -> str | None:
        """Say for what of this job's own a row waits; None: for nothing it asks for."""
        wanted = {name for name, value in self._going.asking.options.items() if value is True}
        if wanted & operation.price.unbounded:
            return "waterfall_pending"
        return "phone_pending" if wanted & operation.price.extras.keys() else None
