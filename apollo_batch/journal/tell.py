"""What the journal tells of a run: its rows' outcomes, its bill, its requests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import RowMapping

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import budget
from apollo_batch.journal.schema import (
    attempts,
    balances,
    budgets,
    chunks,
    items,
    lanes,
    rows,
    runs,
    windows,
)
from apollo_batch.journal.store import Store

_PAGE = 2_000
_ENOUGH = 50
_PRICED = [name for name, operation in OPERATIONS.items() if operation.price.base]


@dataclass(frozen=True)
class Bill:
    """What a run's requests cost, by who says so."""

    reported: Decimal
    derived: Decimal
    held: Decimal
    spent: Decimal
    unpriced: int
    """Requests whose bill nobody knows."""
    requests: dict[str, int]
    """Route to how many requests were sent."""


def run_of(store: Store, run: str) -> RowMapping | None:
    """Read a run's own record; a unique beginning of its id will do."""
    with store.read() as c:
        exact = c.execute(select(runs).where(runs.c.id == run)).mappings().first()
        if exact is not None:
            return exact
        alike = c.execute(select(runs).where(runs.c.id.startswith(run, autoescape=True)).limit(2))
        found = alike.mappings().all()
    return found[0] if len(found) == 1 else None


def all_runs(store: Store) -> Sequence[RowMapping]:
    """Read all runs' records, the newest first."""
    with store.read() as c:
        return c.execute(select(runs).order_by(runs.c.created.desc())).mappings().all()


def named_cells(store: Store, run: str, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Read the cells of a few rows that the job names."""
    mine = (rows.c.run == run) & (rows.c.sheet == "") & rows.c.number.in_(numbers)
    with store.read() as c:
        found = c.execute(select(rows.c.number, rows.c.cells).where(mine)).all()
    return {number: json.loads(cells) for number, cells in found}


def bill(store: Store, run: str) -> Bill:
    """Add up what a run's attempts cost and how many requests they were."""
    mine = attempts.c.run == run
    arrived = attempts.c.outcome.notin_(("not_sent",))
    with store.read() as c:
        sums = c.execute(
            select(
                func.sum(attempts.c.reported),
                func.sum(attempts.c.derived),
                func.sum(attempts.c.held),
                func.sum(attempts.c.spent),
            ).where(mine)
        ).one()
        silent = attempts.c.reported.is_(None) & attempts.c.derived.is_(None)
        unknown = attempts.c.outcome.in_(("sent", "done", "unknown", "lost"))
        counted = select(func.count()).join(chunks, chunks.c.id == attempts.c.chunk)
        priced = chunks.c.operation.in_(_PRICED)
        unpriced = c.scalar(counted.where(mine, silent, unknown, priced))
        routes = c.execute(
            select(attempts.c.lane, func.count()).where(mine, arrived).group_by(attempts.c.lane)
        ).all()
    reported, derived, held, spent = (total or budget.ZERO for total in sums)
    requests = {lane.partition(" ")[2]: int(count) for lane, count in routes}
    return Bill(reported, derived, held, spent, int(unpriced or 0), requests)


def charges(store: Store, run: str) -> dict[str, Decimal]:
    """Add up what each step of a run was charged."""
    sums = (func.sum(attempts.c.reported), func.sum(attempts.c.derived))
    query = select(attempts.c.step, *sums).where(attempts.c.run == run).group_by(attempts.c.step)
    with store.read() as c:
        return {
            step: (reported or budget.ZERO) + (derived or budget.ZERO)
            for step, reported, derived in c.execute(query)
        }


def balance_notes(store: Store, run: str) -> dict[str, dict[str, Any]]:
    """Read the balances noted before and after a run; the latest of each."""
    with store.read() as c:
        found = c.execute(
            select(balances.c.moment, balances.c.kinds)
            .where(balances.c.run == run)
            .order_by(balances.c.id)
        ).all()
    return {moment: json.loads(kinds) for moment, kinds in found}


def window_state(store: Store, account: str) -> Sequence[RowMapping]:
    """Read what is known of every window of an account, with its lane's pause."""
    with store.read() as c:
        return (
            c.execute(
                select(windows, lanes.c.paused_until)
                .join(lanes, lanes.c.lane == windows.c.lane)
                .where(windows.c.account == account)
            )
            .mappings()
            .all()
        )


def budget_of(store: Store, run: str) -> RowMapping | None:
    """Read the budget of a run: cap, held, spent."""
    with store.read() as c:
        same = budgets.c.scope == budget.scope_of(run)
        return c.execute(select(budgets).where(same)).mappings().first()


def outputs_written(store: Store, path: str, source: str) -> set[str]:
    """Read the hashes of what was written to a path for one input, by any run of it."""
    mine = (runs.c.output_path == path) & (runs.c.input_path == source)
    with store.read() as c:
        hashes = c.scalars(select(runs.c.output_hash).where(mine))
        return {one for both in hashes for one in both.split()}


def found_rate(store: Store, account: str, operation: str) -> Decimal | None:
    """Say how often asking found something on this account; None before there is enough to say."""
    asked = (chunks.c.operation == operation) & (chunks.c.account == account)
    statuses = ("succeeded", "pending", "no_match")
    with store.read() as c:
        found = c.execute(
            select(items.c.status, func.count())
            .join(chunks, chunks.c.id == items.c.chunk)
            .where(asked, items.c.status.in_(statuses))
            .group_by(items.c.status)
        ).all()
    counts: dict[str, int] = {status: count for status, count in found}  # noqa: C416 - rows are no pairs to mypy
    total = sum(counts.values())
    return None if total < _ENOUGH else 1 - Decimal(counts.get("no_match", 0)) / total
