"""Results that have come, for rows that wait for them: read out for the reader, written into rows."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal.schema import attempts, chunks, items, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Status, Verdict

_PENDING = items.c.status == Status.PENDING.value


@dataclass(frozen=True)
class Landing:
    """A row that waits, and what its waiting has ended with."""

    item: int
    run: str
    job: str
    """Of the run that it is a row of."""
    step: str
    position: int | None
    """Where in the first answer its record stands."""
    note: str
    own: bool
    """Whether its own request has asked, and paid."""


@dataclass(frozen=True)
class Landed:
    """One result, or the reason why there is none, with the rows that wait for it."""

    attempt: int
    operation: str
    route: str
    answer: bytes
    """What was answered at once."""
    late: str
    """CAME, or a reason."""
    result: bytes
    """The answer that holds the result."""
    message: str
    rows: tuple[Landing, ...]


def landed(store: Store, run: str | None = None, most: int = 50) -> list[Landed]:
    """Find the next results that have come for rows that still wait for them."""
    waits = select(items.c.source).where(_PENDING)
    if run is not None:
        waits = waits.where(items.c.run == run)
    result = attempts.alias("result")
    query = (
        select(attempts, chunks.c.operation, chunks.c.route)
        .add_columns(result.c.body.label("result"), result.c.message.label("said"))
        .join(chunks, chunks.c.id == attempts.c.chunk)
        .outerjoin(result, result.c.id == attempts.c.late_in)
        .where(attempts.c.late.is_not(None), attempts.c.id.in_(waits))
        .limit(most)
    )
    with store.read() as c:
        return [_landed(c, found) for found in c.execute(query).mappings().all()]


def _landed(c: Connection, found: RowMapping) -> Landed:
    columns = (items.c[name] for name in ("id", "run", "step", "position", "note", "chunk"))
    rows = c.execute(
        select(*columns, runs.c.job)
        .join(runs, runs.c.id == items.c.run)
        .where(_PENDING, items.c.source == found["id"])
        .order_by(items.c.id)
    ).mappings()
    return Landed(
        attempt=found["id"],
        operation=found["operation"],
        route=found["route"],
        answer=opened(found["body"]),
        late=found["late"],
        result=opened(found["result"]),
        message=found["said"] or "",
        rows=tuple(
            Landing(
                row["id"],
                row["run"],
                row["job"],
                row["step"],
                row["position"],
                row["note"] or "",
                own=row["chunk"] == found["chunk"],
            )
            for row in rows
        ),
    )


def opened(body: bytes | None) -> bytes:
    """Unpack an answer as the journal keeps it; empty once it was purged."""
    return zlib.decompress(body) if body else b""


_LAND = (
    update(items)
    .where(items.c.id == bindparam("b_id"), _PENDING)
    .values(
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        note=bindparam("b_note"),
        kept=bindparam("b_kept"),
        credits=items.c.credits + bindparam("b_credits", type_=items.c.credits.type),
    )
)


def land(store: Store, verdicts: Iterable[Verdict]) -> None:
    """Write down what results say of rows that wait; credits are what comes on top of the first.

    Rows that wait no longer stay as they are, so that landing twice is landing once.
    """
    said = list(verdicts)
    store.written(lambda c: _land(c, said))


def _land(c: Connection, said: list[Verdict]) -> None:
    chosen = items.c.id.in_([verdict.item for verdict in said])
    rows = c.execute(select(items.c.id, items.c.run, items.c.kept).where(chosen, _PENDING)).all()
    before = {row.id: json.loads(row.kept) if row.kept else {} for row in rows}
    changes = [_change(v, before[v.item]) for v in said if v.item in before]
    if changes:
        c.execute(_LAND, changes)
    for run, count in Counter(row.run for row in rows).items():
        news = func.coalesce(runs.c.news, 0) + count
        c.execute(update(runs).where(runs.c.id == run).values(news=news))


def _change(verdict: Verdict, before: dict[str, str]) -> dict[str, object]:
    kept = before | {column: text for column, text in verdict.kept.items() if text}
    return {
        "b_id": verdict.item,
        "b_status": verdict.status.value,
        "b_reason": verdict.reason,
        "b_note": verdict.note,
        "b_kept": json.dumps(kept, ensure_ascii=False) if kept else None,
        "b_credits": verdict.credits or 0,
    }
