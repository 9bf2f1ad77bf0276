"""What a run's searches found becomes the sheets that the output has for it."""

from collections.abc import Iterator, Mapping
from typing import Any

from apollo_batch.journal.found import found_records, sheets_of
from apollo_batch.journal.store import Store
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.found import Found

TITLE = "Apollo Found"
SOURCE_ROW = "Source Row"


def title(number: int) -> str:
    """Name the sheet of the first, second … step that searches."""
    return TITLE if number == 1 else f"{TITLE} {number}"


def pages_of(store: Store, run: str, job: Mapping[str, Any]) -> list[Found]:
    """Make a sheet of each step's records; each names the row that it was found for.

    A job that starts from a search has one even where it found nothing.
    """
    if not job.get("finds"):
        return []
    kept, own = list(job["kept"]), bool(job.get("searches"))
    sheets = list(sheets_of(store, run)) or [""]

    def records(sheet: str) -> Iterator[list[Cell]]:
        for record in found_records(store, run, sheet):
            values: list[Cell] = [record.kept.get(column, "") for column in kept]
            yield values if own else [record.parent, *values]

    columns = kept if own else [SOURCE_ROW, *kept]
    return [_page(n, sheet, columns, records) for n, sheet in enumerate(sheets, start=1)]


def _page(number: int, sheet: str, columns: list[str], records: Any) -> Found:
    return Found(title(number), columns, lambda: records(sheet))
