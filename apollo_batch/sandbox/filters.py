"""What a filter is: a value comes in as it was sent; whom it keeps goes out, if it is understood."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Generic, TypeVar

from apollo_batch.sandbox.names import Place

T = TypeVar("T")
P = TypeVar("P")
V = TypeVar("V", int, str)
Test = Callable[[T], bool]

_DIGITS = re.compile(r"[0-9]{1,18}")
_HEADS = re.compile(r"([0-9]{1,9}),([0-9]{1,9})")


@dataclass(frozen=True)
class Understood(Generic[T]):
    """A filter that was sent in a way that Apollo understands."""

    words: tuple[str, ...]
    """As the breadcrumbs tell it."""
    keeps: Test[T]


@dataclass(frozen=True)
class Filter(Generic[T]):
    """A filter by the label that the breadcrumbs give it."""

    label: str
    understand: Callable[[object], Understood[T] | None]
    """None: it is passed over, as if it had not been sent."""


def listed(label: str, test: Callable[[tuple[str, ...]], Test[T]]) -> Filter[T]:
    """Make a filter of a list of words; anything that is no list is passed over."""

    def understand(value: object) -> Understood[T] | None:
        words = words_of(value)
        return Understood(words, test(words)) if words else None

    return Filter(label, understand)


def worded(label: str, test: Callable[[str], Test[T]]) -> Filter[T]:
    """Make a filter of a piece of text."""

    def understand(value: object) -> Understood[T] | None:
        said = value.strip() if isinstance(value, str) else ""
        return Understood((said,), test(said)) if said else None

    return Filter(label, understand)


def bounded(
    label: str, read: Callable[[object], V | None], of: Callable[[T], V | None]
) -> Filter[T]:
    """Make a filter of a `{min, max}`; who has no such value is in no range."""

    def understand(value: object) -> Understood[T] | None:
        ends = value if isinstance(value, dict) else {}
        least, most = read(ends.get("min")), read(ends.get("max"))
        words = tuple(str(end) for end in (least, most) if end is not None)

        def keeps(thing: T) -> bool:
            has = of(thing)
            above = has is not None and (least is None or least <= has)
            return above and (most is None or has is None or has <= most)

        return Understood(words, keeps) if words else None

    return Filter(label, understand)


def headcount(label: str, of: Callable[[T], int]) -> Filter[T]:
    """Make a filter of ranges spelled "min,max"; a range with a dash is passed over."""

    def understand(value: object) -> Understood[T] | None:
        ranges = [match for word in words_of(value) if (match := _HEADS.fullmatch(word))]
        bounds = [(int(match[1]), int(match[2])) for match in ranges]

        def keeps(thing: T) -> bool:
            return any(least <= of(thing) <= most for least, most in bounds)

        return Understood(tuple(match[0] for match in ranges), keeps) if ranges else None

    return Filter(label, understand)


def among(one: Filter[P], of: Callable[[T], Iterable[P]]) -> Filter[T]:
    """Make a filter of parts one of whole things: it is content with one part that fits."""

    def understand(value: object) -> Understood[T] | None:
        read = one.understand(value)
        if read is None:
            return None
        return Understood(read.words, lambda thing: any(read.keeps(part) for part in of(thing)))

    return Filter(one.label, understand)


def words_of(value: object) -> tuple[str, ...]:
    """Read the words of a list."""
    listed_ = value if isinstance(value, list) else []
    said = (str(v).strip() for v in listed_ if isinstance(v, str | int) and v is not True)
    return tuple(word for word in said if word)


def whole(value: object) -> int | None:
    """Read a number of digits only; with a sign, a comma or a point it is none."""
    text = str(value) if isinstance(value, str | int) else ""
    return int(text) if _DIGITS.fullmatch(text) else None


def day(value: object) -> str | None:
    """Read a date."""
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def inside(wanted: tuple[str, ...]) -> Callable[[Place], bool]:
    """Test for the places wanted, each a city, a state, a country, or some of them with commas."""
    named = [{_bare(part.strip()) for part in one.split(",")} for one in wanted]

    # There are far fewer places than people.
    @cache
    def holds(place: Place) -> bool:
        known = {_bare(name) for name in place[:3] if name}
        return any(names <= known for names in named)

    return holds


def understood(
    filters: Mapping[str, Filter[T]], params: Mapping[str, Any]
) -> dict[str, Understood[T]]:
    """Read every filter that was sent; names that Apollo does not know change nothing."""
    read = {name: one.understand(params.get(name)) for name, one in filters.items()}
    return {name: found for name, found in read.items() if found}


def breadcrumbs(
    filters: Mapping[str, Filter[T]], read: Mapping[str, Understood[T]]
) -> list[dict[str, str]]:
    """Echo what was understood."""
    return [
        {
            "label": filters[name].label,
            "signal_field_name": name,
            "value": word,
            "display_name": _HEADS.sub(r"\1-\2", word),
        }
        for name, one in read.items()
        for word in one.words
    ]


def _bare(name: str) -> str:
    """Spell a name without its accents, in small letters."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
