"""A search's page and per_page come in; which of its records to show goes out, or a refusal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.books import Bill
from apollo_batch.sandbox.rule import Call, question

T = TypeVar("T")
_DEEPEST = 50_000
# Apollo publishes no default; these many it was seen to show unasked.
_UNASKED = 10


@dataclass(frozen=True)
class Page:
    """One page of a search."""

    number: int
    size: int

    def of(self, found: Sequence[T]) -> Sequence[T]:
        """Cut the page out of everything found."""
        first = (self.number - 1) * self.size
        return found[first : first + self.size]

    def block(self, total: int) -> dict[str, int]:
        """Tell which page it is, of how many."""
        return {
            "page": self.number,
            "per_page": self.size,
            "total_entries": total,
            "total_pages": -(-total // self.size),
        }


def page_of(
    params: Mapping[str, Any], *, most: int = 100, unasked: int = _UNASKED
) -> Page | Answer:
    """Read which page is wanted; text that is a number is a number."""
    number, size = _whole(params.get("page"), 1), _whole(params.get("per_page"), unasked)
    if size == 0:
        return invalid("An error occurred. Per page cannot be 0.")
    if number is None or size is None or number < 1 or size < 0:
        return invalid("Invalid parameters")
    if size > most:
        return invalid("Per page not supported")
    if number * size > _DEEPEST:
        return invalid("Invalid parameter passed in. Page * per page number is over threshold.")
    return Page(number, size)


def _whole(value: object, unasked: int) -> int | None:
    """Read a whole number; None where it is something else."""
    if value is None or value == "":
        return unasked
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def priced(call: Call, body: object, *, page: Page, shown: int, asked: Mapping[str, Any]) -> Answer:
    """Answer with a page, and charge for it where it shows something."""
    if not shown:
        # Apollo's price is "per page"; we take it that a page with nothing on it is none.
        return told(200, body)
    words = {name: json.dumps(value, ensure_ascii=False) for name, value in asked.items()}
    words |= {"page": str(page.number), "per_page": str(page.size)}
    bill = Bill(f"page {page.number}", call.state.price, question(words))
    return replace(told(200, body), bills=[bill])
