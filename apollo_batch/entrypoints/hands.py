"""What a watcher has under way: claims go to children, their ends come back, what has to wait is put off."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from apollo_batch.clock import Clock, lasting
from apollo_batch.entrypoints.apart import Carrier, Child, Died, Said
from apollo_batch.entrypoints.gathering import gather
from apollo_batch.entrypoints.news import News
from apollo_batch.entrypoints.shelving import to_failed
from apollo_batch.entrypoints.taking_up import How, take_up
from apollo_batch.errors import Exit
from apollo_batch.runner import notices
from apollo_batch.runner.claim import Claim
from apollo_batch.runner.homes import Home
from apollo_batch.runner.inbox import Inbox
from apollo_batch.runner.notices import Notice, State

_MOST_STARTS = 3
_GATHER_EVERY = 300.0
_SOON, _LONGEST = 5.0, 900.0
_PAUSES = {Exit.HELD: _SOON, Exit.NOT_WRITTEN: 10.0}
_PAUSE_USUALLY = 60.0
_PATIENT = 10
"""So often one waits for another process that works on the same rows, where nobody comes back to it."""


@dataclass
class Put:
    """When a claim that was put off is taken up again."""

    at: float
    pause: float
    times: int
    code: Exit


@dataclass
class Hands:
    """So many pieces of work at once."""

    folder: Path
    how: How
    at_once: int
    carrier: Carrier
    clock: Clock
    news: News
    codes: dict[Path, Exit] = field(default_factory=dict)
    """How it ended with each claim, for good or for now."""
    left: dict[Path, Claim] = field(default_factory=dict)
    """Claims that are under way, or to be taken up."""
    _working: dict[Path, Child] = field(default_factory=dict)
    _put_off: dict[Path, Put] = field(default_factory=dict)
    _over: set[Path] = field(default_factory=set)
    _gathering: Child | None = None
    _gather_at: float = float("-inf")

    @property
    def children(self) -> Sequence[Child]:
        """All that are at work at this moment."""
        return [*self._working.values(), *([self._gathering] if self._gathering else [])]

    def full(self) -> bool:
        """Whether no hand is free."""
        return len(self.children) >= self.at_once

    def due(self) -> Sequence[Claim]:
        """Claims that may be taken up by now."""
        now = self.clock.monotonic()
        free = [path for path in self.left if path not in self._working]
        return [
            self.left[path]
            for path in free
            if path not in self._put_off or self._put_off[path].at <= now
        ]

    def waits_for_others(self) -> bool:
        """Whether something is put off only until another process is done with the same rows."""
        return any(p.code is Exit.HELD and p.times < _PATIENT for p in self._put_off.values())

    def find(self, claim: Claim) -> None:
        """Know of a claim that is to be taken up; of one that is over, nothing is left to do."""
        if claim.folder not in self._over:
            self.left.setdefault(claim.folder, claim)

    def start(self, claim: Claim) -> None:
        """Take a claim up."""
        self.left[claim.folder] = claim
        self._working[claim.folder] = self.carrier.start(partial(_taken_up, claim, self.how))

    def gather(self) -> None:
        """Have results that come later fetched, now and then."""
        now = self.clock.monotonic()
        if self._gathering is None and now >= self._gather_at and not self.full():
            self._gather_at = now + _GATHER_EVERY
            work = partial(gather, self.folder, self.how, self.clock.now())
            self._gathering = self.carrier.start(work)

    def reap(self, *, stopping: bool) -> Sequence[tuple[str, str]]:
        """Take note of what has ended; gives back files of `done`, each with its run, that can go on."""
        for path, child in list(self._working.items()):
            if (said := child.ended()) is not None:
                del self._working[path]
                self._ended(self.left[path], said, stopping=stopping)
        if self._gathering is None or (said := self._gathering.ended()) is None:
            return ()
        self._gathering = None
        if isinstance(said, Died):
            return ()
        self.news.tell("gather", said["trouble"])
        return [(path, run) for path, run in said["again"]]

    def _ended(self, claim: Claim, said: Said | Died, *, stopping: bool) -> None:
        if isinstance(said, Died):
            if not stopping:
                self._came_to_nothing(claim, said)
            return
        code, home, words = Exit(said["code"]), Home(said["home"]), str(said["words"])
        if words:
            self.codes[claim.folder] = code
            self._tell(claim, f"{home}. {words}")
        if home is Home.STAYS:
            self._put(claim, code, words)
        else:
            self._drop(claim)

    def _tell(self, claim: Claim, words: str) -> None:
        self.news.say(f"{claim.inbox.path.name}/{claim.name}: {words.partition(chr(10))[0]}")

    def _drop(self, claim: Claim) -> None:
        if claim.folder.exists():  # something of somebody's lies there
            self._over.add(claim.folder)
        self.left.pop(claim.folder, None)
        self._put_off.pop(claim.folder, None)

    def _came_to_nothing(self, claim: Claim, died: Died) -> None:
        """Count a start that ended in a way nobody asked for; after some of them it is the file's fault."""
        self.codes[claim.folder] = Exit.BUG
        self._tell(claim, died.words)
        with self.news.trouble(f"claim {claim.folder}", f"{claim.folder} cannot be written to"):
            claim.read_again()
            if not died.by_request:
                claim.note(starts=claim.starts + 1)
            if claim.starts >= _MOST_STARTS:
                words = f"It was begun with {claim.starts} times, and each time it came to nothing."
                to_failed(claim, f"{words}\n{died.words}", self.clock.now())
                self._drop(claim)
                return
        self._put(claim, Exit.BUG, died.words)

    def _put(self, claim: Claim, code: Exit, words: str) -> None:
        before = self._put_off.get(claim.folder)
        first = _SOON if code is Exit.BUG else _PAUSES.get(code, _PAUSE_USUALLY)
        same = before is not None and before.code is code
        pause = min(before.pause * 2, _LONGEST) if before and same else first
        times = before.times + 1 if before and same else 1
        if code is Exit.HELD:
            pause = first
        self._put_off[claim.folder] = Put(self.clock.monotonic() + pause, pause, times, code)
        with suppress(OSError):
            said = f"{words}\nIt is tried again in {lasting(pause)}."
            notices.put_up(claim.file, Notice(State.WAITING, said), self.clock.now())

    def told_of(self, inbox: Inbox) -> Mapping[str, str]:
        """How far those of an inbox have come that are worked on, as they say themselves."""
        told = {}
        for claim in self.left.values():
            if claim.inbox.path == inbox.path:
                found = notices.told_by(claim.file)
                told[claim.name] = str(found.get("words", "It waits for its turn.")).partition(
                    "\n"
                )[0]
        return told


def _taken_up(claim: Claim, how: How) -> Said:
    ended = take_up(claim, how)
    return {"code": int(ended.code), "home": ended.home.value, "words": ended.words}
