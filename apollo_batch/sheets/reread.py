"""New cells as they stand in a draft, and what they should say, in; read by another program."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import python_calamine as calamine

from apollo_batch.sheets import celltext
from apollo_batch.sheets.cells import Read
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.layout import Layout
from apollo_batch.sheets.markup import Grammar
from apollo_batch.sheets.mismatch import MismatchError

_BLOCK = 1 << 20
# The reading library keeps a rectangle in memory: a row far below would make it a tall one.
_TALLEST = 10_000
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ARROWS = f'<Relationships xmlns="{_PACKAGE}/relationships">{{}}</Relationships>'
_ARROW = f'<Relationship Id="rId1" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
_AROUND = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
    "_rels/.rels": _ARROWS.format(_ARROW.format("officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="New" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": _ARROWS.format(_ARROW.format("worksheet", "worksheets/new.xml")),
}


class Reread:
    """Puts new cells into small workbooks of nothing else, a block of rows at a time."""

    def __init__(self, root: bytes, spelling: Grammar, layout: Layout) -> None:
        """`root` is everything up to the end of the part's first tag: its names are declared."""
        begin, end = spelling.open(b"row") + b">", spelling.close(b"row")
        self._before = root + spelling.open(b"sheetData") + b">" + begin
        self._between = end + begin
        self._after = end + spelling.close(b"sheetData") + spelling.close(b"worksheet")
        self._places = layout.places
        self._rows: list[bytes] = []
        self._sent: list[tuple[int, Sequence[Cell]]] = []
        self._size = 0

    def take(self, number: int, cells: bytes, values: Sequence[Cell]) -> None:
        """Note the cells of one row, and what they should say; MismatchError may come later."""
        if self._sent and (self._size > _BLOCK or number - self._sent[0][0] > _TALLEST):
            self.finish()
        self._rows.append(cells)
        self._sent.append((number, values))
        self._size += len(cells)

    def finish(self) -> None:
        """Read what was noted; MismatchError where it does not say what it should."""
        if not self._sent:
            return
        try:
            workbook = calamine.CalamineWorkbook.from_filelike(self._workbook())
            sheet = workbook.get_sheet_by_index(0)
        except calamine.CalamineError as error:
            raise MismatchError("the new cells cannot be read back") from error
        top, left = sheet.start or (0, 0)
        self._compare(sheet.to_python(), top + 1, left + 1)
        self._rows, self._sent, self._size = [], [], 0

    def _workbook(self) -> io.BytesIO:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in _AROUND.items():
                archive.writestr(name, content)
            # Each cell says its place: the rows need no number.
            sheet = self._before + self._between.join(self._rows) + self._after
            archive.writestr("xl/worksheets/new.xml", sheet)
        file.seek(0)
        return file

    def _compare(self, lines: Sequence[list[Read]], top: int, left: int) -> None:
        rest = dict(enumerate(lines, start=top))
        places = [place - left for place in self._places]
        aligned = places == list(range(len(places)))
        for number, values in self._sent:
            line = rest.pop(number, [])
            if not (aligned and line == list(values)) and not _says(line, places, values):
                raise MismatchError(f"the new cells of row {number} read back differently")
        if any(value != "" for line in rest.values() for value in line):
            raise MismatchError("there are cells where none should be")


def _says(line: Sequence[Read], places: Sequence[int], values: Sequence[Cell]) -> bool:
    """Whether a line has these values in these places and nothing else."""
    there = {place: _seen(value) for place, value in enumerate(line) if value != ""}
    sent = ((place, celltext.readable(value)) for place, value in zip(places, values, strict=True))
    return there == {place: value for place, value in sent if value is not None}


def _seen(value: Read) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return repr(value)
