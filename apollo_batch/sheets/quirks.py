"""A sheet's raw rows in; what the reading library does not tell about them out."""

import re
from dataclasses import dataclass, field
from typing import IO

from apollo_batch.sheets import areas, markup
from apollo_batch.sheets.grid import Cell, Cutter, Grid
from apollo_batch.sheets.markup import Grammar
from apollo_batch.sheets.package import Package

_WINDOW = 1 << 20
_OVERLAP = 8
# Without one of these in its part, and without a formula, a sheet has nothing hidden, no error,
# and no cells written in an unusual way.
_SIGNS = (b"hidden", b">#", b"<!")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true|on)["']""")
_SUMMING = re.compile(
    r"(?:SUM|SUBTOTAL|AGGREGATE|COUNTA?|AVERAGE|MIN|MAX)\((?:[\d;,]*,)?"
    r"(?:\$?[A-Z]{1,3}\$?(?P<first>\d+):|[\w.]*\[)"
)


@dataclass(frozen=True)
class Trouble:
    """A cell without a usable value."""

    reason: str
    """A code of `reasons.REASONS`."""
    text: str
    """What the cell shows."""


@dataclass
class Quirks:
    """What the raw rows say."""

    troubles: dict[int, dict[int, Trouble]] = field(default_factory=dict)
    """Row number to column number to what is wrong there."""
    hidden: list[int] = field(default_factory=list)
    """Rows that are hidden, by hand or by a filter."""
    totals: list[int] = field(default_factory=list)
    """Rows that say themselves that they sum what is above."""


def look(package: Package, part: str) -> Quirks:
    """Read a sheet's part once or twice; UnsupportedError where its bytes cannot be trusted."""
    found = Quirks()
    with package.stream(part) as file:
        unusual = _has_sign(file)
    if unusual:
        with package.stream(part) as file:
            _look_at_rows(Grid(file), found)
    found.totals += [one.area[2] for one in areas.tables(package, part) if one.has_totals]
    return found


def extent(package: Package, part: str) -> tuple[int, int]:
    """Say how far the cells reach: the last row and the last column that are written down."""
    last_row = last_column = 0
    with package.stream(part) as file:
        grid = Grid(file)
        cutter = Cutter(grid.grammar)
        for number, row in grid.rows():
            last_row, last_column = number, max(last_column, cutter.last_column(row))
    return last_row, last_column


def _has_sign(file: IO[bytes]) -> bool:
    seen = file.read(_WINDOW)
    signs = (*_SIGNS, markup.grammar(seen).open(b"f"))
    while seen:
        if any(sign in seen for sign in signs):
            return True
        window = file.read(_WINDOW)
        seen = seen[-_OVERLAP:] + window if window else b""
    return False


def _look_at_rows(grid: Grid, found: Quirks) -> None:
    cutter, formula = Cutter(grid.grammar), grid.grammar.open(b"f")
    cell = grid.grammar.close(b"c")
    last, last_number = b"", 0
    for number, row in grid.rows():
        if cell in row:
            last, last_number = row, number
            if _HIDDEN.search(row, 0, row.find(b">")):
                found.hidden.append(number)
            if b't="e"' in row or b"t='e'" in row or formula in row:
                _look_for_trouble(found, grid.grammar, cutter, number, row)
    if formula in last and _sums(grid.grammar, cutter, last_number, last):
        found.totals.append(last_number)


def _look_for_trouble(
    found: Quirks, spelling: Grammar, cutter: Cutter, number: int, row: bytes
) -> None:
    here = {
        cell.column: trouble
        for cell in cutter.cells(row)
        if (trouble := _trouble(spelling, cell)) is not None
    }
    if here:
        found.troubles[number] = here


def _trouble(spelling: Grammar, cell: Cell) -> Trouble | None:
    kind = markup.attributes(cell.attributes).get("t", "n")
    value = spelling.element(b"v").search(cell.body)
    content = markup.unescape(value["body"] or b"") if value else ""
    if kind == "e":
        return Trouble("error_cell", content)
    has_formula = spelling.open(b"f") in cell.body
    # A formula whose result is the empty text says so: t="str".
    if has_formula and not content and kind != "str":
        return Trouble("formula_without_value", "")
    return None


def _sums(spelling: Grammar, cutter: Cutter, number: int, row: bytes) -> bool:
    """Whether a row's formulas reach over rows above it; one over its own cells does not count."""
    for cell in cutter.cells(row):
        formula = spelling.element(b"f").search(cell.body)
        text = markup.unescape(formula["body"] or b"") if formula else ""
        match = _SUMMING.search(text.upper())
        if match is not None and (match["first"] is None or int(match["first"]) < number - 1):
            return True
    return False
