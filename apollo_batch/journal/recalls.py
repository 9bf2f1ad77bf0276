"""Items answered by what was bought earlier: their records are read again, nothing is sent."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from apollo_batch.journal import budget
from apollo_batch.journal.schema import attempts, chunks, items
from apollo_batch.journal.store import Store
from apollo_batch.model import Verdict


@dataclass(frozen=True)
class Recall:
    """An item whose answer was bought earlier and has only to be read again."""

    item: int
    attempt: int
    position: int | None
    operation: str
    route: str
    body: bytes
    """The answer it was part of; empty once it was purged."""
    at: float
    """When it was bought."""
    waiting: bool
    """Whether part of that answer is still to come."""
    late: str = ""
    """How waiting for that part ended, where there was one to come: CAME, or a reason."""
    result: bytes = b""
    """The answer that holds that part."""


def recalls(store: Store, run: str, step: str, limit: int = 200) -> list[Recall]:
    """Read the next items of a step that wait to be answered from earlier answers."""
    late = attempts.alias("late_answer")
    query = (
        select(
            items.c.id,
            items.c.source,
            items.c.position,
            chunks.c.operation,
            chunks.c.route,
            attempts.c.body,
            attempts.c.done_at,
            attempts.c.ask_from,
            attempts.c.late,
            late.c.body.label("result"),
        )
        .join(attempts, attempts.c.id == items.c.source)
        .join(chunks, chunks.c.id == attempts.c.chunk)
        .outerjoin(late, late.c.id == attempts.c.late_in)
        .where(items.c.run == run, items.c.step == step, items.c.state == "recall")
        .order_by(items.c.source, items.c.id)
        .limit(limit)
    )
    with store.read() as c:
        found = c.execute(query).all()
    return [
        Recall(
            item=row.id,
            attempt=row.source,
            position=row.position,
            operation=row.operation,
            route=row.route,
            body=_open(row.body),
            at=row.done_at,
            waiting=row.ask_from is not None,
            late=row.late or "",
            result=_open(row.result),
        )
        for row in found
    ]


def _open(body: bytes | None) -> bytes:
    return zlib.decompress(body) if body else b""


_RECALLED = (
    update(items)
    .where(items.c.id == bindparam("b_id"), items.c.state == "recall")
    .values(
        state="done",
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        note=bindparam("b_note"),
        kept=bindparam("b_kept"),
        credits=bindparam("b_credits"),
    )
)


def recalled(store: Store, verdicts: Iterable[Verdict]) -> None:
    """Write down what the earlier answers say of their items; they cost nothing this time."""
    changes = [
        {
            "b_id": verdict.item,
            "b_status": verdict.status.value,
            "b_reason": verdict.reason,
            "b_note": verdict.note,
            "b_kept": json.dumps(dict(verdict.kept), ensure_ascii=False),
            "b_credits": budget.ZERO,
        }
        for verdict in verdicts
    ]
    if changes:
        store.written(lambda c: c.execute(_RECALLED, changes))
