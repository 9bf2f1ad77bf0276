"""What a request has made or changed comes in, one entry each; a judge reads the list."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox.diary import Diary


class Effects:
    """Everything that requests have made and changed, oldest first; the diary brings it back."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._entries: list[dict[str, Any]] = []

    def note(
        self,
        route: str,
        request: int,
        *,
        kind: str,
        table: str,
        record_id: str,
        subject: str,
        **more: Any,
    ) -> None:
        """Add an entry; `subject` is what a person would call the record."""
        entry = {"route": route, "request": request, "kind": kind, "table": table}
        entry |= {"id": record_id, "subject": subject, **more}
        self._diary.write([{"effect": entry}])
        self._entries.append(entry)

    def restore(self, line: Mapping[str, Any]) -> None:
        """Take over what a line of the diary tells."""
        if "effect" in line:
            self._entries.append(line["effect"])

    def read(self) -> list[dict[str, Any]]:
        """The list, as /sandbox/books tells it."""
        return list(self._entries)
