"""One pass over a sheet's raw rows: how far they reach, and what stands around them."""

from dataclasses import dataclass, field

from apollo_batch.sheets import markup
from apollo_batch.sheets.grid import Cutter, Grid
from apollo_batch.sheets.markup import Grammar
from apollo_batch.sheets.package import Package


@dataclass
class Reach:
    """How far a sheet's rows reach."""

    last_row: int = 0
    """The last row that holds a value."""
    last_column: int = 0
    """The last column that holds a value in any row; cells that only have a style do not count."""
    widest: int = 0
    """The last column of any cell, whether or not it holds a value."""
    header: dict[int, int] = field(default_factory=dict)
    """Column number to cell style, of the row that was asked for."""
    head: bytes = b""
    tail: bytes = b""
    grammar: Grammar = field(default_factory=Grammar)

    def take(self, cutter: Cutter, number: int, row: bytes) -> None:
        """Look at one more row."""
        last = cutter.last_column(row)
        self.widest = max(self.widest, last)
        if self.grammar.close(b"c") not in row:
            return
        self.last_row = number
        if last > self.last_column:
            filled = (cell.column for cell in cutter.cells(row) if cell.body)
            self.last_column = max([self.last_column, *filled])


def reach(package: Package, part: str, *, header_row: int) -> Reach:
    """Read a sheet's part once; UnsupportedError where its bytes cannot be trusted."""
    with package.stream(part) as file:
        grid = Grid(file)
        found = Reach(head=grid.head, grammar=grid.grammar)
        cutter = Cutter(grid.grammar)
        for number, row in grid.rows():
            found.take(cutter, number, row)
            if number == header_row:
                found.header = {
                    cell.column: int(markup.attributes(cell.attributes).get("s", "0"))
                    for cell in cutter.cells(row)
                }
        found.tail = grid.tail
    return found
