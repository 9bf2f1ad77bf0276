"""A cell's place as A1, and its value as the text a person would read."""

import datetime
import re
from decimal import Decimal

Read = int | float | str | bool | datetime.time | datetime.date | datetime.timedelta
"""What the reading library makes of a cell; datetime is a date."""

# Spreadsheets keep 15 digits of a number; what is longer has lost its tail before we see it.
LONGEST = 10**15

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


def letters(column: int) -> str:
    """Name a column, counted from 1: A, Z, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(name: str) -> int:
    """Count a column from 1."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def place(reference: str) -> tuple[int, int]:
    """Row and column of a reference such as B7 or $B$7; ValueError where it is none."""
    match = _PLACE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    return int(match[2]), column_number(match[1])


def area(reference: str) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column of a reference such as B2:D9."""
    first, _, last = reference.partition(":")
    return (*place(first), *place(last or first))


def text(value: Read) -> str:
    """Say a value as the spreadsheet would show it, dates in ISO order."""
    match value:
        case str():
            return value
        case bool():
            return str(value).upper()
        case int() | float():
            return number(value)
        case datetime.timedelta():
            return _duration(value)
        case datetime.datetime():
            return _moment(value)
    return value.isoformat()


def rounded(value: Read) -> bool:
    """Whether a number is so long that the spreadsheet dropped its last digits."""
    return isinstance(value, int | float) and abs(value) >= LONGEST


def number(value: float) -> str:
    """Say a number as the spreadsheet would show it."""
    if -LONGEST < value < LONGEST:
        whole = int(value)
        if whole == value:
            return str(whole)
    shown = f"{value:.15g}"
    if "e" in shown and abs(value) < 1 and abs(value) > 1e-10:
        return format(Decimal(shown), "f")
    return shown.upper()


def _moment(value: datetime.datetime) -> str:
    # Times are fractions of a day: 10:30 may come back as 10:29:59.999999.
    near = (value + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)
    if near.time() == datetime.time():
        return near.date().isoformat()
    return near.isoformat(sep=" ", timespec="seconds")


def _duration(value: datetime.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
