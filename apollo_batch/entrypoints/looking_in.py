"""One inbox from scan to scan: what lies in it, what is ready to be taken, and what people are told of it."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from apollo_batch.clock import Clock
from apollo_batch.entrypoints.apart import Carrier, Died
from apollo_batch.runner import notices
from apollo_batch.runner.claim import Claim, take, take_with_plan
from apollo_batch.runner.dropped import copy_of, locks_of, owner_in, safe_name
from apollo_batch.runner.inbox import (
    OVERVIEW,
    PLAN,
    STATUS_JSON,
    STATUS_TEXT,
    Content,
    Inbox,
    among_others,
    write_text,
)
from apollo_batch.runner.job_files import JobFile
from apollo_batch.runner.notices import Notice, State
from apollo_batch.runner.overview import Waits, overview, read_me
from apollo_batch.runner.steady import SLOW_SECONDS, Call, Sighting, Sightings, called_for
from apollo_batch.sheets.complete import Ending, ending_of

_TELL_AFTER = 30.0
_EVERY_SECONDS = 5.0
_MOST_TOLD = 100
_LARGEST_LOCK = 4_096
_MOST_REFUSED, _PAUSE = 3, 30.0

_TAKEN_SOON = "It is taken as soon as it is whole and its turn comes."


class LookingIn:
    """Looks into one inbox, again and again."""

    def __init__(self, inbox: Inbox, file: JobFile, window: float, clock: Clock) -> None:
        self.inbox, self.file = inbox, file
        self._window, self._clock = window, clock
        self._sightings = Sightings()
        self._content = Content()
        self._plans: dict[Path, float] = {}
        self._told: dict[str, str] = {}
        self._overview = ("", float("-inf"))
        self._not_before = float("-inf")
        self._is_there = False
        self._alone: dict[str, float] = {}

    def look(self) -> None:
        """See what lies in it at this moment; OSError where it cannot be seen."""
        self._is_there = False
        if not self.inbox.path.parent.is_dir():  # it is not ours to make anew
            raise FileNotFoundError(errno.ENOENT, "the folder is not there")
        self.inbox.lay_out(read_me(self.file, self._window))
        content, now = self.inbox.look(), self._clock.monotonic()
        for name, sample in content.files.items():
            self._sightings.see(name, sample, now)
        self._sightings.keep_only(content.files.keys())
        plans = {plan: self._plans.get(plan, now) for plan in self.inbox.plans()}
        self._content, self._plans = content, plans
        self._clear_after(content)
        self._clear_refused(now)
        self._is_there = True

    @property
    def waiting(self) -> bool:
        """Whether a file is ready, or may turn out to be as soon as it has been still for long enough."""
        now = self._clock.monotonic()
        return self.file.job is not None and (
            bool(self._plans) or any(self._may_be_ready(name, now) for name in self._sightings.all)
        )

    def _may_be_ready(self, name: str, now: float) -> bool:
        seen = self._sightings.all[name]
        if self._lock_of(name) is not None or seen.ending is Ending.CUT:
            return False
        return self._call(name, seen, now) is not Call.WAIT or now - seen.since <= 3 * self._window

    def taken(self, carrier: Carrier, mark: str) -> Iterator[Claim]:
        """Claim what is approved or whole, one after the other, the longest there first.

        OSError where nothing can be taken out, as from a folder that may only be read; it is not
        tried again for a while.
        """
        closed = self.file.job is None or not self._is_there
        if closed or self._clock.monotonic() < self._not_before:
            return
        refused: list[OSError] = []
        try:
            yield from self._approved(mark)
        except OSError as problem:
            refused.append(problem)
        for name, seen in sorted(
            self._sightings.all.items(), key=lambda each: (each[1].first, each[0])
        ):
            try:
                if self._is_ready(name, seen, carrier) and (claim := self._claimed(name, mark)):
                    yield claim
            except OSError as problem:  # held by another program perhaps; the next may not be
                refused.append(problem)
            if len(refused) >= _MOST_REFUSED:
                break
        if refused:
            self._not_before = self._clock.monotonic() + _PAUSE
            raise refused[-1]

    def _claimed(self, name: str, mark: str) -> Claim | None:
        claim = take(self.inbox, self.inbox.path / name, mark, self._sightings.all[name].sample)
        self._forget(name)
        if claim is not None and (original := copy_of(name)):
            claim.note(copy_of=safe_name(original))
        return claim

    def _approved(self, mark: str) -> Iterator[Claim]:
        now = self._clock.monotonic()
        for plan, since in sorted(self._plans.items()):
            sheet = self.inbox.sheet_of(plan)
            if sheet is None or now - since < self._window:
                continue
            known = notices.told_by(self.inbox.review / sheet.name)
            if known.get("by", mark) != mark:
                continue  # another machine made it, and knows it again
            claim = take_with_plan(self.inbox, sheet, plan, mark)
            self._plans.pop(plan)
            notices.take_down(self.inbox.review / sheet.name)
            if claim is not None:
                yield claim

    def _is_ready(self, name: str, seen: Sighting, carrier: Carrier) -> bool:
        call = self._call(name, seen, self._clock.monotonic())
        if call is Call.LOOK_INSIDE:
            path = self.inbox.path / name
            said = carrier.ask(lambda: {"ending": ending_of(path)}, seen.sample.size)
            # What kills its reader is taken: whoever reads it next knows how to refuse it.
            seen.ending = Ending.WHOLE if isinstance(said, Died) else Ending(said["ending"])
            call = self._call(name, seen, self._clock.monotonic())
        return call is Call.TAKE

    def _call(self, name: str, seen: Sighting, now: float) -> Call:
        return called_for(seen, now, self._window, is_open=self._lock_of(name) is not None)

    def _lock_of(self, name: str) -> Path | None:
        there = (lock for lock in locks_of(name) if lock in self._content.names)
        return next((self.inbox.path / lock for lock in there), None)

    def _forget(self, name: str) -> None:
        self._sightings.forget(name)
        if self._told.pop(name, None) is not None:
            notices.take_down(self.inbox.path / name)

    def _clear_after(self, content: Content) -> None:
        """Take away what was said of files that are gone."""
        self._told = {name: words for name, words in self._told.items() if name in content.files}
        for name in content.names:
            file = name.removesuffix(STATUS_JSON)
            if file != name and file not in content.names and file + STATUS_TEXT in content.names:
                notices.take_down(self.inbox.path / file)

    def _clear_refused(self, now: float) -> None:
        """Take away the plans of spreadsheets that somebody has taken out of `review`."""
        review, names = self.inbox.review, {path.name for path in self.inbox.review.iterdir()}
        alone = {
            name
            for name in (each.removesuffix(PLAN) for each in names if each.endswith(PLAN))
            if name not in names and name + STATUS_JSON in names
        }
        self._alone = {name: self._alone.get(name, now) for name in alone}
        for name, since in self._alone.items():
            if now - since >= 2 * self._window and not (self.inbox.approved / name).exists():
                (review / (name + PLAN)).unlink(missing_ok=True)
                notices.take_down(review / name)

    def tell(self, working: Mapping[str, str], *, at_last: bool = False) -> None:
        """Say beside files, and of all of them in one place, how far they have come.

        `at_last`: nobody will say it again soon.
        """
        if not self._is_there:
            return
        now = self._clock.monotonic()
        waits = self._waits(now)
        for name, words in list(waits.slow.items())[:_MOST_TOLD]:
            if self._told.get(name) != words:
                self._tell_of(name, words)
        text = overview(self.file, waits, working)
        said, at = self._overview
        due = text != said and (at_last or now - at >= _EVERY_SECONDS)
        if due and among_others(lambda: write_text(self.inbox.path / OVERVIEW, text)):
            self._overview = (text, now)

    def _tell_of(self, name: str, words: str) -> None:
        state = State.RECEIVED if words == _TAKEN_SOON else State.WAITING
        file, notice = self.inbox.path / name, Notice(state, words)
        with suppress(
            OSError
        ):  # its name may be too long for words beside it: the overview has them
            notices.put_up(file, notice, self._clock.now())
        self._told[name] = words

    def _waits(self, now: float) -> Waits:
        received, slow = {}, {}
        for name, seen in self._sightings.all.items():
            words = received[name] = self._words(name, seen, now)
            if now - seen.first >= _TELL_AFTER:
                slow[name] = words
        review = self.inbox.review
        to_approve = tuple(sorted(p.name for p in review.glob("*.plan.json")))
        return Waits(received, slow, to_approve, self._content.others)

    def _words(self, name: str, seen: Sighting, now: float) -> str:
        lock = self._lock_of(name)
        if lock is not None:
            owner = ""
            with suppress(OSError), lock.open("rb") as file:
                owner = owner_in(file.read(_LARGEST_LOCK))
            return f"It is open in a spreadsheet program{f' by {owner}' if owner else ''}."
        if self.file.job is None:
            return "It waits until the job file is mended."
        if now - seen.first >= SLOW_SECONDS and seen.ending is not Ending.WHOLE:
            return "It is still being written, or was cut off on its way here: copy it again."
        return _TAKEN_SOON
