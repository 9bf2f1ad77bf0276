"""A workbook before and after in; nothing out, or what of it is not as it should be."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import BadZipFile

from apollo_batch.errors import InvalidError
from apollo_batch.sheets import book, rows
from apollo_batch.sheets.cells import Read
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.layout import Layout
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.mismatch import MismatchError, parse
from apollo_batch.sheets.package import Package

# So many cells another program may read whole; more would need more memory than the writing did.
_FEW_CELLS = 300_000

Line = tuple[int, list[Read]]


@dataclass(frozen=True)
class Written:
    """What one sheet was to get."""

    sheet: str
    part: str
    layout: Layout
    entries: Callable[[], Iterable[tuple[int, Sequence[Cell]]]]
    """Begins the new cells anew, the header's among them."""
    size: int
    """How many cells the sheet has now, at most."""
    notices: tuple[str, ...] = ()
    """What the person should know about it."""


def check(before: Path | IO[bytes], draft: Path, made: Package, written: Iterable[Written]) -> None:
    """Reopen a draft: what was not meant to change has not changed, and what was has arrived."""
    sheets = list(written)
    try:
        with Package(before) as old, Package(draft) as new:
            _check_parts(old, new, made)
            for one in sheets:
                with _before(old, made, one.part) as was, new.stream(one.part) as now:
                    rows.check_rows(was, now, one.layout, one.entries())
        for one in sheets:
            small = one.size <= _FEW_CELLS and one.part not in made.planted
            if isinstance(before, Path) and small:
                _compare(book.lines(before, one.sheet), book.lines(draft, one.sheet), one.layout)
    except (InvalidError, UnsupportedError, BadZipFile, EOFError, zlib.error) as error:
        raise MismatchError("it cannot be read back") from error


def _before(old: Package, made: Package, part: str) -> IO[bytes]:
    """What a sheet was before it got its cells: as the file had it, or empty where it is new."""
    return (made if part in made.planted else old).stream(part)


def _check_parts(old: Package, new: Package, made: Package) -> None:
    meant = {name.casefold() for name in made.new}
    for name in old.names():
        if name.casefold() in meant:
            continue
        if (name in new) != (name.casefold() not in made.gone):
            raise MismatchError(f"its part {name} would not be kept")
        if name in new and not old.same(new, name):
            raise MismatchError(f"its part {name} would change")
    for name, content in made.new.items():
        if isinstance(content, bytes):
            if new.read(name) != content:
                raise MismatchError(f"its part {name} was not written as it should be")
            parse(content)
    if not _dangling(new) <= _dangling(old):
        raise MismatchError("one of its parts points to nothing")


def _dangling(package: Package) -> set[tuple[str, str]]:
    arrows = ((name, one) for name in package.owners() for one in package.relationships(name))
    return {(name, one.id) for name, one in arrows if one.target and one.target not in package}


def _compare(old: Iterator[Line], new: Iterator[Line], layout: Layout) -> None:
    """Another program reads the same old values before and after."""
    ours = {*layout.places, *layout.cleared}
    for number, before in old:
        _, after = next(new, (number, []))
        _compare_row(number, before, after, ours)
    for number, after in new:
        _compare_row(number, [], after, ours)


def _compare_row(number: int, before: list[Read], after: list[Read], ours: set[int]) -> None:
    kept, there = (
        {c: value for c, value in enumerate(line, start=1) if c not in ours and value != ""}
        for line in (before, after)
    )
    if kept != there:
        raise MismatchError(f"row {number} would not keep its cells")
