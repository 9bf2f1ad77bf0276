"""Sheets that will be filled in; an empty workbook of them, headers frozen and filtered, out."""

import io
import math
from collections.abc import Iterable
from typing import Any

from apollo_batch.sheets import cells
from apollo_batch.sheets.layout import MOST_COLUMNS
from apollo_batch.sheets.surgery import Order

_LEGIBLE = 220
"""So many characters stand beside each other on a printed page, small but legible."""


def blank(orders: Iterable[Order]) -> io.BytesIO:
    """Make a workbook with one empty sheet for each order; at least one."""
    import openpyxl

    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    for order in orders:
        sheet = book.create_sheet(order.sheet)
        sheet.freeze_panes = f"A{order.header_row + 1}"
        sheet.auto_filter.ref = filtered(order)
        _print_legibly(sheet, sum(order.widths))
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def filtered(order: Order) -> str:
    """The area below the filter's buttons, as A1:C9."""
    last_column = cells.letters(min(len(order.names), MOST_COLUMNS))
    last_row = max(order.last_row, order.header_row)
    return f"A{order.header_row}:{last_column}{last_row}"


def _print_legibly(sheet: Any, width: float) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = max(1, math.ceil(width / _LEGIBLE))
    sheet.page_setup.fitToHeight = 0
