"""How far a dropped spreadsheet has come in; a file beside it that says so, in words and as JSON, out."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from apollo_batch.clock import Clock, lasting
from apollo_batch.model import Status
from apollo_batch.runner.dropped import printable
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.inbox import STATUS_JSON, STATUS_TEXT, write_text
from apollo_batch.runner.masking import masked
from apollo_batch.runner.patience import LIMITS
from apollo_batch.runner.report import Figures, plain
from apollo_batch.runner.summarise import verdict

_LONGEST = 2_000
_EVERY_SECONDS = 5.0


class State(StrEnum):
    """How far a spreadsheet has come; its value is how a person says it."""

    RECEIVED = "received"
    WAITING = "waiting"
    REVIEW = "needs approval"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Notice:
    """What is said of a spreadsheet; nothing of a row is in it."""

    state: State
    words: str
    run: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


def put_up(file: Path, notice: Notice, now: float, **more: str) -> None:
    """Write beside a spreadsheet how far it has come."""
    at = datetime.fromtimestamp(now, UTC).astimezone()
    words = masked(notice.words)[:_LONGEST]
    name = printable(file.name)
    text = f"{name}: {notice.state}\n\n{words}\n\nAs of {at:%d %b %Y %H:%M}.\n"
    document = {
        "schema": 1,
        "file": name,
        "state": notice.state.name.lower(),
        "words": words,
        "run": notice.run or None,
        "at": at.isoformat(timespec="seconds"),
        **notice.figures,
        **more,
    }
    write_text(file.with_name(file.name + STATUS_TEXT), text)
    said = json.dumps(document, ensure_ascii=False, indent=2)
    write_text(file.with_name(file.name + STATUS_JSON), said + "\n")


def take_down(file: Path) -> None:
    """Take away what is said beside a spreadsheet that is there no more."""
    for ending in (STATUS_TEXT, STATUS_JSON):
        with suppress(OSError):
            file.with_name(file.name + ending).unlink()


def told_by(file: Path) -> dict[str, Any]:
    """Read what is said beside a spreadsheet, where it can be read."""
    try:
        found = json.loads(file.with_name(file.name + STATUS_JSON).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def running(watch: Watch, rows: int, seconds: float, budget: str) -> Notice:
    """Say how a run gets on."""
    ended = watch.settled_rows
    left = f", about {lasting((rows - ended) * seconds / ended)} left" if 0 < ended < rows else ""
    why = f" {LIMITS[watch.wait.why]}." if watch.wait.why in LIMITS else ""
    words = f"{ended:,} of {rows:,} rows{left}. {watch.credits} of {budget} credits so far.{why}"
    return Notice(State.RUNNING, words)


def done(found: Figures, beside: Mapping[str, str]) -> Notice:
    """Say how a run ended. `beside`: what else lies there, by what it is called."""
    lines = [verdict(found), *_to_do(found)]
    lines += [f"{what}: {name}" for what, name in beside.items() if name]
    return Notice(State.DONE, "\n".join(lines), found.run, figures_of(found))


def _to_do(found: Figures) -> list[str]:
    lines = []
    if found.record["stop_note"]:
        lines.append(str(found.record["stop_note"]))
    if found.statuses.get(Status.NOT_RUN):
        lines.append(
            f"{found.statuses[Status.NOT_RUN]:,} rows were not asked; the result says why."
        )
    if found.statuses.get(Status.IN_DOUBT):
        lines.append(
            "Rows in doubt were sent, and nobody knows whether it was carried out. They are not sent "
            "again: whoever set this folder up decides, after a look into Apollo."
        )
    if found.statuses.get(Status.PENDING):
        lines.append("More results are still to come; the result is written again when they do.")
    if found.statuses.get(Status.FAILED):
        lines.append("The column Apollo Reason says of each failed row what to do about it.")
    return lines


def figures_of(found: Figures) -> dict[str, Any]:
    """A run in numbers, as programs read it."""
    rows = {status.value: n for status in Status if (n := found.statuses.get(status))}
    return {"rows": rows, "credits": plain(found.charged)}


class Progress:
    """Says beside a spreadsheet how its run gets on, now and then."""

    def __init__(self, file: Path, clock: Clock, rows: int, budget: str) -> None:
        self._file, self._clock, self._rows, self._budget = file, clock, rows, budget
        self._began = self._last = clock.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def __call__(self, watch: Watch) -> None:
        """Take note of where a run stands."""
        now = self._clock.monotonic()
        if now - self._last < _EVERY_SECONDS:
            return
        self._last = now
        notice = running(watch, self._rows, now - self._began, self._budget)
        with suppress(OSError):  # a folder that is away hides how a run gets on, and stops nothing
            put_up(self._file, notice, self._clock.now())
