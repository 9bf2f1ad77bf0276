"""A request's page comes in; which records it shows, and what Apollo says of the others, go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from apollo_batch.sandbox.answer import Answer, invalid
from apollo_batch.sandbox.rule import Call

T = TypeVar("T")
_CEILING = 50_000
_USUAL = 25


@dataclass(frozen=True)
class Page:
    """A page of a search."""

    number: int
    size: int

    def of(self, found: Sequence[T]) -> Sequence[T]:
        """The records on it."""
        begin = (self.number - 1) * self.size
        return found[begin : begin + self.size]

    def block(self, total: int) -> dict[str, Any]:
        """What an answer says of it."""
        return {
            "page": self.number,
            "per_page": self.size,
            "total_entries": total,
            "total_pages": -(-total // self.size),
        }


def read(call: Call, *, most: int = 100) -> Page | Answer:
    """Read the page that is asked for, or refuse it."""
    size = _whole(call.params.get("per_page"), _USUAL)
    number = max(1, _whole(call.params.get("page"), 1))
    if size == 0:
        return invalid("An error occurred. Per page cannot be 0.")
    if not 0 < size <= most:
        return invalid("Per page not supported")
    if number * size > _CEILING:
        return invalid("Invalid parameter passed in. Page * per page number is over threshold.")
    return Page(number, size)


def _whole(value: object, usual: int) -> int:
    """Read a number as Ruby does: what is none counts as 0."""
    if value is None or value == "":
        return usual
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return 0
