"""A sheet's rows and the new cells in; the same rows with the cells added out, as a stream."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from apollo_batch.sheets import cells, celltext
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.grid import Cutter, opened
from apollo_batch.sheets.layout import MOST_COLUMNS, OURS, Layout
from apollo_batch.sheets.markup import Grammar

# Statuses, reasons and the like come again and again; e-mail addresses do not.
_REMEMBERED = 1_000

Entry = tuple[int, Sequence[Cell]]
"""A row's number and its new cells."""


@dataclass(frozen=True)
class Palette:
    """Which cell style is used for what, as numbers of the styles part."""

    head: Sequence[int]
    """One for each new column."""
    text: int
    count: int
    statuses: Mapping[str, int]
    """A status in words to its colour."""


class Rewriter:
    """Writes the rows of one sheet anew."""

    def __init__(
        self, spelling: Grammar, layout: Layout, palette: Palette, *, widest: int = MOST_COLUMNS
    ) -> None:
        """`widest` is the last column that any row has a cell in."""
        self._spelling = spelling
        self._layout = layout
        self._cutter = Cutter(spelling)
        self._begin, self._end = spelling.open(b"row"), spelling.close(b"row")
        self._usual = self._begin + b' r="'
        self._ours = {*layout.places, *layout.cleared}
        self._first = min(self._ours)
        self._all_left = widest < self._first
        # Cells of a row stand in the order of their columns, whatever the order of the names.
        order = sorted(range(len(layout.places)), key=lambda i: layout.places[i])
        self._pens = [(index, _Pen(layout, palette, index)) for index in order]
        self._head_pens = [(index, _HeadPen(layout, palette, index)) for index in order]

    def rows(
        self, old: Iterable[tuple[int, bytes]], new: Iterable[Entry]
    ) -> Iterator[tuple[int, bytes]]:
        """Merge the rows there are with the new cells, header included, by row number."""
        entries = iter(new)
        entry = next(entries, None)
        for number, row in old:
            while entry is not None and entry[0] < number:
                yield entry[0], self._row(entry[0], b"", entry[1])
                entry = next(entries, None)
            if entry is not None and entry[0] == number:
                yield number, self._row(number, row, entry[1])
                entry = next(entries, None)
            else:
                yield number, self._untouched(number, row)
        while entry is not None:
            yield entry[0], self._row(entry[0], b"", entry[1])
            entry = next(entries, None)

    def _row(self, number: int, row: bytes, values: Sequence[Cell]) -> bytes:
        if not row:
            start, body = self._usual + f'{number}">'.encode(), b""
        else:
            if not self._all_left and self._cutter.last_column(row) >= self._first:
                return self._mixed(number, row, values)
            start, content = opened(row)
            body = row[content : -len(self._end)]
        return start + body + self._cells(number, values) + self._end

    def _cells(self, number: int, values: Sequence[Cell]) -> bytes:
        pens = self._head_pens if number == self._layout.header_row else self._pens
        place = str(number)
        pieces: list[str] = []
        for index, pen in pens:
            value = values[index]
            ending = pen[value] if type(value) is str else pen.spelled(value)
            if ending:
                pieces += (pen.begin, place, ending)
        return self._spelling.spell("".join(pieces).encode())

    def _mixed(self, number: int, row: bytes, values: Sequence[Cell]) -> bytes:
        """Put the new cells among others, instead of what stands in their places."""
        kept = {
            cell.column: cell.whole
            for cell in self._cutter.cells(row)
            if cell.column not in self._ours
        }
        added = self._cutter.cells(self._cells(number, values))
        kept |= {cell.column: cell.whole for cell in added}
        start, _ = opened(row)
        return start + b"".join(cell for _, cell in sorted(kept.items())) + self._end

    def _untouched(self, number: int, row: bytes) -> bytes:
        """Clear what an earlier run left in a row that gets nothing now, but no formula."""
        late = self._layout.cleared and number >= self._layout.header_row
        if (
            not late
            or number in self._layout.spared
            or self._cutter.last_column(row) < min(self._layout.cleared)
        ):
            return row
        start, _ = opened(row)
        formula = self._spelling.open(b"f")
        kept = (
            cell.whole
            for cell in self._cutter.cells(row)
            if cell.column not in self._layout.cleared or formula in cell.body
        )
        return start + b"".join(kept) + self._end


class _Pen(dict[str, str]):
    """Writes the cells of one column; remembers how texts that come again are spelled."""

    def __init__(self, layout: Layout, palette: Palette, index: int) -> None:
        super().__init__({"": ""})
        self.begin = f'<c r="{cells.letters(layout.places[index])}'
        """What stands before the row's number."""
        self._count, self._text = palette.count, palette.text
        is_status = layout.names[index].endswith(OURS[0])
        self._colours = palette.statuses if is_status else {}

    def __missing__(self, value: str) -> str:
        spelled = self.spelled(value)
        if len(self) < _REMEMBERED:
            self[value] = spelled
        return spelled

    def spelled(self, value: Cell) -> str:
        """What stands behind the row's number; nothing for an empty cell."""
        style = self._colours.get(str(value), self._text) if self._colours else self._text
        return celltext.ending(value, text_style=style, count_style=self._count)


class _HeadPen(_Pen):
    """Writes the header of one column."""

    def __init__(self, layout: Layout, palette: Palette, index: int) -> None:
        super().__init__(layout, palette, index)
        self._count = self._text = palette.head[index]
        self._colours = {}
