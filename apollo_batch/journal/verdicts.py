"""What a settlement says of each item of its chunk is written down, and what it means for others."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import budget, effects, looking, questions, rivals, ways
from apollo_batch.journal.schema import items, rows
from apollo_batch.model import Status, Verdict

LOST = "lost"
"""The outcome of an attempt whose process ended before the answer came."""
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
    if act.writes:
        said = rivals.without_contested(c, attempt, said, earlier)
    ended = [verdict for verdict in said if not verdict.then and not verdict.more]
    if ended:
        c.execute(_VERDICT, [_ended(verdict, attempt, earlier) for verdict in ended])
    for verdict in said:
        # Asked for anew meanwhile, a page's records come with that answer.
        if verdict.records is not None and verdict.item in earlier:
            _add_records(c, attempt, verdict)
        if verdict.item in earlier and (verdict.then or verdict.more):
            _go_on(c, attempt, verdict, earlier[verdict.item], now)
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
    kept, reason = dict(verdict.kept), verdict.reason
    credits, note = verdict.credits, verdict.note
    if before is not None:
        if before["undoes"]:
            note = " ".join(part for part in (before["note"], note) if part)
            ended = verdict.status is Status.SUCCEEDED and reason != "already_there"
            reason = "taken_back" if ended else reason
        elif verdict.status is Status.SUCCEEDED and before["found"]:
            reason, note = before["reason"] or reason, note or before["note"] or ""
        kept = _kept(before) | {k: v for k, v in kept.items() if v}
        if before["credits"] is not None and credits is not None:
            credits += before["credits"]
        if verdict.status is Status.FAILED and before["found"]:
            note = f"It was made, as {before['found']}; what follows was not done. {note}"
    return {
        "b_id": verdict.item,
        "b_chunk": attempt["chunk"],
        "b_status": verdict.status.value,
        "b_reason": reason,
        "b_note": note,
        "b_kept": json.dumps(kept, ensure_ascii=False) if kept else None,
        "b_credits": credits,
        "b_source": attempt["id"],
        "b_position": verdict.index,
        "b_found": verdict.found,
    }


def _kept(before: RowMapping) -> dict[str, str]:
    return json.loads(before["kept"]) if before["kept"] else {}


def _go_on(
    c: Connection, attempt: RowMapping, verdict: Verdict, before: RowMapping, now: float
) -> None:
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
            reason=(before["found"] and before["reason"]) or verdict.reason or before["reason"],
            params=json.dumps(params, ensure_ascii=False),
            page=before["page"] + verdict.more,
            leg=before["leg"] + (0 if verdict.more else 1),
            kept=json.dumps(kept, ensure_ascii=False) if kept else None,
            found=verdict.found or before["found"],
            note=verdict.note or before["note"],
            credits=spent,
            company=None,
            **_looked(c, attempt, verdict, before, now),
            **ways.columns(operation, course, params),
        )
    )


def _looked(
    c: Connection, attempt: RowMapping, verdict: Verdict, before: RowMapping, now: float
) -> dict[str, Any]:
    """When to look, or to look again, for what a request may have made."""
    if verdict.looks is None:
        return {"since": None} if verdict.made else {}
    if verdict.untold:
        since = before["since"] or attempt["sent_at"]
        told = {"since": since, "untold": before["untold"] + 1, "looks": 0}
        return told | {"not_before": looking.first(c, attempt["account"], now)}
    wait = looking.again(c, attempt["account"], now) if verdict.looks else None
    return {"looks": verdict.looks, "not_before": wait}


def _add_records(c: Connection, attempt: RowMapping, verdict: Verdict) -> None:
    """Give every record of a page a row of its own, which names the row it was found for."""
    parent, root, onward = c.execute(
        select(items.c.row, items.c.root, items.c.onward).where(items.c.id == verdict.item)
    ).one()
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
        "root": root,
        "onward": "row" if onward in {"records", "both"} else "",
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
    # An empty record is no match, and is billed like a full one; what nobody can fetch, too.
    return verdict.status in _ANSWERS or verdict.reason in {"hollow_match", "result_misnumbered"}


def _note_effects(
    c: Connection, said: Sequence[Verdict], earlier: dict[int, RowMapping], now: float
) -> None:
    mine = [verdict for verdict in said if verdict.item in earlier]
    effects.note(c, {verdict.item: verdict.found for verdict in mine if verdict.made}, now)
    unsure = [v.item for v in mine if v.status is Status.IN_DOUBT and not v.made]
    effects.doubt(c, unsure, now)
    effects.seek(c, [v.item for v in mine if v.untold], now)
    unmade = [v.item for v in mine if not v.made and not v.then and v.item not in unsure]
    effects.release(c, unmade)
    ended = [v.item for v in mine if v.status is Status.SUCCEEDED and not v.then]
    undone = [number for item in ended if (number := earlier[item]["undoes"]) is not None]
    if undone:
        effects.strike(c, undone)


def ids(c: Connection, attempt: RowMapping) -> list[int]:
    """Name the items of an attempt's chunk."""
    return list(c.scalars(select(items.c.id).where(items.c.chunk == attempt["chunk"])))
