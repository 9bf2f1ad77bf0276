"""An answer of Apollo's, spoilt in one place: something left out, renamed, of another type, null, nested."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

WAYS = ("drop", "rename", "retype", "null", "nest")


@dataclass(frozen=True)
class Spoilt:
    """An answer in which one thing is not what it was."""

    way: str
    where: tuple[Any, ...]
    """The keys and indices that lead to it."""
    data: Any

    @property
    def said(self) -> str:
        return f"{self.way} {'.'.join(map(str, self.where))}"


def spoilt(data: Any, where: tuple[Any, ...], way: str) -> Spoilt:
    """Spoil a copy of an answer in one place."""
    found = copy.deepcopy(data)
    holder = found
    for key in where[:-1]:
        holder = holder[key]
    last = where[-1]
    old = holder[last]
    match way:
        case "drop":
            del holder[last]
        case "rename" if isinstance(holder, dict):
            holder[f"new_{last}"] = holder.pop(last)
        case "retype":
            holder[last] = "something else" if isinstance(old, dict | list | int) else 7
        case "null":
            holder[last] = None
        case _:
            holder[last] = {"nested": old}
    return Spoilt(way, where, found)


def places(data: Any, results_at: str, existing_at: str | None) -> Iterator[tuple[Any, ...]]:
    """Name all places of an answer that something is read from: its keys, records, their fields."""
    for key in data:
        yield (key,)
    for key in (results_at, existing_at):
        found = data.get(key)
        records = enumerate(found) if isinstance(found, list) else ()
        for place, record in records:
            yield (key, place)
            yield from ((key, place, name) for name in record or ())
        if isinstance(found, dict):
            yield from ((key, name) for name in found)
