"""A call's end is written down: the raw reply, the bill, what became of each item, the limits."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Repeat
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import (
    breaker,
    budget,
    changed,
    effects,
    floor,
    late,
    learning,
    unanswered,
    verdicts,
)
from apollo_batch.journal.schema import attempts, chunks, runs
from apollo_batch.journal.store import Store
from apollo_batch.journal.verdicts import LOST
from apollo_batch.model import Arrival, Halt, Settlement
from apollo_batch.packing import repeat_of

_OPEN = ("sent", LOST)
_STOPS = {
    Halt.ACCESS: "no_access",
    Halt.CREDITS: "credits_exhausted",
    Halt.BUG: "job_refused",
}
# Answered too late, or not at all because a process ended.
_DOUBTS = {
    Repeat.PAID: ("reply_lost", "process_died"),
    Repeat.NEVER: ("effect_unknown", "effect_died"),
}
_ALIKE = "Apollo refused one row after the other, none of them for its own sake: "
_LEASE_SECONDS = 600.0
"""A call ends within two minutes; the rest is for clocks that differ and processes that sleep."""


def settle(c: Connection, attempt: int, settlement: Settlement, now: float) -> None:
    """Write down what became of an attempt; an answer that comes a second time changes nothing.

    An attempt given up as lost may still be settled by its answer, however late.
    """
    found = _attempt(c, attempt)
    if found is not None and found["outcome"] in _OPEN:
        _settle(c, found, settlement, settlement.arrival.value, now)


def settle_all(store: Store, answers: Sequence[tuple[int, Settlement]], now: float) -> None:
    """Write down what became of several attempts at once."""

    def write(c: Connection) -> None:
        for attempt, settlement in answers:
            settle(c, attempt, settlement, now)

    store.written(write)


def sweep(
    store: Store,
    alive: Callable[[str], bool],
    now: float,
    *,
    elsewhere: Callable[[str], bool] = lambda _: False,
) -> int:
    """Give up the attempts of processes that ended without an answer; tell how many.

    What they asked may have been carried out and charged, so it counts as spent. Whether a process
    elsewhere lives nobody here can see: its calls are over when no call lasts that long.
    """

    def is_lost(owner: str, sent_at: float) -> bool:
        return now - sent_at >= _LEASE_SECONDS if elsewhere(owner) else not alive(owner)

    def give_up_all(c: Connection) -> int:
        columns = (attempts.c.id, attempts.c.owner, attempts.c.sent_at)
        sent = c.execute(select(*columns).where(attempts.c.outcome == "sent"))
        lost = [number for number, owner, sent_at in sent.all() if is_lost(owner, sent_at)]
        for number in lost:
            give_up(c, number, "This program ended before the answer came.", now)
        effects.abandon(c, is_lost)
        return len(lost)

    return store.written(give_up_all)


def give_up(c: Connection, attempt: int, words: str, now: float) -> None:
    """Wait no longer for an answer; should it come all the same, it is still taken."""
    found = _attempt(c, attempt)
    if found is not None and found["outcome"] == "sent":
        _settle(c, found, Settlement(Arrival.UNKNOWN, message=words), LOST, now)


_ATTEMPT = (
    select(attempts, chunks.c.operation, chunks.c.route, chunks.c.kind, chunks.c["items"])
    .join(chunks, chunks.c.id == attempts.c.chunk)
    .where(attempts.c.id == bindparam("b_id"))
)


def _attempt(c: Connection, number: int) -> RowMapping | None:
    return c.execute(_ATTEMPT, {"b_id": number}).mappings().first()


def _settle(
    c: Connection, attempt: RowMapping, settlement: Settlement, outcome: str, now: float
) -> None:
    if attempt["kind"] == late.KIND:
        _note_reply(c, attempt, settlement, outcome, now)
        learning.learn(c, attempt, settlement, now)
        late.take(c, attempt, settlement.late, now)
        return
    held, spent = _money(attempt, settlement, _repeat(attempt))
    # A budget only ever moves by the difference to what the attempt itself says, so that nothing
    # can be released twice, however late or often an answer comes.
    more = (held - attempt["held"], spent - attempt["spent"])
    scopes = budget.scopes_of(attempt["account"], attempt["run"], attempt["sent_at"])
    budget.move(c, scopes.values(), *more)
    if attempt["outcome"] == LOST:
        floor.answered_late(c, attempt, more[1])
    _note_reply(c, attempt, settlement, outcome, now, held=held, spent=spent)
    if settlement.missing and changed.too_many(c, attempt):
        stop(c, attempt["run"], changed.STOP, changed.note(settlement.missing))
    lane = learning.learn(c, attempt, settlement, now)
    if outcome != LOST:  # our own end says nothing of Apollo
        breaker.count(c, lane, attempt, settlement, now)
    _settle_items(c, attempt, settlement, outcome, now)
    if settlement.halt is not None:
        stop(c, attempt["run"], _STOPS[settlement.halt], settlement.message)


def _money(attempt: RowMapping, settlement: Settlement, repeat: Repeat) -> tuple[Decimal, Decimal]:
    match settlement.arrival:
        case Arrival.DONE:
            bill = settlement.reported if settlement.reported is not None else settlement.derived
            if bill is None and settlement.missing and settlement.still_held is not None:
                # Nobody knows, and nothing more will tell: it counts in full.
                return budget.ZERO, attempt["held"] + attempt["spent"]
            bill, still = bill or budget.ZERO, settlement.still_held
            if still is None:  # all that is not billed yet of the most it can cost
                still = max(budget.ZERO, attempt["held"] + attempt["spent"] - bill)
            if settlement.request_id is None:  # nobody will ever say what was charged later
                return budget.ZERO, bill + still
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
    "missing",
    "unknown",
    "headers",
    "body",
    "request_id",
    "reported",
    "derived",
    "expected",
    "held",
    "spent",
    "ask_from",
)
_REPLY = (
    update(attempts)
    .where(attempts.c.id == bindparam("b_id"))
    .values({name: bindparam(name) for name in _REPLY_NAMES})
)


def _note_reply(
    c: Connection,
    attempt: RowMapping,
    settlement: Settlement,
    outcome: str,
    now: float,
    *,
    held: Decimal = budget.ZERO,
    spent: Decimal = budget.ZERO,
) -> None:
    end = {"outcome": outcome, "done_at": now, "held": held, "spent": spent}
    end["ask_from"] = None if settlement.request_id is None else now
    c.execute(_REPLY, {"b_id": attempt["id"], **_reply(settlement), **end})


def _reply(settlement: Settlement) -> dict[str, Any]:
    return {
        "http": settlement.http,
        "message": settlement.message,
        "missing": settlement.missing or None,
        "unknown": json.dumps(dict(settlement.unknown)) if settlement.unknown else None,
        "headers": json.dumps(dict(settlement.headers)) if settlement.headers else None,
        "body": settlement.body or None,
        "request_id": settlement.request_id,
        "reported": settlement.reported,
        "derived": settlement.derived,
        "expected": settlement.expected,
    }


def _settle_items(
    c: Connection, attempt: RowMapping, settlement: Settlement, outcome: str, now: float
) -> None:
    match settlement.arrival:
        case Arrival.DONE:
            verdicts.take(c, attempt, settlement.verdicts, now)
        case Arrival.UNKNOWN if _repeat(attempt) is not Repeat.SAFE:
            reason = _DOUBTS[_repeat(attempt)][outcome == LOST]
            unanswered.leave_in_doubt(c, attempt, reason, settlement.message, now)
        case Arrival.REFUSED if settlement.halt in {None, Halt.BUG}:
            unanswered.refuse(c, attempt, settlement)
            if settlement.halt is None and unanswered.all_alike(c, attempt, settlement.message):
                stop(c, attempt["run"], "job_refused", _ALIKE + settlement.message)
        case _:
            unanswered.put_back(c, verdicts.ids(c, attempt))


def _repeat(attempt: RowMapping) -> Repeat:
    operation = OPERATIONS[attempt["operation"]]
    return repeat_of(operation, operation.route(attempt["route"]))


def stop(c: Connection, run: str, reason: str, note: str) -> None:
    """Let nothing more of a run leave; the first reason given is the one that counts."""
    first = (runs.c.id == run) & (runs.c.stop == "")
    c.execute(update(runs).where(first).values(stop=reason, stop_note=note))
