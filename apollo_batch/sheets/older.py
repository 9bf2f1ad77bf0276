"""A workbook in an older or another format (XLS, XLSB, ODS) in; its sheet's values out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine as calamine

from apollo_batch.sheets import book
from apollo_batch.sheets.areas import Area
from apollo_batch.sheets.cells import Read


@dataclass(frozen=True)
class Opened:
    """A sheet with what is known of it, while its workbook is open."""

    name: str
    visible: list[str]
    """Every sheet of the workbook that a person sees."""
    merged: list[Area]
    lines: Iterator[tuple[int, list[Read]]]


def prepare() -> None:
    """Import what is needed, before any limit counts."""
    import pandas  # noqa: F401


@contextmanager
def opened(path: Path, asked: str | None, *, merged_down_to: int) -> Iterator[Opened]:
    """Name the sheet that is meant, and give its lines as typed values, nothing interpreted."""
    import pandas as pd

    try:
        with pd.ExcelFile(path, engine="calamine") as file:
            name = book.sheet_name(path, file.book, asked)
            merged: list[Area] = []
            if merged_down_to:
                merged = book.merged(file.book.get_sheet_by_name(name), down_to=merged_down_to)
            yield Opened(name, book.visible(file.book), merged, _lines(file, name))
    except (calamine.CalamineError, OSError) as error:
        raise book.unreadable(path, error) from error


def _lines(file: Any, name: str) -> Iterator[tuple[int, list[Read]]]:
    # No header, no types, no words that mean "missing": every cell arrives as it is written.
    frame = file.parse(name, header=None, dtype=object, na_filter=False, keep_default_na=False)
    for number, values in enumerate(frame.itertuples(index=False, name=None), start=1):
        yield number, list(values)
