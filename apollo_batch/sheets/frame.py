"""What stands around a sheet's rows: its size, its column widths, its filter; each widened."""

import re
from collections.abc import Mapping

from apollo_batch.sheets import cells, markup
from apollo_batch.sheets.layout import Layout
from apollo_batch.sheets.markup import Grammar
from apollo_batch.sheets.workbook import SheetEntry, Workbook, quoted

_FILTER_NAME = "_xlnm._FilterDatabase"


def widened_head(
    head: bytes, spelling: Grammar, layout: Layout, widths: Mapping[int, float], last_row: int
) -> bytes:
    """Tell the head of a sheet's part about the new columns."""
    return _with_widths(_with_size(head, spelling, layout, last_row), spelling, widths)


def merged_last_column(tail: bytes, spelling: Grammar, header_row: int) -> int:
    """The last column of any merged cells at or below the header; 0 where there are none."""
    last = 0
    for tag in spelling.element(b"mergeCell").finditer(tail):
        area = _area(tag["attributes"])
        if area and area[2] >= header_row:
            last = max(last, area[3])
    return last


def widened_tail(
    tail: bytes, spelling: Grammar, layout: Layout, workbook: Workbook, entry: SheetEntry
) -> bytes:
    """Let a filter that ends at our first column go on to our last."""
    views = tail.find(spelling.open(b"customSheetViews"))
    found = spelling.element(b"autoFilter").search(tail, 0, views if views >= 0 else len(tail))
    area = _area(found["attributes"]) if found else None
    if found is None or area is None or not reaches(area, layout):
        return tail
    top, left, bottom, _ = area
    right = max(layout.places)
    reference = f"{cells.letters(left)}{top}:{cells.letters(right)}{bottom}"
    tag_end = tail.find(b">", found.start()) + 1
    tag = markup.with_attribute(tail[found.start() : tag_end], "ref", reference)
    if any(n.name == _FILTER_NAME and n.sheet == entry.index for n in workbook.names()):
        name_filter(workbook, entry, (top, left, bottom, right))
    return tail[: found.start()] + tag + tail[tag_end:]


def name_filter(workbook: Workbook, entry: SheetEntry, area: tuple[int, int, int, int]) -> None:
    """Let the hidden name that goes with a sheet's filter say the same area."""
    top, left, bottom, right = area
    absolute = f"${cells.letters(left)}${top}:${cells.letters(right)}${bottom}"
    workbook.define(_FILTER_NAME, f"{quoted(entry.name)}!{absolute}", sheet=entry.index)


def reaches(area: tuple[int, int, int, int], layout: Layout) -> bool:
    """Whether a filter or table has our header's row and touches our first column."""
    first = min(layout.places)
    top, left, _, right = area
    touches = right == first - 1 or (first <= right and right in layout.cleared)
    return layout.in_one_block and top == layout.header_row and left < first and touches


def _area(attributes: bytes) -> tuple[int, int, int, int] | None:
    try:
        return cells.area(markup.attributes(attributes).get("ref", ""))
    except ValueError:
        return None


def _with_size(head: bytes, spelling: Grammar, layout: Layout, last_row: int) -> bytes:
    found = spelling.element(b"dimension").search(head)
    area = _area(found["attributes"]) if found else None
    if found is None or area is None:
        return head
    top, left = min(area[0], layout.header_row), min(area[1], *layout.places)
    bottom, right = max(area[2], last_row), max(area[3], *layout.places)
    reference = f"{cells.letters(left)}{top}:{cells.letters(right)}{bottom}"
    tag = spelling.spell(f'<dimension ref="{reference}"/>'.encode())
    return head[: found.start()] + tag + head[found.end() :]


def _with_widths(head: bytes, spelling: Grammar, widths: Mapping[int, float]) -> bytes:
    """Give the new columns their widths; what the sheet says of others stays."""
    found = spelling.element(b"cols").search(head)
    old = [] if found is None else list(spelling.element(b"col").finditer(found["body"] or b""))
    spans = [span for tag in old for span in _around(tag[0], set(widths))]
    for column, width in widths.items():
        text = f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>'
        spans.append((column, spelling.spell(text.encode())))
    if not spans:
        return head
    body = b"".join(tag for _, tag in sorted(spans))
    whole = spelling.open(b"cols") + b">" + body + spelling.close(b"cols")
    if found is not None:
        return head[: found.start()] + whole + head[found.end() :]
    start = re.search(re.escape(spelling.open(b"sheetData")) + rb"[\s>]", head)
    place = start.start() if start else len(head)
    return head[:place] + whole + head[place:]


def _around(tag: bytes, taken: set[int]) -> list[tuple[int, bytes]]:
    """Split what is said of a span of columns around those that are ours."""
    values = markup.attributes(tag)
    first, last = int(values.get("min", "1")), int(values.get("max", "1"))
    inside = sorted(column for column in taken if first <= column <= last)
    spans = []
    for column in [*inside, last + 1]:
        if first < column:
            piece = markup.with_attribute(tag, "min", first)
            spans.append((first, markup.with_attribute(piece, "max", column - 1)))
        first = column + 1
    return spans
