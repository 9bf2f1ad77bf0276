"""A summary and a workbook's package in; the summary's sheet, charts and styles grown into it."""

import re

from apollo_batch.sheets import markup, wiring
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.styles import Styles
from apollo_batch.sheets.summary import Summary, donor
from apollo_batch.sheets.workbook import SheetEntry, Workbook, quoted

TITLE = "Apollo Summary"
_MARK = "_apollo_batch.summary"
_STYLED = re.compile(rb'(<(?:c|row|col)\s[^>]*?\s(?:s|style)=")(\d+)(")')
_CONTENT = "application/vnd.openxmlformats-officedocument."
_PLACES = {
    "drawing": ("xl/drawings/drawing{}.xml", _CONTENT + "drawing+xml"),
    "chart": ("xl/charts/chart{}.xml", _CONTENT + "drawingml.chart+xml"),
}
_SHEET = ("xl/worksheets/sheet{}.xml", _CONTENT + "spreadsheetml.worksheet+xml")


def graft(workbook: Workbook, styles: Styles, summary: Summary) -> str:
    """Add the summary, or put it in the place of an earlier run's; returns its sheet's name."""
    earlier = _earlier(workbook)
    name = earlier.name if earlier else _free_title(workbook)
    with Package(donor(summary, name)) as source:
        given = Workbook(source)
        entry = given.entry(name)
        numbers = styles.adopt(Styles(source.read("xl/styles.xml")))
        part = _transplant(source, entry.part, workbook, _SHEET, numbers)
    if earlier:
        _replace(workbook, earlier, part)
    else:
        strict = workbook.grammar.strict
        arrow = wiring.add_arrow(workbook.package, workbook.part, "worksheet", part, strict=strict)
        workbook.add_sheet(name, arrow)
    workbook.define(_MARK, f"{quoted(name)}!$A$1")
    return name


def _earlier(workbook: Workbook) -> SheetEntry | None:
    """The sheet an earlier run added, if the mark it left still points to one."""
    marked = {name.refers_to for name in workbook.names() if name.name == _MARK}
    for sheet in workbook.sheets():
        if f"{quoted(sheet.name)}!$A$1" in marked or f"{sheet.name}!$A$1" in marked:
            return sheet if sheet.part in workbook.package else None
    return None


def _free_title(workbook: Workbook) -> str:
    taken = {sheet.name.casefold() for sheet in workbook.sheets()}
    title, number = TITLE, 2
    while title.casefold() in taken:
        title, number = f"{TITLE} {number}", number + 1
    return title


def _replace(workbook: Workbook, earlier: SheetEntry, part: str) -> None:
    package = workbook.package
    for one in package.relationships(workbook.part):
        if one.target == earlier.part:
            wiring.redirect(package, workbook.part, one.id, part)
    wiring.drop(package, earlier.part)


def _transplant(
    source: Package,
    part: str,
    workbook: Workbook,
    place: tuple[str, str],
    styles: dict[int, int],
) -> str:
    """Copy a part and all it points to, under names that are free there; returns the new name."""
    package, strict = workbook.package, workbook.grammar.strict
    pattern, content_type = place
    name = package.free_name(pattern)
    content = source.read(part)
    if pattern == _SHEET[0]:
        content = _as_guest(content, styles)
    package.put(name, markup.strict_names(content) if strict else content)
    wiring.add_type(package, name, content_type)
    for one in source.relationships(part):
        if one.kind in _PLACES:
            target = _transplant(source, one.target, workbook, _PLACES[one.kind], styles)
            wiring.put_arrow(package, name, one.id, one.kind, target, strict=strict)
    return name


def _as_guest(sheet: bytes, styles: dict[int, int]) -> bytes:
    """Renumber styles; and no second selected tab, or Excel edits both sheets at once."""
    sheet = re.sub(rb'\stabSelected="[^"]*"', b"", sheet)
    return _STYLED.sub(lambda m: m[1] + str(styles[int(m[2])]).encode() + m[3], sheet)
