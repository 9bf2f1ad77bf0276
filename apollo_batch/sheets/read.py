"""A spreadsheet file in; its rows out, every cell as the text a person would read."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.model import Row, RowNumber
from apollo_batch.sheets import (
    apostrophe,
    cells,
    confine,
    dialect,
    guard,
    header,
    layout,
    records,
    totals,
)
from apollo_batch.sheets.areas import Area
from apollo_batch.sheets.cells import Read
from apollo_batch.sheets.confine import Extracted
from apollo_batch.sheets.dialect import Dialect
from apollo_batch.sheets.guard import Kind
from apollo_batch.sheets.header import Header
from apollo_batch.sheets.quirks import Trouble

Line = tuple[int, Sequence[Read]]
Troubles = Mapping[int, Mapping[int, Trouble]]


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, or a CSV file, ready to be read as often as one likes."""

    path: Path
    kind: Kind
    name: str
    """The sheet's name; for CSV the file's, without its ending."""
    header_row: int
    columns: tuple[str, ...]
    """Header texts as they stand, trimmed; "" for a blank one; duplicates kept."""
    notices: tuple[str, ...] = ()
    """What the person should know about how the file was read."""
    dialect: Dialect | None = None
    """How a CSV file is written."""
    troubles: Troubles = field(default_factory=dict, repr=False, compare=False)
    """Row number to column number, from 1, to what is wrong with the cell there."""
    skips: Mapping[int, str] = field(default_factory=dict, repr=False, compare=False)
    """Row number to reason code, of rows that the workbook says are hidden or sums."""
    area: Area | None = None
    """Where the table that was asked for stands; what is outside is not read."""
    extracted: Extracted | None = field(default=None, repr=False, compare=False)
    """A workbook's values."""

    @property
    def visible(self) -> tuple[str, ...]:
        """The sheets of its workbook that a person sees; none for a CSV file."""
        return () if self.extracted is None else tuple(self.extracted.facts.visible)

    def lines(self) -> Iterator[Line]:
        """Every line from the first on, blank ones too, with its number and raw values."""
        if self.dialect is not None:
            found = records.records(self.path, self.dialect)
            return _bare(found) if layout.named_columns(self.columns, ()) else found
        return self._workbook_lines()

    def _workbook_lines(self) -> Iterator[Line]:
        number = 0
        if self.extracted is not None:
            for number, values in self.extracted.lines():
                yield number, values
        # Rows of nothing but formulas without a value are no rows to the reading library.
        for below in range(number + 1, max(self.troubles, default=0) + 1):
            yield below, ()

    def rows(self) -> Iterator[Row]:
        """Every row below the header that is not blank in every cell."""
        last: Row | None = None
        for row in self._filled():
            if last is not None:
                yield last
            last = row
        if last is not None:
            yield self._last(last)

    def _last(self, row: Row) -> Row:
        """Only below all other rows, sums need no other sign than that they are right."""
        if row.skip is None and totals.may_be(row.cells) and totals.adds_up(row, self._filled()):
            return replace(row, skip="totals_row")
        return row

    def _filled(self) -> Iterator[Row]:
        first, last = self.header_row + 1, self.area[2] if self.area else None
        for number, values in self.lines():
            if last is not None and number > last:
                return
            if number >= first:
                row = self._row(number, values)
                if row is not None:
                    yield row

    def _row(self, number: int, values: Sequence[Read]) -> Row | None:
        wrong = self.troubles.get(number, {})
        texts = _texts(values, wrong)
        width = len(self.columns)
        if self.area is not None:
            left = self.area[1] - 1
            texts = ["" for _ in texts[:left]] + texts[left:width]
            wrong = {column: one for column, one in wrong.items() if left < column <= width}
        if not wrong and not any(map(str.strip, texts)):
            return None
        if len(texts) != width:
            texts = texts[:width] + [""] * (width - len(texts))
        reasons = {column - 1: one.reason for column, one in wrong.items() if column <= width}
        if self.dialect is None and _any_rounded(values):
            for index, value in enumerate(values[:width]):
                if cells.rounded(value):
                    reasons[index] = "digits_lost"
        return Row(RowNumber(number), tuple(texts), reasons, self.skips.get(number))


