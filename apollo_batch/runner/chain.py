"""The steps after a job's first: how many rows may come to each, and what that costs at the most."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apollo_batch.catalogue.entry import Act, Route
from apollo_batch.job.flow import stages
from apollo_batch.job.wanted import Job, Step
from apollo_batch.journal.budget import most_per_item
from apollo_batch.journal.store import Store
from apollo_batch.journal.waiting import Part, may_go_on, remaining
from apollo_batch.packing import Asking, request_count

Requests = dict[str, tuple[Route, int]]
"""Method and path to the route, and how many requests to it."""


@dataclass(frozen=True)
class Leg:
    """One step of a plan."""

    step: str
    act: Act
    operation: str
    rows: int
    """How many rows it may ask for."""
    requests: Mapping[str, int]
    most: Decimal
    likely: Decimal

    def as_json(self) -> dict[str, Any]:
        """The figures, for the journal and for --json."""
        return {
            "operation": self.operation,
            "rows": self.rows,
            "requests": dict(self.requests),
            "credits": {"most": format(self.most.normalize(), "f")},
        }


def pages_of(step: Step) -> int:
    """How many pages one item may take."""
    paging = step.operation.paging
    if paging is None or not paging.per_page:
        return 1
    return -(-paging.limit(step.most_records) // paging.size(step.most_records))


def records_of(step: Step) -> int:
    """How many rows one row may become in a step."""
    paging = step.operation.paging
    return 1 if paging is None else paging.limit(step.most_records)


def coming(
    job: Job, store: Store, first: int, part: Callable[[Step], Part] | None
) -> Iterator[tuple[Step, int]]:
    """Say how many rows each step after the first may ask for.

    `first`: how many rows a new run's first step takes up; `part` says what there is of a run that
    it goes on with instead.
    """
    new = {job.steps[0].id: 0 if part else first}
    for stage in stages(job):
        if stage.before is None:
            continue
        before = job.step(stage.before)
        rows = new[before.id]
        if stage.of_records:
            rows = records_of(before) * (rows + (remaining(store, part(before)) if part else 0))
        if part:
            rows += may_go_on(store, part(before), stage.sheet)
        new[stage.step.id] = rows
        yield stage.step, rows + (remaining(store, part(stage.step)) if part else 0)


def weigh(job: Job, step: Step, rows: int, asking: Asking) -> tuple[Leg, Requests]:
    """Weigh what a step costs at the most, should every row come that may."""
    pages = pages_of(step)
    routes: Requests = {}
    for name in _routes(step, asking):
        route = step.operation.route(name)
        routes[f"{route.method} {route.path}"] = route, request_count(rows * pages, route)
    each = most_per_item(step.operation, step.options, job.limits.most_per_row)
    counts = {label: count for label, (_, count) in routes.items() if count}
    operation = step.operation
    most, likely = each * pages * rows, operation.price.base * rows
    return Leg(step.id, operation.act, operation.name, rows, counts, most, likely), routes


def _routes(step: Step, asking: Asking) -> list[str]:
    """Name every route that a row may take which says all that the step can say."""
    if not step.operation.act.writes:
        return [step.route.name]
    names = [name.partition(".")[0] for name in step.sources]
    said = {**step.constants, **dict.fromkeys(names, "")}
    return list(dict.fromkeys(route for route, _ in asking.ways(said)))
