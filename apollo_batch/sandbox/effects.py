"""Records that were written come in; an account of what each request did to them goes out."""

from collections.abc import Mapping
from typing import Any

_NAMED_BY = ("email", "domain", "name", "title", "contact_id")


class Effects:
    """What requests have done, in order: so that nobody need guess what was written twice."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._request = 0
        self._route = ""

    def begin(self, request: int, route: str) -> None:
        """Whatever is written from now on is this request's doing."""
        self._request, self._route = request, route

    def entry(self, kind: str, table: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Say what is about to be done to a record."""
        return {
            "request": self._request,
            "route": self._route,
            "kind": kind,
            "table": table,
            "id": record["id"],
            "subject": subject(record),
        }

    def add(self, entry: dict[str, Any]) -> None:
        """Note something that is done, and in the diary."""
        self._entries.append({"n": len(self._entries) + 1, **entry})

    def read(self) -> list[dict[str, Any]]:
        return list(self._entries)


def subject(record: Mapping[str, Any]) -> str:
    """Whom or what a record is about, as a person would tell it from others of its kind."""
    return next((str(record[name]) for name in _NAMED_BY if record.get(name)), "")
