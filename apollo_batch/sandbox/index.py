"""Records come in; the ids of those that say a certain thing go out, oldest first."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Key = tuple[str, str]
"""A field and what it says, whatever the case."""


class Index:
    """Finds the records whose field says something; a list says each of its items."""

    def __init__(self, fields: Iterable[str]) -> None:
        self._fields = tuple(fields)
        self._ids: dict[Key, dict[str, None]] = {}
        self._keys: dict[str, list[Key]] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Note what a record says now, and no longer what it said before."""
        self.remove(record["id"])
        keys = list(self._said(record))
        self._keys[record["id"]] = keys
        for key in keys:
            self._ids.setdefault(key, {})[record["id"]] = None

    def remove(self, number: str) -> None:
        # By what was noted then: the record itself may have been changed since.
        for key in self._keys.pop(number, ()):
            self._ids[key].pop(number, None)

    def saying(self, field: str, value: object) -> list[str]:
        return list(self._ids.get((field, _plain(value)), ()))

    def count(self, field: str, value: object) -> int:
        return len(self._ids.get((field, _plain(value)), ()))

    def _said(self, record: Mapping[str, Any]) -> Iterator[Key]:
        for field in self._fields:
            value = record.get(field)
            for item in value if isinstance(value, list) else [value]:
                said = item.get("email") if isinstance(item, dict) else item
                if said:
                    yield field, _plain(said)


def _plain(value: object) -> str:
    return " ".join(str(value).split()).casefold()
