"""A sheet's part as a stream in; its head, each row's own bytes, and its tail out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from apollo_batch.sheets import cells, markup
from apollo_batch.sheets.markup import Grammar, UnsupportedError

WINDOW = 1 << 20
_LONGEST_ROW = 64 << 20
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_TAG_GOES_ON = (b" ", b">", b"/", b"\t", b"\r", b"\n")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})\d+["']""")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row, as the bytes it is written with."""

    column: int
    attributes: bytes
    body: bytes
    """What stands between its tags; empty for a cell that only has a style."""
    whole: bytes


class Grid:
    """One pass over a sheet's part: first the head, then the rows, then the tail."""

    def __init__(self, file: IO[bytes], *, window: int = WINDOW) -> None:
        self._file = file
        self._window = window
        self._buffer = b""
        self._seen = b""
        self.head = self._read_head()
        """Everything before the first row."""
        self.tail = b""
        """Everything after the last row, once the rows have been read."""

    def _more(self) -> bool:
        piece = self._file.read(self._window)
        if b"!" in piece or b"!" in self._seen:  # asked first, because it is rare and quickly found
            _refuse_markup(self._seen + piece)
        self._seen = piece[-2:]
        self._buffer += piece
        return bool(piece)

    def _read_head(self) -> bytes:
        """Read up to the first row, and leave <sheetData> open where it was written empty."""
        while self._more() and b"sheetData" not in self._buffer:
            if len(self._buffer) > _LONGEST_ROW:
                raise UnsupportedError("the sheet's rows could not be found")
        self.grammar: Grammar = markup.grammar(self._buffer)
        start = self.grammar.open(b"sheetData")
        while (place := self._buffer.find(b">", self._buffer.find(start))) < 0 or (
            self._buffer.find(start) < 0
        ):
            if not self._more():
                raise UnsupportedError("the sheet's rows could not be found")
        if self._buffer[place - 1 : place] == b"/":
            head = self._buffer[: place - 1].rstrip() + b">"
            self._buffer = self.grammar.close(b"sheetData") + self._buffer[place + 1 :]
        else:
            head = self._buffer[: place + 1]
            self._buffer = self._buffer[place + 1 :]
        return head

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Each row's number and bytes, in order; afterwards the tail is there."""
        number = 0
        begin, end = self.grammar.open(b"row"), self.grammar.close(b"row")
        usual = begin + b' r="'
        skip = len(usual)
        while True:
            *ended, self._buffer = self._buffer.split(end)
            for piece in ended:
                if piece.startswith(usual) and piece.find(begin, skip) < 0:
                    number = _next_number(piece[skip : piece.find(b'"', skip)], number)
                    yield number, piece + end
                else:
                    for row in self._unusual(piece + end):
                        number = _row_number(row, number)
                        yield number, row
            for row in self._unusual(self._buffer, rest=True):
                number = _row_number(row, number)
                yield number, row
            if self.grammar.close(b"sheetData") in self._buffer or not self._more():
                break
        self._read_tail()

    def _unusual(self, content: bytes, *, rest: bool = False) -> Iterator[bytes]:
        """Rows that are empty, indented, or do not begin with their number.

        Of the rest of a window, what is not over yet stays in the buffer.
        """
        begin, end = self.grammar.open(b"row"), self.grammar.close(b"row")
        limit = content.find(self.grammar.close(b"sheetData")) if rest else -1
        limit = len(content) if limit < 0 else limit
        position = 0
        while (start := content.find(begin, position, limit)) >= 0:
            tag = content.find(b">", start)
            empty = content[tag - 1 : tag] == b"/"
            stop = tag + 1 if empty else content.find(end, start) + len(end)
            if tag < 0 or stop < len(end):
                break
            if content.find(begin, start + 1, stop) >= 0:
                raise UnsupportedError("the sheet's rows end in an unusual way")
            position = stop
            yield content[start:stop]
        if rest:
            self._buffer = content[position:]
        elif content.find(begin, position, limit) >= 0:
            raise UnsupportedError("the sheet's rows end in an unusual way")

    def _read_tail(self) -> None:
        while self._more():
            pass
        place = self._buffer.find(self.grammar.close(b"sheetData"))
        if place < 0:
            raise UnsupportedError("the sheet's rows end in an unusual way")
        self.tail = self._buffer[place:]


class Cutter:
    """Cuts rows of one spelling into cells."""

    def __init__(self, spelling: Grammar) -> None:
        self._cell = spelling.element(b"c")
        self._begin = spelling.open(b"c")

    def cells(self, row: bytes) -> Iterator[Cell]:
        """Each cell of a row; one that does not say its column stands right of the one before."""
        column = 0
        for match in self._cell.finditer(row):
            found = _PLACE.search(match["attributes"])
            column = cells.column_number(found[1].decode()) if found else column + 1
            yield Cell(column, match["attributes"], match["body"] or b"", match[0])

    def last_column(self, row: bytes) -> int:
        """The column of the last cell, whether or not it holds anything; 0 for none."""
        start = row.rfind(self._begin)
        after = start + len(self._begin)
        while start >= 0 and row[after : after + 1] not in _TAG_GOES_ON:
            start = row.rfind(self._begin, 0, start)  # that was <color> or the like
            after = start + len(self._begin)
        if start < 0:
            return 0
        found = _PLACE.match(row, after)
        if found:
            return cells.column_number(found[1].decode())
        return max((cell.column for cell in self.cells(row)), default=0)


def _refuse_markup(seen: bytes) -> None:
    if b"<![" in seen:
        raise UnsupportedError("the sheet's cells are written as CDATA", readable=False)
    if b"<!-" in seen:
        raise UnsupportedError("the sheet holds comments between its cells")


def opened(row: bytes) -> tuple[bytes, int]:
    """A row's start tag, open and without the span it names, and where its content begins."""
    end = row.find(b">") + 1
    place = row.find(b"spans", 0, end)
    if place < 0:
        start = row[:end]
    elif row[place - 1 : place + 7] == b' spans="':
        start = row[: place - 1] + row[row.find(b'"', place + 7) + 1 : end]
    else:
        start = markup.without_attribute(row[:end], "spans")
    if start.endswith(b"/>"):
        start = start[:-2].rstrip() + b">"
    return start, end


def _row_number(row: bytes, before: int) -> int:
    found = _NUMBER.search(row, 0, row.find(b">"))
    return _next_number(found[1], before) if found else before + 1


def _next_number(digits: bytes, before: int) -> int:
    number = int(digits) if digits.isdigit() else 0
    if number <= before:
        raise UnsupportedError("the sheet's rows are not in order")
    return number
