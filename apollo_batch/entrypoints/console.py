"""Talk with the person at the terminal: on stderr, so that stdout carries results alone."""

import os
import re
import shlex
import sys
import time
from collections.abc import Sequence
from typing import Any, TextIO

from apollo_batch.runner.engine import Watch

_LINE_SECONDS = 30.0
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_WAITS = {
    "minute": "Apollo's minute limit is used up",
    "hour": "Apollo's hour limit is used up",
    "day": "Apollo's day limit is used up",
    "pause": "Apollo asked us to wait",
    "elsewhere": "another run is asking for the same",
    "looks": "what a lost request may have made is looked for",
}


def say(text: str) -> None:
    """Print to stderr; control characters from files and replies are left out."""
    _print(_CONTROL.sub("", text), sys.stderr)


def result(text: str) -> None:
    """Print to stdout: the result and nothing else."""
    _print(text, sys.stdout)


def _print(text: str, stream: TextIO | None) -> None:
    if stream is None:  # closed by whoever started us
        return
    encoding = stream.encoding or "ascii"
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        stream.flush()
    except BrokenPipeError:
        # The reader has seen enough; how it ended is the exit code's to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def can_ask() -> bool:
    """Whether a person sits there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def yes(question: str) -> bool:
    """Ask y/N; anything but a clear yes is no."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def asked(question: str) -> str:
    """Ask for a word, and give back what was typed."""
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    return sys.stdin.readline()


def command(words: Sequence[str]) -> str:
    """Write a command so that it can be copied into a shell."""
    return shlex.join(["apollo-batch", *words])


def lasting(seconds: float) -> str:
    """Say a duration as people do."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5_400:
        return f"{round(seconds / 60)} min"
    if seconds < 129_600:
        return f"{seconds / 3_600:.1f} h"
    return f"{seconds / 86_400:.1f} days"


class Progress:
    """Shows how a run gets on: a bar where somebody looks on, else a line now and then."""

    def __init__(self, rows: int, *, budget: str) -> None:
        self._rows = max(rows, 1)
        self._budget = budget
        self._began = time.monotonic()
        self._last_line = self._began
        self._last_tenth = 0
        self._last_wait = ""
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("Asking Apollo", total=self._rows)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, watch: Watch) -> None:
        """Take note of where a run stands."""
        if self._bar is not None:
            self._bar.update(
                self._task, completed=watch.settled_rows, description=self._words(watch)
            )
        else:
            self._line(watch)

    def _words(self, watch: Watch) -> str:
        wait = _wait_words(watch)
        rate = watch.settled_rows / max(time.monotonic() - self._began, 0.001)
        paid = f"{watch.credits} of {self._budget} credits"
        return wait or f"Asking Apollo, {paid}, {rate:.0f} rows/s"

    def _line(self, watch: Watch) -> None:
        now = time.monotonic()
        tenth = watch.settled_rows * 10 // self._rows
        wait = _wait_words(watch)
        news = wait != self._last_wait and wait
        due = now - self._last_line >= _LINE_SECONDS
        # Short runs say nothing in between; long ones speak at every tenth, never in a flood.
        tick = tenth > self._last_tenth and now - self._last_line >= 1
        if due or tick or news:
            say(
                f"{watch.settled_rows} of {self._rows} rows, {watch.credits} credits. {wait}".strip()
            )
            self._last_line, self._last_tenth, self._last_wait = now, tenth, wait


def _wait_words(watch: Watch) -> str:
    words = _WAITS.get(watch.waits_for)
    if words is None or watch.waits_until is None:
        return ""
    left = watch.waits_until - time.time()
    if left < 2:
        return ""
    until = time.strftime("%H:%M:%S", time.localtime(watch.waits_until))
    return f"Waiting until {until}: {words}."
