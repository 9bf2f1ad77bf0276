"""One sheet of a package and its new cells in; the parts that have to change for them out."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from apollo_batch.sheets import frame, layout, overlay, tables, wiring
from apollo_batch.sheets.behind import Behind
from apollo_batch.sheets.grid import Grid
from apollo_batch.sheets.layout import Layout
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.reach import Reach, reach
from apollo_batch.sheets.rewrite import Entry, Palette, Rewriter
from apollo_batch.sheets.styles import EMPTY, Styles
from apollo_batch.sheets.verify import Written
from apollo_batch.sheets.workbook import SheetEntry, Workbook

_ROWS_AT_ONCE = 500
_STYLES = "xl/styles.xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


@dataclass(frozen=True)
class Order:
    """What one sheet is to get."""

    sheet: str
    header_row: int
    headers: Sequence[str]
    """The header texts there are, from column A on."""
    names: Sequence[str]
    """The header texts of the new columns."""
    entries: Callable[[], Iterable[Entry]]
    """Begins the new cells anew, rows in order, without the header's."""
    widths: Sequence[float]
    """One for each new column."""
    last_row: int = 0
    """Known only where all columns are new."""
    known: bool = True
    """Whether a later run is to know the columns as ours."""


def open_workbook(package: Package) -> Workbook:
    """Look at a package's workbook; refuse one that any change would break."""
    if any(name.lower().startswith("_xmlsignatures/") for name in package.names()):
        raise UnsupportedError("it carries a digital signature, which any change would break")
    return Workbook(package)


def open_styles(workbook: Workbook) -> tuple[str, Styles]:
    """Find the styles part, or make one; its name and content."""
    package = workbook.package
    for one in package.relationships(workbook.part):
        if one.kind == "styles" and one.target in package:
            return one.target, Styles(package.read(one.target))
    # Readers look for this very name, whatever the arrow says.
    if _STYLES not in package:
        package.put(_STYLES, EMPTY)
        wiring.add_type(package, _STYLES, _STYLES_TYPE)
    strict = workbook.grammar.strict
    wiring.add_arrow(package, workbook.part, "styles", _STYLES, strict=strict)
    return _STYLES, Styles(package.read(_STYLES))


def operate(workbook: Workbook, styles: Styles, order: Order) -> Written:
    """Prepare a sheet's new part; it is written when the package is."""
    package, entry = workbook.package, workbook.entry(order.sheet)
    found = reach(package, entry.part, header_row=order.header_row)
    laid_out = tables.grow(package, entry.part, _lay_out(workbook, entry, order, found))
    palette = _palette(styles, laid_out, found.header)
    if order.known:
        layout.mark(workbook, entry, _marked(laid_out))
    if laid_out.cleared:
        # It lists the formulas in order of calculation; Excel makes it anew.
        wiring.drop_arrow(package, workbook.part, "calcChain")
    tail = frame.widened_tail(found.tail, found.grammar, laid_out, workbook, entry)
    under = overlay.covered(package, entry.part, laid_out)
    part = _Part(package, entry.part, order, laid_out, palette, found, tail, under)
    package.put(entry.part, part.write)
    size = part.last_row * max(laid_out.places)
    notices = tuple(overlay.notices(workbook, entry, laid_out, found, under))
    return Written(order.sheet, entry.part, laid_out, part.entries, size, notices)


def _lay_out(workbook: Workbook, entry: SheetEntry, order: Order, found: Reach) -> Layout:
    ours = frozenset[int]()
    if order.known:
        ours = layout.known_columns(workbook, entry, order.headers, order.names)
    merged = frame.merged_last_column(found.tail, found.grammar, order.header_row)
    last = max(found.last_column, len(order.headers), merged)
    return layout.lay_out(order.header_row, order.headers, order.names, ours=ours, last_column=last)


def _marked(laid_out: Layout) -> Layout:
    """Of a workbook that is all new, only our columns are marked as ours."""
    starts = [i for i, name in enumerate(laid_out.names) if name == layout.OURS[0]]
    start = starts[-1] if min(laid_out.places) == 1 and starts else 0
    return replace(laid_out, names=laid_out.names[start:], places=laid_out.places[start:])


def _palette(styles: Styles, laid_out: Layout, header: Mapping[int, int]) -> Palette:
    neighbour = min(laid_out.places) - 1
    head = header.get(neighbour, 0) if neighbour else styles.head()
    return Palette(
        head=[head] * len(laid_out.names),
        text=styles.text(),
        count=styles.count(),
        statuses=styles.statuses(),
    )


@dataclass(frozen=True)
class _Part:
    """A sheet's part while it is written."""

    package: Package
    name: str
    order: Order
    layout: Layout
    palette: Palette
    found: Reach
    tail: bytes
    under: frozenset[int]
    """Columns that keep their width, because what is drawn over them would be stretched."""

    @property
    def last_row(self) -> int:
        return max(self.found.last_row, self.order.last_row)

    def write(self, out: Behind) -> None:
        places = zip(self.layout.places, self.order.widths, strict=True)
        left = self.layout.cleared | self.under
        widths = {place: width for place, width in places if place not in left}
        head = self.found.head
        out.write(frame.widened_head(head, self.found.grammar, self.layout, widths, self.last_row))
        rewriter = Rewriter(self.found.grammar, self.layout, self.palette, widest=self.found.widest)
        with self.package.stream(self.name) as file:
            rows = rewriter.rows(Grid(file).rows(), self.entries())
            while some := b"".join(row for _, row in itertools.islice(rows, _ROWS_AT_ONCE)):
                out.write(some)
        out.write(self.tail)

    def entries(self) -> Iterator[Entry]:
        """The new cells, row by row, the header's among them."""
        header: Entry | None = (self.layout.header_row, self.layout.names)
        spared = self.layout.spared
        for entry in self.order.entries():
            if entry[0] in spared:
                continue
            if header is not None and entry[0] > header[0]:
                yield header
                header = None
            yield entry
        if header is not None:
            yield header
