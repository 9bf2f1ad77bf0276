"""What a search over the team's own records has in common: filters, order, and what it answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.paging import Page
from apollo_batch.sandbox.rule import flag

_LIMIT = 10_000


def listed(value: object) -> list[str]:
    """The values of a filter; one alone counts as a list of one."""
    return [str(item) for item in (value if isinstance(value, list) else [value]) if item]


def crumbs(
    crm: Crm, name: str, label: str, table: str, values: Iterable[str]
) -> list[dict[str, str]]:
    """Echo a filter by ids, as it was understood: an id of nothing is shown as deleted."""
    told = []
    for value in values:
        record = crm.table(table).find(value)
        shown = record["name"] if record else f"[Deleted {label.rpartition(' ')[2]}]"
        told.append(crumb(name, label, value, shown))
    return told


def crumb(name: str, label: str, value: str, shown: str) -> dict[str, str]:
    return {"label": label, "signal_field_name": name, "value": value, "display_name": shown}


def ordered(
    records: Iterable[Record], given: Mapping[str, Any], fields: Mapping[str, str]
) -> list[Record]:
    """Sort by a field of the request's choice, without one by age; what lacks it comes last."""
    chosen = given.get("sort_by_field")
    field = fields.get(str(chosen), "created_at")
    rising = bool(chosen) and flag(given.get("sort_ascending"))
    every = list(records) if rising else list(records)[::-1]
    known = [record for record in every if record.get(field)]
    known.sort(key=lambda record: str(record[field]), reverse=not rising)
    return known + [record for record in every if not record.get(field)]


def answered(
    name: str,
    found: Sequence[Record],
    page: Page,
    breadcrumbs: list[dict[str, str]],
    shown: Callable[[Record], dict[str, Any]],
) -> dict[str, Any]:
    """The body of a search's answer."""
    return {
        name: [shown(record) for record in page.of(found)],
        "breadcrumbs": breadcrumbs,
        "partial_results_only": False,
        "has_join": False,
        "disable_eu_prospecting": False,
        "partial_results_limit": _LIMIT,
        "pagination": page.block(len(found)),
        "num_fetch_result": None,
    }
