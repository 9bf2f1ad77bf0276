"""The loop of `watch`: looks into the inboxes, has what is whole taken up, and outlives whatever happens there."""

import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from apollo_batch.clock import Clock, lasting
from apollo_batch.entrypoints.apart import Carrier, Child, Died, Said
from apollo_batch.entrypoints.gathering import gather
from apollo_batch.entrypoints.looking_in import LookingIn
from apollo_batch.entrypoints.news import News
from apollo_batch.entrypoints.shelving import to_failed
from apollo_batch.entrypoints.taking_up import How, take_up
from apollo_batch.errors import EXIT_ORDER, Exit
from apollo_batch.runner import notices
from apollo_batch.runner.claim import Claim, claims_of, take
from apollo_batch.runner.homes import Home
from apollo_batch.runner.inbox import Inbox
from apollo_batch.runner.job_files import JobFiles
from apollo_batch.runner.notices import Notice, State

_SLICE, _DRAIN = 0.25, 5.5
_MOST_STARTS = 3
_GATHER_EVERY = 300.0
_AGAIN = {Exit.HELD: 5.0, Exit.NOT_WRITTEN: 10.0}
_AGAIN_USUALLY, _LONGEST = 60.0, 900.0
_WORST_FIRST = (Exit.BUG, *EXIT_ORDER[:-1], Exit.INVALID, Exit.USAGE, Exit.HELD, Exit.ROWS_FAILED)


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
class _Later:
    """When a spreadsheet is taken up again."""

    at: float
    pause: float


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
    codes: list[Exit] = field(default_factory=list)
    """How it ended with each spreadsheet so far."""
    stop_signal: int | None = None
    _looking: dict[str, LookingIn] = field(default_factory=dict)
    _working: dict[Path, tuple[Claim, Child]] = field(default_factory=dict)
    _later: dict[Path, _Later] = field(default_factory=dict)
    _left: dict[Path, Claim] = field(default_factory=dict)
    _gathering: Child | None = None
    _gather_at: float = float("-inf")

    def watch(self) -> Exit:
        """Go on until a signal asks for an end."""
        with self._signals():
            while self.stop_signal is None:
                self.look()
                self._work_until(self.clock.monotonic() + self.pace.scan)
            return self._end()

    def once(self) -> Exit:
        """Take up what is whole by the end of one window, to its end; how it ended with the worst of it."""
        with self._signals():
            ends = self.clock.monotonic() + 3 * self.pace.window + 2 * self.pace.scan
            self.look()
            self.work()
            while self.stop_signal is None and self._has_more(ends):
                self._work_until(self.clock.monotonic() + min(self.pace.scan, self.pace.window))
                self.look()
            if self.stop_signal is not None:
                return self._end()
            return next((code for code in _WORST_FIRST if code in self.codes), Exit.OK)

    def _has_more(self, ends: float) -> bool:
        soon = self.clock.monotonic() < ends
        if self._working or self._gathering or any(self._due(path) for path in self._left):
            return True
        return soon and any(looking.waiting for looking in self._looking.values())

    def _work_until(self, moment: float) -> None:
        wake = threading.Condition()
        self.work()
        with wake:
            while self.stop_signal is None and (left := moment - self.clock.monotonic()) > 0:
                self.clock.wait(wake, min(left, _SLICE))
                self.work()

    def look(self) -> None:
        """See what there is at this moment; what cannot be seen is told of once."""
        with self.news.trouble("jobs", "The job files cannot be read"):
            files = {n: f for n, f in self.jobs.look().items() if f.takes_sheets}
            for name, file in files.items():
                inbox = Inbox(self.folder / name, file.path)
                new = LookingIn(inbox, file, self.pace.window, self.clock)
                self._looking.setdefault(name, new).file = file
                self.news.tell(
                    f"job {name}", f"{file.path}: {file.trouble}" if file.trouble else ""
                )
            self._looking = {name: self._looking[name] for name in files}
        for name, looking in self._looking.items():
            with self.news.trouble(f"inbox {name}", f"{looking.inbox.path} cannot be looked into"):
                if not self.folder.is_dir():
                    raise FileNotFoundError(2, "the folder is not there")
                looking.look()
                for claim in claims_of(looking.inbox, self.how.mark):
                    self._left.setdefault(claim.folder, claim)

    def work(self) -> None:
        """Take note of what has ended, and begin with what may be begun with."""
        self._reap()
        for claim in self._next():
            self._start(claim)
        self._gather()
        for name, looking in self._looking.items():
            with self.news.trouble(f"told {name}", f"{looking.inbox.path} cannot be written to"):
                looking.tell(self._told_of(looking.inbox))

    def _next(self) -> Iterator[Claim]:
        """What is to be taken up, as long as there is a hand free for it."""
        if self._is_full():
            return
        for path, claim in list(self._left.items()):
            if self._due(path):
                yield claim
            if self._is_full():
                return
        for name, looking in self._looking.items():
            with self.news.trouble(
                f"take {name}", f"Nothing can be taken out of {looking.inbox.path}"
            ):
                for claim in looking.taken(self.carrier, self.how.mark):
                    self._left[claim.folder] = claim
                    yield claim
                    if self._is_full():
                        return

    def _is_full(self) -> bool:
        return len(self._working) + (self._gathering is not None) >= self.pace.at_once

    def _due(self, path: Path) -> bool:
        later = self._later.get(path)
        return path not in self._working and (later is None or later.at <= self.clock.monotonic())

    def _start(self, claim: Claim) -> None:
        work = partial(_taken_up, claim, self.how)
        self._working[claim.folder] = (claim, self.carrier.start(work))

    def _reap(self) -> None:
        for path, (claim, child) in list(self._working.items()):
            said = child.ended()
            if said is not None:
                del self._working[path]
                self._ended(claim, said)
        if self._gathering is not None and (said := self._gathering.ended()) is not None:
            self._gathering = None
            if not isinstance(said, Died):
                self.news.tell("gather", said["trouble"])
                self._take_again(said["again"])

    def _ended(self, claim: Claim, said: Said | Died) -> None:
        if isinstance(said, Died):
            if self.stop_signal is None:
                self._came_to_nothing(claim, said.words)
            return
        code, home, words = Exit(said["code"]), Home(said["home"]), str(said["words"])
        if words:
            self.codes.append(code)
            first = words.partition("\n")[0]
            self.news.say(f"{claim.inbox.path.name}/{claim.name}: {home}. {first}")
        if home is Home.STAYS:
            self._put_off(claim, _AGAIN.get(code, _AGAIN_USUALLY), words)
        else:
            self._left.pop(claim.folder, None)
            self._later.pop(claim.folder, None)

    def _came_to_nothing(self, claim: Claim, words: str) -> None:
        self.codes.append(Exit.BUG)
        self.news.say(f"{claim.inbox.path.name}/{claim.name}: {words}")
        with self.news.trouble(
            f"claim {claim.folder.name}", f"{claim.folder} cannot be written to"
        ):
            claim.note(starts=claim.starts + 1)
            if claim.starts >= _MOST_STARTS:
                said = f"It was begun with {claim.starts} times, and each time came to nothing.\n{words}"
                to_failed(claim, said, self.clock.now())
                self._left.pop(claim.folder, None)
                return
        self._put_off(claim, _AGAIN[Exit.HELD], words)

    def _put_off(self, claim: Claim, pause: float, words: str) -> None:
        before = self._later.get(claim.folder)
        pause = min(before.pause * 2, _LONGEST) if before else pause
        self._later[claim.folder] = _Later(self.clock.monotonic() + pause, pause)
        with suppress(OSError):
            said = f"{words}\nIt is tried again in {lasting(pause)}."
            notices.put_up(claim.file, Notice(State.WAITING, said), self.clock.now())

    def _gather(self) -> None:
        """Have results that come later fetched, now and then."""
        now = self.clock.monotonic()
        if self._gathering is None and now >= self._gather_at and not self._is_full():
            self._gather_at = now + _GATHER_EVERY
            self._gathering = self.carrier.start(
                partial(gather, self.folder, self.how, self.clock.now())
            )

    def _take_again(self, files: Sequence[tuple[str, str]]) -> None:
        """Take up again what can go on, now that more is known."""
        for path, run in files:
            looking = self._looking.get(Path(path).parent.parent.name)
            if looking is not None:
                with self.news.trouble(f"again {path}", f"{path} cannot be taken up again"):
                    claim = take(looking.inbox, Path(path), self.how.mark)
                    if claim is not None:
                        claim.note(run=run, at=path, names={"done": Path(path).name})
                        self._left[claim.folder] = claim

    def _told_of(self, inbox: Inbox) -> Mapping[str, str]:
        """How far those have come that are worked on, as they say themselves."""
        told = {}
        for claim in self._left.values():
            if claim.inbox.path == inbox.path:
                found = notices.told_by(claim.file)
                told[claim.name] = str(found.get("words", "It waits for its turn."))
        return told

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def asked(number: int, _frame: object) -> None:
            if self.stop_signal is not None:
                self._tell_children(signal.SIGKILL)
            self.stop_signal = number

        before = {n: signal.signal(n, asked) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _tell_children(self, number: int) -> None:
        for _, child in self._working.values():
            child.stop(number)
        if self._gathering is not None:
            self._gathering.stop(number)

    def _end(self) -> Exit:
        """Let what is under way come to a clean end within the time that there is."""
        self.news.say("Stopping; what is in the folder working goes on at the next start.")
        self._tell_children(signal.SIGTERM)
        ends = self.clock.monotonic() + _DRAIN
        wake = threading.Condition()
        while self._working and (left := ends - self.clock.monotonic()) > 0:
            with wake:
                self.clock.wait(wake, min(left, _SLICE))
            self._reap()
        self._tell_children(signal.SIGKILL)
        return Exit.TERMINATED if self.stop_signal == signal.SIGTERM else Exit.INTERRUPTED


def _taken_up(claim: Claim, how: How) -> Said:
    ended = take_up(claim, how)
    return {"code": int(ended.code), "home": ended.home.value, "words": ended.words}
