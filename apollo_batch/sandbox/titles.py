"""Titles asked for come in, a test for those that people hold goes out."""

from collections.abc import Callable, Sequence
from functools import cache

_SPELLED_OUT = {
    "ceo": "chief executive officer",
    "cfo": "chief financial officer",
    "cmo": "chief marketing officer",
    "coo": "chief operating officer",
    "cto": "chief technology officer",
    "hr": "human resources",
    "vp": "vice president",
}


def similar(wanted: Sequence[str]) -> Callable[[str], bool]:
    """Test for titles that hold all the terms of one of those wanted, in any order."""
    asked = [_terms(title) for title in wanted]

    # There are far fewer titles than people.
    @cache
    def fits(title: str) -> bool:
        held = _terms(title)
        return any(terms <= held for terms in asked)

    return fits


def strict(wanted: Sequence[str]) -> Callable[[str], bool]:
    """Test for exactly one of the titles wanted, whatever its case."""
    asked = {_plain(title) for title in wanted}
    return lambda title: _plain(title) in asked


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())


def _terms(title: str) -> set[str]:
    words = title.casefold().replace("-", " ").replace(",", " ").split()
    return {term for word in words for term in _SPELLED_OUT.get(word, word).split()}
