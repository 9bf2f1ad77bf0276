"""The requests that one row took, as the journal wrote them down: sent, answered, and what it cost."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal import late
from apollo_batch.journal.schema import attempts, chunks, items, rows
from apollo_batch.journal.store import Store


@dataclass(frozen=True)
class History:
    """One row from its cells to its end."""

    cells: Sequence[str]
    item: RowMapping
    original: int | None
    """The row that was asked for this one too."""
    requests: Sequence[RowMapping]
    """Every attempt that carried it, in their order."""
    source: RowMapping | None = None
    """The attempt of another run whose answer it has."""


def _asked_for(c: Connection, run: str, item: RowMapping) -> int:
    """Name the item that is asked for this one too: itself, or the one whose copy it is."""
    if item["twin"] is None:
        return int(item["id"])
    same = (items.c.run == run) & (items.c.sheet == "") & (items.c.row == item["twin"])
    same &= items.c.step == item["step"]
    return int(c.scalar(select(items.c.id).where(same)) or item["id"])


def history_of(store: Store, run: str, row: int) -> History | None:
    """Gather what the journal knows of a row; None where the run has no such row."""
    mine = (items.c.run == run) & (items.c.sheet == "") & (items.c.row == row)
    with store.read() as c:
        # One of each step that the row has come to.
        own = c.execute(select(items).where(mine).order_by(items.c.id)).mappings().all()
        if not own:
            return None
        told = (rows.c.run == run) & (rows.c.sheet == "") & (rows.c.number == row)
        cells = c.scalar(select(rows.c.cells).where(told))
        asked = [
            one
            for item in own
            for one in _carrying(c, run, _asked_for(c, run, item), chunks.c.kind != late.KIND)
        ]
        polls = [
            poll
            for one in asked
            if one["request_id"]
            for poll in _carrying(c, run, one["id"], chunks.c.kind == late.KIND)
        ]
        answers = select(items.c.source).where(items.c.id.in_([item["id"] for item in own]))
        foreign = attempts.c.id.in_(answers) & (attempts.c.run != run)
        source = c.execute(select(attempts).where(foreign)).mappings().first()
    requests = [*asked, *polls]
    return History(json.loads(cells or "[]"), own[0], own[0]["twin"], requests, source)


def _carrying(c: Connection, run: str, number: int, kind: ColumnElement[bool]) -> list[RowMapping]:
    """Find the requests that carried an item, or asked for the result of a request."""
    sent = c.execute(
        select(attempts, chunks.c.route, chunks.c["items"])
        .join(chunks, chunks.c.id == attempts.c.chunk)
        .where(kind, attempts.c.run == run, chunks.c["items"].contains(str(number)))
        .order_by(attempts.c.id)
    ).mappings()
    return [one for one in sent if number in json.loads(one["items"])]
