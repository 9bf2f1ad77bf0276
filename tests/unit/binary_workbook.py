"""An XLSB workbook by hand, because no program at hand writes one: records of number, size, bytes."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.ms-excel"
_ROW, _NUMBER, _TEXT = 0, 5, 6
_SHEET, _BOOK, _SHEETS, _CELLS = (129, 130), (131, 132), (143, 144), (145, 146)
_DIMENSION, _LISTED = 148, 156


def save(path: Path, rows: Sequence[Sequence[str | float | None]], *, title: str = "Leads") -> Path:
    """Write the smallest workbook that holds these rows."""
    listed = struct.pack("<II", 0, 1) + _text("rId1") + _text(title)
    book = _within(_BOOK, _within(_SHEETS, _record(_LISTED, listed)))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    cells = b"".join(_row(number, row) for number, row in enumerate(rows))
    sheet = _within(_SHEET, _record(_DIMENSION, size) + _within(_CELLS, cells))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="bin" ContentType="{_TYPE}.sheet.binary.macroEnabled.main"/>'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        )
        archive.writestr("_rels/.rels", _arrow("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", _arrow("worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def _arrow(kind: str, target: str) -> str:
    one = f'<Relationship Id="rId1" Type="{_RELS}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'


def _row(number: int, row: Sequence[str | float | None]) -> bytes:
    head = struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0)
    return _record(_ROW, head) + b"".join(_cell(*cell) for cell in enumerate(row))


def _cell(column: int, value: str | float | None) -> bytes:
    place = struct.pack("<II", column, 0)
    if value is None:
        return b""
    if isinstance(value, str):
        return _record(_TEXT, place + _text(value))
    return _record(_NUMBER, place + struct.pack("<d", value))


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _within(pair: tuple[int, int], content: bytes) -> bytes:
    return _record(pair[0], b"") + content + _record(pair[1], b"")


def _record(number: int, content: bytes) -> bytes:
    start = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    size, length = b"", len(content)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return start + size + content
