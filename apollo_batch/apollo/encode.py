"""A chunk becomes a request: the one place that knows how Apollo wants its parameters sent."""

from collections.abc import Iterable
from typing import Any

from apollo_batch.apollo.client import Request
from apollo_batch.catalogue.addresses import Address
from apollo_batch.catalogue.entry import Operation, Place, Route
from apollo_batch.model import Chunk, Params

PREFIX = "/api/v1"


def encode(operation: Operation, route: Route, chunk: Chunk) -> Request:
    """Build the request for a chunk; `route` must carry all of its items.

    Identity travels in the body, so that no personal data stands in a URL; control flags in the
    query, where alone Apollo reliably reads them ("People Enrichment" page).
    """
    items = [_row_values(operation, item.params) for item in chunk.items]
    query = list(_pairs(chunk.options)) if route.options_in is Place.QUERY else []
    body: dict[str, Any] = {}
    if route.items_at is not None:
        body[route.items_at] = items
    elif route.items_in is Place.QUERY:
        query += _pairs(items[0])
    else:
        body |= items[0]
    if route.options_in is Place.BODY:
        body |= chunk.options
    wordless = route.method == "GET" and not body
    return Request(route.method, PREFIX + route.path, tuple(query), None if wordless else body)


def encode_question(question: Address) -> Request:
    """Build the request for a free question about the team."""
    body: Params | None = None if question.method == "GET" else {}
    return Request(question.method, PREFIX + question.path, (), body)


def _row_values(operation: Operation, params: Params) -> dict[str, Any]:
    known = {param.name for param in operation.params if not param.option}
    return {name: value for name, value in params.items() if name in known and value != ""}


def _pairs(params: Params) -> Iterable[tuple[str, str]]:
    for name, value in params.items():
        if value == "":
            continue
        if isinstance(value, list):
            yield from ((f"{name}[]", str(element)) for element in value)
        elif isinstance(value, bool):
            yield name, "true" if value else "false"
        else:
            yield name, str(value)
