"""A run's report goes into a file of its own, whole or not at all."""

from dataclasses import dataclass
from pathlib import Path

from apollo_batch import __version__
from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.files import whole
from apollo_batch.journal.store import Store
from apollo_batch.runner.page import page
from apollo_batch.runner.problems import problems_of
from apollo_batch.runner.report import figures
from apollo_batch.runner.summarise import summarise
from apollo_batch.sheets.refusals import told_plainly

_HEAD = 2_000


@dataclass(frozen=True)
class Published:
    """Where the report is, and what the person should know about it."""

    path: Path
    notices: tuple[str, ...] = ()


def publish(store: Store, run: str, target: Path | None) -> Published:
    """Write the report of a run; OutputError where it cannot be written, with nothing changed."""
    found = figures(store, run)
    record = found.record
    # What a search has found lies in the working folder, and so does the report of it.
    source = Path(record["input_path"] or Path.cwd() / Path(record["job_path"]).name)
    mark = f"apollo-batch {__version__}, run {found.run}"
    text = page(found.run, summarise(found, None), problems_of(store, found.run), mark)
    place = _place(source, target, f", run {found.run}")
    with told_plainly(place.path), whole(place.path) as draft:
        draft.write_text(text, encoding="utf-8")
    return place


def _place(source: Path, target: Path | None, mark: str) -> Published:
    """Choose where it goes: an earlier report of the run makes room, any other file stays."""
    wanted = target.resolve() if target else source.with_name(f"{source.stem}.report.html")
    if target is not None and wanted == source.resolve():
        raise UsageError(
            Code.OUTPUT_IS_INPUT,
            "--output names the input itself, which is never changed.",
            fix="Name another file.",
        )
    path, number = wanted, 2
    while path.exists() and not _report_of(path, mark):
        path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        number += 1
    if path == wanted:
        return Published(path)
    said = f"{wanted.name} is there already and is no report of this run: it is in {path.name}."
    return Published(path, (said,))


def _report_of(path: Path, mark: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8", "replace")
    return head.startswith("<!doctype html>") and f'{mark}"' in head
