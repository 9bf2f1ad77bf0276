"""Rows and answers that tell of a person are found, and emptied; all others stay as they are."""

import json
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, case, func, or_, select, tuple_, update
from sqlalchemy.engine import Connection

from apollo_batch.journal import budget
from apollo_batch.journal.personal import ANSWERS, CELLS, IDS
from apollo_batch.journal.schema import attempts, effects, items, rows, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Status

_PAGE = 2_000
_JSON = ("params", "kept", "old", "expects")
_OF_A_PERSON = {"email", "hashed_email", "first_name", "last_name"}
_WAITS = (Status.IN_DOUBT.value, Status.PENDING.value)


@dataclass(frozen=True, order=True)
class Row:
    """A row of a run, on the input's own sheet or on one of found records."""

    run: str
    sheet: str
    number: int


Tells = Callable[[Any], bool]
"""Whether a text, or anything else that JSON can hold, tells of the person."""


def rows_telling(store: Store, cells: Tells, value: Tells) -> set[Row]:
    """Find the rows that tell of a person: in a cell, in what was sent, found or said."""
    found = set()
    for one in _paged(store, rows, rows.c.run, rows.c.sheet, rows.c.number):
        if cells(json.loads(one["cells"])):
            found.add(Row(one["run"], one["sheet"], one["number"]))
    for one in _paged(store, items, items.c.id):
        told = [json.loads(one[name]) for name in _JSON if one[name]]
        if any(map(value, (*told, one["note"] or "", one["found"] or ""))):
            found.add(Row(one["run"], one["sheet"], one["row"]))
    return found


def _paged(store: Store, table: Table, *key: Any) -> Iterator[Mapping[str, Any]]:
    query, names = select(table).order_by(*key).limit(_PAGE), table.c.keys()
    last: tuple[Any, ...] | None = None
    while True:
        with store.read() as c:
            after = query if last is None else query.where(tuple_(*key) > last)
            page = c.execute(after).mappings().all()
        yield from ({str(name): row[name] for name in names} for row in page)
        if len(page) < _PAGE:
            return
        last = tuple(page[-1][column.name] for column in key)


def made_to(store: Store, subjects: Collection[str]) -> tuple[set[Row], set[str]]:
    """Find rows by the hashes of whom something was made to, and Apollo's ids of what was made."""
    with store.read() as c:
        mine = select(items).where(items.c.subject.in_(subjects))
        found = c.execute(mine).mappings().all()
        made = select(effects.c.found).where(effects.c.subject.in_(subjects))
        ids = {number for number in c.scalars(made) if number}
    return {Row(one["run"], one["sheet"], one["row"]) for one in found}, ids


@dataclass(frozen=True)
class Answer:
    """What Apollo answered, and what was made of it."""

    number: int
    body: bytes
    message: str


def answers(store: Store) -> Iterator[Answer]:
    """Read every answer that is still there."""
    there = or_(*(attempts.c[name].is_not(None) for name in ANSWERS[attempts]))
    with store.read() as c:
        numbers = c.scalars(select(attempts.c.id).where(there).order_by(attempts.c.id)).all()
    for number in numbers:
        with store.read() as c:
            one = c.execute(select(attempts).where(attempts.c.id == number)).mappings().one()
        body = zlib.decompress(one["body"]) if one["body"] else b""
        yield Answer(number, body, one["message"] or "")


def rewrite(store: Store, new: Sequence[Answer]) -> None:
    """Put answers in the place of what they were."""
    for answer in new:
        packed = zlib.compress(answer.body) if answer.body else None
        values = {"body": packed, "message": answer.message or None}
        with store.write() as c:
            c.execute(update(attempts).where(attempts.c.id == answer.number).values(**values))


def asked(store: Store, found: Sequence[Row]) -> set[str]:
    """Give the hashes of what was asked in rows about a person, and of whom something was made to.

    What was asked about a company that stands in the same row is asked again for others.
    """
    hashes = set()
    names = (items.c.params, items.c.question, items.c.subject)
    with store.read() as c:
        for row in found:
            for params, *both in c.execute(select(*names).where(_of(items, row, "row"))):
                said = json.loads(params)
                if _OF_A_PERSON & said.keys() or "linkedin.com/in/" in params:
                    hashes |= {one for one in both if one}
    return hashes


def under_way(store: Store, found: Collection[Row]) -> set[Row]:
    """Pick the rows that are being asked for at this moment."""
    return _those(store, found, items.c.state.in_(["sent", "recall"]))


def waiting(store: Store, found: Collection[Row]) -> set[Row]:
    """Pick the rows that are in doubt or pending, or that are still being looked for."""
    sought = (items.c.state == "ready") & items.c.since.is_not(None)
    return _those(store, found, items.c.status.in_(_WAITS) | sought)


def _those(store: Store, found: Collection[Row], are: Any) -> set[Row]:
    with store.read() as c:
        return {
            row
            for row in found
            if c.scalar(select(items.c.id).where(_of(items, row, "row"), are).limit(1)) is not None
        }


def _of(table: Table, row: Row, number: str) -> Any:
    mine = (table.c.run == row.run) & (table.c.sheet == row.sheet)
    return mine & (table.c[number] == row.number)


def empty(store: Store, found: Sequence[Row], note: str) -> None:
    """Empty rows: what became of them, and what it cost, stays; what was not asked yet never is."""
    for start in range(0, len(found), _PAGE):
        with store.write() as c:
            for row in found[start : start + _PAGE]:
                _empty(c, row, note)


def _empty(c: Connection, row: Row, note: str) -> None:
    c.execute(update(rows).where(_of(rows, row, "number")).values(**CELLS[rows]))
    mine = _of(items, row, "row")
    made = effects.c.item.in_(select(items.c.id).where(mine))
    c.execute(update(effects).where(made).values(**IDS[effects]))
    ready = items.c.state == "ready"
    ended = {
        "state": case((ready, "done"), else_=items.c.state),
        "status": case((ready, Status.SKIPPED.value), else_=items.c.status),
        "reason": case((ready, "erased"), else_=items.c.reason),
        "credits": case(
            (ready, func.coalesce(items.c.credits, budget.ZERO)), else_=items.c.credits
        ),
        "note": case((items.c.twin.is_(None), note), else_=None),
        "onward": "",
    }
    c.execute(update(items).where(mine).values({**CELLS[items], **IDS[items], **ended}))


def hush(store: Store, tells: Tells) -> None:
    """Empty what was said of the end of runs, where it tells of the person."""
    with store.write() as c:
        said = c.execute(select(runs.c.id, runs.c.stop_note).where(runs.c.stop_note != "")).all()
        for run, note in said:
            if tells(note):
                c.execute(update(runs).where(runs.c.id == run).values(stop_note=""))


def records(store: Store) -> list[Mapping[str, Any]]:
    """Read the record of every run."""
    return list(_paged(store, runs, runs.c.id))
