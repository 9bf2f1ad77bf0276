"""A sheet and new cells in; a CSV file out that nothing in it can run from."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from apollo_batch import files
from apollo_batch.sheets import celltext, layout, rebuild
from apollo_batch.sheets.apostrophe import guarded
from apollo_batch.sheets.celltext import Cell
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
    delimiter = (
        "," if sheet.dialect is None or sheet.dialect.one_column else (sheet.dialect.delimiter)
    )
    count = 0
    with (
        told_plainly(target),
        files.whole(target, ready) as draft,
        draft.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        for line in _lines(sheet, lines):
            texts = [_text(value) for value in line]
            safe = [guarded(text) for text in texts]
            count += sum(a != b for a, b in zip(texts, safe, strict=True))
            file.write(delimiter.join(_quoted(text, delimiter) for text in safe) + "\r\n")
    return _notices(count)


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


def _notices(guarded: int) -> tuple[str, ...]:
    promise = (
        "CSV keeps no formats and one sheet only; opened in Excel, leading zeros, the + of a phone "
        "number and the last digits of long numbers may go. The .xlsx output keeps them."
    )
    if not guarded:
        return (promise,)
    count = "1 cell looks" if guarded == 1 else f"{guarded} cells look"
    guard = (
        f"{count} like a formula and got an apostrophe in front; reading the file again drops it."
    )
    return (promise, guard)
