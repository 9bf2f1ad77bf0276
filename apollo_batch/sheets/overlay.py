"""A sheet's drawings and locks and its new columns in; what lies over them, what to say, out."""

import re
from collections.abc import Iterator

from apollo_batch.sheets import cells, markup
from apollo_batch.sheets.layout import Layout
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.reach import Reach
from apollo_batch.sheets.workbook import SheetEntry, Workbook

_ANCHOR = re.compile(
    rb"<(?:[\w.-]+:)?(?:two|one)CellAnchor[\s>].*?</(?:[\w.-]+:)?(?:two|one)CellAnchor\s*>",
    re.DOTALL,
)
_COLUMN = re.compile(rb"<(?:[\w.-]+:)?col>\s*(\d+)\s*<")
_EXTENT = re.compile(rb"""<(?:[\w.-]+:)?ext\s[^>]*?\bcx\s*=\s*["'](\d+)["']""")
_COLUMN_EMU = 609_600
"""How wide a column is where nobody made it wider: 64 pixels."""
_ON = {"1", "true", "on"}


def covered(package: Package, sheet_part: str, layout: Layout) -> frozenset[int]:
    """Name the new columns that a picture, chart or shape lies over.

    They are not moved aside: rows are sorted together only while no blank column parts them.
    """
    spans = [
        span
        for one in package.relationships(sheet_part)
        if one.kind == "drawing" and one.target in package
        for span in _spans(package.read(one.target))
    ]
    new = set(layout.places) - layout.cleared
    return frozenset(c for c in new for first, last in spans if first <= c <= last)


def _spans(drawing: bytes) -> Iterator[tuple[int, int]]:
    """First and last column of each thing that is drawn, counted from 1."""
    for anchor in _ANCHOR.findall(drawing):
        columns = [int(found) + 1 for found in _COLUMN.findall(anchor)]
        extent = _EXTENT.search(anchor)
        if len(columns) == 1 and extent:
            columns.append(columns[0] + int(extent[1]) // _COLUMN_EMU)
        if columns:
            yield min(columns), max(columns)


def notices(
    workbook: Workbook, entry: SheetEntry, layout: Layout, found: Reach, under: frozenset[int]
) -> Iterator[str]:
    """Say what the person may stumble over in the finished workbook."""
    if under:
        first, last = cells.letters(min(under)), cells.letters(max(under))
        where = f"column {first}" if first == last else f"columns {first} to {last}"
        yield (
            f"On sheet {entry.name!r} a picture or chart lies over the new {where}: move it to "
            "see what is under it."
        )
    if _locked(found.tail, found.grammar.element(b"sheetProtection"), "sheet"):
        yield (
            f"Sheet {entry.name!r} is protected, and stays so: before you sort, filter or correct "
            "rows, choose Review > Unprotect Sheet in Excel."
        )
    if _locked(workbook.xml, workbook.grammar.element(b"workbookProtection"), "lockStructure"):
        yield (
            "The workbook's structure is protected, and stays so: to move or delete the summary, "
            "choose Review > Protect Workbook in Excel."
        )
    if layout.spared:
        yield (
            f"Row {layout.spared[0]} of sheet {entry.name!r} is the table's totals row: it keeps "
            "its cells and gets no status."
        )


def _locked(xml: bytes, element: re.Pattern[bytes], name: str) -> bool:
    found = element.search(xml)
    return found is not None and markup.attributes(found["attributes"]).get(name, "0") in _ON
