"""The program of the confined process: a workbook's place comes in, its rows go out as JSON lines.

`confine` starts it. The first line says what is known of the sheet, each further one holds the
next rows' values: text, a number, yes or no; dates and the like as the text a person would read. What
cannot be used is told on the other channel, as message and fix, with exit code 4.
"""

import contextlib
import itertools
import json
import math
import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from zipfile import BadZipFile

from apollo_batch.codes import Code
from apollo_batch.errors import Exit, InvalidError
from apollo_batch.sheets import archive, areas, book, cells, older, quirks
from apollo_batch.sheets.cells import Read
from apollo_batch.sheets.guard import Kind
from apollo_batch.sheets.header import LOOKED_AT
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.quirks import Quirks
from apollo_batch.sheets.workbook import Workbook

_TOGETHER = 128
_MOST_CELLS = 60_000_000


@dataclass(frozen=True)
class Request:
    """What to read, and how much it may take."""

    path: str
    kind: Kind
    sheet: str | None
    table: str | None
    memory: int
    """Bytes of address space."""
    seconds: int
    """Of processor time."""
    output: int
    """Bytes of text."""
    measure: bool = False
    """Only say whether the sheet is too large."""


@dataclass(frozen=True)
class Facts:
    """What is known of a sheet besides its values."""

    sheet: str
    seen: bool
    """Whether hidden rows and cells without a value could be looked for."""
    troubles: list[tuple[int, int, str, str]]
    """Row, column, reason, text."""
    hidden: list[int]
    totals: list[int]
    merged: list[areas.Area]
    area: areas.Area | None = None
    """The rows of the table that was asked for, with its header and without its totals."""
    visible: list[str] = field(default_factory=list)
    """Every sheet of the workbook that a person sees."""


Lines = Iterable[tuple[int, list[Read]]]


def main() -> None:
    """Read one workbook within the limits that were set."""
    request = Request(**json.loads(sys.argv[1]))
    _confine(request)
    try:
        _write(request)
    except InvalidError as refusal:
        _refuse(refusal)
    except MemoryError:
        os._exit(Exit.BUG)


def _confine(request: Request) -> None:
    if request.kind != "xlsx":
        older.prepare()
    # What it took to get here is no fault of the file's.
    seconds = math.ceil(time.process_time()) + request.seconds
    for limit, most in (
        (resource.RLIMIT_AS, request.memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, request.output),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(limit, (most, most))


def _refuse(refusal: InvalidError) -> None:
    json.dump([refusal.code, refusal.message, refusal.fix], sys.stderr)
    sys.stderr.flush()
    os._exit(Exit.INVALID)


def _write(request: Request) -> None:
    path = Path(request.path)
    if request.kind != "xls":
        archive.check_content(path)
    if request.measure:
        _measure(path, request.sheet)
    elif request.kind == "xlsx":
        _write_workbook(path, request)
    else:
        # Of the older formats XLS alone says which cells are merged.
        down_to = 2 * LOOKED_AT if request.kind == "xls" else 0
        with older.opened(path, request.sheet, merged_down_to=down_to) as found:
            facts = Facts(found.name, False, [], [], [], found.merged, visible=found.visible)
            _put(facts, found.lines)


def _write_workbook(path: Path, request: Request) -> None:
    area, asked = None, request.sheet
    if request.table is not None:
        asked, table = _table(path, request.table, asked)
        top, left, bottom, right = table.area
        area = (top, left, bottom - table.has_totals, right)
    with book.opened(path) as file:
        name = book.sheet_name(path, file, asked)
        found = _quirks(path, name)
        sheet = file.get_sheet_by_name(name)
        merged = book.merged(sheet, down_to=2 * LOOKED_AT)
        facts = replace(_facts(name, found, merged, area), visible=book.visible(file))
        _put(facts, book.sheet_lines(sheet))


def _table(path: Path, name: str, sheet: str | None) -> tuple[str, areas.NamedTable]:
    try:
        with Package(path) as package:
            return areas.find(package, name, file=path.name, sheet=sheet)
    except UnsupportedError as why:
        raise InvalidError(
            Code.TABLES_UNREADABLE,
            f"The tables of {path.name} cannot be found, because {why}.",
            fix=archive.SAVE_AS,
        ) from why


def _quirks(path: Path, name: str) -> Quirks | None:
    """Look at the raw cells; a workbook too unusual for that is read without."""
    try:
        with Package(path) as package:
            return quirks.look(package, Workbook(package).entry(name).part)
    except UnsupportedError as why:
        if not why.readable:
            raise book.unreadable(path, why) from why
        return None
    except (BadZipFile, KeyError, OSError) as error:
        raise book.unreadable(path, error) from error


def _facts(
    name: str, found: Quirks | None, merged: list[areas.Area], area: areas.Area | None
) -> Facts:
    if found is None:
        return Facts(name, False, [], [], [], merged, area)
    troubles = [
        (row, column, trouble.reason, trouble.text)
        for row, line in found.troubles.items()
        for column, trouble in line.items()
    ]
    return Facts(name, True, troubles, found.hidden, found.totals, merged, area)


def _measure(path: Path, asked: str | None) -> None:
    """Explain why a sheet did not fit: a single cell at the far corner makes it a giant."""
    with book.opened(path) as file:
        name = book.sheet_name(path, file, asked)
    try:
        with Package(path) as package:
            rows, columns = quirks.extent(package, Workbook(package).entry(name).part)
    except UnsupportedError:
        return
    if rows * columns > _MOST_CELLS:
        raise InvalidError(
            Code.SHEET_TOO_LARGE,
            f"Sheet {name!r} of {path.name} reaches to row {rows}, column "
            f"{cells.letters(columns)}: too large to be a list of rows.",
            fix="Look for a stray cell far from the table (Ctrl+End in Excel) and delete its "
            "row or column.",
        )


def _put(facts: Facts, lines: Lines) -> None:
    # Dates and the like are no JSON: they become text.
    encode = json.JSONEncoder(
        ensure_ascii=False, separators=(",", ":"), check_circular=False, default=cells.text
    ).encode
    _say(encode(asdict(facts)))
    for together in _batches(values for _, values in lines):
        _say(encode(together))
    sys.stdout.buffer.flush()


def _say(line: str) -> None:
    try:
        sys.stdout.buffer.write(line.encode("utf-8", "surrogatepass") + b"\n")
    except OSError as error:  # no room, or more than it may: no fault in the workbook
        sys.stderr.write(str(error))
        sys.stderr.flush()
        os._exit(Exit.BUG)


def _batches(values: Iterator[list[Read]]) -> Iterator[list[list[Read]]]:
    while together := list(itertools.islice(values, _TOGETHER)):
        yield together


if __name__ == "__main__":
    main()
