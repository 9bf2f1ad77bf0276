"""Rows in doubt and a person's word on them come in; they end as done, or are ready once more."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Act, Once, Operation
from apollo_batch.journal import effects, ways
from apollo_batch.journal.going import Ranges
from apollo_batch.journal.questions import forget
from apollo_batch.journal.schema import items
from apollo_batch.journal.store import Store
from apollo_batch.model import Course, Status
from apollo_batch.packing import course

_COPY = items.alias("copy")
_AFRESH: dict[str, Any] = {
    "state": "ready",
    "chunk": None,
    "status": None,
    "note": None,
    "since": None,
    "looks": 0,
    "untold": 0,
    "not_before": None,
}


@dataclass(frozen=True)
class Doubt:
    """A row in doubt."""

    row: int
    """The input's row that it stems from."""
    reason: str
    note: str
    step: str = ""
    found: int | None = None
    """Its number among the found records; None: it is the input's row itself."""


def doubts(store: Store, run: str, chosen: Ranges = ()) -> list[Doubt]:
    """Name the rows of a run in doubt, of those chosen; a copy stands for the row it repeats."""
    with store.read() as c:
        return [_doubt(row) for row in _in_doubt(c, run, None, chosen)]


def say_done(
    store: Store, run: str, operation: Operation, chosen: Ranges, now: float, *, step: str
) -> list[int]:
    """Note that rows in doubt in a step were carried out; name them.

    Whatever of such a row is still to be sent, and can be, is sent by the next run.
    """
    with store.write() as c:
        found = _in_doubt(c, run, step, chosen)
        for row in found:
            c.execute(_changed(row, _done(operation, row, now)))
            if operation.once is Once.EVER:
                effects.confirm(c, row["account"], operation.name, row["subject"], now)
    return [row["root"] for row in found]


def say_not_done(
    store: Store,
    run: str,
    operation: Operation,
    chosen: Ranges,
    id_columns: Sequence[str] = (),
    *,
    step: str,
) -> list[int]:
    """Make rows in doubt in a step ready once more, since they were not carried out; name them.

    A row whose effect was made by another one meanwhile ends with that; its id is kept in these
    columns.
    """
    with store.write() as c:
        found = _in_doubt(c, run, step, chosen)
        mine = items.c.id.in_([row["id"] for row in found])
        forget(c, select(items.c.account, items.c.question).where(mine))
        for row in found:
            c.execute(_changed(row, _afresh(operation, row)))
        if operation.once is Once.EVER:
            _lift(c, operation, found, id_columns)
    return [row["root"] for row in found]


def _in_doubt(c: Connection, run: str, step: str | None, chosen: Ranges) -> Sequence[RowMapping]:
    doubt = (items.c.run == run) & (items.c.status == Status.IN_DOUBT.value)
    if step is not None:
        doubt &= items.c.step == step
    query = select(items).where(doubt, items.c.twin.is_(None))
    if chosen:
        same = (_COPY.c.run == items.c.run) & (_COPY.c.step == items.c.step)
        same &= (_COPY.c.sheet == items.c.sheet) & (_COPY.c.twin == items.c.row)
        named = or_(*(items.c.root.between(low, high) for low, high in chosen))
        copied = or_(*(_COPY.c.root.between(low, high) for low, high in chosen))
        query = query.where(or_(named, exists().where(same, copied)))
    return c.execute(query.order_by(items.c.root, items.c.id)).mappings().all()


def _doubt(row: RowMapping) -> Doubt:
    found = row["row"] if row["sheet"] else None
    return Doubt(row["root"], row["reason"], row["note"] or "", row["step"], found)


def _changed(row: RowMapping, values: dict[str, Any]) -> Any:
    return update(items).where(items.c.id == row["id"]).values(**values)


def _done(operation: Operation, row: RowMapping, now: float) -> dict[str, Any]:
    day = datetime.fromtimestamp(now, UTC)
    rest = _course(operation, row)[1:]
    params = json.loads(row["params"])
    if rest and all(operation.route(leg.route).needs <= params.keys() for leg in rest):
        return _AFRESH | {"reason": _made(operation, row)} | ways.columns(operation, rest, params)
    unsaid = sorted({name for leg in rest for name in leg.names})
    left = f" Not written, because its id is not known: {', '.join(unsaid)}." if unsaid else ""
    return {
        "state": "done",
        "status": Status.SUCCEEDED.value,
        "reason": "resolved",
        "note": f"On {day.day} {day:%b %Y}.{left}",
    }


def _afresh(operation: Operation, row: RowMapping) -> dict[str, Any]:
    # An answer that could not be tied to its row can only be its own where it goes alone.
    company = 1 if row["reason"] == "unpaired" else row["company"]
    columns = ways.columns(operation, _course(operation, row), json.loads(row["params"]))
    return _AFRESH | {"reason": _made(operation, row), "company": company} | columns


def _made(operation: Operation, row: RowMapping) -> str | None:
    """What an earlier request of a row has made is still what it ends with."""
    return operation.done if row["found"] and operation.act is Act.CREATE else None


def _course(operation: Operation, row: RowMapping) -> Course:
    """A row's requests from the one in doubt on; what was only to look for it falls away."""
    rest = ways.read(row["course"])
    while rest and operation.route(rest[0].route).pairing.looks_for_effects:
        rest = rest[1:]
    # Of an enrollment nothing is left but the look whether it was carried out.
    return rest or course(operation, frozenset(json.loads(row["params"])))


def _lift(
    c: Connection,
    operation: Operation,
    found: Sequence[RowMapping],
    id_columns: Sequence[str],
) -> None:
    """Give up the claims of what was not made; what another row made meanwhile stays made."""
    subjects = [row["subject"] for row in found if row["subject"]]
    if not subjects:
        return
    account = found[0]["account"]
    known = effects.find(c, account, operation.name, subjects)
    made = {s: one for s, one in known.items() if one["state"] == "made"}
    effects.lift(c, account, operation.name, [s for s in subjects if s not in made])
    pairs = [
        (row["id"], one)
        for row in found
        if (one := made.get(row["subject"])) is not None and one["item"] != row["id"]
    ]
    if pairs:
        effects.answer(c, pairs, id_columns)
