"""How a run gets on comes in; what a person at the terminal, or whoever reads the log, sees of it goes out."""

import contextlib
import os
import time
from collections.abc import Callable
from typing import Any

from apollo_batch.clock import at, lasting
from apollo_batch.entrypoints import streams
from apollo_batch.entrypoints.ci import in_ci
from apollo_batch.entrypoints.console import say
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.patience import LIMITS

_LINE_SECONDS = 30.0
_WORTH_SECONDS = 2.0
"""Shorter waits are no news."""
_WAITS = LIMITS | {"unreached": "Apollo could not be reached"}
_OTHERS = {
    "elsewhere": "Another run of this journal is asking for the same; waiting for its answer",
    "looks": "Looking soon for what lost requests may have made",
}
Seconds = Callable[[], float]


class Progress:
    """Shows how a run gets on: a bar where somebody looks on, else a line now and then."""

    def __init__(
        self, rows: int, *, budget: str, plain: bool = False, now: Seconds = time.monotonic
    ) -> None:
        self._rows = max(rows, 1)
        self._plain = plain or in_ci(os.environ)
        self._budget = budget
        self._now = now
        self._began = now()
        self._last_line = self._began
        self._last_tenth = 0
        self._told: tuple[str, str, int] | None = None
        self._watch: Watch | None = None
        self._seen_at = 0.0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> "Progress":
        if streams.draws() and not self._plain:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                RenderableColumn,
                TimeRemainingColumn,
            )
            from rich.progress import Progress as Bar

            self._bar = Bar(
                RenderableColumn(_Said(self._words)),
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=self._rows)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            with contextlib.suppress(OSError):  # the terminal may be gone
                self._bar.stop()

    def __call__(self, watch: Watch) -> None:
        """Take note of where a run stands."""
        self._watch, self._seen_at = watch, self._now()
        if self._bar is not None:
            self._bar.update(self._task, completed=watch.settled_rows)
        else:
            self._line(watch)

    def _words(self) -> str:
        """What stands before the bar at this moment: what is left of a wait runs down."""
        watch = self._watch
        if watch is None:
            return "Asking Apollo"
        wait = _wait_words(watch, watch.at + self._now() - self._seen_at)
        rate = watch.settled_rows / max(self._now() - self._began, 0.001)
        paid = f"{watch.credits} of {self._budget} credits"
        return wait or f"Asking Apollo, {paid}, {rate:.0f} rows/s"

    def _line(self, watch: Watch) -> None:
        now = self._now()
        tenth = watch.settled_rows * 10 // self._rows
        wait = _wait_words(watch, watch.at)
        news = wait and _same_wait(watch) != self._told
        due = now - self._last_line >= _LINE_SECONDS
        # Short runs say nothing in between; long ones speak at every tenth, never in a flood.
        tick = tenth > self._last_tenth and now - self._last_line >= 1
        if due or tick or news:
            say(
                f"{watch.settled_rows} of {self._rows} rows, {watch.credits} credits. {wait}".strip()
            )
            self._last_line, self._last_tenth = now, tenth
            self._told = _same_wait(watch) if wait else None


class _Said:
    """A text that is asked for anew whenever it is drawn."""

    def __init__(self, words: Callable[[], str]) -> None:
        self._words = words

    def __rich__(self) -> str:
        return self._words().replace("[", "\\[")


def _wait_words(watch: Watch, now: float) -> str:
    wait = watch.wait
    if wait.why == "storm":
        next_, ends = (wait.until or now) - now, (wait.ends or now) - now
        again = f"trying again with a free call in {lasting(max(1, next_))}, until {at(ends)}"
        return f"{wait.trouble}; {again}."
    if wait.why in _OTHERS and now - watch.waits_since >= _WORTH_SECONDS:
        return f"{_OTHERS[wait.why]}."
    left = 0.0 if wait.until is None else wait.until - now
    if wait.why not in _WAITS or left < _WORTH_SECONDS:
        return ""
    return f"{_WAITS[wait.why]}; going on at {at(left)} (in {lasting(left)})."


def _same_wait(watch: Watch) -> tuple[str, str, int]:
    """What tells one wait from the next, however often it is said anew."""
    wait = watch.wait
    until = wait.ends if wait.why == "storm" else wait.until
    return wait.why, wait.trouble, 0 if wait.why in _OTHERS else round(until or 0)
