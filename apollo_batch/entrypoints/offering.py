"""The catalogue in; what a job can ask for, in words for people or as JSON for programs, out."""

from collections.abc import Iterator
from typing import Any

from apollo_batch.catalogue.entry import Operation, Route
from apollo_batch.catalogue.operations import GROUPS, OPERATIONS, group_of
from apollo_batch.catalogue.param import Param
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.errors import UsageError
from apollo_batch.suggest import near

_WIDTH = 26


def print_operations(name: str | None, *, as_json: bool) -> None:
    """List all operations, or tell all about one; UsageError where there is none of that name."""
    if name is not None and name not in OPERATIONS:
        raise UsageError(
            Code.UNKNOWN_OPERATION, f"There is no operation {name!r}.", fix=near(name, OPERATIONS)
        )
    if as_json:
        chosen = [OPERATIONS[name]] if name else [o for group in GROUPS.values() for o in group]
        facts = [_facts(operation) for operation in chosen]
        console.document(facts[0] if name else facts)
        return
    for line in _details(OPERATIONS[name]) if name else _listed():
        console.result(line)


def price_of(operation: Operation) -> str:
    """Say what an operation costs, as far as that is known beforehand."""
    price = operation.price
    if not price.base:
        return "free"
    credits = f"{price.base} {'credit' if price.base == 1 else 'credits'} a {price.per}"
    return credits if price.per == "page" else f"{credits} found"


def ways(operation: Operation) -> list[Route]:
    """Name the routes that a row's own parameters travel by."""
    return [r for r in operation.routes if not r.pairing.looks_for_effects and not r.views]


def enough_of(operation: Operation) -> str:
    """Say what a row, or a search, cannot do without."""
    return "; ".join(" + ".join(sorted(s)) for s in operation.enough if s)


def travels(operation: Operation, param: Param) -> str:
    """Say where a parameter goes: by which routes, or in which part of the one request."""
    taking = [route for route in ways(operation) if _carries(route, param)]
    if len(taking) < len(ways(operation)):
        return ", ".join(route.name for route in taking)
    return ", ".join(dict.fromkeys(_place(route, param) for route in taking))


def _carries(route: Route, param: Param) -> bool:
    return param.option or route.takes(param.name) or param.name in route.needs


def _place(route: Route, param: Param) -> str:
    word = route.renames.get(param.name, param.name)
    if f"{{{word}}}" in route.path:
        return "path"
    return str(route.options_in if param.option else route.items_in)


def _listed() -> Iterator[str]:
    for group, operations in GROUPS.items():
        yield f"{group.capitalize()}:"
        for operation in operations:
            yield f"  {operation.name:<{_WIDTH}} {operation.does}"


def _facts(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "group": group_of(operation),
        "does": operation.does,
        "parameters": {
            p.name: {"does": p.does, "kind": p.kind.value, "option": not p.in_map}
            for p in operation.params
        },
        "enough": [sorted(names) for names in operation.enough],
        "modes": [*operation.modes],
        "routes": [
            {"method": r.method, "path": r.path, "most_items": r.cap, "scope": r.address.scope}
            for r in operation.routes
        ],
        "credits": {"per": operation.price.per, "base": str(operation.price.base)},
        "repeat": operation.repeat.value,
        "fields": sorted(operation.fields),
    }


def _details(operation: Operation) -> Iterator[str]:
    yield f"{operation.name:<{_WIDTH}} {operation.does}"
    yield f"  Costs: {price_of(operation)}."
    yield from dict.fromkeys(
        f"  {r.method} {r.path}, {r.cap} at a time (scope {r.address.scope})"
        for r in ways(operation)
    )
    if operation.modes:
        yield f"  mode: {', '.join(operation.modes)}"
    for title, mapped in (("map: a column each", True), ("options: the same for all", False)):
        named = [p for p in operation.params if p.in_map is mapped]
        yield from [f"  {title}"] if named else []
        yield from (f"    {p.name:<{_WIDTH - 4}} {p.does}" for p in named)
    if enough_of(operation):
        yield f"  Enough of a row: {enough_of(operation)}"
    yield f"  keep: {', '.join(sorted(operation.fields))}"
    for field, where in operation.elsewhere.items():
        yield f"    {field}: {where}"
