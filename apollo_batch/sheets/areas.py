"""A workbook's package in; its named tables (Insert > Table), where each stands, out."""

from collections.abc import Iterator
from dataclasses import dataclass

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.sheets import cells, markup
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.workbook import Workbook
from apollo_batch.suggest import did_you_mean

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


@dataclass(frozen=True)
class NamedTable:
    """One table of a sheet."""

    name: str
    area: Area
    """With its header and its totals."""
    has_header: bool
    has_totals: bool


def tables(package: Package, sheet_part: str) -> Iterator[NamedTable]:
    """List the tables of one sheet."""
    for one in package.relationships(sheet_part):
        if one.kind != "table" or one.target not in package:
            continue
        xml = package.read(one.target)
        root = markup.grammar(xml).element(b"table").search(xml)
        values = markup.attributes(root["attributes"]) if root else {}
        try:
            area = cells.area(values.get("ref", ""))
        except ValueError:
            continue
        yield NamedTable(
            values.get("displayName", values.get("name", "")),
            area,
            values.get("headerRowCount", "1") != "0",
            values.get("totalsRowCount", "0") != "0",
        )


def find(package: Package, asked: str, *, file: str, sheet: str | None) -> tuple[str, NamedTable]:
    """Find a table, and the name of the sheet it is on; InvalidError where it is not there."""
    everywhere = [
        (entry.name, table)
        for entry in Workbook(package).sheets()
        for table in tables(package, entry.part)
    ]
    for home, table in everywhere:
        if table.name.casefold() == asked.strip().casefold():
            _check(table, home, file=file, sheet=sheet)
            return home, table
    raise _no_such_table(file, asked, [table.name for _, table in everywhere])


def _check(table: NamedTable, home: str, *, file: str, sheet: str | None) -> None:
    if sheet is not None and home.strip().casefold() != sheet.strip().casefold():
        raise InvalidError(
            Code.TABLE_ELSEWHERE,
            f"Table {table.name!r} of {file} is on sheet {home!r}, not on {sheet!r}.",
            fix="Take `sheet` out of the job file: the table's name says where it is.",
        )
    if not table.has_header:
        raise InvalidError(
            Code.TABLE_HEADLESS,
            f"Table {table.name!r} of {file} has no header row, so it names no columns.",
            fix="Switch it on in Excel: Table Design > Header Row.",
        )


def _no_such_table(file: str, asked: str, names: list[str]) -> InvalidError:
    if not names:
        return InvalidError(
            Code.UNKNOWN_TABLE,
            f"{file} has no table {asked!r}: it has no tables at all.",
            fix="Name the sheet instead: input: {sheet: …}, or make one with Insert > Table.",
        )
    there = ", ".join(repr(name) for name in names)
    return InvalidError(
        Code.UNKNOWN_TABLE,
        f"{file} has no table {asked!r}; it has {there}.",
        fix=did_you_mean(asked, names) or "Name one of those.",
    )
