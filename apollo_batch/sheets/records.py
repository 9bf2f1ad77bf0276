"""A CSV file in; its records out, one at a time, numbered as a spreadsheet would show them."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.sheets.dialect import Dialect

LONGEST_FIELD = 1 << 20
_LONGEST_LINE = 16 << 20
# Sent after the last line; swallowed by the last record if a quotation mark was left open.
_END = "\ue000end of file\ue000"


def records(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its number; one with line breaks inside its cells counts once."""
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding=dialect.encoding, newline="") as file:
        before = 1 if dialect.declared else 0
        if dialect.declared:
            file.readline()
        reader = csv.reader(
            _lines(path, file, before),
            delimiter=dialect.delimiter,
            skipinitialspace=dialect.spaced,
            escapechar="\\" if dialect.escaped else None,
        )
        begun = before + 1
        record: list[str] = []
        try:
            for number, record in enumerate(reader, start=1):
                if record and _END in record[-1]:
                    break
                yield number, record
                begun = before + reader.line_num + 1
        except csv.Error as error:
            raise _broken(path, begun, str(error)) from error
        if record != [_END]:
            raise _open_quote(path, begun)


def _lines(path: Path, file: TextIO, number: int) -> Iterator[str]:
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if "\0" in line:
            raise InvalidError(
                Code.CSV_BROKEN,
                f"{path.name}, line {number}: holds a NUL character, so the file is damaged "
                "or is no text.",
                fix="Export it again as CSV UTF-8.",
            )
        if len(line) == _LONGEST_LINE:
            raise _broken(path, number, "the line is longer than 16 million characters")
        yield line
    yield _END


def _broken(path: Path, line: int, why: str) -> InvalidError:
    return InvalidError(
        Code.CSV_BROKEN,
        f"{path.name}, line {line}: {why}.",
        fix="Look for a quotation mark that is opened there and never closed.",
    )


def _open_quote(path: Path, line: int) -> InvalidError:
    return InvalidError(
        Code.CSV_BROKEN,
        f'{path.name}, line {line}: a quotation mark (") is opened and never closed, '
        "so everything after it would be one cell.",
        fix='Close it, or double it ("") if it is part of the text.',
    )
