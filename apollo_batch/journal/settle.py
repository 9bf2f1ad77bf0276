"""A call's end is written down: the raw reply, the bill, what became of each item, the limits."""

import json
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Repeat
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import budget, limiter, questions
from apollo_batch.journal.schema import attempts, chunks, items, lanes, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Arrival, Halt, Settlement, Status, Verdict

LOST = "lost"
"""The outcome of an attempt whose process ended before the answer came."""
_OPEN = ("sent", LOST)
_STOPS = {
    Halt.ACCESS: "no_access",
    Halt.CREDITS: "credits_exhausted",
    Halt.BUG: "job_refused",
}
_ANSWERS = frozenset({Status.SUCCEEDED, Status.PENDING})
_NOT_SENT_IN_A_ROW = 3
_FAILURES_IN_A_ROW = 5
_BACKOFF_SECONDS = 2.0


def settle(c: Connection, attempt: int, settlement: Settlement, now: float) -> None:
    """Write down what became of an attempt; an answer that comes a second time changes nothing.

    An attempt given up as lost may still be settled by its answer, however late.
    """
    found = _attempt(c, attempt)
    if found is not None and found["outcome"] in _OPEN:
        _settle(c, found, settlement, settlement.arrival.value, now)


def sweep(store: Store, alive: Callable[[str], bool], now: float) -> int:
    """Give up the attempts of processes that ended without an answer; tell how many.

    What they asked may have been carried out and charged, so it counts as spent.
    """
    with store.write() as c:
        sent = c.execute(
            select(attempts.c.id, attempts.c.owner).where(attempts.c.outcome == "sent")
        )
        lost = [number for number, owner in sent.all() if not alive(owner)]
        for number in lost:
            give_up(c, number, "This program ended before the answer came.", now)
    return len(lost)


def give_up(c: Connection, attempt: int, words: str, now: float) -> None:
    """Wait no longer for an answer; should it come all the same, it is still taken."""
    found = _attempt(c, attempt)
    if found is not None and found["outcome"] == "sent":
        _settle(c, found, Settlement(Arrival.UNKNOWN, message=words), LOST, now)


_ATTEMPT = (
    select(attempts, chunks.c.operation)
    .join(chunks, chunks.c.id == attempts.c.chunk)
    .where(attempts.c.id == bindparam("b_id"))
)


def _attempt(c: Connection, number: int) -> RowMapping | None:
    return c.execute(_ATTEMPT, {"b_id": number}).mappings().first()


def _settle(
    c: Connection, attempt: RowMapping, settlement: Settlement, outcome: str, now: float
) -> None:
    repeat = OPERATIONS[attempt["operation"]].repeat
    held, spent = _money(attempt, settlement, repeat)
    # A budget only ever moves by the difference to what the attempt itself says, so that nothing
    # can be released twice, however late or often an answer comes.
    more = (held - attempt["held"], spent - attempt["spent"])
    budget.move(c, budget.scope_of(attempt["run"]), *more)
    reply = _reply(settlement) | {"outcome": outcome, "done_at": now, "held": held, "spent": spent}
    c.execute(_REPLY, {"b_id": attempt["id"], **reply})
    failures = limiter.learn(c, attempt, settlement, now)
    if outcome != LOST:  # our own end says nothing of Apollo
        _count_failures(c, attempt, settlement, failures, now)
    _settle_items(c, attempt, settlement, outcome, now)
    if settlement.halt is not None:
        stop(c, attempt["run"], _STOPS[settlement.halt], settlement.message)


def _money(attempt: RowMapping, settlement: Settlement, repeat: Repeat) -> tuple[Decimal, Decimal]:
    match settlement.arrival:
        case Arrival.DONE:
            bill = settlement.reported if settlement.reported is not None else settlement.derived
            bill, still = bill or budget.ZERO, settlement.still_held
            if still is None:  # all that is not billed yet of the most it can cost
                still = max(budget.ZERO, attempt["held"] + attempt["spent"] - bill)
            return still, bill
        case Arrival.UNKNOWN if repeat is Repeat.PAID:
            # Unknown counts as spent: the most it can have cost, until somebody knows better.
            return budget.ZERO, attempt["held"] + attempt["spent"]
    return budget.ZERO, budget.ZERO


_REPLY_NAMES = (
    "outcome",
    "done_at",
    "http",
    "message",
    "headers",
    "body",
    "request_id",
    "reported",
    "derived",
    "held",
    "spent",
)
_REPLY = (
    update(attempts)
    .where(attempts.c.id == bindparam("b_id"))
    .values({name: bindparam(name) for name in _REPLY_NAMES})
)


def _reply(settlement: Settlement) -> dict[str, Any]:
    return {
        "http": settlement.http,
        "message": settlement.message,
        "headers": json.dumps(dict(settlement.headers)) if settlement.headers else None,
        "body": settlement.body or None,
        "request_id": settlement.request_id,
        "reported": settlement.reported,
        "derived": settlement.derived,
    }


