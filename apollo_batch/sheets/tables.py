"""Tables of a sheet (Insert > Table): one that ends at our first column grows to hold ours."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from apollo_batch.sheets import cells, celltext, frame, markup
from apollo_batch.sheets.layout import Layout, without_clashes
from apollo_batch.sheets.markup import Grammar
from apollo_batch.sheets.package import Package


@dataclass(frozen=True)
class _Table:
    part: str
    xml: bytes
    grammar: Grammar
    area: tuple[int, int, int, int]
    columns: tuple[bytes, ...]
    """Each column's whole element."""
    totals: int
    """How many rows at its end are totals."""

    def names(self) -> dict[str, int]:
        """Column name to column number."""
        return {name: place for _, (name, place) in self.named()}

    def named(self) -> Iterator[tuple[bytes, tuple[str, int]]]:
        """Each column's element with its name and number."""
        for place, tag in enumerate(self.columns, start=self.area[1]):
            yield tag, (markup.attributes(tag[: tag.find(b">") + 1]).get("name", ""), place)


def grow(package: Package, sheet_part: str, layout: Layout) -> Layout:
    """Widen the table beside our columns; the layout comes back as the table allows it."""
    for table in _tables(package, sheet_part):
        if frame.reaches(table.area, layout):
            unique = without_clashes(layout, table.names())
            package.put(table.part, _widened(table, unique))
            bottom = table.area[2]
            return replace(unique, spared=range(bottom - table.totals + 1, bottom + 1))
    return layout


def _tables(package: Package, sheet_part: str) -> Iterator[_Table]:
    for one in package.relationships(sheet_part):
        if one.kind != "table" or one.target not in package:
            continue
        xml = package.read(one.target)
        spelling = markup.grammar(xml)
        root = spelling.element(b"table").search(xml)
        values = markup.attributes(root["attributes"]) if root else {}
        if "ref" in values and _plain(values):
            columns = tuple(tag[0] for tag in spelling.element(b"tableColumn").finditer(xml))
            totals = int(values.get("totalsRowCount", "0"))
            area = cells.area(values["ref"])
            yield _Table(one.target, xml, spelling, area, columns, totals)


def _plain(values: dict[str, str]) -> bool:
    """Whether a table has a header and no source outside the workbook."""
    header = values.get("headerRowCount", "1") == "1"
    return header and values.get("tableType", "worksheet") == "worksheet"


def _widened(table: _Table, layout: Layout) -> bytes:
    top, left, bottom, _ = table.area
    columns = [*table.columns[: min(layout.places) - left], *_added(table, layout)]
    corner = f"{cells.letters(left)}{top}:{cells.letters(max(layout.places))}"
    xml = _with(table.xml, table.grammar, b"table", "ref", f"{corner}{bottom}")
    xml = _with(xml, table.grammar, b"autoFilter", "ref", f"{corner}{bottom - table.totals}")
    found = table.grammar.element(b"tableColumns").search(xml)
    if found is None:
        return xml
    start = table.grammar.open(b"tableColumns") + f' count="{len(columns)}">'.encode()
    whole = start + b"".join(columns) + table.grammar.close(b"tableColumns")
    return xml[: found.start()] + whole + xml[found.end() :]


def _added(table: _Table, layout: Layout) -> Iterator[bytes]:
    """Our columns; one of an earlier run that keeps its place and name keeps its total as well."""
    there = {(place, name): tag for tag, (name, place) in table.named()}
    ids = (int(markup.attributes(tag).get("id", "0")) for tag in table.columns)
    number = max(ids, default=0)
    for name, place in zip(layout.names, layout.places, strict=True):
        number += 1
        text = f'<tableColumn id="{number}" name="{celltext.encoded(name)}"/>'
        yield there.get((place, name)) or table.grammar.spell(text.encode())


def _with(xml: bytes, spelling: Grammar, tag: bytes, name: str, value: str) -> bytes:
    found = spelling.element(tag).search(xml)
    if found is None:
        return xml
    end = xml.find(b">", found.start()) + 1
    return (
        xml[: found.start()]
        + markup.with_attribute(xml[found.start() : end], name, value)
        + xml[end:]
    )
