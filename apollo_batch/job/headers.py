"""A column as the job names it and a header as the sheet has it come in, its index goes out."""

import re
import unicodedata
from collections.abc import Sequence

from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job.places import Place
from apollo_batch.job.syntax import shown
from apollo_batch.suggest import did_you_mean

_MOST_LISTED = 20

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


def tidy(text: str) -> str:
    """Take out what nobody sees: zero-width characters, and spaces more than one between words."""
    return " ".join(_INVISIBLE.sub("", text).split())


def normal(text: str) -> str:
    """Bring a header cell into the form in which two people would call it the same."""
    return unicodedata.normalize("NFKC", tidy(unicodedata.normalize("NFKC", text)).casefold())


def find(column: str, header: Sequence[str], place: Place) -> int | Problem:
    """Find the header cell that a job's word means, or say why no one cell is meant."""
    found = [index for index, cell in enumerate(header) if cell == column]
    if not found:
        wanted = normal(column)
        found = [index for index, cell in enumerate(header) if normal(cell) == wanted]
        found = found or [index for index, cell in enumerate(header) if _lower(cell) == wanted]
    if len(found) == 1:
        return found[0]
    return _ambiguous(found, header, place) if found else _unknown(column, header, place)


def _lower(cell: str) -> str:
    """Of a header of two lines, read as "Address / City", the lower one."""
    return normal(cell.rpartition(" / ")[2])


def _ambiguous(found: Sequence[int], header: Sequence[str], place: Place) -> Problem:
    column = shown(header[found[0]])
    where = " and ".join(letters(index) for index in found)
    message = f"The sheet has {column} {len(found)} times: in columns {where}."
    return place.problem(
        Code.COLUMN_AMBIGUOUS, message, "Give each its own name in the sheet's header."
    )


def _unknown(column: str, header: Sequence[str], place: Place) -> Problem:
    there = [name for name in header if name.strip()]
    listed = ", ".join(shown(name) for name in there[:_MOST_LISTED])
    more = f" and {len(there) - _MOST_LISTED} more" if len(there) > _MOST_LISTED else ""
    has = f"It has {listed}{more}." if there else "Its header is empty."
    if len(there) == 1:
        has = f"It has {listed} only. If that is a title, take header_row out, or correct it."
    meant = did_you_mean(column, there)
    message = f"The sheet has no column {shown(column)}."
    return place.problem(Code.UNKNOWN_COLUMN, message, f"{meant} {has}" if meant else has)


def letters(index: int) -> str:
    """Name a column as spreadsheets do: A, B, … Z, AA."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
