"""One page of a search in; its records, whether there is another page, and what it cost out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.kept import Keep, kept
from apollo_batch.catalogue.entry import Operation, Paging, Route
from apollo_batch.model import Arrival, Chunk, Halt, Params, Settlement, Status, Verdict

_WHOLE_UNIVERSE = 150_000_000
"""A search with a filter never finds so many: Apollo then ignored what was asked."""


def read_page(
    operation: Operation, route: Route, chunk: Chunk, data: Any, keep: Keep
) -> Settlement:
    """Read a page; a search that Apollo did not understand stops the run before it goes on."""
    paging = operation.paging or Paging(0)
    (item,) = chunk.items
    records = _records(route, data)
    total = _total(paging, data)
    cost = operation.price.base if records else Decimal(0)
    asked = {**item.params, **chunk.options}
    trouble = _misread(route, asked, data, total)
    if trouble:
        verdict = Verdict(item.id, Status.FAILED, "search_misread", credits=cost)
        return Settlement(Arrival.DONE, [verdict], derived=cost, halt=Halt.BUG, message=trouble)
    seen = (item.page - 1) * paging.size(chunk.most_records)
    limit = paging.limit(chunk.most_records)
    taken = records[: max(0, limit - seen)]
    reached = seen + paging.size(chunk.most_records)
    known = total if total is not None else (reached + 1 if len(records) == reached - seen else 0)
    more = bool(records) and paging.per_page > 0 and reached < min(known, limit)
    count = seen + len(taken)
    verdict = Verdict(
        item.id,
        Status.SUCCEEDED if count else Status.NO_MATCH,
        "search_ended" if count else "nothing_found",
        _words(count, total, limit=paging.most) + _unheard(route, asked, data),
        credits=cost,
        records=[kept(record, keep) for record in taken],
        more=more,
    )
    return Settlement(Arrival.DONE, [verdict], derived=cost, expected=cost)


def _records(route: Route, data: Any) -> list[dict[str, Any]]:
    # What one list calls by a name of its own, both have by that name.
    same = route.same_as.items()
    plain = [{**{name: r.get(other) for name, other in same}, **r} for r in data[route.results_at]]
    saved = data.get(route.existing_at) if route.existing_at else None
    return plain + [r for r in saved if isinstance(r, dict)] if isinstance(saved, list) else plain


def _total(paging: Paging, data: Mapping[str, Any]) -> int | None:
    if paging.total_at is None:
        return None
    block = data.get(paging.total_at) if paging.total_at else data
    found = block.get("total_entries") if isinstance(block, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _misread(route: Route, asked: Params, data: Mapping[str, Any], total: int | None) -> str | None:
    """Say that Apollo answered something else than was asked; it ignores what it does not know."""
    echoes = asked.keys() & route.echoes
    if echoes and not echoes & _heard(data):
        return (
            f"Apollo's answer does not name any of the filters asked for "
            f"({', '.join(sorted(echoes))}), so it is the answer to something else. "
            "Nothing of it was taken."
        )
    if asked and total is not None and total >= _WHOLE_UNIVERSE:
        return (
            f"Apollo answered with everybody it knows, {total:,} in all: it did not hear the "
            "filters. Nothing of it was taken."
        )
    return None


def _heard(data: Mapping[str, Any]) -> set[Any]:
    crumbs = data.get("breadcrumbs")
    listed = crumbs if isinstance(crumbs, list) else []
    return {c.get("signal_field_name") for c in listed if isinstance(c, dict)}


def _unheard(route: Route, asked: Params, data: Mapping[str, Any]) -> str:
    """Name the filters that Apollo does not repeat, though it repeats others."""
    silent = sorted(asked.keys() & route.echoes - _heard(data))
    return f" Apollo does not repeat {', '.join(silent)}: see that it was heard." if silent else ""


def _words(count: int, total: int | None, *, limit: int) -> str:
    if not count:
        return ""
    if total is None or total <= count:
        return f"{count:,} found."
    narrower = " Ask in narrower pieces for the rest." if count >= limit else ""
    return f"{count:,} taken of {total:,} that Apollo has.{narrower}"
