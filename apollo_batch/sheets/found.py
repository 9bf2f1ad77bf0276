"""Found records in; the sheets they go on, each with its order, out."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from apollo_batch.sheets import titles, widths
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.rebuild import MOST_ROWS
from apollo_batch.sheets.rewrite import Entry
from apollo_batch.sheets.surgery import Order
from apollo_batch.sheets.workbook import SheetEntry


@dataclass(frozen=True)
class Found:
    """Records that a search found, for a sheet of their own."""

    title: str
    columns: Sequence[str]
    """At least one."""
    cells: Callable[[], Iterable[Sequence[Cell]]]
    """Begins the records anew, each as wide as `columns`."""

    @property
    def names(self) -> list[str]:
        """Header texts on one line each; never blank, or the sheet could not be read again."""
        return [" ".join(name.split()) or "Column" for name in self.columns]


@dataclass(frozen=True)
class Page:
    """One sheet of found records."""

    order: Order
    mark: str
    """The hidden name by which a later run knows the sheet."""
    earlier: SheetEntry | None
    """The sheet of an earlier run whose place it takes."""


@dataclass(frozen=True)
class Counted:
    """Found records that were counted, before anything is written."""

    found: Found
    key: str
    """Tells records of one title from those of another, whatever their sheets are called."""
    count: int
    widths: Sequence[float]
    most_rows: int = MOST_ROWS

    @property
    def cells(self) -> int:
        return self.count * len(self.widths)

    def pages(self, earlier: Mapping[str, SheetEntry], taken: set[str]) -> list[Page]:
        """One for each sheet that the records need, or that an earlier run left.

        `earlier` is by mark; `taken` are the names in use, and those given are added to it.
        """
        needed = 1 + max(0, self.count - 1) // (self.most_rows - 1)
        left = itertools.takewhile(earlier.__contains__, map(self._mark, itertools.count()))
        return [self._page(i, earlier, taken) for i in range(max(needed, len([*left])))]

    def _page(self, index: int, earlier: Mapping[str, SheetEntry], taken: set[str]) -> Page:
        before = earlier.get(self._mark(index))
        if before is not None:
            name = before.name
        else:
            name = titles.free(self.found.title, taken, titles.page(index))
        taken.add(name)
        return Page(self._order(name, index), self._mark(index), before)

    def _mark(self, index: int) -> str:
        return f"{MARK}{self.key}.{index + 1}"

    def _order(self, name: str, index: int) -> Order:
        room = self.most_rows - 1
        return Order(
            sheet=name,
            header_row=1,
            headers=(),
            names=self.found.names,
            entries=lambda: itertools.islice(self._entries(index), room),
            widths=self.widths,
            last_row=1 + max(0, min(self.count - index * room, room)),
            known=False,
        )

    def _entries(self, index: int) -> Iterator[Entry]:
        """The records from one sheet's first on, numbered as its rows."""
        skipped = index * (self.most_rows - 1)
        return enumerate(itertools.islice(self.found.cells(), skipped, None), start=2)


MARK = "_apollo_batch.found."


def counted(founds: Iterable[Found], most_rows: int = MOST_ROWS) -> list[Counted]:
    """Read all records once, to know how many there are and how wide they stand."""
    seen: Counter[str] = Counter()
    result = []
    for found in founds:
        title = found.title.strip().casefold()
        seen[title] += 1
        key = hashlib.sha256(f"{title}\n{seen[title]}".encode(errors="replace")).hexdigest()[:12]
        wide = widths.fitting(found.names, enumerate(found.cells()))
        result.append(Counted(found, key, sum(1 for _ in found.cells()), wide, most_rows))
    return result
