"""The text for a parameter comes in; the value Apollo gets, or BadCellError, goes out."""

from collections.abc import Callable
from functools import partial

from apollo_batch.catalogue.kinds import BadCellError, Kind, clean
from apollo_batch.catalogue.param import Param
from apollo_batch.job.moments import Clock
from apollo_batch.job.names import looks_like_id

ENDS = ("min", "max")
"""The two keys of a range."""


def single(param: Param, text: str, clock: Clock) -> bool | str:
    """Read one value; "" where the text says nothing, a name as it is."""
    if by_name(param):
        tidy = clean(Kind.TEXT, text)
        return tidy.lower() if param.kind is Kind.ID and looks_like_id(tidy) else tidy
    return reader(param, clock)(text)


def reader(param: Param, clock: Clock) -> Callable[[str], bool | str]:
    """Give what reads one value of a parameter that goes by no names."""
    if param.choices:
        return partial(choice, param)
    if param.kind is Kind.MOMENT:
        return clock.moment
    return _flag if param.kind is Kind.FLAG else partial(clean, param.kind)


def _flag(text: str) -> bool | str:
    tidy = clean(Kind.FLAG, text)
    return tidy == "true" if tidy else ""


def bound(param: Param, text: str) -> int | str:
    """Read one end of a range: a number where it counts something."""
    tidy = clean(param.kind, text)
    return int(tidy) if tidy and param.kind is Kind.WHOLE else tidy


def choice(param: Param, text: str) -> str:
    """Find the word of Apollo's that is meant: capitals and underscores make no difference."""
    wanted = _plain(clean(Kind.TEXT, text))
    if not wanted:
        return ""
    for word in param.choices:
        if _plain(word) == wanted:
            return word
    raise BadCellError("bad_choice")


def spelt(word: str) -> list[str]:
    """List the ways in which a job file may write a word of Apollo's."""
    return list(dict.fromkeys((word, word.replace(" ", "_"), word.replace("_", " "))))


def by_name(param: Param) -> bool:
    """Whether a value may be a name that stands for an id."""
    named = param.target is not None and param.target.named
    return named and param.kind in {Kind.ID, Kind.TEXT}


def _plain(word: str) -> str:
    return word.casefold().replace("_", " ").replace("-", " ").strip()
