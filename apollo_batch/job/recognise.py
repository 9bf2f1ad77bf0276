"""A sheet's column names and cells come in; what each column may hold, the surest first, goes out."""

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from apollo_batch.catalogue.kinds import BadCellError, Kind, clean, host_of
from apollo_batch.errors import Problem
from apollo_batch.job import headers, synonyms
from apollo_batch.job.places import Place

MOST_CELLS = 200
_ENOUGH, _NEARLY_ALL = 0.5, 0.8
_DIGRAPHS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")
_BARE_DOMAIN = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}")
_ELSEWHERE = re.compile(
    r"(?:.*\.)?(?:linkedin|facebook|twitter|x|instagram|youtube|crunchbase|xing|github)\.com"
)
"""Hosts of profiles, which are nobody's own domain."""


@dataclass(frozen=True)
class Column:
    """One column that a job may name."""

    index: int
    name: str
    cells: tuple[str, ...]
    """What it holds, without the blank ones; the first 200."""
    words: frozenset[str]

    @property
    def of_somebody_else(self) -> bool:
        """Whether its name says that it is about a colleague, or about an earlier time."""
        return not _ELSE.isdisjoint(self.words)

    def share(self, fits: Callable[[str], bool]) -> float:
        """How large a part of its cells is as it should be; 1 where it has none."""
        return sum(map(fits, self.cells)) / len(self.cells) if self.cells else 1.0

    @property
    def of_nobody(self) -> bool:
        """Whether its addresses reach companies and no persons."""
        return bool(self.cells) and self.share(reaches_nobody) > _ENOUGH

    def holds(self, kind: Kind, cleaner: Callable[[str], str] = str) -> bool:
        """Whether most of its cells can be used for a parameter of a kind; none will do, too."""
        return self.share(lambda cell: usable(kind, cell, cleaner)) >= _ENOUGH

    def shows(self, kind: Kind) -> bool:
        """Whether its cells, each another one, leave no doubt what they are."""
        if not self.cells or self.share(lambda cell: _is_plainly(kind, cell)) < _NEARLY_ALL:
            return False
        different = len({cell.casefold() for cell in self.cells})
        return different >= _NEARLY_ALL * len(self.cells)


def columns_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """List the columns that have a name, and one that no other column has."""
    found = []
    for index, name in enumerate(header):
        if not headers.normal(name) or isinstance(headers.find(name, header, Place()), Problem):
            continue
        filled = (headers.tidy(row[index]) for row in rows if index < len(row))
        cells = tuple(itertools.islice(filter(None, filled), MOST_CELLS))
        found.append(Column(index, name, cells, frozenset(words_of(name))))
    return found


def meanings(name: str) -> dict[str, tuple[int, bool]]:
    """Say what a column of this name may hold: how sure that is, and whether its cells must show it."""
    known = _phrases()
    return next((known[form] for form in _forms(name) if form in known), {})


def squashed(text: str) -> str:
    """Leave of a name what two people would write the same: no case, space, sign or accent."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if sign.isalnum())
    for written, meant in _DIGRAPHS:
        plain = plain.replace(written, meant)
    return plain


def words_of(name: str) -> list[str]:
    """Take a name apart into words, also where capitals alone part them."""
    return [squashed(word) for word in _WORD.findall(_HUMP.sub(" ", name))]


def usable(kind: Kind, cell: str, cleaner: Callable[[str], str] = str) -> bool:
    """Whether a cell says something that a parameter of a kind takes."""
    try:
        if kind in {Kind.DOMAIN, Kind.URL} and _ELSEWHERE.fullmatch(host_of(cell)):
            return False
        return clean(kind, cleaner(cell)) != ""
    except BadCellError:
        return False


def reaches_nobody(cell: str) -> bool:
    """Whether an e-mail address is a company's own: info@musterbau.example."""
    name, at, _ = cell.rpartition("@")
    return bool(at) and squashed(name) in _NOBODYS


def is_salutation(cell: str) -> bool:
    """Whether a cell is how somebody is addressed: Mr, Prof. Dr."""
    return {squashed(word) for word in _WORD.findall(cell)} <= _SALUTATIONS


def _is_plainly(kind: Kind, cell: str) -> bool:
    if kind is Kind.DOMAIN and not _BARE_DOMAIN.fullmatch(cell):
        return False
    return usable(kind, cell)


def _forms(name: str) -> Iterator[str]:
    """Write a name in every way in which it may be known, as it stands first."""
    for text in dict.fromkeys((name, _ASIDE.sub(" ", name))):
        plain = re.sub(r"__c\s*$", "", text)
        yield squashed(plain)
        yield squashed(re.sub(r"\s*1\s*$", "", plain))
        # Of a header of two lines the lower one, unless the upper one says whose it is.
        upper, _, lower = plain.rpartition(" / ")
        if upper and _WHOSE.isdisjoint(words_of(upper)):
            yield squashed(lower)


@functools.cache
def _phrases() -> dict[str, dict[str, tuple[int, bool]]]:
    known: dict[str, dict[str, tuple[int, bool]]] = {}
    for meaning, phrases in synonyms.HEADERS.items():
        sure = itertools.count()
        for phrase in phrases.split(" | "):
            plain = phrase.removesuffix(" ?")
            for written in _written(plain):
                found = (next(sure), plain != phrase)
                known.setdefault(squashed(written), {}).setdefault(meaning, found)
    return known


def _written(phrase: str) -> Iterator[str]:
    """Put every word for a person or a company in its place."""
    for word, others in (("{person}", synonyms.PEOPLE), ("{company}", synonyms.COMPANIES)):
        if word in phrase:
            for other in others:
                yield from _written(phrase.replace(word, other, 1))
            return
    yield phrase


_ELSE = frozenset(map(squashed, synonyms.SOMEBODY_ELSE))
_WHOSE = _ELSE | frozenset(map(squashed, synonyms.COMPANIES))
_NOBODYS = frozenset(map(squashed, synonyms.NOBODYS))
_SALUTATIONS = frozenset(map(squashed, synonyms.SALUTATIONS))
