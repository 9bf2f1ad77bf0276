"""Days on a virtual clock: processes share a journal, Apollo keeps its windows, no wait takes time."""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from journal_maker import NOON, Journal, found

from apollo_batch.apollo.reading import windows
from apollo_batch.journal.answers import Answer, Over, Wait
from apollo_batch.journal.going import Going
from apollo_batch.model import Arrival, Chunk, Settlement
from apollo_batch.runner.pump import Pump
from apollo_batch.sandbox.limits import Limiter

ROUTE = "api/v1/people/match"


@dataclass(eq=False)
class Process:
    """A process that works on one run of the day."""

    pump: Pump
    threads: int
    sent: list[float] = field(default_factory=list)
    """When each of its calls left."""
    flying: int = 0
    settled: list[tuple[Chunk, Settlement]] = field(default_factory=list)
    looks: float = 0.0
    answer: Answer | None = None
    dead: bool = False


class Day:
    """Runs against Apollo's windows: threads, a line that takes its time, perhaps a stranger."""

    def __init__(
        self,
        journal: Journal,
        goings: Going | Sequence[Going],
        caps: dict[str, int],
        *,
        threads: int = 8,
        slowest: float = 0.4,
        seed: int = 1,
        slices: float = float("inf"),
    ) -> None:
        self.time = NOON
        self.step = 0.0
        """By how much the clock of this machine is wrong."""
        self.slices = slices
        self.apollo = Limiter(
            {"": (caps.get("minute"), caps.get("hour"), caps.get("day"))}, lambda: self.time
        )
        self.refused, self.highest = 0, 0
        """How many calls of ours were refused, and how far one of them has filled a minute."""
        self.waits: list[str] = []
        self._journal = journal
        self._dice = random.Random(seed)
        self._slowest = slowest
        self._events: list[tuple[float, float, str, object]] = []
        every = [goings] if isinstance(goings, Going) else goings
        self.processes = [self.joins(going, threads) for going in every]

    def now(self) -> float:
        return self.time + self.step

    def monotonic(self) -> float:
        return self.time - NOON

    @property
    def sent(self) -> int:
        return sum(len(process.sent) for process in self.processes)

    def used(self, span: str) -> list[int]:
        """How much of each window of a span was used, in order."""
        return [window.used for window in self.apollo.opened if window.span == span]

    def opened(self, span: str) -> list[float]:
        """When each window of a span was opened."""
        return [window.opened for window in self.apollo.opened if window.span == span]

    def joins(self, going: Going, threads: int = 8, *, at: float = NOON) -> Process:
        """Let a process begin to work on a run."""
        process = Process(Pump(self._journal.store, going, {}, self, lambda: None), threads)
        self._at(at, "look", process)
        process.looks = at
        return process

    def dies(self, process: Process, at: float) -> None:
        """Let a process be killed: what it sent arrives, and nobody takes the answers."""
        self._at(at, "dies", process)

    def stranger(self, *, every: float, until: float) -> None:
        """Let somebody else use the account too."""
        at = NOON + every
        while at < until:
            self._at(at, "stranger", None)
            at += every

    def clock_is_set(self, *, by: float, at: float) -> None:
        """Let somebody set this machine's clock."""
        self._at(at, "step", by)

    def run(self, until: float = float("inf")) -> Answer | None:
        """Live through it until nothing is left to do; what the last process was told."""
        while self._events and self._events[0][0] < until:
            self.time, _, what, about = heapq.heappop(self._events)
            match what, about:
                case "stranger", _:
                    self._counted()
                case "step", float(by):
                    self.step += by
                case "dies", Process() as process:
                    process.dead = True
                case "arrives", (Process() as process, chunk):
                    self._answer(process, chunk)
                case "replies", (Process() as process, settled) if not process.dead:
                    process.flying -= 1
                    process.settled.append(settled)
                    self._turn(process)
                case "look", Process() as process if process.looks == self.time:
                    if not process.dead:
                        self._turn(process)
            live = [one for one in self.processes if not one.dead]
            if all(isinstance(one.answer, Over) and not one.flying for one in live):
                return live[-1].answer
        return None

    def _turn(self, process: Process) -> None:
        settled, process.settled = process.settled, []
        turn = process.pump.turn(settled, process.threads - process.flying)
        for chunk in turn.chunks:
            process.flying += 1
            process.sent.append(self.time)
            self._at(self.time + self._line(), "arrives", (process, chunk))
        process.answer = turn.answer
        if isinstance(turn.answer, Wait) and turn.answer.until is not None:
            self.waits.append(turn.answer.why)
            wait = min(max(0.0, turn.answer.until - self.now()), self.slices)
            process.looks = self.time + wait
            self._at(process.looks, "look", process)

    def _answer(self, process: Process, chunk: Chunk) -> None:
        wait = self._counted()
        readings = windows(self.apollo.headers(ROUTE, ""))
        if wait is None:
            minutes = self.used("minute")
            self.highest = max(self.highest, minutes[-1])
            settlement = found(chunk, readings=readings)
        else:
            self.refused += 1
            settlement = Settlement(Arrival.LIMITED, readings=readings, retry_after=wait)
        self._at(self.time + self._line(), "replies", (process, (chunk, settlement)))

    def _counted(self) -> float | None:
        denial = self.apollo.ask(ROUTE)
        if denial is None:
            self.apollo.count(ROUTE, "")
        return denial and float(denial.retry_after)

    def _line(self) -> float:
        return self._dice.uniform(min(0.02, self._slowest), self._slowest)

    def _at(self, when: float, what: str, about: object) -> None:
        heapq.heappush(self._events, (when, self._dice.random(), what, about))
