"""A workbook file in; the sheet that was meant, its values and merged cells, out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import python_calamine as calamine

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.sheets.archive import SAVE_AS
from apollo_batch.sheets.areas import Area
from apollo_batch.sheets.cells import Read
from apollo_batch.suggest import did_you_mean


@contextmanager
def opened(path: Path) -> Iterator[calamine.CalamineWorkbook]:
    """Open a workbook with the reading library; what it cannot read is an InvalidError."""
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            yield book
    except (calamine.CalamineError, OSError) as error:
        raise unreadable(path, error) from error


def lines(path: Path, name: str) -> Iterator[tuple[int, list[Read]]]:
    """Every line of a sheet from row 1, column A on."""
    with opened(path) as book:
        yield from sheet_lines(book.get_sheet_by_name(name))


def sheet_lines(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[Read]]]:
    """Every line of an open sheet from row 1, column A on."""
    # Leading blank rows come, leading blank columns do not.
    indent: list[Read] = [""] * (sheet.start[1] if sheet.start else 0)
    for number, values in enumerate(sheet.iter_rows(), start=1):
        yield number, indent + values


def merged(sheet: calamine.CalamineSheet, *, down_to: int) -> list[Area]:
    """List the merged cells among a sheet's first rows."""
    areas = sheet.merged_cell_ranges or []
    return [
        (top + 1, left + 1, bottom + 1, right + 1)
        for (top, left), (bottom, right) in areas
        if top < down_to
    ]


def visible(book: calamine.CalamineWorkbook) -> list[str]:
    """Name the sheets that a person sees."""
    seen = calamine.SheetVisibleEnum.Visible
    return [sheet.name for sheet in _listed(book) if sheet.visible is seen]


def _listed(book: calamine.CalamineWorkbook) -> list[calamine.SheetMetadata]:
    ours = calamine.SheetTypeEnum.WorkSheet
    return [sheet for sheet in book.sheets_metadata if sheet.typ is ours]


def sheet_name(path: Path, book: calamine.CalamineWorkbook, asked: str | None) -> str:
    """Name the sheet that was asked for, or the first visible one."""
    names = [sheet.name for sheet in _listed(book)]
    if asked is None:
        found = next(iter(visible(book)), None)
        if found is None:
            raise InvalidError(
                Code.NO_VISIBLE_SHEET, f"{path.name} has no visible sheet.", fix="Unhide the sheet."
            )
        return found
    same = [name for name in names if name.strip().casefold() == asked.strip().casefold()]
    if asked in names or same:
        return asked if asked in names else same[0]
    raise _no_such_sheet(path, asked, names)


def _no_such_sheet(path: Path, asked: str, names: list[str]) -> InvalidError:
    there = ", ".join(repr(name) for name in names)
    return InvalidError(
        Code.UNKNOWN_SHEET,
        f"{path.name} has no sheet {asked!r}; it has {there}.",
        fix=did_you_mean(asked, names) or "Name one of those.",
    )


def unreadable(path: Path, error: Exception) -> InvalidError:
    """Say that a workbook cannot be read."""
    if isinstance(error, calamine.PasswordError):
        return InvalidError(
            Code.SHEET_LOCKED,
            f"{path.name} is protected by a password.",
            fix="Save it without one.",
        )
    return InvalidError(
        Code.SHEET_DAMAGED, f"{path.name} cannot be read as a workbook: {error}.", fix=SAVE_AS
    )
