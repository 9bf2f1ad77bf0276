"""Where each word of a job file stands: a way into the file comes in, line and column go out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apollo_batch.codes import Code
from apollo_batch.errors import Problem

Loc = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top of the file."""


EACH = "Mend each problem in its place."
"""What is to be done about an error that holds problems."""


@dataclass(frozen=True)
class Place:
    """Where a word stands and how wide it is, for the caret below it."""

    line: int = 1
    column: int = 1
    width: int = 1

    def problem(self, code: Code, message: str, fix: str) -> Problem:
        """Say what is wrong here."""
        return Problem(code, message, fix, self.line, self.column, self.width)


@dataclass(frozen=True)
class Places:
    """The places of all keys and values of one job file."""

    keys: Mapping[Loc, Place] = field(default_factory=dict)
    values: Mapping[Loc, Place] = field(default_factory=dict)

    def key(self, loc: Loc) -> Place:
        """Find the key itself; a list's element has none and stands for itself."""
        return self.keys.get(loc) or self.value(loc)

    def value(self, loc: Loc) -> Place:
        """Find the value, or the nearest one that holds it where the file uses a short form."""
        while loc and loc not in self.values:
            loc = loc[:-1]
        return self.values.get(loc, Place())

    def below(self, *way: str | int) -> "Places":
        """Take a part of the file for the whole: ways begin there, its limits hold there too."""
        known = {(): self.value(way)}
        values = known | _shared(self.values) | _below(self.values, way)
        return Places(_shared(self.keys) | _below(self.keys, way), values)

    def says(self, *loc: str | int) -> bool:
        """Whether the file has this key, usable or not."""
        return loc in self.values


_SHARED = frozenset({"limits"})


def _below(places: Mapping[Loc, Place], way: Loc) -> dict[Loc, Place]:
    size = len(way)
    return {loc[size:]: place for loc, place in places.items() if loc[:size] == way}


def _shared(places: Mapping[Loc, Place]) -> dict[Loc, Place]:
    return {loc: place for loc, place in places.items() if loc and loc[0] in _SHARED}
