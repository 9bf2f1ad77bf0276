"""A sheet as it stands and the names of new columns in; where each of them goes out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apollo_batch.sheets import cells
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.workbook import SheetEntry, Workbook, quoted

MOST_COLUMNS = 16_384
OURS = ("Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits")
"""The first columns of every output; four of them in a row are known again without a marker."""

_MARK = "_apollo_batch.column."
_FIRST = frozenset(str(number) for number in range(1, len(OURS) + 1))
_NUMBERED = re.compile(r" \d+$")  # a table numbers a name that it has already
_MARKED = re.compile(r".*!\$?([A-Z]{1,3})\$?\d+", re.DOTALL)


@dataclass(frozen=True)
class Layout:
    """Where the new columns go."""

    header_row: int
    names: tuple[str, ...]
    """Header texts of the new columns."""
    places: tuple[int, ...]
    """Column numbers, one for each name."""
    cleared: frozenset[int] = frozenset()
    """Columns of an earlier run, whose cells make room."""
    spared: range = range(0)
    """Rows that stay as they are: the totals of a table that takes the columns in."""

    @property
    def in_one_block(self) -> bool:
        first = min(self.places)
        return self.places == tuple(range(first, first + len(self.places)))


def comes_back(headers: Sequence[str]) -> bool:
    """Whether a sheet is an earlier result: it has our four columns."""
    return set(OURS) <= set(headers)


def known_columns(
    workbook: Workbook, entry: SheetEntry, headers: Sequence[str], names: Sequence[str]
) -> frozenset[int]:
    """Find the columns that an earlier run added: by their marks, else by their names."""
    marked = {
        cells.column_number(match[1]): name.name.removeprefix(_MARK)
        for name in workbook.names()
        if name.sheet == entry.index and name.name.startswith(_MARK)
        if (match := _MARKED.fullmatch(name.refers_to)) is not None
    }
    again = {
        column
        for column, number in marked.items()
        if number in _FIRST or _named(headers, column, names)
    }
    return frozenset(again) or named_columns(headers, names)


def _named(headers: Sequence[str], column: int, names: Sequence[str]) -> bool:
    """Whether a kept column is kept again; what another job kept is the person's by now."""
    header = headers[column - 1] if column <= len(headers) else ""
    return header in names or _NUMBERED.sub("", header) in names


def named_columns(headers: Sequence[str], names: Sequence[str]) -> frozenset[int]:
    """Find our four columns side by side, and what was kept beside them under the same names."""
    width = len(OURS)
    for start in range(len(headers) - width + 1):
        if tuple(headers[start : start + width]) == OURS:
            end = start + width
            while end < len(headers) and headers[end] in names:
                end += 1
            return frozenset(range(start + 1, end + 1))
    return frozenset()


def theirs(headers: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The header without our columns that are called like one of the person's own."""
    ours = named_columns(headers, names)
    numbered = list(enumerate(headers, start=1))
    own = {name.casefold() for place, name in numbered if place not in ours}
    return tuple(
        "" if place in ours and name.casefold() in own else name for place, name in numbered
    )


def lay_out(
    header_row: int,
    headers: Sequence[str],
    names: Sequence[str],
    *,
    ours: frozenset[int],
    last_column: int,
) -> Layout:
    """Place the columns behind everything there is, or where an earlier run put them."""
    titles = tuple(names)
    if ours and max(ours) >= last_column and len(ours) == max(ours) - min(ours) + 1:
        first = min(ours)
        places = tuple(range(first, first + len(titles)))
        layout = Layout(header_row, titles, places, ours)
    else:
        layout = _by_name(header_row, headers, titles, ours, last_column)
    if layout.places and max(layout.places) > MOST_COLUMNS:
        raise UnsupportedError("there is no room for more columns to the right")
    return layout


def _by_name(
    header_row: int,
    headers: Sequence[str],
    titles: tuple[str, ...],
    ours: frozenset[int],
    last_column: int,
) -> Layout:
    """Where others stand right of ours, nothing may shift: each goes where its name was."""
    there: dict[str, list[int]] = {}
    for column in sorted(ours, reverse=True):
        title = headers[column - 1] if column <= len(headers) else ""
        there.setdefault(title, []).append(column)
    places, free = [], max(last_column, len(headers)) + 1
    for title in titles:
        if there.get(title):
            places.append(there[title].pop())
        else:
            places.append(free)
            free += 1
    return Layout(header_row, titles, tuple(places), ours & frozenset(places))


def mark(workbook: Workbook, entry: SheetEntry, layout: Layout) -> None:
    """Name the new columns, so that a later run knows them wherever they were moved."""
    old = [n for n in workbook.names() if n.sheet == entry.index and n.name.startswith(_MARK)]
    for name in old:
        workbook.forget(name.name, sheet=entry.index)
    for number, column in enumerate(layout.places, start=1):
        place = f"{quoted(entry.name)}!${cells.letters(column)}${layout.header_row}"
        workbook.define(f"{_MARK}{number}", place, sheet=entry.index)


def without_clashes(layout: Layout, taken: Mapping[str, int]) -> Layout:
    """Number the names that a table already has, or that come twice: a table allows that once."""
    seen = {name.casefold() for name, column in taken.items() if column not in layout.places}
    names = []
    for name in layout.names:
        unique, number = name, 2
        while unique.casefold() in seen:
            unique, number = f"{name} {number}", number + 1
        seen.add(unique.casefold())
        names.append(unique)
    return replace(layout, names=tuple(names))
