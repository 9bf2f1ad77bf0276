"""What a job keeps of the answers comes in; paths, the route that answers them, problems go out."""

from collections.abc import Iterator, Mapping
from itertools import islice

from apollo_batch.catalogue import paths
from apollo_batch.catalogue.entry import Act, Operation, Route
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job.asked import Asked
from apollo_batch.job.headers import normal
from apollo_batch.job.places import Places
from apollo_batch.job.syntax import shown
from apollo_batch.packing import choose_route
from apollo_batch.suggest import did_you_mean

OUR_COLUMNS = ("Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits")

MOST_NOTICES = 20

Kept = Mapping[str, tuple[paths.Step, ...]]

_COUNTS = {1: "one", 10: "ten"}


def parsed(keep: Mapping[str, str]) -> dict[str, tuple[paths.Step, ...]]:
    """Read the paths that can be read; `problems` tells of the others."""
    read = {}
    for column, path in keep.items():
        try:
            read[column] = paths.parse(path)
        except ValueError:
            continue
    return read


def problems(asked: Asked) -> Iterator[Problem]:
    """Check paths, column names, that one route answers all, and that a search keeps something."""
    keep, operation, places = asked.shape.keep or {}, asked.operation, asked.places
    kept = parsed(keep)
    if not keep and not asked.taken and operation.act is Act.SEARCH:
        yield _nothing(operation, places)
    for column in keep:
        if column not in kept:
            message = f"{shown(keep[column])} is not the path of a field."
            fix = "Write it like `email`, `organization.name` or `employment_history[0].title`."
            yield places.value(("keep", column)).problem(Code.BAD_PATH, message, fix)
    yield from _names(keep, places)
    wanted = kept | parsed(asked.taken)
    if choose_route(operation, _fields(wanted)) is None:
        yield _no_route(wanted, operation, places)


def _nothing(operation: Operation, places: Places) -> Problem:
    found = next(name for name in ("name", "title", "type", "id") if name in operation.fields)
    columns = dict.fromkeys(("id", found)) if "id" in operation.fields else (found,)
    written = ", ".join(f"{name.capitalize()}: {name}" for name in columns)
    place = places.key(("source",) if places.says("source") else ("operation",))
    message = f"{operation.name} brings records, and the job keeps nothing of them."
    return place.problem(
        Code.NOTHING_KEPT, message, f"Add `keep: {{{written}}}`, a column for each field you want."
    )


def _names(keep: Mapping[str, str], places: Places) -> Iterator[Problem]:
    taken = {normal(ours): ours for ours in OUR_COLUMNS}
    for column in keep:
        place = places.key(("keep", column))
        name = normal(column)
        if not name or not column.isprintable():
            yield place.problem(
                Code.COLUMN_NAME, "This is no name for a column.", "Write a short name."
            )
        elif name in taken:
            message = f"The column {shown(column)} would stand beside {shown(taken[name])}."
            yield place.problem(Code.COLUMN_TAKEN, message, "Give it another name.")
        taken.setdefault(name, column)


def _no_route(kept: Kept, operation: Operation, places: Places) -> Problem:
    lacking = [
        next(column for column, path in kept.items() if not route.holds(path[0].key))
        for route in operation.routes
        if not all(route.holds(field) for field in _fields(kept))
    ]
    one, other = (kept[column][0].key for column in lacking[:2])
    message = f"No single answer of Apollo's holds both `{one}` and `{other}`."
    last = max(lacking, key=list(kept).index)
    return places.value(("keep", last)).problem(
        Code.NO_SINGLE_ANSWER, message, "Take one out and make a second job of it."
    )


def _fields(kept: Kept) -> list[str]:
    return list(dict.fromkeys(path[0].key for path in kept.values()))


def route_note(kept: Kept, operation: Operation, route: Route) -> str | None:
    """Say why the preferred route is not taken."""
    preferred = operation.routes[0]
    if route is preferred:
        return None
    field = next((name for name in _fields(kept) if name in preferred.lacks), None)
    if field is None:
        return None
    now, then = (_COUNTS.get(cap, str(cap)) for cap in (route.cap, preferred.cap))
    return (
        f"`keep` asks for {field}, which only {route.method} {route.path} answers: "
        f"{now} {operation.price.per} per request instead of {then}."
    )


def notices(kept: Kept, operation: Operation) -> Iterator[str]:
    """Tell of fields that the catalogue does not know; Apollo may answer them all the same."""
    unknown = (column for column, path in kept.items() if path[0].key not in operation.fields)
    for column in islice(unknown, MOST_NOTICES):
        field = kept[column][0].key
        hint = _hint(field, operation)
        yield f"`keep`, {shown(column)}: {operation.name} is not known to answer `{field}`. {hint}"


def _hint(field: str, operation: Operation) -> str:
    if field in {route.results_at for route in operation.routes}:
        return f"Leave `{field}.` out: paths begin within the record."
    if field in operation.elsewhere:
        return f"{operation.elsewhere[field]}."
    return did_you_mean(field, operation.fields) or "Its column may stay empty."
