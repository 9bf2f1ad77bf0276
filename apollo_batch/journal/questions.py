"""Answers that were paid for: found again, so that the same question is never bought twice."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Select, bindparam, delete, select, tuple_, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal.schema import attempts, items, questions
from apollo_batch.model import Status
from apollo_batch.packing import Asking

_RECALL = (
    update(items)
    .where(items.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"),
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        note=bindparam("b_note"),
        source=bindparam("b_source"),
        position=bindparam("b_position"),
    )
)


@dataclass(frozen=True)
class Shelf:
    """Which earlier answers would do for a step."""

    account: str
    asking: Asking
    kept: frozenset[str]
    """The answer fields the job keeps."""
    since: float
    """Answers bought before this moment are too old to be used again."""

    @cached_property
    def serving(self) -> list[str]:
        """The variants whose answer, bought or still on its way, would do."""
        return self.asking.all_serving(self.kept)


_FIND = (
    select(questions, items.c.reason, attempts.c.body.is_(None).label("purged"))
    .outerjoin(items, items.c.id == questions.c.item)
    .outerjoin(attempts, attempts.c.id == questions.c.attempt)
    .where(
        questions.c.account == bindparam("b_account"),
        questions.c.question.in_(bindparam("b_asked", expanding=True)),
        questions.c.state != "claimed",
    )
)


def find(c: Connection, shelf: Shelf, asked: Sequence[str]) -> dict[str, RowMapping]:
    """Find, for each question, an answer that holds all this step would get, or its doubt.

    A question in doubt counts as found: it may have been charged, and only a person may ask
    it again.
    """
    rows = c.execute(_FIND, {"b_account": shelf.account, "b_asked": asked}).mappings()
    found: dict[str, RowMapping] = {}
    # The latest counts, and an answer that is there before any doubt.
    for row in sorted(rows, key=lambda row: (row["state"] == "answered", float(row["at"]))):
        stale = row["state"] == "answered" and row["at"] < shelf.since
        if row["variant"] in shelf.serving and not stale:
            found[row["question"]] = row
    return found


def recall(c: Connection, pairs: Iterable[tuple[int, RowMapping]]) -> None:
    """Point items at the answers found for them; items whose question is in doubt share that."""
    c.execute(_RECALL, [_recalled(item, row) for item, row in pairs])


def _recalled(item: int, row: RowMapping) -> dict[str, object]:
    doubt = row["state"] == "doubt"
    return {
        "b_id": item,
        "b_state": "done" if doubt else "recall",
        "b_status": Status.IN_DOUBT if doubt else None,
        "b_reason": (row["reason"] or "reply_lost") if doubt else None,
        "b_note": f"Asked in run {row['run']}." if doubt else None,
        "b_source": row["attempt"],
        "b_position": row["position"],
    }


_OF_CHUNK = select(items.c.id).where(
    items.c.chunk == bindparam("b_chunk"),
    items.c.reason.in_(bindparam("b_reasons", expanding=True)),
)
_NOTE = (
    update(questions)
    .where(questions.c.item.in_(_OF_CHUNK))
    .values(
        state=bindparam("b_state"),
        attempt=bindparam("b_attempt"),
        at=bindparam("b_at"),
        position=select(items.c.position).where(items.c.id == questions.c.item).scalar_subquery(),
    )
)


def note(
    c: Connection, chunk: int, state: str, reasons: Collection[str], *, attempt: int, now: float
) -> None:
    """Write down that the questions of a chunk's items are answered, or in doubt."""
    c.execute(
        _NOTE,
        {
            "b_chunk": chunk,
            "b_reasons": sorted(reasons),
            "b_state": state,
            "b_attempt": attempt,
            "b_at": now,
        },
    )


def release(c: Connection, ids: Sequence[int]) -> None:
    """Give up the claims of items that will be asked again, or whose answer was a miss.

    Where an older answer was to be replaced, it is the answer again.
    """
    mine = questions.c.item.in_(ids)
    older = questions.c.attempt.is_not(None) & (questions.c.state == "claimed")
    c.execute(update(questions).where(mine, older).values(state="answered"))
    c.execute(delete(questions).where(mine, questions.c.state != "answered"))


def forget(c: Connection, asked: Select[tuple[str, str]]) -> None:
    """Lift the doubt from questions, each with its account, that a person will have asked again."""
    key = tuple_(questions.c.account, questions.c.question)
    c.execute(delete(questions).where(key.in_(asked), questions.c.state == "doubt"))
