"""What a sheet is to be called in; a name that Excel takes, and that no other sheet has, out."""

import itertools
import re
from collections.abc import Callable, Iterable

from apollo_batch.sheets import celltext

SUMMARY = "Apollo Summary"
_LONGEST = 31
_RESERVED = {SUMMARY.casefold(), "history"}
_UNFIT = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def fit(name: str, ending: str = "") -> str:
    """Make a name that Excel takes for a sheet."""
    bare = _UNFIT.sub(" ", celltext.clean(name)).strip(" '")
    plain = _cut(bare, _LONGEST - len(ending)).rstrip(" '") or "Sheet"
    if plain.casefold() in _RESERVED:
        plain = "Sheet"
    return plain + ending


def free(name: str, taken: Iterable[str], ending: str = "") -> str:
    """Make a name that no sheet has yet, numbered if need be."""
    return _first_free(lambda number: fit(name, number + ending), taken)


def free_summary(taken: Iterable[str]) -> str:
    """Make a name for the summary, its own or a numbered one."""
    return _first_free(lambda number: SUMMARY + number, taken)


def page(index: int) -> str:
    """What stands behind the name where rows go on, on the second sheet and those after it."""
    return f" ({index + 1})" if index else ""


def _first_free(title: Callable[[str], str], taken: Iterable[str]) -> str:
    known = {one.casefold() for one in taken}
    numbers = itertools.chain([""], (f" {number}" for number in itertools.count(2)))
    return next(found for found in map(title, numbers) if found.casefold() not in known)


def _cut(text: str, length: int) -> str:
    """Cut as Excel counts, in UTF-16: an emoji is two."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")
