"""What a run's searches found becomes the sheets that the output has for it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from apollo_batch.journal.found import found_records
from apollo_batch.journal.outcomes import Told, outcomes
from apollo_batch.journal.store import Store
from apollo_batch.runner.columns import Columns, title, told
from apollo_batch.runner.report import sentence_of
from apollo_batch.runner.summarise import SILENT
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.found import Found

SOURCE_ROW = "Source Row"

Cells = tuple[str | Decimal | int | None, ...]


def pages_of(store: Store, run: str, job: Mapping[str, Any]) -> list[Found]:
    """Make a sheet of each search's records; each names the row that it was found for.

    There is one even where nothing was found.
    """
    sheets = {name: columns for name, columns in told(job).items() if name}
    pages = []
    for number, (sheet, columns) in enumerate(sheets.items(), start=1):
        alone = bool(job.get("searches")) and number == 1  # no row has asked for it
        pages.append(_page(store, run, title(number), sheet, columns, names_row=not alone))
    return pages


def _page(
    store: Store, run: str, name: str, sheet: str, columns: Columns, *, names_row: bool
) -> Found:
    def records() -> Iterator[list[Cell]]:
        for parent, cells in _records(store, run, sheet, columns):
            yield [*([parent] if names_row else []), *cells]

    return Found(name, [*([SOURCE_ROW] if names_row else []), *columns.names], records)


def _records(
    store: Store, run: str, sheet: str, columns: Columns
) -> Iterator[tuple[int | None, Cells]]:
    if columns.ends:
        for each in outcomes(store, run, sheet):
            yield each.parent, cells_of(each, columns)
    else:
        for record in found_records(store, run, sheet):
            yield record.parent, tuple(record.kept.get(name, "") for name in columns.kept)


def cells_of(told: Told, columns: Columns) -> Cells:
    """Write down what became of a row: the last word on it, each step's, and what is kept."""
    steps = dict(told.steps)
    return (
        told.status.words,
        _reason(told),
        told.note,
        told.credits,
        *(_of_step(steps.get(step)) for step in columns.of_steps),
        *(told.kept.get(name, "") for name in columns.kept),
    )


def _of_step(told: Told | None) -> str:
    if told is None:
        return "Not reached"
    reason = _reason(told)
    return f"{told.status.words}: {reason}" if reason else told.status.words


def _reason(told: Told) -> str:
    return "" if told.reason in SILENT else sentence_of(told.reason)
