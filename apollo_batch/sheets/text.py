"""A sheet and new cells, or found records, in; a CSV file out that nothing in it can run from."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from apollo_batch import files
from apollo_batch.sheets import celltext, layout, rebuild
from apollo_batch.sheets.apostrophe import guarded
from apollo_batch.sheets.celltext import Cell
from apollo_batch.sheets.found import Found
from apollo_batch.sheets.read import Sheet
from apollo_batch.sheets.rebuild import Rebuild
from apollo_batch.sheets.refusals import spare, told_plainly

# Whatever some reader cuts a line at: a cell that holds it stands in quotation marks.
_CUTS = re.compile(r'[",;\t|\r\n]|^[ ]|[ ]$')


def write_csv(
    sheet: Sheet,
    target: Path,
    columns: Sequence[str],
    cells: Iterable[tuple[int, Sequence[Cell]]],
    *,
    ready: Callable[[Path], None] | None = None,
) -> tuple[str, ...]:
    """Write header and rows, whole or not at all; say what CSV cannot promise."""
    spare(sheet.path, target)
    left_out = layout.named_columns(sheet.columns, columns)
    lines = Rebuild(sheet, columns, lambda: cells, (), left_out, rebuild.measure(sheet))
    guards = _write(target, _lines(sheet, lines), delimiter_of(sheet), ready)
    return _notices(guards, "reading the file again drops it")


def write_found_csv(
    path: Path,
    found: Found,
    *,
    delimiter: str = ",",
    ready: Callable[[Path], None] | None = None,
) -> tuple[str, ...]:
    """Write found records, whole or not at all; say where they are and what CSV cannot promise."""
    counted = itertools.count()
    records = (values for values, _ in zip(found.cells(), counted, strict=False))
    guards = _write(path, itertools.chain([found.names], records), delimiter, ready)
    count = next(counted)
    where = f"{count:,} found {'record is' if count == 1 else 'records are'} in {path.name}."
    return (where, *_notices(guards, "it stays when the file is read again"))


def beside(target: Path, found: Sequence[Found]) -> tuple[Path, ...]:
    """Name a file for each, beside an annotated one: NAME.found.csv, NAME.found-2.csv."""
    numbers = (f"-{number}" for number in range(2, len(found) + 1))
    others = (target.with_name(f"{target.stem}.found{number}.csv") for number in numbers)
    return (first_beside(target), *others) if found else ()


def first_beside(target: Path) -> Path:
    """Name the file for the first of them."""
    return target.with_name(f"{target.stem}.found.csv")


def delimiter_of(sheet: Sheet) -> str:
    """What parts the cells of a sheet's CSV output: what its input has, else a comma."""
    if sheet.dialect is None or sheet.dialect.one_column:
        return ","
    return sheet.dialect.delimiter


def _write(
    target: Path,
    lines: Iterable[Sequence[Cell]],
    delimiter: str,
    ready: Callable[[Path], None] | None,
) -> int:
    """Write all lines; returns how many cells had to be guarded."""
    count = 0
    with (
        told_plainly(target),
        files.whole(target, ready) as draft,
        draft.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        for line in lines:
            texts = [_text(value) for value in line]
            safe = [guarded(text) for text in texts]
            count += sum(a != b for a, b in zip(texts, safe, strict=True))
            file.write(delimiter.join(_quoted(text, delimiter) for text in safe) + "\r\n")
    return count


def _quoted(text: str, delimiter: str) -> str:
    if delimiter in text or _CUTS.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _lines(sheet: Sheet, lines: Rebuild) -> Iterator[Sequence[Cell]]:
    for order in lines.orders()[:1]:
        yield order.names
    for number, values in lines.lines():
        if number > sheet.header_row:
            yield values


def _text(value: Cell) -> str:
    if value is None:
        return ""
    return celltext.number(value) or celltext.clean(str(value))


def _notices(guards: int, afterwards: str) -> tuple[str, ...]:
    promise = (
        "CSV keeps no formats and one sheet only; opened in Excel, leading zeros, the + of a phone "
        "number and the last digits of long numbers may go. The .xlsx output keeps them."
    )
    if not guards:
        return (promise,)
    count = "1 cell looks" if guards == 1 else f"{guards} cells look"
    return (promise, f"{count} like a formula and got an apostrophe in front; {afterwards}.")
