"""A sheet, new cells and a summary in; the person's own workbook with columns added out."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from apollo_batch import files
from apollo_batch.codes import Code
from apollo_batch.errors import OutputError
from apollo_batch.sheets import anew, drafting, layout, rebuild, surgery, widths
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.found import Counted, Found, counted
from apollo_batch.sheets.grow import grow
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.mismatch import MismatchError
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.read import Sheet
from apollo_batch.sheets.refusals import spare, told_plainly
from apollo_batch.sheets.rewrite import Entry
from apollo_batch.sheets.spool import repeatable
from apollo_batch.sheets.styles import Styles
from apollo_batch.sheets.summary import Summary
from apollo_batch.sheets.surgery import Order
from apollo_batch.sheets.verify import Written
from apollo_batch.sheets.workbook import Workbook


@dataclass(frozen=True)
class _Task:
    sheet: Sheet
    names: Sequence[str]
    entries: Callable[[], Iterable[Entry]]
    widths: Sequence[float]
    summary: Summary
    found: Sequence[Counted]


def annotate(
    sheet: Sheet,
    target: Path,
    columns: Sequence[str],
    cells: Iterable[tuple[int, Sequence[Cell]]],
    summary: Summary,
    *,
    found: Sequence[Found] = (),
    ready: Callable[[Path], None] | None = None,
    wait: files.Wait = time.sleep,
) -> tuple[str, ...]:
    """Write the annotated workbook whole or not at all; say what the person should know.

    `cells` come in row order, each as wide as `columns`; rows without an entry get nothing.
    What was `found` goes on sheets of its own, behind the person's.
    A CSV file, or a workbook that cannot be changed safely, becomes a new workbook of its values.
    """
    _check_target(sheet, target)
    names = [" ".join(name.split()) or layout.OURS[0] for name in columns]
    with told_plainly(target), repeatable(cells, target.parent) as entries:
        wide = widths.fitting(names, entries())
        task = _Task(sheet, names, entries, wide, summary, counted(found))
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
    sheet, names = task.sheet, task.names
    order = Order(sheet.name, sheet.header_row, sheet.columns, names, task.entries, task.widths)

    def work(workbook: Workbook, styles: Styles) -> Iterator[Written]:
        yield surgery.operate(workbook, styles, order)
        yield from grow(workbook, styles, task.found, annotated=sheet.name)

    count = sum(found.cells for found in task.found)
    written = drafting.write(sheet.path, work, task.summary, draft, cells=count)
    return (*_renamed(names, written[0].layout.names), *anew.notices(written))


def _anew(task: _Task, draft: Path) -> tuple[str, ...]:
    left_out = layout.named_columns(task.sheet.columns, task.names)
    extent = rebuild.measure(task.sheet)
    new = rebuild.Rebuild(task.sheet, task.names, task.entries, task.widths, left_out, extent)
    return anew.write_values(new, task.found, task.summary, draft)


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


def _check_target(sheet: Sheet, target: Path) -> None:
    spare(sheet.path, target)
    suffix = needs_suffix(sheet)
    if suffix == ".xlsm" and target.suffix.lower() != suffix:
        raise OutputError(
            Code.MACROS_NAME,
            f"{sheet.path.name} holds macros, and Excel opens those only from a name ending in "
            f".xlsm, not {target.name}.",
            fix=f"Name it {target.stem}.xlsm with --output.",
        )
