"""The local loop: one thread keeps the journal, the others carry chunks to Apollo and back."""

import contextlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol, TypeAlias

from apollo_batch.clock import Clock
from apollo_batch.errors import OutputError
from apollo_batch.journal.answers import Answer, Knock, Over, Wait
from apollo_batch.model import Arrival, Chunk, Settlement
from apollo_batch.runner.steps import Steps

Jobs: TypeAlias = "queue.SimpleQueue[Chunk | None]"
Reply: TypeAlias = tuple[Chunk, Settlement] | tuple[Knock, bool]
_NO_WAIT = Wait(None, "")
_LATE_SECONDS = 300.0
"""Half as long as a call is waited for by processes that cannot see whether its own still lives."""
_SLICE_SECONDS = 30.0
"""Waits are cut into slices, so that a laptop's sleep or a clock's step costs one at most."""


class Sender(Protocol):
    """Anything that can carry a chunk there and back."""

    def send(self, chunk: Chunk) -> Settlement:
        """Send once; whatever happens is a settlement, never an exception."""
        ...

    def knock(self) -> bool:
        """Make one free call; whether it was answered."""
        ...


@dataclass
class Watch:
    """What the loop tells whoever looks on, and how they tell it to stop."""

    on_change: Callable[["Watch"], None] = lambda _: None
    in_flight: int = 0
    sent: int = 0
    settled_rows: int = 0
    credits: Decimal = Decimal(0)
    """The bill of this invocation so far."""
    wait: Wait = _NO_WAIT
    """What is waited for."""
    at: float = 0.0
    """When that was seen, by the journal's clock."""
    waits_since: float = 0.0
    """When it was first seen."""
    stop_signal: int | None = None
    """The signal that asked for an end, once one did."""
    drain_seconds: float = 10.0
    stopped_at: float | None = None
    replies: "queue.SimpleQueue[Reply | None]" = field(default_factory=queue.SimpleQueue)

    def note(self, answer: Answer | None, now: float) -> None:
        """Take note of what is waited for from now on."""
        wait = answer if isinstance(answer, Wait) else _NO_WAIT
        if wait.why != self.wait.why:
            self.waits_since = now
        self.wait, self.at = wait, now

    def stop(self, signal: int, drain_seconds: float) -> None:
        """Ask for an end: calls in flight are waited for so long, nothing new leaves."""
        self.stop_signal = signal
        self.drain_seconds = drain_seconds
        self.replies.put(None)


def carry_out(steps: Steps, sender: Sender, watch: Watch, clock: Clock, threads: int) -> str:
    """Work until nothing more may leave and every answer is settled, or a stop has drained.

    Gives back the reason code of what ended it early; "" where nothing did.
    """
    jobs: Jobs = queue.SimpleQueue()
    for _ in range(threads):
        threading.Thread(target=_carry, args=(jobs, watch, sender, clock), daemon=True).start()
    try:
        return _Loop(steps, sender, watch, clock, jobs=jobs, threads=threads).run()
    finally:
        for _ in range(threads):
            jobs.put(None)


def _carry(jobs: Jobs, watch: Watch, sender: Sender, clock: Clock) -> None:
    while (chunk := jobs.get()) is not None:
        try:
            settlement = _too_late(chunk, clock) or sender.send(chunk)
        except Exception as problem:  # noqa: BLE001 - a bug here must not lose the chunk
            words = f"A bug of ours while reading the answer ({type(problem).__name__})."
            settlement = Settlement(Arrival.UNKNOWN, message=words)
        watch.replies.put((chunk, settlement))


def _too_late(chunk: Chunk, clock: Clock) -> Settlement | None:
    """Keep back what waited so long, a machine asleep, that others may have given it up."""
    if chunk.given is None or clock.now() - chunk.given < _LATE_SECONDS:
        return None
    words = "This computer slept, or its clock was set, before the request could leave."
    return Settlement(Arrival.NOT_SENT, message=words)


