"""What a run came to in; a small workbook with one styled sheet and native charts out."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apollo_batch.model import Status
from apollo_batch.sheets import celltext, typed

Value = str | Decimal | int

_INK = "1F2933"
_ACCENT = "2F5D8A"
_PALE = "E8EEF4"
_ROW_CM = 0.53
_TITLE_POINTS = 24
_LABELS_WIDTH = 66
_NUMBERS_WIDTH = 32
_CHART_GAP = 3
_CHARTS_FROM = 6  # the first fact may be long: nothing lies over it

CHART_COLOURS = {
    Status.SUCCEEDED.words: "5B9B6B",
    Status.NO_MATCH.words: "9AA5B1",
    Status.SKIPPED.words: "C3CCD5",
    Status.FAILED.words: "C0504D",
    Status.IN_DOUBT.words: "E0A030",
    Status.PENDING.words: "8FB4DA",
    Status.NOT_RUN.words: "DDE3E9",
    "Budget": "E0A030",
}
"""Bars and slices of these names; all others have the accent's colour."""


@dataclass(frozen=True)
class Table:
    """Counts under a title, with a chart of them if one helps."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    chart: str | None = None
    """"bar" or "pie": the first column by the first column of numbers."""


@dataclass(frozen=True)
class Summary:
    """What the sheet "Apollo Summary" says."""

    title: str
    verdict: str
    """One sentence under the title."""
    facts: tuple[tuple[str, Value], ...]
    tables: tuple[Table, ...]


def donor(summary: Summary, sheet_name: str) -> io.BytesIO:
    """Make a workbook whose only sheet is the summary, to be transplanted."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = sheet_name
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = _ACCENT
    _print_on_one_page_across(sheet)
    _Page(sheet).fill(summary)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _print_on_one_page_across(sheet: Any) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


class _Page:
    """Fills the sheet from top to bottom, charts in a column at the right."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self._sheet = sheet
        self._row = 1
        self._chart_row = _CHARTS_FROM
        self._title = Font(name="Calibri", size=16, bold=True, color=_ACCENT)
        self._heading = Font(name="Calibri", size=12, bold=True, color=_INK)
        self._bold = Font(name="Calibri", size=11, bold=True, color=_INK)
        self._plain = Font(name="Calibri", size=11, color=_INK)
        self._fill = PatternFill("solid", fgColor=_PALE)
        self._line = Border(bottom=Side(style="thin", color="C3CCD5"))
        self._left = Alignment(horizontal="left", vertical="top")
        self._right = Alignment(horizontal="right", vertical="top")

    def fill(self, summary: Summary) -> None:
        self._put(1, summary.title, self._title)
        self._sheet.row_dimensions[1].height = _TITLE_POINTS
        self._row += 1
        self._put(1, summary.verdict, self._bold)
        self._row += 2
        for name, value in summary.facts:
            self._put(1, name, self._plain)
            self._put(2, value, self._bold).alignment = self._left
            self._row += 1
        widest = max((len(table.header) for table in summary.tables), default=2)
        chart_column = widest + 2
        for table in summary.tables:
            self._table(table, chart_column)
        self._widths(max(chart_column, 3))

    def _widths(self, columns: int) -> None:
        from openpyxl.utils import get_column_letter

        self._sheet.column_dimensions["A"].width = _LABELS_WIDTH
        for column in range(2, columns):
            wide = _NUMBERS_WIDTH if column < columns - 1 else _CHART_GAP
            self._sheet.column_dimensions[get_column_letter(column)].width = wide

    def _table(self, table: Table, chart_column: int) -> None:
        self._row += 1
        self._put(1, table.title, self._heading)
        self._row += 1
        head = self._row
        for column, name in enumerate(table.header, start=1):
            cell = self._put(column, name, self._bold)
            cell.fill = self._fill
            cell.border = self._line
            if column > 1 and _numeric(table.rows, column - 1):
                cell.alignment = self._right
        for row in table.rows:
            self._row += 1
            for column, value in enumerate(row, start=1):
                self._put(column, value, self._plain)
        self._row += 1
        if table.chart and table.rows:
            self._draw(table, head, chart_column)

    def _put(self, column: int, value: Value, font: Any) -> Any:
        cell = self._sheet.cell(self._row, column)
        cell.alignment = self._right if typed.put(cell, value) else self._left
        cell.font = font
        return cell

    def _draw(self, table: Table, head: int, chart_column: int) -> None:
        from openpyxl.chart import BarChart, PieChart, Reference
        from openpyxl.utils import get_column_letter

        counts = next((c for c in range(1, len(table.header)) if _numeric(table.rows, c)), 1) + 1
        last = head + len(table.rows)
        chart: Any = PieChart() if table.chart == "pie" else BarChart()
        chart.add_data(
            Reference(self._sheet, min_col=counts, min_row=head, max_row=last),
            titles_from_data=True,
        )
        chart.set_categories(Reference(self._sheet, min_col=1, min_row=head + 1, max_row=last))
        chart.title = celltext.clean(table.title)
        chart.width, chart.height = 17, max(6.5, 2.5 + 0.95 * len(table.rows))
        _dress(chart, [str(row[0]) for row in table.rows], pie=table.chart == "pie")
        self._sheet.add_chart(chart, f"{get_column_letter(chart_column)}{self._chart_row}")
        self._chart_row += round(chart.height / _ROW_CM) + 2


def _dress(chart: Any, labels: Sequence[str], *, pie: bool) -> None:
    """Colour the bars or slices, and say the numbers beside them."""
    from openpyxl.chart.label import DataLabelList
    from openpyxl.chart.series import DataPoint

    series = chart.series[0]
    series.graphicalProperties.solidFill = _ACCENT
    for index, label in enumerate(labels):
        if label in CHART_COLOURS:
            point = DataPoint(idx=index)
            point.graphicalProperties.solidFill = CHART_COLOURS[label]
            series.dPt.append(point)
    chart.dataLabels = DataLabelList()
    chart.dataLabels.showVal = True
    for unwanted in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(chart.dataLabels, unwanted, False)
    if not pie:
        chart.type = "bar"
        chart.gapWidth = 50
        chart.legend = None
        chart.x_axis.delete = False
        chart.x_axis.tickLblSkip = 1
        chart.x_axis.scaling.orientation = "maxMin"  # the first row on top
        chart.y_axis.delete = True
        chart.y_axis.majorGridlines = None


def _numeric(rows: Sequence[Sequence[Value]], column: int) -> bool:
    return bool(rows) and all(
        len(row) > column and celltext.number(row[column]) is not None for row in rows
    )
