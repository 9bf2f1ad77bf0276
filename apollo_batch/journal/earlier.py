"""How rows ended in earlier runs of the same job: taken over where the same is asked again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal import budget
from apollo_batch.journal.schema import attempts, items, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.reasons import REASONS

Endings = Mapping[str, int]
"""A question to the item that ended without an answer worth buying."""

# What was found comes from the answer that was paid for, what is in doubt from its question.
_STATUSES = (Status.NO_MATCH, Status.SKIPPED, Status.FAILED)
_AGAIN = [code for code, reason in REASONS.items() if reason.again]


@dataclass(frozen=True)
class Past:
    """Which runs are earlier runs of the same job."""

    account: str
    job: str
    """The job as the journal keeps it."""
    period: str
    since: float
    """What ended before this moment is asked again."""


def endings(store: Store, past: Past) -> dict[str, int]:
    """Find how each question that came to nothing ended last."""
    query = (
        select(items.c.question, items.c.id)
        .join(runs, runs.c.id == items.c.run)
        .join(attempts, attempts.c.id == items.c.source)
        .where(
            runs.c.account == past.account,
            runs.c.job == past.job,
            runs.c.period == past.period,
            items.c.state == "done",
            items.c.status.in_([status.value for status in _STATUSES]),
            items.c.reason.notin_(_AGAIN),
            items.c.question != "",
            attempts.c.done_at >= past.since,
        )
        .order_by(attempts.c.done_at)
    )
    with store.read() as c:
        return {question: item for question, item in c.execute(query)}  # noqa: C416 - rows are no pairs to mypy


_EARLIER = (
    select(
        items.c.id,
        items.c.status,
        items.c.reason,
        items.c.note,
        items.c.kept,
        items.c.source,
        attempts.c.done_at,
    )
    .join(attempts, attempts.c.id == items.c.source)
    .where(items.c.id.in_(bindparam("b_ids", expanding=True)))
)
_TAKEN = (
    update(items)
    .where(items.c.id == bindparam("b_id"))
    .values(
        state="done",
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        note=bindparam("b_note"),
        kept=bindparam("b_kept"),
        source=bindparam("b_source"),
        credits=budget.ZERO,
    )
)


def take_over(c: Connection, pairs: Mapping[int, int]) -> None:
    """Let items end as earlier ones did; it costs nothing, and the note says since when."""
    found = c.execute(_EARLIER, {"b_ids": sorted(set(pairs.values()))}).mappings()
    ended = {int(one["id"]): one for one in found}
    changes = [_taken(item, ended[old]) for item, old in pairs.items() if old in ended]
    if changes:
        c.execute(_TAKEN, changes)


def _taken(item: int, old: RowMapping) -> dict[str, object]:
    day = datetime.fromtimestamp(old["done_at"], UTC)
    since = f"As on {day.day} {day:%b %Y}."
    note = (old["note"] or "").removesuffix(since).rstrip()  # it may be taken over itself
    return {
        "b_id": item,
        "b_status": old["status"],
        "b_reason": old["reason"],
        "b_note": f"{note} {since}".lstrip(),
        "b_kept": old["kept"],
        "b_source": old["source"],
    }
