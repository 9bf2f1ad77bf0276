"""A run's record becomes the person's own spreadsheet with columns added, whole or not at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from apollo_batch.errors import OutputError, UsageError
from apollo_batch.files import sha256
from apollo_batch.journal import runs, tell
from apollo_batch.journal.store import Store
from apollo_batch.runner.report import Figures, sentence_of
from apollo_batch.runner.summarise import SILENT, summarise
from apollo_batch.sheets.annotate import annotate, needs_suffix
from apollo_batch.sheets.read import Sheet
from apollo_batch.sheets.text import write_csv

COLUMNS = ("Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits")
_ANNOTATED = re.compile(r"(?P<name>.+\.annotated)(?:-(?P<number>\d+))?")

Cells = tuple[str | Decimal | int | None, ...]


@dataclass(frozen=True)
class Delivered:
    """Where the output is, and what the person should know about it."""

    path: Path
    notices: tuple[str, ...]


def deliver(
    store: Store,
    found: Figures,
    sheet: Sheet,
    kept: Sequence[str],
    *,
    original: Path,
    target: Path | None,
    as_csv: bool,
    now: float,
    next_step: str | None,
) -> Delivered:
    """Write the output of a run; OutputError where it cannot be written, with nothing changed."""
    path, notices = place(store, sheet, original, target, as_csv=as_csv)
    columns = (*COLUMNS, *kept)
    cells = _cells(store, found.run, kept)

    def ready(draft: Path) -> None:
        # Noted before it appears: killed in between, it is still known as ours.
        runs.writing(store, found.run, str(path), sha256(draft))

    try:
        if as_csv:
            notices += write_csv(sheet, path, columns, cells, ready=ready)
        else:
            summary = summarise(found, next_step)
            notices += annotate(sheet, path, columns, cells, summary, ready=ready)
        runs.written(store, found.run, str(path), sha256(path), now)
    except OSError as problem:
        raise OutputError(f"{path} could not be written: {problem.strerror}.") from None
    return Delivered(path, notices)


def place(
    store: Store, sheet: Sheet, original: Path, target: Path | None, *, as_csv: bool
) -> tuple[Path, tuple[str, ...]]:
    """Choose where the output goes; what somebody else wrote or changed is never replaced.

    UsageError where the person names the input itself.
    """
    if target is not None:
        _never_the_input(target, original)
        wanted = target.resolve()
    else:
        ending = ".csv" if as_csv else needs_suffix(sheet)
        wanted = original.resolve().with_name(_annotated(original.stem) + ending)
    path = wanted
    while path.exists() and not _ours(store, path):
        path = path.with_name(_next_free(path.stem) + path.suffix)
    if path == wanted:
        return path, ()
    return path, (
        f"{wanted.name} is there already and was not written by this run, or was changed "
        f"since: the result is in {path.name}.",
    )


def _never_the_input(target: Path, original: Path) -> None:
    same = target.resolve() == original.resolve()
    if same or (target.exists() and original.exists() and target.samefile(original)):
        raise UsageError(
            "--output names the input itself, which is never changed.", fix="Name another file."
        )


def _annotated(stem: str) -> str:
    return _next_free(stem) if _ANNOTATED.fullmatch(stem) else f"{stem}.annotated"


def _next_free(stem: str) -> str:
    match = _ANNOTATED.fullmatch(stem)
    if match is not None:
        return f"{match['name']}-{int(match['number'] or 1) + 1}"
    numbered = re.fullmatch(r"(?P<name>.+)-(?P<number>\d{1,4})", stem)
    if numbered is not None:
        return f"{numbered['name']}-{int(numbered['number']) + 1}"
    return f"{stem}-2"


def _ours(store: Store, path: Path) -> bool:
    return path.is_file() and sha256(path) in tell.outputs_written(store, str(path))


def _cells(store: Store, run: str, kept: Sequence[str]) -> Iterator[tuple[int, Cells]]:
    for told in tell.outcomes(store, run):
        reason = "" if told.reason in SILENT else sentence_of(told.reason)
        values = (told.kept.get(column, "") for column in kept)
        yield told.row, (told.status.words, reason, told.note, told.credits, *values)
