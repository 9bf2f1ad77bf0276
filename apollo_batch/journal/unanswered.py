"""A request without a usable answer in; what becomes of its items out: looked for, failed, again."""

import json
from collections.abc import Sequence

from sqlalchemy import case, func, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import budget, effects, looking, questions, verdicts, ways
from apollo_batch.journal.schema import attempts, items
from apollo_batch.model import Arrival, Leg, Settlement, Status

_ALONE_IN_A_ROW = 10
_LOOK_BACK = 200


def leave_in_doubt(
    c: Connection, attempt: RowMapping, reason: str, message: str, now: float
) -> None:
    """Nobody knows whether a request was carried out.

    Where what it makes can be looked for, that is the items' next request; others wait for a
    person.
    """
    chosen = verdicts.ids(c, attempt)
    operation = OPERATIONS[attempt["operation"]]
    if operation.act.writes and operation.seek is not None:
        _look_for(c, attempt, chosen, message, now)
        # Others that want the same wait for whoever looks, while they live.
        effects.seek(c, chosen, now)
        return
    c.execute(
        update(items)
        .where(items.c.id.in_(chosen))
        .values(state="done", status=Status.IN_DOUBT.value, reason=reason, note=message)
    )
    questions.note(c, attempt["chunk"], "doubt", {reason}, attempt=attempt["id"], now=now)
    effects.doubt(c, chosen, now)


def _look_for(
    c: Connection,
    attempt: RowMapping,
    chosen: Sequence[int],
    message: str,
    now: float,
) -> None:
    operation = OPERATIONS[attempt["operation"]]
    seek = (Leg(operation.seek.name),) if operation.seek else ()
    for row in c.execute(select(items).where(items.c.id.in_(chosen))).mappings().all():
        course = (*seek, *ways.read(row["course"]))
        params = json.loads(row["params"])
        c.execute(
            update(items)
            .where(items.c.id == row["id"])
            .values(
                state="ready",
                chunk=None,
                status=None,
                reason=None,
                note=message,
                since=row["since"] or attempt["sent_at"],
                looks=0,
                leg=row["leg"] + 1,
                not_before=looking.first(c, attempt["account"], now),
                **ways.columns(operation, course, params),
            )
        )


def refuse(c: Connection, attempt: RowMapping, settlement: Settlement) -> None:
    """Apollo refused a request: the items it names fail, or the chunk is halved to find them."""
    everyone = verdicts.ids(c, attempt)
    blamed = [item for item in everyone if item in settlement.blamed]
    if settlement.halt is None and len(everyone) > 1:
        spared = [item for item in everyone if item not in blamed]
        # One row may have spoilt the request for all of them.
        put_back(c, spared, company=None if blamed else max(1, len(everyone) // 2))
        everyone = blamed
    if everyone:
        _fail(c, attempt, everyone, settlement.message)


def all_alike(c: Connection, attempt: RowMapping, message: str) -> bool:
    """Whether so many rows that stood alone were refused in the same words, and none was taken.

    Then it is nothing of theirs, and halving for the rest would cost a request a row.
    """
    if OPERATIONS[attempt["operation"]].route(attempt["route"]).cap == 1:
        return False
    company = select(func.count()).where(items.c.chunk == attempts.c.chunk).scalar_subquery()
    mine = (attempts.c.run == attempt["run"]) & (attempts.c.lane == attempt["lane"])
    latest = (
        select(attempts.c.outcome, attempts.c.message, company)
        .where(mine, attempts.c.done_at.is_not(None))
        .order_by(attempts.c.done_at.desc(), attempts.c.id.desc())
        .limit(_LOOK_BACK)
    )
    alone = 0
    for outcome, said, count in c.execute(latest):
        if outcome == Arrival.DONE:
            return False
        alone += outcome == Arrival.REFUSED and said == message and count == 1
        if alone >= _ALONE_IN_A_ROW:
            return True
    return False


def _fail(c: Connection, attempt: RowMapping, failed: Sequence[int], message: str) -> None:
    for number, found in c.execute(
        select(items.c.id, items.c.found).where(items.c.id.in_(failed))
    ).all():
        note = (
            f"It was made, as {found}; what follows was not done. {message}" if found else message
        )
        c.execute(
            update(items)
            .where(items.c.id == number)
            .values(
                state="done",
                status=Status.FAILED.value,
                reason="apollo_refused",
                note=note,
                credits=func.coalesce(items.c.credits, budget.ZERO),
                source=attempt["id"],
            )
        )
    questions.release(c, failed)
    effects.release(c, failed)


def put_back(c: Connection, chosen: Sequence[int], *, company: int | None = None) -> None:
    """Make items ready once more; a late answer may lift a doubt that way."""
    values: dict[str, object] = {"state": "ready", "chunk": None, "status": None, "note": None}
    # What was made by an earlier request of theirs is still what they end with.
    values["reason"] = case((items.c.found.is_not(None), items.c.reason), else_=None)
    if company is not None:
        values["company"] = company
    c.execute(update(items).where(items.c.id.in_(chosen)).values(**values))
    questions.release(c, chosen)
    # What may have been made, and is being looked for, stays in the ledger.
    free = select(items.c.id).where(items.c.id.in_(chosen), items.c.since.is_(None))
    effects.release(c, list(c.scalars(free)))
