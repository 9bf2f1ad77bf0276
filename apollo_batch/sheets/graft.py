"""A sheet of ours and a workbook's package in; the sheet, its charts and styles grown into it."""

import re
from collections.abc import Mapping

from apollo_batch.sheets import markup, titles, wiring
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.styles import Styles
from apollo_batch.sheets.summary import Summary, donor
from apollo_batch.sheets.workbook import SheetEntry, Workbook, quoted

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
    earlier = marked(workbook, _MARK)
    taken = (sheet.name for sheet in workbook.sheets())
    name = earlier.name if earlier else titles.free_summary(taken)
    with Package(donor(summary, name)) as source:
        numbers = styles.adopt(Styles(source.read("xl/styles.xml")))
        settle(workbook, source, name, earlier, numbers)
    workbook.define(_MARK, place_of(name))
    return name


def settle(
    workbook: Workbook,
    source: Package,
    name: str,
    earlier: SheetEntry | None,
    styles: Mapping[int, int],
) -> str:
    """Copy a sheet, behind all others or in the place of an earlier run's; its new part's name."""
    part = _transplant(source, Workbook(source).entry(name).part, workbook, _SHEET, styles)
    if earlier:
        _replace(workbook, earlier, part)
    else:
        strict = workbook.grammar.strict
        arrow = wiring.add_arrow(workbook.package, workbook.part, "worksheet", part, strict=strict)
        workbook.add_sheet(name, arrow)
    return part


def marked(workbook: Workbook, mark: str) -> SheetEntry | None:
    """The sheet an earlier run added, if the mark it left still points to one."""
    places = {name.refers_to for name in workbook.names() if name.name == mark}
    for sheet in workbook.sheets():
        if place_of(sheet.name) in places or f"{sheet.name}!$A$1" in places:
            return sheet if sheet.part in workbook.package else None
    return None


def place_of(name: str) -> str:
    """What a mark refers to."""
    return f"{quoted(name)}!$A$1"


def _replace(workbook: Workbook, earlier: SheetEntry, part: str) -> None:
    package = workbook.package
    for one in package.relationships(workbook.part):
        if one.target == earlier.part:
            wiring.redirect(package, workbook.part, one.id, part)
    wiring.drop(package, earlier.part)
    # It may list formulas that somebody added there; Excel makes it anew.
    wiring.drop_arrow(package, workbook.part, "calcChain")


def _transplant(
    source: Package,
    part: str,
    workbook: Workbook,
    place: tuple[str, str],
    styles: Mapping[int, int],
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


def _as_guest(sheet: bytes, styles: Mapping[int, int]) -> bytes:
    """Renumber styles; and no second selected tab, or Excel edits both sheets at once."""
    sheet = re.sub(rb'\stabSelected="[^"]*"', b"", sheet)
    return _STYLED.sub(lambda m: m[1] + str(styles[int(m[2])]).encode() + m[3], sheet)