def _settle_items(
    c: Connection, attempt: RowMapping, settlement: Settlement, outcome: str, now: float
) -> None:
    harmless = OPERATIONS[attempt["operation"]].repeat is Repeat.SAFE
    match settlement.arrival:
        case Arrival.DONE:
            _take_verdicts(c, attempt, settlement.verdicts, now)
        case Arrival.UNKNOWN if not harmless:
            reason = "process_died" if outcome == LOST else "reply_lost"
            _leave_in_doubt(c, attempt, reason, settlement.message, now)
        case Arrival.REFUSED if settlement.halt in {None, Halt.BUG}:
            _refuse(c, attempt, settlement)
        case _:
            _put_back(c, _ids(c, attempt), alone=None)


_VERDICT = (
    update(items)
    .where(items.c.id == bindparam("b_id"), items.c.chunk == bindparam("b_chunk"))
    .values(
        state="done",
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        note=bindparam("b_note"),
        kept=bindparam("b_kept"),
        credits=bindparam("b_credits"),
        source=bindparam("b_source"),
        position=bindparam("b_position"),
    )
)


def _take_verdicts(
    c: Connection, attempt: RowMapping, verdicts: Sequence[Verdict], now: float
) -> None:
    changes = [
        {
            "b_id": verdict.item,
            "b_chunk": attempt["chunk"],
            "b_status": verdict.status.value,
            "b_reason": verdict.reason,
            "b_note": verdict.note,
            "b_kept": json.dumps(dict(verdict.kept), ensure_ascii=False) if verdict.kept else None,
            "b_credits": verdict.credits,
            "b_source": attempt["id"],
            "b_position": verdict.index,
        }
        for verdict in verdicts
    ]
    if not changes:
        return
    c.execute(_VERDICT, changes)
    # Only answers that cost something are worth keeping; a miss is asked again another day.
    paid = {verdict.reason for verdict in verdicts if _cost_something(verdict)}
    doubt = {verdict.reason for verdict in verdicts if verdict.status is Status.IN_DOUBT}
    chunk, number = attempt["chunk"], attempt["id"]
    if paid:
        questions.note(c, chunk, "answered", paid, attempt=number, now=now)
    if doubt:
        questions.note(c, chunk, "doubt", doubt, attempt=number, now=now)
    missed = [v.item for v in verdicts if v.reason not in paid | doubt]
    if missed and attempt["outcome"] == LOST:
        # They may have been asked again meanwhile, and claimed for that.
        missed = sorted(set(missed) & set(_ids(c, attempt)))
    if missed:
        questions.release(c, missed)


def _cost_something(verdict: Verdict) -> bool:
    # An empty record is no match, and is billed like a full one.
    return verdict.status in _ANSWERS or verdict.reason == "hollow_match"


def _leave_in_doubt(
    c: Connection, attempt: RowMapping, reason: str, message: str, now: float
) -> None:
    ids = _ids(c, attempt)
    c.execute(
        update(items)
        .where(items.c.id.in_(ids))
        .values(state="done", status=Status.IN_DOUBT.value, reason=reason, note=message)
    )
    questions.note(c, attempt["chunk"], "doubt", {reason}, attempt=attempt["id"], now=now)


def _refuse(c: Connection, attempt: RowMapping, settlement: Settlement) -> None:
    ids = _ids(c, attempt)
    if settlement.halt is None and len(ids) > 1:
        # One row may have spoilt the request for all: each is asked alone.
        _put_back(c, ids, alone=True)
        return
    c.execute(
        update(items)
        .where(items.c.id.in_(ids))
        .values(
            state="done",
            status=Status.FAILED.value,
            reason="apollo_refused",
            note=settlement.message,
            credits=budget.ZERO,
            source=attempt["id"],
        )
    )
    questions.release(c, ids)


def _put_back(c: Connection, ids: Sequence[int], *, alone: bool | None) -> None:
    said = dict.fromkeys(("status", "reason", "note"))  # a late answer may lift a doubt
    values: dict[str, object] = {"state": "ready", "chunk": None, **said}
    if alone is not None:
        values["alone"] = alone
    c.execute(update(items).where(items.c.id.in_(ids)).values(**values))
    questions.release(c, ids)


def _ids(c: Connection, attempt: RowMapping) -> list[int]:
    return list(c.scalars(select(items.c.id).where(items.c.chunk == attempt["chunk"])))


def _count_failures(
    c: Connection, attempt: RowMapping, settlement: Settlement, failures: int, now: float
) -> None:
    lane = lanes.c.lane == attempt["lane"]
    lost = settlement.arrival in {Arrival.NOT_SENT, Arrival.UNKNOWN}
    if not lost:
        if failures:
            c.execute(update(lanes).where(lane).values(failures=0))
        return
    failures += 1
    pause = _BACKOFF_SECONDS * 2.0 ** min(failures, 5) * random.random()  # noqa: S311
    values: dict[str, float] = {"failures": failures}
    if settlement.arrival is Arrival.NOT_SENT:
        values["paused_until"] = now + pause
    c.execute(update(lanes).where(lane).values(**values))
    unreached = settlement.arrival is Arrival.NOT_SENT and failures >= _NOT_SENT_IN_A_ROW
    if unreached or failures >= _FAILURES_IN_A_ROW:
        stop(c, attempt["run"], "out_of_reach", settlement.message)


def stop(c: Connection, run: str, reason: str, note: str) -> None:
    """Let nothing more of a run leave; the first reason given is the one that counts."""
    first = (runs.c.id == run) & (runs.c.stop == "")
    c.execute(update(runs).where(first).values(stop=reason, stop_note=note))
