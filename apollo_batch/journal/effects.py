"""Effects that were made, once and for all: claimed before the request leaves, noted after."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Float,
    String,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal import budget
from apollo_batch.journal.insertion import Insertion
from apollo_batch.journal.schema import chunks, effects, items
from apollo_batch.model import Status

_PAGE = 2_000

_FIND = select(effects).where(
    effects.c.account == bindparam("b_account"),
    effects.c.operation == bindparam("b_operation"),
    effects.c.subject.in_(bindparam("b_subjects", expanding=True)),
    effects.c.state != "claimed",
)


def _claimed(insert: Any) -> Executable:
    claimed = insert(effects).from_select(
        ["account", "operation", "subject", "step", "run", "item", "state", "owner", "at"],
        select(
            items.c.account,
            chunks.c.operation,
            items.c.subject,
            items.c.step,
            items.c.run,
            items.c.id,
            literal_column("'claimed'", type_=String),
            bindparam("b_owner", type_=String),
            bindparam("b_now", type_=Float),
        )
        .join(chunks, chunks.c.id == items.c.chunk)
        .where(items.c.chunk == bindparam("b_chunk"), items.c.subject != ""),
    )
    # An item on its second request has made its effect with the first.
    kept: Executable = claimed.on_conflict_do_nothing(
        index_elements=["account", "operation", "subject"]
    )
    return kept


_CLAIM = Insertion(_claimed)
_ANSWERED = (
    update(items)
    .where(items.c.id == bindparam("b_id"))
    .values(
        state="done",
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        note=bindparam("b_note"),
        found=bindparam("b_found"),
        kept=bindparam("b_kept"),
        credits=budget.ZERO,
    )
)


def find(
    c: Connection, account: str, operation: str, subjects: Sequence[str]
) -> dict[str, RowMapping]:
    """Find what was made to these subjects before, or may have been and nobody can tell."""
    found = met(c, account, operation, subjects)
    return {subject: row for subject, row in found.items() if row["state"] != "sought"}


def met(
    c: Connection, account: str, operation: str, subjects: Sequence[str]
) -> dict[str, RowMapping]:
    """Find what was made to these subjects before, or may have been, looked for or not."""
    asked = {"b_account": account, "b_operation": operation, "b_subjects": list(subjects)}
    return {row["subject"]: row for row in c.execute(_FIND, asked).mappings()}


def answer(
    c: Connection, pairs: Iterable[tuple[int, RowMapping]], id_columns: Sequence[str] = ()
) -> None:
    """Let items end with effects that were made to their subjects before; nothing is sent.

    The columns that a job keeps of the record's id are filled from the ledger.
    """
    c.execute(_ANSWERED, [_answered(item, row, id_columns) for item, row in pairs])


def _answered(item: int, row: RowMapping, id_columns: Sequence[str]) -> dict[str, object]:
    doubt = row["state"] == "doubt"
    day = datetime.fromtimestamp(row["at"], UTC)
    when = f"on {day.day} {day:%b %Y} in run {row['run']}"
    made = f"Made {when}, as {row['found']}." if row["found"] else f"Made {when}."
    kept = dict.fromkeys(id_columns, row["found"]) if row["found"] else {}
    return {
        "b_id": item,
        "b_status": (Status.IN_DOUBT if doubt else Status.SUCCEEDED).value,
        "b_reason": "effect_unknown" if doubt else "made_before",
        "b_note": f"Sent {when}." if doubt else made,
        "b_found": row["found"],
        "b_kept": json.dumps(kept) if kept else None,
    }


def claim(c: Connection, chunk: int, owner: str, now: float) -> None:
    """Claim the effects of a chunk's items, so that no other process makes them."""
    _CLAIM.run(c, {"b_chunk": chunk, "b_owner": owner, "b_now": now})


def claim_again(c: Connection, chunk: int, owner: str, now: float) -> None:
    """Claim the effects of items that were looked for in vain, and are sent once more."""
    c.execute(_sought_by(chunk).values(state="claimed", owner=owner, at=now))


def look(c: Connection, chunk: int, owner: str, now: float) -> None:
    """Note who looks for what a chunk's items may have made."""
    c.execute(_sought_by(chunk).values(owner=owner, at=now))


def _sought_by(chunk: int) -> Any:
    mine = select(items.c.id).where(items.c.chunk == chunk)
    return update(effects).where(effects.c.item.in_(mine), effects.c.state == "sought")


def is_looked_for() -> ColumnElement[bool]:
    """Whether somebody looks for it, for whom others wait."""
    return (effects.c.state == "sought") & (effects.c.owner != "")


def seek(c: Connection, ids: Sequence[int], now: float) -> None:
    """Write down that what these items may have made is being looked for."""
    mine = effects.c.item.in_(ids) & (effects.c.state == "claimed")
    c.execute(update(effects).where(mine).values(state="sought", at=now))


def abandon(c: Connection, is_lost: Callable[[str, float], bool]) -> None:
    """Let whoever comes look for what processes were looking for that have ended."""
    latest = select(effects.c.owner, func.max(effects.c.at)).where(is_looked_for())
    for owner, at in c.execute(latest.group_by(effects.c.owner)).all():
        if is_lost(owner, at):
            gone = is_looked_for() & (effects.c.owner == owner)
            c.execute(update(effects).where(gone).values(owner=""))


def pass_on(c: Connection, row: RowMapping, *, run: str, item: int, owner: str, now: float) -> None:
    """Let another item look for what was looked for by one whose process has ended."""
    known = _of(row["account"], row["operation"], [row["subject"]])
    c.execute(update(effects).where(known).values(run=run, item=item, owner=owner, at=now))


def note(c: Connection, made: dict[int, str | None], now: float) -> None:
    """Write down which items' effects were made, with Apollo's ids of what was made."""
    for item, found in made.items():
        mine = effects.c.item == item
        c.execute(update(effects).where(mine).values(state="made", found=found, at=now))


def doubt(c: Connection, ids: Sequence[int], now: float) -> None:
    """Write down that nobody knows whether these items' effects were made."""
    mine = effects.c.item.in_(ids) & effects.c.state.in_(["claimed", "sought"])
    c.execute(update(effects).where(mine).values(state="doubt", at=now))


def confirm(c: Connection, account: str, operation: str, subject: str, now: float) -> None:
    """Write down that what may have been made to a subject was, as a person says."""
    known = _of(account, operation, [subject]) & (effects.c.state == "doubt")
    c.execute(update(effects).where(known).values(state="made", at=now))


def lift(c: Connection, account: str, operation: str, subjects: Sequence[str]) -> None:
    """Lift the doubt from subjects to which nothing was made, as a person says."""
    for start in range(0, len(subjects), _PAGE):
        known = _of(account, operation, subjects[start : start + _PAGE])
        c.execute(delete(effects).where(known, effects.c.state == "doubt"))


def _of(account: str, operation: str, subjects: Sequence[str]) -> ColumnElement[bool]:
    return (
        (effects.c.account == account)
        & (effects.c.operation == operation)
        & effects.c.subject.in_(subjects)
    )


def strike(c: Connection, ids: Sequence[int]) -> None:
    """Strike the effects of items that were taken back: who wants them again may make them."""
    c.execute(delete(effects).where(effects.c.item.in_(ids)))


def release(c: Connection, ids: Sequence[int]) -> None:
    """Give up the claims of items that made no effect."""
    c.execute(delete(effects).where(effects.c.item.in_(ids), effects.c.state != "made"))
