"""Parameters come in; ids, lists, pages and moments go out, or the refusal Apollo has for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid

_ID = re.compile(r"[0-9a-f]{24}")
_SIZE = 25
_LARGEST = 100
_DEEPEST = 50_000


def is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def bad_id(word: object) -> Answer:
    """Refuse an id; `word` is the value, or the name of the parameter."""
    return invalid(f"Parameters misconfigured. {word} is not a valid ID")


def missing(name: str) -> Answer:
    return invalid(f"Required parameter '{name}' missing")


def listed(value: object) -> list[str]:
    """Read one text or a list of texts, each once."""
    values = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(str(one) for one in values if one not in (None, "")))


def moment(value: object) -> str | None:
    """Read a date or a time, and spell it as Apollo stores it; None where it is neither."""
    try:
        at = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Page:
    """Which part of a long list is asked for."""

    number: int
    size: int

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> "Page | Answer":
        number, size = _whole(params.get("page"), 1), _whole(params.get("per_page"), _SIZE)
        if size == 0:
            return invalid("An error occurred. Per page cannot be 0.")
        if size > _LARGEST or size < 0:
            return invalid("Per page not supported")
        if max(number, 1) * size > _DEEPEST:
            text = "Page * per page number is over threshold."
            return invalid(f"Invalid parameter passed in. {text}")
        return cls(max(number, 1), size)

    def cut(self, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Take this page out of everything."""
        first = (self.number - 1) * self.size
        return list(records[first : first + self.size])

    def block(self, total: int) -> dict[str, int]:
        """Tell where it lies."""
        return {
            "page": self.number,
            "per_page": self.size,
            "total_entries": total,
            "total_pages": -(-total // self.size),
        }


def _whole(value: object, otherwise: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return otherwise
