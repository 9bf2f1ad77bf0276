"""A sheet that cannot be annotated in place in; a new workbook of its values out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apollo_batch.sheets import cells, titles
from apollo_batch.sheets.cells import Read
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.read import Sheet
from apollo_batch.sheets.rewrite import Entry
from apollo_batch.sheets.surgery import Order

MOST_ROWS = 1_048_576
_WIDTH = 18.0


@dataclass(frozen=True)
class Extent:
    """How far a sheet reaches."""

    rows: int
    columns: int


@dataclass(frozen=True)
class Rebuild:
    """Writes every line of a sheet, and the new cells beside them."""

    sheet: Sheet
    names: Sequence[str]
    entries: Callable[[], Iterable[Entry]]
    widths: Sequence[float]
    left_out: frozenset[int]
    """Columns, from 1, of an earlier run."""
    extent: Extent
    most_rows: int = MOST_ROWS

    def orders(self) -> list[Order]:
        """One order for each sheet that the rows need."""
        count = 1 + max(0, self.extent.rows - 2) // (self.most_rows - 1)
        return [self._order(index) for index in range(count)]

    def _order(self, index: int) -> Order:
        kept = self._kept(self.sheet.columns)
        heads = [*kept, *[""] * (self._width() - len(kept))]
        below = self.extent.rows - index * (self.most_rows - 1)
        return Order(
            sheet=titles.fit(self.sheet.name, titles.page(index)),
            header_row=1 if index else self.sheet.header_row,
            headers=(),
            names=[*heads, *self.names],
            entries=lambda: self._page(index),
            widths=[*[_WIDTH] * len(heads), *self.widths],
            last_row=min(below, self.most_rows),
        )

    def _width(self) -> int:
        return self.extent.columns - len(self.left_out)

    def _page(self, index: int) -> Iterator[Entry]:
        """The lines of one sheet; further sheets begin with the header and go on at row 2."""
        skipped = index * (self.most_rows - 1)
        for number, values in self.lines():
            here = number - skipped
            if number != self.sheet.header_row and min(index, 1) < here <= self.most_rows:
                yield here, values

    def lines(self) -> Iterator[Entry]:
        """Every line of the sheet with its new cells; the header's own line among them."""
        entries = iter(self.entries())
        entry = next(entries, None)
        for number, values in self.sheet.lines():
            while entry is not None and entry[0] < number:
                yield entry[0], self._line(entry[0], (), entry[1])
                entry = next(entries, None)
            if entry is not None and entry[0] == number:
                yield number, self._line(number, values, entry[1])
                entry = next(entries, None)
            else:
                yield number, self._line(number, values, ())
        while entry is not None:
            yield entry[0], self._line(entry[0], (), entry[1])
            entry = next(entries, None)

    def _line(self, number: int, values: Sequence[Read], new: Sequence[Cell]) -> list[Cell]:
        old: list[Cell] = [_cell(value) for value in values]
        for column, trouble in self.sheet.troubles.get(number, {}).items():
            old += [None] * (column - len(old))
            old[column - 1] = trouble.text
        old = self._kept(old)
        gap = [None] * (self._width() - len(old))
        return [*old, *gap, *(new or [None] * len(self.names))]

    def _kept(self, values: Sequence[Any]) -> list[Any]:
        if not self.left_out:
            return list(values)
        return [v for column, v in enumerate(values, start=1) if column not in self.left_out]


def measure(sheet: Sheet) -> Extent:
    """Read a sheet to its end, to know how far it reaches."""
    rows = columns = 0
    for number, values in sheet.lines():
        rows = number
        columns = max(columns, len(values))
    wrong = (column for line in sheet.troubles.values() for column in line)
    return Extent(rows, max(columns, len(sheet.columns), *wrong, 0))


def _cell(value: Read) -> Cell:
    """Keep a number a number; a date becomes text in ISO order."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if cells.rounded(value):
            return cells.text(value)
        return Decimal(f"{value:.15g}")
    return cells.text(value)