def _knock(knock: Knock, watch: Watch, sender: Sender) -> None:
    answered = False
    with contextlib.suppress(Exception):  # a bug of ours is no answer
        answered = sender.knock()
    watch.replies.put((knock, answered))


class _Loop:
    """The journal's one thread: settles, hands out, waits."""

    def __init__(
        self,
        steps: Steps,
        sender: Sender,
        watch: Watch,
        clock: Clock,
        *,
        jobs: Jobs,
        threads: int,
    ) -> None:
        self._steps = steps
        self._sender = sender
        self._watch = watch
        self._clock = clock
        self._jobs = jobs
        self._threads = threads
        self._knocking = False
        self._flying: dict[int, Chunk] = {}
        self._arrived: list[tuple[Chunk, Settlement]] = []

    def run(self) -> str:
        try:
            return self._work()
        except OutputError:
            self._bring_home()
            raise

    def _bring_home(self) -> None:
        """Settle what is still in flight, in the room kept back for it; nothing new leaves."""
        while self._flying and not self._drained():
            self._collect(None)
            if self._arrived:
                with contextlib.suppress(OutputError):  # told already, by the first
                    self._steps.turn(self._taken(), 0)

    def _work(self) -> str:
        self._steps.recall()
        while True:
            answer = self._turn()
            if not self._flying and (isinstance(answer, Over) or self._stopping):
                return answer.stop if isinstance(answer, Over) else ""
            if self._drained():
                self._steps.abandon(list(self._flying.values()))
                return ""
            self._watch.on_change(self._watch)
            self._collect(answer.until if isinstance(answer, Wait) else None)

    @property
    def _stopping(self) -> bool:
        return self._watch.stop_signal is not None

    def _turn(self) -> Answer | None:
        free = 0 if self._stopping else self._threads - len(self._flying)
        turn = self._steps.turn(self._taken(), free)
        for chunk in turn.chunks:
            self._flying[chunk.attempt] = chunk
            self._jobs.put(chunk)
        for knock in turn.knocks:
            self._knock(knock)
        self._watch.sent += len(turn.chunks)
        self._watch.in_flight = len(self._flying)
        self._watch.note(turn.answer, self._clock.now())
        return turn.answer

    def _taken(self) -> list[tuple[Chunk, Settlement]]:
        arrived, self._arrived = self._arrived, []
        return arrived

    def _drained(self) -> bool:
        if not self._stopping:
            return False
        now = self._clock.monotonic()
        if self._watch.stopped_at is None:
            self._watch.stopped_at = now
        return now - self._watch.stopped_at >= self._watch.drain_seconds

    def _collect(self, until: float | None) -> None:
        wait = _SLICE_SECONDS if until is None else until - self._clock.now()
        wait = min(wait, 0.25 if self._stopping else _SLICE_SECONDS)
        try:
            reply = self._watch.replies.get(timeout=max(0.0, wait))
            while True:
                if reply is not None:
                    self._take(reply)
                reply = self._watch.replies.get_nowait()
        except queue.Empty:
            return

    def _knock(self, knock: Knock) -> None:
        # In a thread of its own, since it may hang for as long as a call lasts; one at a time.
        if not self._knocking:
            self._knocking = True
            about = (knock, self._watch, self._sender)
            threading.Thread(target=_knock, args=about, daemon=True).start()

    def _take(self, reply: Reply) -> None:
        if isinstance(reply[0], Chunk):
            self._arrive(*reply)
            return
        self._knocking = False
        if reply[1]:
            self._steps.answered(reply[0])

    def _arrive(self, chunk: Chunk, settlement: Settlement) -> None:
        self._flying.pop(chunk.attempt, None)
        self._arrived.append((chunk, settlement))
        if settlement.arrival is Arrival.DONE:
            ended = [v for v in settlement.verdicts if not v.then and not v.more]
            self._watch.settled_rows += len(ended)
            self._watch.credits += settlement.reported or settlement.derived or Decimal(0)