def open_sheet(
    path: Path,
    *,
    name: str | None = None,
    table: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
) -> Sheet:
    """Find the sheet and its header; InvalidError where there is none to be used.

    Without a name it is the first visible sheet, without a header row the first line that looks
    like a header. A table has its own header. The encoding matters for CSV files only.
    """
    kind = guard.kind_of(path)
    if table is not None and kind != "xlsx":
        raise InvalidError(
            Code.TABLES_UNREADABLE,
            f"{path.name} can have no table {table!r}: only .xlsx and .xlsm workbooks do.",
            fix="Take `table` out of the job file, or save the workbook as .xlsx.",
        )
    if kind == "csv":
        found, notices = dialect.recognise(path, encoding)
        return _with_header(Sheet(path, kind, path.stem, 0, (), notices, found), header_row, ())
    extracted = confine.extract(path, kind, sheet=name, table=table)
    facts = extracted.facts
    sheet = Sheet(
        path,
        kind,
        facts.sheet,
        0,
        (),
        notices=_notices(path, kind, seen=facts.seen),
        troubles=_troubles(facts.troubles),
        skips=dict.fromkeys(facts.hidden, "hidden_row") | dict.fromkeys(facts.totals, "totals_row"),
        area=facts.area,
        extracted=extracted,
    )
    return _with_header(sheet, facts.area[0] if facts.area else header_row, facts.merged)


def _troubles(found: Sequence[tuple[int, int, str, str]]) -> Troubles:
    troubles: dict[int, dict[int, Trouble]] = {}
    for row, column, reason, text in found:
        troubles.setdefault(row, {})[column] = Trouble(reason, text)
    return troubles


def _notices(path: Path, kind: Kind, *, seen: bool) -> tuple[str, ...]:
    notices = []
    if kind != "xlsx":
        notices.append(
            f"{path.name} is of a kind that nothing can be added to: the result is a new workbook "
            "(.xlsx) of its values."
        )
    if not seen:
        notices.append(
            f"Hidden rows cannot be told from others in {path.name}: they are taken as well."
        )
    return tuple(notices)


def _with_header(sheet: Sheet, asked: int | None, merged: Sequence[Area]) -> Sheet:
    found = _header(sheet, asked, merged)
    columns = found.columns
    if sheet.kind == "csv" and layout.named_columns(columns, ()):
        columns = tuple(map(apostrophe.bare, columns))
    if sheet.area is not None:
        _, left, _, right = sheet.area
        columns = ("",) * (left - 1) + columns[left - 1 : right]
    return replace(sheet, header_row=found.row, columns=columns)


def _bare(lines: Iterator[tuple[int, list[str]]]) -> Iterator[Line]:
    """Undo in our own output what guards a CSV file's cells."""
    for number, texts in lines:
        yield number, [apostrophe.bare(text) for text in texts]


def _any_rounded(values: Sequence[Read]) -> bool:
    numbers = [value for value in values if not isinstance(value, str)]
    # Asked of the two outermost, because it is asked of every row.
    return bool(numbers) and (cells.rounded(max(numbers)) or cells.rounded(min(numbers)))


def _texts(values: Sequence[Read], wrong: Mapping[int, Trouble]) -> list[str]:
    # The two kinds that most cells are of go without a detour.
    texts = [
        value
        if type(value) is str
        else (cells.number(value) if type(value) is float else cells.text(value))
        for value in values
    ]
    if not wrong:
        return texts
    for column, trouble in wrong.items():
        if column <= len(texts):
            texts[column - 1] = trouble.text
        else:
            texts += [""] * (column - 1 - len(texts)) + [trouble.text]
    return texts


def _header(sheet: Sheet, asked: int | None, merged: Sequence[Area]) -> Header:
    lines = (
        (number, _texts(values, sheet.troubles.get(number, {}))) for number, values in sheet.lines()
    )
    inside = "" if sheet.kind == "csv" else f"sheet {sheet.name!r} of "
    where = f"{inside}{sheet.path.name}"
    if asked is not None:
        return _asked(asked, lines, where)
    looked_at = list(
        itertools.islice((line for line in lines if any(map(str.strip, line[1]))), header.LOOKED_AT)
    )
    if not looked_at:
        raise InvalidError(
            Code.NO_ROWS,
            f"{where[0].upper()}{where[1:]} is empty.",
            fix="Name the sheet that has the rows.",
        )
    found = header.find(looked_at, merged)
    if found is None:
        raise InvalidError(
            Code.NO_HEADER,
            f"No line of {where} looks like column names: row {looked_at[0][0]} looks like data.",
            fix="Add a line of column names above the data, or say where it is with "
            "input: {header_row: N} in the job file.",
        )
    return found


def _asked(row: int, lines: Iterator[tuple[int, list[str]]], where: str) -> Header:
    """Take the line that a person named, as it stands."""
    texts = next((texts for number, texts in lines if number == row), [])
    columns = header.columns(texts)
    if not columns:
        raise InvalidError(
            Code.NO_HEADER,
            f"Row {row} of {where} is blank, so it names no columns.",
            fix="Correct header_row in the job file: the row number that the "
            "spreadsheet shows beside the column names.",
        )
    return Header(row, columns)
