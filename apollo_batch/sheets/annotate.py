"""A sheet, new cells and a summary in; the person's own workbook with columns added out."""

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from zipfile import BadZipFile

from apollo_batch import files
from apollo_batch.errors import OutputError
from apollo_batch.sheets import layout, rebuild, surgery, verify, wiring
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.graft import graft
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.mismatch import MismatchError
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.read import Sheet
from apollo_batch.sheets.rebuild import Rebuild
from apollo_batch.sheets.refusals import spare, told_plainly
from apollo_batch.sheets.rewrite import Entry
from apollo_batch.sheets.spool import repeatable
from apollo_batch.sheets.summary import Summary
from apollo_batch.sheets.surgery import Order
from apollo_batch.sheets.workbook import Workbook

_WIDTH_SAMPLE = 200
_NARROW, _WIDE = 11, 48
_HUGE = 10_000_000
"""So many cells may fill 2 GB before they are packed."""


@dataclass(frozen=True)
class _Task:
    sheet: Sheet
    names: Sequence[str]
    entries: Callable[[], Iterable[Entry]]
    widths: Sequence[float]
    summary: Summary


def annotate(
    sheet: Sheet,
    target: Path,
    columns: Sequence[str],
    cells: Iterable[tuple[int, Sequence[Cell]]],
    summary: Summary,
    *,
    ready: Callable[[Path], None] | None = None,
    wait: files.Wait = time.sleep,
) -> tuple[str, ...]:
    """Write the annotated workbook whole or not at all; say what the person should know.

    `cells` come in row order, each as wide as `columns`; rows without an entry get nothing.
    A CSV file, or a workbook that cannot be changed safely, becomes a new workbook of its values.
    """
    _check_target(sheet, target)
    names = [" ".join(name.split()) or layout.OURS[0] for name in columns]
    with told_plainly(target), repeatable(cells, target.parent) as entries:
        task = _Task(sheet, names, entries, _widths(names, entries()), summary)
        with files.whole(target, ready, wait) as draft:
            if sheet.kind != "xlsx":
                return _anew(task, draft)
            try:
                return _in_place(task, draft)
            except (UnsupportedError, MismatchError) as why:
                return (*_anew(task, draft), _explained(sheet, why))


def needs_suffix(sheet: Sheet) -> str:
    """The ending Excel insists on for the annotated copy of a workbook: macros need .xlsm."""
    if sheet.kind != "xlsx":
        return ".xlsx"
    try:
        with Package(sheet.path) as package:
            return ".xlsm" if Workbook(package).has_macros else ".xlsx"
    except (UnsupportedError, BadZipFile):
        return ".xlsx"


def _in_place(task: _Task, draft: Path) -> tuple[str, ...]:
    sheet = task.sheet
    with Package(sheet.path) as package:
        workbook = surgery.open_workbook(package)
        headers = sheet.columns
        order = Order(sheet.name, sheet.header_row, headers, task.names, task.entries, task.widths)
        styles_part, styles = surgery.open_styles(workbook)
        written = surgery.operate(workbook, styles, order)
        graft(workbook, styles, task.summary)
        wiring.no_template(package)
        package.put(styles_part, styles.xml)
        with draft.open("wb") as file:
            package.write(file)
        verify.check(sheet.path, draft, package, [written])
    return (*_renamed(task.names, written.layout.names), *written.notices)


def _anew(task: _Task, draft: Path) -> tuple[str, ...]:
    left_out = layout.named_columns(task.sheet.columns, task.names)
    extent = rebuild.measure(task.sheet)
    new = rebuild.Rebuild(task.sheet, task.names, task.entries, task.widths, left_out, extent)
    try:
        _write_anew(new, task.summary, draft)
    except (UnsupportedError, MismatchError) as why:
        raise OutputError(
            f"The workbook could not be written, because {why}.",
            fix="Use --format csv; the results are safe.",
        ) from why
    pages = len(new.orders())
    if pages > 1:
        return (f"The rows are on {pages} sheets: Excel shows about a million on one.",)
    return ()


def _write_anew(new: Rebuild, summary: Summary, draft: Path) -> None:
    orders, extent = new.orders(), new.extent
    template = new.template()
    with Package(template) as package:
        package.huge = extent.rows * (extent.columns + len(new.names)) > _HUGE
        workbook = surgery.open_workbook(package)
        styles_part, styles = surgery.open_styles(workbook)
        written = [surgery.operate(workbook, styles, order) for order in orders]
        graft(workbook, styles, summary)
        package.put(styles_part, styles.xml)
        with draft.open("wb") as file:
            package.write(file)
        verify.check(template, draft, package, written)


def _explained(sheet: Sheet, why: Exception) -> str:
    return (
        f"{sheet.path.name} could not be annotated in place because {why}; the values of sheet "
        f"{sheet.name!r} were written to a new workbook, without formats, formulas and other "
        "sheets."
    )


def _renamed(asked: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"Column {old!r} is called {new!r}, because the table already has a {old!r}."
        for old, new in zip(asked, given, strict=True)
        if old != new
    )


def _widths(names: Sequence[str], entries: Iterable[Entry]) -> list[float]:
    """As wide as the header and the first rows need, within reason."""
    longest = [len(name) + 3 for name in names]
    for _, values in itertools.islice(entries, _WIDTH_SAMPLE):
        for index, value in enumerate(values):
            if isinstance(value, str | Decimal | int):
                line = max(str(value).split("\n"), key=len)
                longest[index] = max(longest[index], len(line) + 2)
    return [float(min(max(width, _NARROW), _WIDE)) for width in longest]


def _check_target(sheet: Sheet, target: Path) -> None:
    spare(sheet.path, target)
    suffix = needs_suffix(sheet)
    if suffix == ".xlsm" and target.suffix.lower() != suffix:
        raise OutputError(
            f"{sheet.path.name} holds macros, and Excel opens those only from a name ending in "
            f".xlsm, not {target.name}.",
            fix=f"Name it {target.stem}.xlsm with --output.",
        )
