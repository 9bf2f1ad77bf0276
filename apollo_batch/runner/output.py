"""A run's record becomes the person's own spreadsheet with columns added, whole or not at all."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import OutputError, UsageError
from apollo_batch.files import named, sha256
from apollo_batch.journal import runs, tell
from apollo_batch.journal.outcomes import outcomes
from apollo_batch.journal.store import Store
from apollo_batch.runner.columns import told
from apollo_batch.runner.found import cells_of, pages_of
from apollo_batch.runner.reading import see_that_it_is_there
from apollo_batch.runner.report import Figures
from apollo_batch.runner.summarise import summarise
from apollo_batch.sheets.anew import write_found
from apollo_batch.sheets.annotate import annotate, needs_suffix
from apollo_batch.sheets.read import Sheet
from apollo_batch.sheets.summary import Summary
from apollo_batch.sheets.text import beside, delimiter_of, first_beside, write_csv, write_found_csv

_ANNOTATED = re.compile(r"(?P<name>.+\.annotated)(?:-(?P<number>\d+))?")


@dataclass(frozen=True)
class Delivered:
    """Where the output is, and what the person should know about it."""

    path: Path
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Where a run's output goes, and as what."""

    sheet: Sheet | None
    """None: the run starts from a search, and has no spreadsheet."""
    original: Path | None
    job: Path
    target: Path | None = None
    as_csv: bool = False
    finds: bool = False
    """Whether what is found goes on a sheet, or into a file, of its own."""
    undoes: bool = False
    """Whether it says what became of taking another run back."""


def deliver(
    store: Store, found: Figures, wanted: Wanted, *, now: float, next_step: str | None
) -> Delivered:
    """Write the output of a run; OutputError where it cannot be written, with nothing changed."""
    see_that_it_is_there(found.record)
    path, notices = place(store, wanted)

    def ready(draft: Path) -> None:
        # Noted before it appears: killed in between, it is still known as ours.
        if not runs.writing(store, found.run, str(path), sha256(draft)):
            see_that_it_is_there({**found.record, "purged": now})  # meanwhile, by another process

    try:
        summary = summarise(found, next_step)
        notices += _write(store, found, wanted, (path, ready), summary)
        news = found.record["news"]
        runs.written(store, found.run, str(path), sha256(path), now, news=news)
    except OSError as problem:
        raise OutputError(
            Code.OUTPUT_NOT_WRITTEN,
            f"{path} could not be written: {problem.strerror}.",
            fix="Name another place with --output; the results are safe.",
        ) from None
    return Delivered(path, notices)


def _write(
    store: Store,
    found: Figures,
    wanted: Wanted,
    target: tuple[Path, Callable[[Path], None]],
    summary: Summary,
) -> tuple[str, ...]:
    path, ready = target
    job = json.loads(found.record["job"])
    pages = pages_of(store, found.run, job)
    if wanted.sheet is None:
        if wanted.as_csv:
            return write_found_csv(path, pages[0], ready=ready)
        return write_found(path, pages, summary, ready=ready)
    own = told(job)[""]
    columns = tuple(own.names)
    cells = ((row.row, cells_of(row, own)) for row in outcomes(store, found.run))
    if wanted.as_csv:
        notices = write_csv(wanted.sheet, path, columns, cells, ready=ready)
        for beside_it, page in zip(beside(path, pages), pages, strict=True):
            notices += write_found_csv(beside_it, page, delimiter=delimiter_of(wanted.sheet))
        return notices
    return annotate(wanted.sheet, path, columns, cells, summary, found=pages, ready=ready)


def place(store: Store, wanted: Wanted) -> tuple[Path, tuple[str, ...]]:
    """Choose where the output goes; what somebody else wrote or changed is never replaced.

    UsageError where the person names the input itself.
    """
    original = wanted.original
    if wanted.target is not None:
        _never_the_input(wanted.target, original)
        chosen = named(wanted.target)
    else:
        chosen = _beside(wanted)
    source = str(named(original)) if original else ""
    path = chosen
    while _taken(path, wanted) and not _ours(store, path, source):
        path = path.with_name(_next_free(path.stem) + path.suffix)
    if path == chosen:
        return path, ()
    return path, (
        f"{chosen.name} is there already and was not written for this input, or was changed "
        f"since: the result is in {path.name}.",
    )


def _beside(wanted: Wanted) -> Path:
    if wanted.original is None or wanted.sheet is None:
        return Path.cwd() / f"{wanted.job.stem}.results{'.csv' if wanted.as_csv else '.xlsx'}"
    ending = ".csv" if wanted.as_csv else needs_suffix(wanted.sheet)
    stem = wanted.original.stem
    name = f"{stem}.undone" if wanted.undoes else _annotated(stem)
    return named(wanted.original).with_name(name + ending)


def _never_the_input(target: Path, original: Path | None) -> None:
    if original is None:
        return
    same = target.resolve() == original.resolve()
    if same or (target.exists() and original.exists() and target.samefile(original)):
        raise UsageError(
            Code.OUTPUT_IS_INPUT,
            "--output names the input itself, which is never changed.",
            fix="Name another file.",
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


def _taken(path: Path, wanted: Wanted) -> bool:
    """Whether something is there already, or where found records would go beside it."""
    apart = wanted.as_csv and wanted.sheet is not None and wanted.finds
    return path.exists() or (apart and first_beside(path).exists())


def _ours(store: Store, path: Path, source: str) -> bool:
    return path.is_file() and sha256(path) in tell.outputs_written(store, str(path), source)
