"""A custom field and a text for it come in; the value of its type, or BadCellError, goes out."""

import re
from collections.abc import Callable
from functools import partial

from apollo_batch.catalogue.kinds import BadCellError, Kind, clean
from apollo_batch.job.headers import normal
from apollo_batch.job.moments import Clock
from apollo_batch.job.names import Entry, looks_like_id
from apollo_batch.job.wanted import Value

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_YES = {"true", "yes", "1"}
_NO = {"false", "no", "0"}
_KINDS = {"date": Kind.DATE, "datetime": Kind.MOMENT, "number": Kind.AMOUNT}


def kind(entry: Entry) -> Kind:
    """Say which kind of a parameter is nearest to a field, to tell damage by."""
    return _KINDS.get(entry.type, Kind.TEXT)


def many(entry: Entry) -> bool:
    """Whether a field takes several values."""
    return entry.type == "multipicklist"


def reader(entry: Entry, clock: Clock) -> Callable[[str], Value]:
    """Give what reads one value of a field; "" where a text says nothing."""
    match entry.type:
        case "number":
            return _number
        case "date":
            return partial(clean, Kind.DATE)
        case "datetime":
            return clock.moment
        case "boolean":
            return _flag
        case "picklist" | "multipicklist":
            return partial(_choice, entry)
    return partial(clean, Kind.TEXT)


def _number(text: str) -> int | float | str:
    tidy = clean(Kind.TEXT, text)
    if not tidy:
        return ""
    if not _NUMBER.fullmatch(tidy):
        raise BadCellError("bad_number")
    return float(tidy) if "." in tidy else int(tidy)


def _flag(text: str) -> bool | str:
    tidy = clean(Kind.TEXT, text).casefold()
    if not tidy:
        return ""
    if tidy not in _YES | _NO:
        raise BadCellError("bad_flag")
    return tidy in _YES


def _choice(entry: Entry, text: str) -> str:
    tidy = clean(Kind.TEXT, text)
    wanted = normal(tidy)
    for number, name in entry.choices:
        if tidy and (tidy == number or normal(name) == wanted):
            return number
    # Not every address of Apollo's tells the options; their ids are told from texts all the same.
    if tidy and (entry.choices or not looks_like_id(tidy)):
        raise BadCellError("bad_choice")
    return tidy
