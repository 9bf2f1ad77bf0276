"""The loop of `watch`: looks into the inboxes, has what is whole taken up, and outlives what happens there."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from apollo_batch.clock import Clock
from apollo_batch.entrypoints.apart import Carrier
from apollo_batch.entrypoints.hands import Hands
from apollo_batch.entrypoints.looking_in import LookingIn
from apollo_batch.entrypoints.news import News
from apollo_batch.entrypoints.stopping import asking_to_end, exit_by
from apollo_batch.entrypoints.taking_up import How
from apollo_batch.errors import EXIT_ORDER, Exit
from apollo_batch.runner.claim import Claim, claims_of, take
from apollo_batch.runner.inbox import Inbox
from apollo_batch.runner.job_files import JobFiles

_SLICE, _DRAIN = 0.25, 5.5
_WORST_FIRST = (Exit.BUG, *EXIT_ORDER[:-1], Exit.INVALID, Exit.USAGE, Exit.HELD)
"""By what a single pass ends; rows that failed are no failure of the pass."""


@dataclass(frozen=True)
class Pace:
    """How often a folder is looked into, and how long a file has to be the same."""

    scan: float = 2.0
    window: float = 5.0
    at_once: int = 4
    """So many spreadsheets are worked on at once."""


FAR = Pace(scan=10.0, window=15.0)
"""On a network drive, and where a service keeps the folder the same on several machines."""


@dataclass
class Watcher:
    """Watches a folder."""

    folder: Path
    jobs: JobFiles
    how: How
    pace: Pace
    carrier: Carrier
    clock: Clock
    news: News
    stop_signal: int | None = None
    _looking: dict[str, LookingIn] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hands = Hands(
            self.folder, self.how, self.pace.at_once, self.carrier, self.clock, self.news
        )

    def watch(self) -> Exit:
        """Go on until a signal asks for an end."""
        with self._signals():
            while self.stop_signal is None:
                self.look()
                self._work_until(self.clock.monotonic() + self.pace.scan)
                self.hands.codes.clear()
            return self._end()

    def once(self) -> Exit:
        """Take up what is whole by the end of one window, to its end; by the worst of it, how it ended."""
        with self._signals():
            ends = self.clock.monotonic() + 3 * self.pace.window + 2 * self.pace.scan
            self.look()
            self._work_until(self.clock.monotonic())
            while self.stop_signal is None and self._has_more(ends):
                self._work_until(self.clock.monotonic() + min(self.pace.scan, self.pace.window))
                self.look()
            if self.stop_signal is not None:
                return self._end()
            self.tell(at_last=True)
            codes = set(self.hands.codes.values())
            return next((code for code in _WORST_FIRST if code in codes), Exit.OK)

    def _has_more(self, ends: float) -> bool:
        if self.hands.children or self._due() or self.hands.waits_for_others():
            return True
        soon = self.clock.monotonic() < ends
        return soon and any(looking.waiting for looking in self._looking.values())

    def _work_until(self, moment: float) -> None:
        wake = threading.Condition()
        self.work()
        self.tell()
        with wake:
            while self.stop_signal is None and (left := moment - self.clock.monotonic()) > 0:
                self.clock.wait(wake, min(left, _SLICE))
                self.work()

    def look(self) -> None:
        """See what there is at this moment; what cannot be seen is told of once."""
        with self.news.trouble("jobs", "The job files cannot be read"):
            self._look_at_jobs()
        for name, looking in self._looking.items():
            with self.news.trouble(f"inbox {name}", f"{looking.inbox.path} cannot be looked into"):
                looking.look()
                for claim in claims_of(looking.inbox, self.how.mark):
                    self.hands.find(claim)

    def _look_at_jobs(self) -> None:
        files = {n: f for n, f in self.jobs.look().items() if f.takes_sheets}
        for name, file in files.items():
            if name not in self._looking:
                inbox = Inbox(self.folder / name, file.path)
                self._looking[name] = LookingIn(inbox, file, self.pace.window, self.clock)
        for name, looking in self._looking.items():
            gone = replace(looking.file, job=None, trouble="The job file is gone.")
            looking.file = files.get(name, gone)
            trouble = looking.file.trouble
            self.news.tell(f"job {name}", f"{looking.file.path}: {trouble}" if trouble else "")

    def work(self) -> None:
        """Take note of what has ended, and begin with what may be begun with."""
        self._take_again(self.hands.reap(stopping=self.stop_signal is not None))
        with self.news.trouble("start", "No process can be started"):
            for claim in self._next():
                self.hands.start(claim)
            self.hands.gather()

    def tell(self, *, at_last: bool = False) -> None:
        """Say in each inbox how far everything is."""
        for name, looking in self._looking.items():
            with self.news.trouble(f"told {name}", f"{looking.inbox.path} cannot be written to"):
                looking.tell(self.hands.told_of(looking.inbox), at_last=at_last)

    def _due(self) -> Sequence[Claim]:
        """Claims that can be taken up; not those whose job file is being mended."""
        sound = {each.inbox.path for each in self._looking.values() if each.file.job is not None}
        return [claim for claim in self.hands.due() if claim.inbox.path in sound]

    def _next(self) -> Iterator[Claim]:
        """What is to be taken up, as long as a hand is free for it."""
        for claim in self._due():
            if self.hands.full():
                return
            yield claim
        for name, looking in self._looking.items():
            where = f"Nothing can be taken out of {looking.inbox.path}"
            with self.news.trouble(f"take {name}", where):
                taken = looking.taken(self.carrier, self.how.mark)
                while not self.hands.full() and (new := next(taken, None)) is not None:
                    yield new

    def _take_again(self, files: Sequence[tuple[str, str]]) -> None:
        """Take up again what can go on, now that more is known."""
        for path, run in files:
            looking = self._looking.get(Path(path).parent.parent.name)
            if looking is None:
                continue
            with self.news.trouble(f"again {path}", f"{path} cannot be taken up again"):
                claim = take(looking.inbox, Path(path), self.how.mark)
                if claim is not None:
                    claim.note(run=run, at=path, names={"done": Path(path).name})
                    self.hands.find(claim)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def asked(number: int, _frame: object) -> None:
            if self.stop_signal is not None and number != signal.SIGHUP:
                self._tell_children(signal.SIGKILL)
            self.stop_signal = number

        before = {n: signal.signal(n, asked) for n in asking_to_end()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _tell_children(self, number: int) -> None:
        for child in self.hands.children:
            child.stop(number)

    def _end(self) -> Exit:
        """Let what is under way come to a clean end within the time that there is."""
        self.news.say("Stopping; what is in the folder working goes on at the next start.")
        self._tell_children(signal.SIGTERM)
        ends = self.clock.monotonic() + _DRAIN
        wake = threading.Condition()
        while self.hands.children and (left := ends - self.clock.monotonic()) > 0:
            with wake:
                self.clock.wait(wake, min(left, _SLICE))
            self.hands.reap(stopping=True)
        self._tell_children(signal.SIGKILL)
        return exit_by(self.stop_signal)
