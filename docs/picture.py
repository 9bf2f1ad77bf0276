"""Draws the picture that README begins with: some rows of the sample's workbook, as they come back.

`python docs/picture.py` runs the sample job in a sandbox, has LibreOffice draw what came back, and
writes `docs/result.png`. What was drawn is noted in the picture; `--check` says whether that is still
what comes back, and needs neither LibreOffice nor a second picture.
"""

import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

HOUSE = Path(__file__).parents[1]
PICTURE = HOUSE / "docs/result.png"
ROWS = (1, 2, 3, 13, 14, 18, 20, 22, 25, 29, 33)
WIDTHS = {
    "First Name": 12,
    "Last Name": 15,
    "Email": 41,
    "Zip": 7,
    "Apollo Status": 14,
    "Apollo Reason": 40,
    "Apollo Credits": 14,
    "Work Email": 37,
    "Title": 20,
}
"""The columns shown, and how wide they are drawn, in characters."""
_NOTED = "Drawn from"
_DOTS_PER_INCH = 130
_A3 = 8
_LINE = 15
_LONG = "Apollo Reason"
"""The one column whose words may need a second line."""
_TYPE = "DejaVu Sans"


def ran(folder: Path) -> Workbook:
    """Run the sample job in a sandbox of its own; give the workbook that came back."""
    output = folder / "leads.annotated.xlsx"
    words = ["run", "jobs/enrich-people.yaml", "samples/leads.xlsx", "--sandbox", "--yes"]
    flags = ["--state", str(folder / "state"), "--output", str(output)]
    subprocess.run(
        [sys.executable, "-m", "apollo_batch", *words, *flags],
        cwd=HOUSE,
        env={**os.environ, "CI": ""},
        check=True,
        capture_output=True,
    )
    return openpyxl.load_workbook(output)


def digest(sheet: Worksheet) -> str:
    """A short name for all that the picture shows."""
    places = [cell.column - 1 for cell in sheet[1] if cell.value in WIDTHS]
    shown = [[sheet[row][place].value for place in places] for row in ROWS]
    return hashlib.sha256(json.dumps([shown, list(WIDTHS.values())]).encode()).hexdigest()[:16]


def noted(picture: bytes) -> str | None:
    """What a picture says it was drawn from; None where it says nothing."""
    for kind, data in _parts(picture):
        if kind == b"tEXt" and data.startswith(_NOTED.encode() + b"\0"):
            return data.partition(b"\0")[2].decode("latin-1")
    return None


def _parts(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG: its kind and what is in it, one after the other."""
    place = 8
    while place < len(picture):
        (length,) = struct.unpack_from(">I", picture, place)
        yield picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        place += 12 + length


def with_note(picture: bytes, text: str) -> bytes:
    """The same PNG, with a note of what it was drawn from behind its first part."""
    part = b"tEXt" + _NOTED.encode() + b"\0" + text.encode("latin-1")
    framed = struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
    behind = 8 + 12 + struct.unpack_from(">I", picture, 8)[0]
    return picture[:behind] + framed + picture[behind:]


def only_what_is_shown(book: Workbook) -> None:
    """Leave of a workbook the rows and columns that are shown, on one page, as Excel frames them."""
    sheet, *others = book.worksheets
    for other in others:
        book.remove(other)
    for cell in sheet[1]:
        column = sheet.column_dimensions[cell.column_letter]
        column.hidden = cell.value not in WIDTHS
        column.width = WIDTHS.get(str(cell.value), 1)
        for row in range(2, max(ROWS) + 1):
            sheet.cell(row, cell.column).alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(name=_TYPE, bold=True, color=cell.font.color)
    for row in range(1, max(ROWS) + 1):
        sheet.row_dimensions[row].hidden = row not in ROWS
        sheet.row_dimensions[row].height = _LINE * _lines(sheet, row)
    sheet.print_area = f"A1:{sheet.cell(1, sheet.max_column).column_letter}{max(ROWS)}"
    sheet.print_options.gridLines = sheet.print_options.headings = True
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A3
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def _lines(sheet: Worksheet, row: int) -> int:
    (place,) = (cell.column for cell in sheet[1] if cell.value == _LONG)
    return 1 + len(str(sheet.cell(row, place).value or "")) // (WIDTHS[_LONG] + 5)


def drawn(book: Workbook, folder: Path) -> bytes:
    """Have LibreOffice draw a workbook of one page; give the picture without its empty edges."""
    from PIL import Image, ImageChops

    book.save(folder / "shown.xlsx")
    office = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/office"]
    for command in (
        [*office, "--convert-to", "pdf", "shown.xlsx"],
        ["pdftoppm", "-r", str(_DOTS_PER_INCH), "-png", "-singlefile", "shown.pdf", "shown"],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    page = Image.open(folder / "shown.png").convert("RGB")
    edge = ImageChops.difference(page, Image.new("RGB", page.size, "white")).getbbox()
    page.crop(edge).quantize(64).save(folder / "cut.png", optimize=True)
    return (folder / "cut.png").read_bytes()


def main() -> int:
    """Draw the picture, or say whether it is still true."""
    with tempfile.TemporaryDirectory() as folder:
        book = ran(Path(folder))
        now = digest(book.worksheets[0])
        if "--check" not in sys.argv:
            only_what_is_shown(book)
            PICTURE.write_bytes(with_note(drawn(book, Path(folder)), now))
    stale = noted(PICTURE.read_bytes()) != now
    if stale:
        print("docs/result.png shows what no longer comes back: run python docs/picture.py")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
