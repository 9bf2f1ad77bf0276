"""Runs that are over and old come in; their cells and answers go, and what they did and cost stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, exists, func, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal import undoing
from apollo_batch.journal.onward import ORIGINAL, SAME, goes_on
from apollo_batch.journal.personal import ANSWERS, CELLS
from apollo_batch.journal.schema import attempts, items, meta, questions, rows, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Status

_PAGE = 2_000
_ANSWERS_PAGE = 500
_NAMES = "names "
_UNDONE = (Status.IN_DOUBT.value, Status.PENDING.value)
_OPEN_STATES = ("ready", "sent", "recall")


def last_purged(store: Store) -> float:
    """Say when the journal was last purged; 0: never."""
    with store.read() as c:
        told = c.scalar(select(meta.c.value).where(meta.c.key == "purged"))
    return float(told or 0)


def is_new(store: Store) -> bool:
    """Whether nothing was ever entered that could be old."""
    with store.read() as c:
        return c.scalar(select(runs.c.id).limit(1)) is None


def note_purged(store: Store, now: float) -> None:
    """Note that the journal was purged; names of the team's users that it kept for an hour go."""
    with store.write() as c:
        gone = meta.c.key.startswith(_NAMES) | (meta.c.key == "purged")
        c.execute(meta.delete().where(gone))
        c.execute(meta.insert().values(key="purged", value=str(now)))


def old_runs(store: Store, before: float, run: str | None = None) -> list[RowMapping]:
    """Read the runs, not purged yet, that nothing was asked or written of since a moment."""
    ended = select(func.max(attempts.c.done_at)).where(attempts.c.run == runs.c.id)
    old = runs.c.purged.is_(None) & (runs.c.updated <= before)
    old &= func.coalesce(ended.scalar_subquery(), 0.0) <= before
    if run is not None:
        old &= runs.c.id == run
    with store.read() as c:
        return list(c.execute(select(runs).where(old).order_by(runs.c.created)).mappings().all())


def is_over(c: Connection, record: RowMapping) -> bool:
    """Whether nothing of a run is still to be asked, found out, waited for or taken back."""
    if not record["entered"]:
        return True  # none of it was sent, and it is never gone on with
    back = select(runs.c.id).where(
        runs.c.account == record["account"],
        runs.c.identity == undoing.identity_of(record["id"]),
        runs.c.purged.is_(None),
    )
    for run in (record["id"], *c.scalars(back)):
        if c.scalar(select(exists().where(items.c.run == run, _is_open()))) or _goes_on(c, run):
            return False
    return True


def _is_open() -> ColumnElement[bool]:
    return or_(items.c.state.in_(_OPEN_STATES), items.c.status.in_(_UNDONE))


def _goes_on(c: Connection, run: str) -> bool:
    """Whether rows wait to be handed on to the next step."""
    twin = items.c.twin.is_not(None)
    ready = (~twin & goes_on()) | (twin & goes_on(ORIGINAL))
    query = select(items.c.id).outerjoin(ORIGINAL, SAME)
    waits = query.where(items.c.run == run, items.c.onward.in_(["row", "both"]), ready)
    return c.scalar(waits.limit(1)) is not None


def is_delivered(record: RowMapping) -> bool:
    """Whether all that is known of a run stands in an output."""
    return not record["entered"] or (
        record["delivered"] and record["news"] <= record["news_written"]
    )


def mark(store: Store, run: str, now: float) -> bool:
    """Decide that a run is purged; False where it is not over any more."""
    with store.write() as c:
        found = c.execute(select(runs).where(runs.c.id == run)).mappings().one()
        if found["purged"] is not None or not is_delivered(found) or not is_over(c, found):
            return False
        c.execute(update(runs).where(runs.c.id == run).values(purged=now))
    return True


def half_emptied(store: Store) -> list[RowMapping]:
    """Read the runs that are to be purged, those too over which a process was ended."""
    half = runs.c.purged.is_not(None) & ~runs.c.emptied
    with store.read() as c:
        return list(c.execute(select(runs).where(half)).mappings().all())


