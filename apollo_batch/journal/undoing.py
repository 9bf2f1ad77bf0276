"""A run's rows as they ended in; the run that takes them back, entered and gone on with, out."""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, insert, select, update
from sqlalchemy.engine import RowMapping

from apollo_batch.journal import budget, ways
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.schema import attempts, effects, items, rows, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Outcome, Params, Status
from apollo_batch.packing import subject

_PAGE = 500


@dataclass(frozen=True)
class Done:
    """What a row of a run came to, as far as taking it back is concerned."""

    item: int
    row: int
    twin: int | None
    """The row that was asked for this one too."""
    status: Status | None
    """None: it has not ended."""
    reason: str
    params: Params
    found: str | None
    """Apollo's id of what was found or made."""
    old: Mapping[str, Any] | None
    """What the record was before; None: nobody looked."""
    sought: bool
    """Whether it is still being found out whether it was carried out."""
    made: bool
    """Whether the ledger holds its effect as made, by this very row."""
    source: int | None
    """The attempt whose answer it ended with."""
    ended: float | None
    """When that answer came."""
    cells: str
    hash: str

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows if it was carried out."""
        return self.status is Status.IN_DOUBT or (self.status is None and self.sought)


@dataclass(frozen=True)
class Back:
    """How a row is taken back: what is sent, and what has to stand there still."""

    params: Params
    expects: Params = field(default_factory=dict)
    note: str = ""


Bound = Back | Outcome
Entry = tuple[Done, Bound]


def done(store: Store, run: str) -> Iterator[Done]:
    """Read what a run's rows came to, the last one first: what was written last goes back first."""
    fields = "id row twin state status reason params found old since source".split()
    made = (effects.c.item == items.c.id) & (effects.c.state == "made")
    named = (rows.c.run == items.c.run) & (rows.c.sheet == "") & (rows.c.number == items.c.row)
    query = (
        select(*(items.c[name] for name in fields), effects.c.state.label("made"))
        .add_columns(rows.c.cells, rows.c.hash, attempts.c.done_at)
        .outerjoin(effects, made)
        .outerjoin(attempts, attempts.c.id == items.c.source)
        .join(rows, named)
        .where(items.c.run == run, items.c.sheet == "")
        .order_by(items.c.id.desc())
        .limit(_PAGE)
    )
    below: ColumnElement[bool] | None = None
    while True:
        with store.read() as c:
            asked = query if below is None else query.where(below)
            page = c.execute(asked).mappings().all()
        yield from map(_done, page)
        if len(page) < _PAGE:
            return
        below = items.c.id < page[-1]["id"]


def _done(row: RowMapping) -> Done:
    ended = row["state"] == "done"
    return Done(
        item=row["id"],
        row=row["row"],
        twin=row["twin"],
        status=Status(row["status"]) if ended else None,
        reason=row["reason"] or "",
        params=json.loads(row["params"]),
        found=row["found"],
        old=json.loads(row["old"]) if row["old"] else None,
        sought=row["since"] is not None,
        made=row["made"] is not None,
        source=row["source"],
        ended=row["done_at"],
        cells=row["cells"],
        hash=row["hash"],
    )


class Answers:
    """The raw answers of a run's requests; many rows share one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.body = lru_cache(maxsize=8)(self._body)

    def _body(self, attempt: int) -> bytes:
        """Read an attempt's answer; empty where there is none, or none any more."""
        with self._store.read() as c:
            packed = c.scalar(select(attempts.c.body).where(attempts.c.id == attempt))
        return zlib.decompress(packed) if packed else b""


def enter(
    store: Store, run: str, shelf: Shelf, entries: Iterable[Entry], now: float, *, agreed: bool
) -> None:
    """Write down what is to be taken back; gone on with, rows that have not ended are seen anew.

    The undone run may have gone on meanwhile, and what was looked at before may have changed.
    Until somebody has agreed rows are only looked at, whatever is found is forgotten again, and
    nothing is struck from the ledger.
    """
    with store.write() as c:
        begun = bool(c.scalar(select(runs.c.entered).where(runs.c.id == run)))
        if not begun:
            c.execute(delete(items).where(items.c.run == run))
            c.execute(delete(rows).where(rows.c.run == run))
    stream = iter(entries)
    while batch := list(islice(stream, _PAGE)):
        values = [_item(run, shelf, *entry, agreed=agreed) for entry in batch]
        with store.write() as c:
            if begun:
                c.execute(_ANEW, [_bound(run, value) for value in values])
            else:
                c.execute(insert(rows), [_row(run, shelf.account, one) for one, _ in batch])
                c.execute(insert(items), values)
    with store.write() as c:
        c.execute(update(runs).where(runs.c.id == run).values(entered=True, updated=now))


def _row(run: str, account: str, one: Done) -> dict[str, Any]:
    return {
        "account": account,
        "run": run,
        "sheet": "",
        "number": one.row,
        "cells": one.cells,
        "hash": one.hash,
    }


def _item(run: str, shelf: Shelf, one: Done, bound: Bound, *, agreed: bool) -> dict[str, Any]:
    asking = shelf.asking
    value: dict[str, Any] = {
        **dict.fromkeys(_EMPTY),
        **ways.columns(asking.operation, (), {}),
        "account": shelf.account,
        "run": run,
        "step": asking.step,
        "row": one.row,
        "root": one.row,
        "params": "{}",
        "subject": "",
        "leg": 0,
        "state": "done" if one.twin is None else "twin",
        "twin": one.twin,
    }
    if one.twin is not None:
        return value
    if isinstance(bound, Outcome):
        said = {"status": bound.status.value, "reason": bound.reason, "note": bound.note}
        return value | said | {"credits": budget.ZERO}
    return (
        value
        | ways.columns(asking.operation, asking.course(bound.params), bound.params)
        | {
            "params": json.dumps(dict(bound.params), ensure_ascii=False),
            "subject": subject(asking.operation, bound.params, asking.salt),
            "state": "ready",
            "note": bound.note or None,
            "undoes": one.item if agreed else None,
            "expects": json.dumps(dict(bound.expects), ensure_ascii=False),
        }
    )


_EMPTY = "chunk status reason note credits source found undoes expects".split()
_CHANGED = (
    *_EMPTY,
    *"params subject state twin leg route course lot gate".split(),
)
# What was agreed to and has the answer of a request has ended for good.
_ANEW = (
    update(items)
    .where(
        items.c.run == bindparam("b_run"),
        items.c.sheet == "",
        items.c.row == bindparam("b_row"),
        items.c.source.is_(None) | items.c.undoes.is_(None),
    )
    .values({name: bindparam(f"b_{name}") for name in _CHANGED})
)


def _bound(run: str, value: Mapping[str, Any]) -> dict[str, Any]:
    changed = {f"b_{name}": value[name] for name in _CHANGED}
    return changed | {"b_run": run, "b_row": value["row"]}


def undone_by(store: Store, account: str, run: str) -> str | None:
    """Find the run that took back anything of a run; None where nothing was."""
    same = (runs.c.account == account) & (runs.c.identity == identity_of(run))
    back = (items.c.run == runs.c.id) & items.c.undoes.is_not(None)
    back &= items.c.status == Status.SUCCEEDED.value
    with store.read() as c:
        return c.scalar(select(runs.c.id).where(same, exists().where(back)))


def identity_of(run: str) -> str:
    """Name the one run that takes back a run: the same command goes on with it."""
    return f"undo {run}"
