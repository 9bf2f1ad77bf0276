"""A sheet's part before and after, and what it was to get, in; nothing out, or what is wrong."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from apollo_batch.sheets import markup
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.grid import Cutter, Grid, opened
from apollo_batch.sheets.layout import Layout
from apollo_batch.sheets.markup import Grammar
from apollo_batch.sheets.mismatch import MismatchError, parse
from apollo_batch.sheets.reread import Reread

Row = tuple[int, bytes]
_FILTER = re.compile(rb"""(<(?:[\w.-]+:)?autoFilter\b[^>]*?)\s+ref\s*=\s*(?:"[^"]*"|'[^']*')""")


def check_rows(
    before: IO[bytes], after: IO[bytes], layout: Layout, sent: Iterable[tuple[int, Sequence[Cell]]]
) -> None:
    """Read both parts side by side, as streams, and look at every row."""
    old, new = Grid(before), Grid(after)
    if _described(old.head, old.grammar, layout) != _described(new.head, new.grammar, layout):
        raise MismatchError("what stands above the rows would change")
    cut = _Cut(new.grammar, layout)
    reread = Reread(markup.beginning(new.head), new.grammar, layout)
    entries = iter(sent)
    entry = next(entries, None)
    for number, was, row in _paired(old.rows(), new.rows()):
        if entry is not None and entry[0] == number:
            reread.take(number, cut.added(number, was, row), entry[1])
            entry = next(entries, None)
        elif row != was:
            cut.check_cleared(number, was, row)
    if entry is not None:
        raise MismatchError(f"row {entry[0]} did not get its cells")
    reread.finish()
    if _FILTER.sub(rb"\1", old.tail) != _FILTER.sub(rb"\1", new.tail):
        raise MismatchError("what stands below the rows would change")
    parse(new.head + new.tail)


def _paired(old: Iterator[Row], new: Iterator[Row]) -> Iterator[tuple[int, bytes, bytes]]:
    """Each row there is now, and what it was before; b"" where it is new."""
    number, was = next(old, (0, b""))
    for place, row in new:
        if number == place:
            yield number, was, row
            number, was = next(old, (0, b""))
        elif 0 < number < place:
            break
        else:
            yield place, b"", row
    if number:
        raise MismatchError(f"row {number} would be lost")


class _Cut:
    """Cuts what was added out of a row, and sees that the rest is what it was."""

    def __init__(self, spelling: Grammar, layout: Layout) -> None:
        self._cutter = Cutter(spelling)
        self._end = spelling.close(b"row")
        self._begin = spelling.open(b"row")
        self._formula = spelling.open(b"f")
        self._ours = {*layout.places, *layout.cleared}
        self._first = min(self._ours)

    def added(self, number: int, was: bytes, row: bytes) -> bytes:
        """The new cells of a row that got some; none of them calculates anything."""
        cells = self._added(number, was, row)
        if self._formula in cells:
            raise MismatchError(f"row {number} would get a formula")
        return cells

    def _added(self, number: int, was: bytes, row: bytes) -> bytes:
        kept = self._kept(number, was)
        if self._cutter.last_column(was) < self._first and row.startswith(kept):
            return row[len(kept) : -len(self._end)]
        old, new = self._theirs(number, was), self._cells(number, row)
        if old != {column: cell for column, cell in new.items() if column not in self._ours}:
            raise MismatchError(f"row {number} would not keep its cells")
        if kept[: kept.find(b">")] != row[: row.find(b">")]:
            raise MismatchError(f"row {number} would not keep its height and style")
        return b"".join(cell for column, cell in new.items() if column in self._ours)

    def check_cleared(self, number: int, was: bytes, row: bytes) -> None:
        """Look at a row that got nothing: it may only have lost what an earlier run wrote."""
        before, after = self._cells(number, was), self._cells(number, row)
        gone = {column: cell for column, cell in before.items() if after.get(column) != cell}
        ours = all(c in self._ours and self._formula not in cell for c, cell in gone.items())
        if not was or not ours or len(before) != len(after) + len(gone):
            raise MismatchError(f"row {number} would not keep its cells")

    def _kept(self, number: int, was: bytes) -> bytes:
        if not was:
            return self._begin + f' r="{number}">'.encode()
        start, content = opened(was)
        return start + was[content : -len(self._end)]

    def _theirs(self, number: int, was: bytes) -> dict[int, bytes]:
        cells = self._cells(number, was)
        return {column: cell for column, cell in cells.items() if column not in self._ours}

    def _cells(self, number: int, row: bytes) -> dict[int, bytes]:
        cells: dict[int, bytes] = {}
        for cell in self._cutter.cells(row):
            if cell.column in cells:
                raise MismatchError(f"row {number} would have two cells in one place")
            cells[cell.column] = cell.whole
        return cells


def _described(head: bytes, spelling: Grammar, layout: Layout) -> tuple[bytes, dict[int, object]]:
    """What stands above the rows, less the size, and what is said of the person's columns."""
    widths: dict[int, object] = {}
    found = spelling.element(b"cols").search(head)
    for tag in spelling.element(b"col").finditer(found["body"] or b"" if found else b""):
        said = markup.attributes(tag["attributes"])
        first, last = int(said.pop("min", "1")), int(said.pop("max", "1"))
        widths |= dict.fromkeys(set(range(first, last + 1)) - {*layout.places}, said)
    rest = spelling.element(b"cols").sub(b"", head)
    return spelling.element(b"dimension").sub(b"", rest), widths