def empty(store: Store, run: str) -> None:
    """Empty a purged run's cells, a few at a time, so that nobody waits long to write."""
    _in_steps(store, items, items.c.id, items.c.run == run)
    with store.read() as c:
        sheets = list(c.scalars(select(rows.c.sheet).where(rows.c.run == run).distinct()))
    for sheet in sheets:
        _in_steps(store, rows, rows.c.number, (rows.c.run == run) & (rows.c.sheet == sheet))
    with store.write() as c:
        gone = {**CELLS[runs], "emptied": True}
        c.execute(update(runs).where(runs.c.id == run).values(**gone))


def _in_steps(store: Store, table: Table, key: Any, mine: ColumnElement[bool]) -> None:
    with store.read() as c:
        low, high = c.execute(select(func.min(key), func.max(key)).where(mine)).one()
    if low is None:
        return
    for start in range(low, high + 1, _PAGE):
        some = mine & key.between(start, start + _PAGE - 1)
        with store.write() as c:
            c.execute(update(table).where(some).values(**CELLS[table]))


@dataclass(frozen=True)
class Shelved:
    """Answers of a purged run that are still there."""

    run: str
    updated: float
    planned: str
    numbers: list[int]


def shelved(store: Store) -> list[Shelved]:
    """Find the answers of purged runs that are still there, and that nobody waits for."""
    there = or_(*(attempts.c[name].is_not(None) for name in ANSWERS[attempts]))
    query = (
        select(runs.c.id, runs.c.updated, runs.c.planned, attempts.c.id.label("attempt"))
        .join(attempts, attempts.c.run == runs.c.id)
        .where(runs.c.purged.is_not(None), there)
        .order_by(runs.c.id, attempts.c.id)
    )
    found: dict[str, Shelved] = {}
    with store.read() as c:
        waits = _awaited(c)
        for one in c.execute(query):
            if one.attempt not in waits:
                its = found.setdefault(one.id, Shelved(one.id, one.updated, one.planned, []))
                its.numbers.append(one.attempt)
    return list(found.values())


def awaited(store: Store) -> set[int]:
    """Name the answers that rows are yet to be read from, or to be joined to what comes later."""
    with store.read() as c:
        return _awaited(c)


def _awaited(c: Connection) -> set[int]:
    """The answers that rows are yet to be read from, or to be joined to what comes later."""
    waits = or_(items.c.status == Status.PENDING.value, items.c.state == "recall")
    sources = select(items.c.source).where(waits, items.c.source.is_not(None))
    mine = attempts.c.id.in_(sources) | attempts.c.ask_from.is_not(None)
    found = c.execute(select(attempts.c.id, attempts.c.late_in).where(mine)).all()
    return {number for both in found for number in both if number is not None}


def serving(store: Store, run: str, since: float) -> set[int]:
    """Name the answers of a run that questions may still be answered from."""
    bought = (items.c.run == run) & (questions.c.at >= since)
    query = (
        select(attempts.c.id, attempts.c.late_in)
        .join(questions, questions.c.attempt == attempts.c.id)
        .join(items, items.c.id == questions.c.item)
        .where(bought)
    )
    with store.read() as c:
        return {one for both in c.execute(query) for one in both if one is not None}


def drop_answers(store: Store, numbers: Sequence[int]) -> None:
    """Empty answers, a few at a time; one that somebody has come to wait for stays."""
    for start in range(0, len(numbers), _ANSWERS_PAGE):
        some = attempts.c.id.in_(numbers[start : start + _ANSWERS_PAGE])
        free = attempts.c.ask_from.is_(None)
        with store.write() as c:
            c.execute(update(attempts).where(some, free).values(**ANSWERS[attempts]))


def copies_in_use(store: Store) -> set[str]:
    """Give the hashes of the inputs that runs may still be written from."""
    with store.read() as c:
        return set(c.scalars(select(runs.c.input_hash).where(runs.c.purged.is_(None)).distinct()))


def row_count(store: Store, names: Sequence[str]) -> int:
    """Count the rows of some runs."""
    with store.read() as c:
        counted = select(func.count()).where(rows.c.run.in_(names))
        return int(c.scalar(counted) or 0)
