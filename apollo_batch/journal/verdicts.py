"""What a settlement says of each item of its chunk is written down, and what it means for others."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import budget, effects, questions, ways
from apollo_batch.journal.schema import attempts, items, rows
from apollo_batch.model import Arrival, Settlement, Status, Verdict

LOST = "lost"
"""The outcome of an attempt whose process ended before the answer came."""
_ALONE_IN_A_ROW = 10
_LOOK_BACK = 200
_ANSWERS = frozenset({Status.SUCCEEDED, Status.PENDING})

_MINE = (items.c.id == bindparam("b_id")) & (items.c.chunk == bindparam("b_chunk"))
_VERDICT = (
    update(items)
    .where(_MINE)
    .values(
        state="done",
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        note=bindparam("b_note"),
        kept=bindparam("b_kept"),
        credits=bindparam("b_credits"),
        source=bindparam("b_source"),
        position=bindparam("b_position"),
        found=func.coalesce(bindparam("b_found"), items.c.found),
    )
)


def take(c: Connection, attempt: RowMapping, said: Sequence[Verdict], now: float) -> None:
    """Write down what an answer says of its items."""
    if not said:
        return
    act = OPERATIONS[attempt["operation"]].act
    earlier = {} if act is Act.LOOK_UP else _earlier(c, attempt)
    ended = [verdict for verdict in said if not verdict.then and not verdict.more]
    if ended:
        c.execute(_VERDICT, [_ended(verdict, attempt, earlier) for verdict in ended])
    for verdict in said:
        if verdict.records is not None:
            _add_records(c, attempt, verdict)
        if verdict.item in earlier and (verdict.then or verdict.more):
            _go_on(c, attempt, verdict, earlier[verdict.item])
        if verdict.old is not None:
            old = json.dumps(verdict.old, ensure_ascii=False, default=str)
            c.execute(update(items).where(items.c.id == verdict.item).values(old=old))
    if act is Act.LOOK_UP:
        _note_questions(c, attempt, said, now)
    elif act.writes:
        _note_effects(c, said, earlier, now)


def _earlier(c: Connection, attempt: RowMapping) -> dict[int, RowMapping]:
    """What earlier requests have brought for the items of a chunk."""
    mine = items.c.chunk == attempt["chunk"]
    return {row["id"]: row for row in c.execute(select(items).where(mine)).mappings()}


def _ended(verdict: Verdict, attempt: RowMapping, earlier: dict[int, RowMapping]) -> dict[str, Any]:
    before = earlier.get(verdict.item)
    kept = dict(verdict.kept)
    credits, note = verdict.credits, verdict.note
    if before is not None:
        kept = _kept(before) | {k: v for k, v in kept.items() if v}
        if before["credits"] is not None and credits is not None:
            credits += before["credits"]
        if verdict.status is Status.FAILED and before["found"]:
            note = f"It was made, as {before['found']}; what follows was not done. {note}"
    return {
        "b_id": verdict.item,
        "b_chunk": attempt["chunk"],
        "b_status": verdict.status.value,
        "b_reason": verdict.reason,
        "b_note": note,
        "b_kept": json.dumps(kept, ensure_ascii=False) if kept else None,
        "b_credits": credits,
        "b_source": attempt["id"],
        "b_position": verdict.index,
        "b_found": verdict.found,
    }


def _kept(before: RowMapping) -> dict[str, str]:
    return json.loads(before["kept"]) if before["kept"] else {}


def _go_on(c: Connection, attempt: RowMapping, verdict: Verdict, before: RowMapping) -> None:
    """Make an item ready for its next request, or its next page."""
    operation = OPERATIONS[attempt["operation"]]
    params = json.loads(before["params"]) | dict(verdict.adds)
    course = verdict.then or ways.read(before["course"])
    kept = _kept(before) | {k: v for k, v in verdict.kept.items() if v}
    spent = (
        None if verdict.credits is None else (before["credits"] or budget.ZERO) + verdict.credits
    )
    c.execute(
        update(items)
        .where(items.c.id == verdict.item, items.c.chunk == attempt["chunk"])
        .values(
            state="ready",
            chunk=None,
            status=None,
            reason=None,
            params=json.dumps(params, ensure_ascii=False),
            page=before["page"] + verdict.more,
            leg=before["leg"] + (0 if verdict.more else 1),
            kept=json.dumps(kept, ensure_ascii=False) if kept else None,
            found=verdict.found or before["found"],
            note=verdict.note or before["note"],
            credits=spent,
            company=None,
            **ways.columns(operation, course, params),
        )
    )


def _add_records(c: Connection, attempt: RowMapping, verdict: Verdict) -> None:
    """Give every record of a page a row of its own, which names the row it was found for."""
    parent = c.scalar(select(items.c.row).where(items.c.id == verdict.item))
    sheet = attempt["step"]
    mine = (rows.c.run == attempt["run"]) & (rows.c.sheet == sheet)
    last = c.scalar(select(func.max(rows.c.number)).where(mine)) or 1
    shared = {"account": attempt["account"], "run": attempt["run"], "sheet": sheet}
    numbered = list(enumerate(verdict.records or (), start=last + 1))
    if not numbered:
        return
    empty = {"parent": parent, "cells": "[]", "hash": ""}
    c.execute(insert(rows), [{**shared, **empty, "number": number} for number, _ in numbered])
    found = {
        "step": attempt["step"],
        "state": "done",
        "status": Status.SUCCEEDED.value,
        "reason": "found",
        "source": attempt["id"],
        "credits": budget.ZERO,
    }
    c.execute(
        insert(items),
        [
            {**shared, **found, "row": number, "kept": json.dumps(dict(record), ensure_ascii=False)}
            for number, record in numbered
        ],
    )


def _note_questions(
    c: Connection, attempt: RowMapping, said: Sequence[Verdict], now: float
) -> None:
    # Only answers that cost something are worth keeping; a miss is asked again another day.
    paid = {verdict.reason for verdict in said if _cost_something(verdict)}
    doubt = {verdict.reason for verdict in said if verdict.status is Status.IN_DOUBT}
    chunk, number = attempt["chunk"], attempt["id"]
    if paid:
        questions.note(c, chunk, "answered", paid, attempt=number, now=now)
    if doubt:
        questions.note(c, chunk, "doubt", doubt, attempt=number, now=now)
    missed = [v.item for v in said if v.reason not in paid | doubt]
    if missed and attempt["outcome"] == LOST:
        # They may have been asked again meanwhile, and claimed for that.
        missed = sorted(set(missed) & set(ids(c, attempt)))
    if missed:
        questions.release(c, missed)


def _cost_something(verdict: Verdict) -> bool:
    # An empty record is no match, and is billed like a full one.
    return verdict.status in _ANSWERS or verdict.reason == "hollow_match"


def _note_effects(
    c: Connection, said: Sequence[Verdict], earlier: dict[int, RowMapping], now: float
) -> None:
    mine = [verdict for verdict in said if verdict.item in earlier]
    effects.note(c, {verdict.item: verdict.found for verdict in mine if verdict.made}, now)
    unsure = [v.item for v in mine if v.status is Status.IN_DOUBT and not v.made]
    effects.doubt(c, unsure, now)
    unmade = [v.item for v in mine if not v.made and not v.then and v.item not in unsure]
    effects.release(c, unmade)


def leave_in_doubt(
    c: Connection, attempt: RowMapping, reason: str, message: str, now: float
) -> None:
    """Nobody knows whether a request was carried out: its items wait for a person."""
    chosen = ids(c, attempt)
    c.execute(
        update(items)
        .where(items.c.id.in_(chosen))
        .values(state="done", status=Status.IN_DOUBT.value, reason=reason, note=message)
    )
    questions.note(c, attempt["chunk"], "doubt", {reason}, attempt=attempt["id"], now=now)
    effects.doubt(c, chosen, now)


def refuse(c: Connection, attempt: RowMapping, settlement: Settlement) -> None:
    """Apollo refused a request: the items it names fail, or the chunk is halved to find them."""
    everyone = ids(c, attempt)
    blamed = [item for item in everyone if item in settlement.blamed]
    if settlement.halt is None and len(everyone) > 1:
        spared = [item for item in everyone if item not in blamed]
        # One row may have spoilt the request for all of them.
        put_back(c, spared, company=None if blamed else max(1, len(everyone) // 2))
        everyone = blamed
    if everyone:
        _fail(c, attempt, everyone, settlement.message)


def all_alike(c: Connection, attempt: RowMapping, message: str) -> bool:
    """Whether so many rows that stood alone were refused in the same words, and none was taken.

    Then it is nothing of theirs, and halving for the rest would cost a request a row.
    """
    if OPERATIONS[attempt["operation"]].route(attempt["route"]).cap == 1:
        return False
    company = select(func.count()).where(items.c.chunk == attempts.c.chunk).scalar_subquery()
    mine = (attempts.c.run == attempt["run"]) & (attempts.c.lane == attempt["lane"])
    latest = (
        select(attempts.c.outcome, attempts.c.message, company)
        .where(mine, attempts.c.done_at.is_not(None))
        .order_by(attempts.c.done_at.desc(), attempts.c.id.desc())
        .limit(_LOOK_BACK)
    )
    alone = 0
    for outcome, said, count in c.execute(latest):
        if outcome == Arrival.DONE:
            return False
        alone += outcome == Arrival.REFUSED and said == message and count == 1
        if alone >= _ALONE_IN_A_ROW:
            return True
    return False


def _fail(c: Connection, attempt: RowMapping, failed: Sequence[int], message: str) -> None:
    for number, found in c.execute(
        select(items.c.id, items.c.found).where(items.c.id.in_(failed))
    ).all():
        note = (
            f"It was made, as {found}; what follows was not done. {message}" if found else message
        )
        c.execute(
            update(items)
            .where(items.c.id == number)
            .values(
                state="done",
                status=Status.FAILED.value,
                reason="apollo_refused",
                note=note,
                credits=budget.ZERO,
                source=attempt["id"],
            )
        )
    questions.release(c, failed)
    effects.release(c, failed)


def put_back(c: Connection, chosen: Sequence[int], *, company: int | None = None) -> None:
    """Make items ready once more; a late answer may lift a doubt that way."""
    said = dict.fromkeys(("status", "reason", "note"))
    values: dict[str, object] = {"state": "ready", "chunk": None, **said}
    if company is not None:
        values["company"] = company
    c.execute(update(items).where(items.c.id.in_(chosen)).values(**values))
    questions.release(c, chosen)
    effects.release(c, chosen)


def ids(c: Connection, attempt: RowMapping) -> list[int]:
    """Name the items of an attempt's chunk."""
    return list(c.scalars(select(items.c.id).where(items.c.chunk == attempt["chunk"])))
