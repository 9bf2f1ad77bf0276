"""Tables in; a workbook with a sheet for each, to be sent to somebody else, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from apollo_batch.sheets import typed
from apollo_batch.sheets.rebuild import MOST_ROWS

Value = str | Decimal | int | None


@dataclass(frozen=True)
class Sheet:
    """One table under its header."""

    title: str
    header: Sequence[str]
    widths: Sequence[int]
    """In characters, a column each."""
    rows: Sequence[Sequence[Value]]


def write(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook; text is typed as text, and nothing in it can be a formula."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    book.save(path)


def _fill(page: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for column, (name, width) in enumerate(zip(sheet.header, sheet.widths, strict=True), start=1):
        cell = page.cell(1, column)
        typed.put(cell, name)
        cell.font = Font(bold=True)
        page.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(islice(sheet.rows, MOST_ROWS - 1), start=2):
        for column, value in enumerate(row, start=1):
            if value is not None:
                typed.put(page.cell(number, column), value)
