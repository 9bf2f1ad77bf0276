"""One page of a search in; its records, whether there is another page, and what it cost out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.kept import Keep, kept
from apollo_batch.apollo.reading import UnreadableError
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
    trouble = _misread(route, {**item.params, **chunk.options}, data, total)
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
        _words(count, total),
        credits=cost,
        records=[kept(record, keep) for record in taken],
        more=more,
    )
    return Settlement(Arrival.DONE, [verdict], derived=cost)


def _records(route: Route, data: Any) -> list[Mapping[str, Any]]:
    lists = [data.get(route.results_at), data.get(route.existing_at) if route.existing_at else []]
    if not isinstance(lists[0], list):
        raise UnreadableError(f"no list under {route.results_at}")
    return [r for found in lists if isinstance(found, list) for r in found if isinstance(r, dict)]


def _total(paging: Paging, data: Mapping[str, Any]) -> int | None:
    if paging.total_at is None:
        return None
    block = data.get(paging.total_at) if paging.total_at else data
    found = block.get("total_entries") if isinstance(block, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _misread(route: Route, asked: Params, data: Mapping[str, Any], total: int | None) -> str | None:
    """Say that Apollo answered something else than was asked; it ignores what it does not know."""
    echoes = asked.keys() & route.echoes
    crumbs = data.get("breadcrumbs")
    if echoes and isinstance(crumbs, list):
        heard = {c.get("signal_field_name") for c in crumbs if isinstance(c, dict)}
        if not heard & echoes:
            return (
                f"Apollo's answer does not name any of the filters asked for "
                f"({', '.join(sorted(echoes))}), so it is the answer to something else."
            )
    if asked and total is not None and total >= _WHOLE_UNIVERSE:
        return "Apollo answered with everybody it knows: it did not hear the filters."
    return None


def _words(count: int, total: int | None) -> str:
    if not count:
        return ""
    if total is not None and total > count:
        return f"{count:,} taken of {total:,} that Apollo has."
    return f"{count:,} found."
