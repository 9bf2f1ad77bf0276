"""A chunk becomes a request: the one place that knows how Apollo wants its parameters sent."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from apollo_batch.apollo.client import Request
from apollo_batch.catalogue.addresses import Address
from apollo_batch.catalogue.entry import Operation, Place, Route
from apollo_batch.model import Chunk, ChunkItem, Params

PREFIX = "/api/v1"
_LISTS = "label_names"
_WORD = re.compile(r"\{(\w+)\}")


def encode(operation: Operation, route: Route, chunk: Chunk) -> Request:
    """Build the request for a chunk; `route` must carry all of its items.

    Identity travels in the body, so that no personal data stands in a URL; control flags in the
    query, where alone Apollo reliably reads them ("People Enrichment" page).
    """
    first = _said(operation, route, chunk.items[0])
    path, in_path = _path(route, first)
    shared = {wire: _shared(wire, first[n]) for n, wire in route.shared.items() if n in first}
    sought = _sought(route, chunk.items[0].params)
    once = {**shared, **route.fixed, **sought, **_page(operation, chunk)}
    items = [_own(route, _said(operation, route, item), in_path) for item in chunk.items]
    if route.items_at is None:
        once |= items[0]
    elif route.ids_only:
        once[route.items_at] = [item[route.ids_only] for item in items]
    else:
        once[route.items_at] = items
    once |= _labelled(route, chunk.label, once)
    once |= _paused(route, chunk.begins)
    query, body = (once, {}) if route.items_in is Place.QUERY else ({}, once)
    (query if route.options_in is Place.QUERY else body).update(chunk.options)
    wordless = route.method == "GET" and not body
    return Request(route.method, PREFIX + path, tuple(_pairs(query)), None if wordless else body)


def encode_question(
    question: Address, query: Params | None = None, body: Params | None = None
) -> Request:
    """Build the request for a free question about the team."""
    said = body if body is not None else ({} if question.method == "POST" else None)
    return Request(question.method, PREFIX + question.path, tuple(_pairs(query or {})), said)


def _said(operation: Operation, route: Route, item: ChunkItem) -> dict[str, Any]:
    """Pick what this request says of an item.

    Apollo clears fields on empty, so nothing is, but what is to be cleared: that is None here.
    """
    known = {param.name for param in operation.params if not param.option}
    if item.course:
        known &= {*item.course[0].names, *route.needs}
    said = {n: v for n, v in item.params.items() if (n in known or n in route.needs) and v != ""}
    return {name: _cleared(value) for name, value in said.items()}


def _cleared(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _cleared(one) for name, one in value.items()}
    return "" if value is None else value


def _own(route: Route, said: Params, in_path: frozenset[str]) -> dict[str, Any]:
    return {
        route.renames.get(name, name): value
        for name, value in said.items()
        if name not in route.shared and name not in in_path
    }


def _path(route: Route, said: Params) -> tuple[str, frozenset[str]]:
    names = {wire: name for name, wire in route.renames.items()}
    used: set[str] = set()

    def value(match: re.Match[str]) -> str:
        name = names.get(match[1], match[1])
        used.add(name)
        return quote(str(said[name]), safe="")

    return _WORD.sub(value, route.path), frozenset(used)


def _shared(wire: str, value: Any) -> Any:
    if wire.endswith("_ids"):
        return value if isinstance(value, list) else [value]
    # A list of one mailbox is said as the one: every page and client agrees on that form.
    alone = isinstance(value, list) and len(value) == 1 and wire.endswith("_id")
    return value[0] if alone else value


def _sought(route: Route, params: Params) -> dict[str, Any]:
    """Say what is looked for, by the first that a row has."""
    found = [(wire, params[name]) for name, wire in route.sought_by if params.get(name)]
    return dict(found[:1])


def _labelled(route: Route, label: str, once: Params) -> dict[str, list[str]]:
    """Put what is created on one list more; what only goes on with it is on it already."""
    if not label or route.only_after:
        return {}
    name = route.shared.get(_LISTS, _LISTS)
    return {name: list(dict.fromkeys([*once.get(name, []), label]))}


def _paused(route: Route, begins: float | None) -> dict[str, str]:
    """Say that whoever is enrolled waits until a moment; routes that enroll nobody say nothing."""
    names = [route.shared.get(name) for name in ("status", "auto_unpause_at")]
    if begins is None or None in names:
        return {}
    # Never a fraction of a second too soon.
    moment = datetime.fromtimestamp(math.ceil(begins), UTC).isoformat()
    return dict(zip(filter(None, names), ("paused", moment), strict=True))


def _page(operation: Operation, chunk: Chunk) -> dict[str, int]:
    if operation.paging is None or not operation.paging.per_page:
        return {}
    size = operation.paging.size(chunk.most_records)
    page = {"page": chunk.items[0].page} if operation.paging.numbered else {}
    return {**page, "per_page": size}


def _pairs(params: Params) -> Iterable[tuple[str, str]]:
    for name, value in params.items():
        if value == "":
            continue
        if isinstance(value, list):
            yield from ((f"{name}[]", _text(element)) for element in value)
        elif isinstance(value, Mapping):
            yield from ((f"{name}[{inner}]", _text(one)) for inner, one in value.items())
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
