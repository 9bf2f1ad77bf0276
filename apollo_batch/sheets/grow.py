"""Counted records and a workbook in; their sheets grown into it, behind its own, out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apollo_batch.sheets import cells, frame, graft, surgery
from apollo_batch.sheets.blank import blank, filtered
from apollo_batch.sheets.found import MARK, Counted, Page
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.styles import Styles
from apollo_batch.sheets.verify import Written
from apollo_batch.sheets.workbook import SheetEntry, Workbook, quoted

_TITLES = "_xlnm.Print_Titles"


def grow(
    workbook: Workbook, styles: Styles, found: Sequence[Counted], annotated: str = ""
) -> list[Written]:
    """Give each its sheets; those of an earlier run are replaced, but never the annotated one."""
    _let_go(workbook, annotated)
    earlier = dict(_marked(workbook))
    taken = {sheet.name for sheet in workbook.sheets()}
    written: list[Written] = []
    for each in found:
        pages = each.pages(earlier, taken)
        for page in pages:
            _plant(workbook, page)
        written += fill(workbook, styles, each, pages)
    return written


def fill(
    workbook: Workbook, styles: Styles, found: Counted, pages: Sequence[Page]
) -> Iterator[Written]:
    """Prepare the sheets, which are there and empty; the first says what the person should know."""
    for page in pages:
        written = surgery.operate(workbook, styles, page.order)
        entry = workbook.entry(page.order.sheet)
        frame.name_filter(workbook, entry, cells.area(filtered(page.order)))
        header = f"{quoted(entry.name)}!$1:$1"
        workbook.define(_TITLES, header, sheet=entry.index, hidden=False)
        workbook.define(page.mark, graft.place_of(entry.name))
        yield replace(written, notices=(_told(found, pages),) if page is pages[0] else ())


def _told(found: Counted, pages: Sequence[Page]) -> str:
    records = "record is" if found.count == 1 else "records are"
    first = pages[0].order.sheet
    where = f"on sheet {first!r}"
    if len(pages) > 1:
        where = f"on {len(pages)} sheets from {first!r} on: Excel shows about a million on one"
    place = ", in the place of an earlier run's" if pages[0].earlier else ""
    return f"{found.count:,} found {records} {where}{place}."


def _let_go(workbook: Workbook, annotated: str) -> None:
    """A sheet that is somebody's input now is no longer ours to replace."""
    for mark, entry in _marked(workbook):
        if entry.name == annotated:
            workbook.forget(mark)


def _marked(workbook: Workbook) -> list[tuple[str, SheetEntry]]:
    marks = [name.name for name in workbook.names() if name.name.startswith(MARK)]
    entries = ((mark, graft.marked(workbook, mark)) for mark in marks)
    return [(mark, entry) for mark, entry in entries if entry is not None]


def _plant(workbook: Workbook, page: Page) -> None:
    with Package(blank([page.order])) as source:
        part = graft.settle(workbook, source, page.order.sheet, page.earlier, {})
    workbook.package.plant(part, workbook.package.read(part))
