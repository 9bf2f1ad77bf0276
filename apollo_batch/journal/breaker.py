"""Calls that fail in; whether Apollo is out of reach, and when one may try again, out.

A lane whose calls fail is shut: nothing leaves on it but a free call now and then, made by one
process of all. Once that is answered one real call may leave; once that is answered, all may.
"""

import random

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal.answers import Knock, NoError, Wait
from apollo_batch.journal.schema import attempts, lanes
from apollo_batch.model import Arrival, Settlement

_NOT_SENT_IN_A_ROW = 3
_FAILURES_IN_A_ROW = 5
_LATEST = 20
_FAILURES = (Arrival.NOT_SENT.value, Arrival.UNKNOWN.value)
_BASE_SECONDS, _MOST_SECONDS = 0.5, 60.0
_FIRST_SECONDS = 5.0
"""Most trouble is over as soon as it came."""
_EVERY_SECONDS = 30.0
_RAREST_SECONDS = 600.0
_TRIAL_SECONDS = 130.0
"""A call ends within two minutes; by then the one let through is given up."""


def let_through(c: Connection, lane: RowMapping, now: float) -> None:
    """See that a call may leave; NoError with a Wait or a Knock while Apollo is out of reach."""
    if not lane["storm_since"]:
        return
    if lane["let_one"]:
        _change(c, lane["lane"], let_one=False, knock_at=now + _TRIAL_SECONDS)
    elif lane["knock_at"] <= now:
        raise NoError(Knock())
    else:
        raise NoError(
            Wait(lane["knock_at"], "storm", trouble=lane["trouble"], since=lane["storm_since"])
        )


def knock(c: Connection, account: str, now: float) -> Knock:
    """Take the next free call upon this process, for every lane of the account that is due."""
    due = (lanes.c.account == account) & (lanes.c.storm_since > 0) & (lanes.c.knock_at <= now)
    chosen = tuple(c.scalars(select(lanes.c.lane).where(due, lanes.c.let_one.is_(False))))
    later = now + _EVERY_SECONDS / lanes.c.scale
    c.execute(update(lanes).where(lanes.c.lane.in_(chosen)).values(knock_at=later))
    return Knock(chosen)


def answered(c: Connection, knocked: Knock) -> None:
    """Let one real call through on each lane, since Apollo has answered the free one."""
    mine = lanes.c.lane.in_(knocked.lanes) & (lanes.c.storm_since > 0)
    c.execute(update(lanes).where(mine).values(let_one=True))


def ask_soon(c: Connection, account: str, now: float) -> None:
    """Let whoever begins anew not wait for long because others have tried in vain for long."""
    soon = now + _EVERY_SECONDS / lanes.c.scale
    mine = (lanes.c.account == account) & (lanes.c.storm_since > 0)
    c.execute(update(lanes).where(mine, lanes.c.knock_at > soon).values(knock_at=soon, trials=0))


def count(
    c: Connection, lane: RowMapping, attempt: RowMapping, settlement: Settlement, now: float
) -> None:
    """Take note of how a call ended, on a lane as it was before."""
    failed = settlement.arrival.value in _FAILURES and not settlement.missing
    if lane["storm_since"]:
        # What had left before says nothing of now.
        if attempt["sent_at"] > lane["storm_since"]:
            _tried(c, lane, settlement, now, failed=failed)
    elif failed:
        _failed(c, lane, attempt, settlement, now)
    elif lane["failures"]:
        _change(c, lane["lane"], failures=0)


def _tried(
    c: Connection, lane: RowMapping, settlement: Settlement, now: float, *, failed: bool
) -> None:
    """The one call that was let through has ended."""
    if not failed:
        # Should it come back at once, it is not knocked at more often for that.
        later = now + _EVERY_SECONDS / _scale(lane, settlement)
        over = {"storm_since": 0.0, "failures": 0, "counts_from": now, "let_one": False}
        _change(c, lane["lane"], **over, knock_at=later)
        return
    # Apollo answers what is free and not this: each such trial may cost something.
    pause = min(_RAREST_SECONDS, _EVERY_SECONDS * 2.0 ** lane["trials"]) / _scale(lane, settlement)
    _change(
        c,
        lane["lane"],
        trials=lane["trials"] + 1,
        knock_at=now + pause,
        trouble=_trouble(settlement),
        let_one=False,
    )


def _failed(
    c: Connection, lane: RowMapping, attempt: RowMapping, settlement: Settlement, now: float
) -> None:
    unreached = settlement.arrival is Arrival.NOT_SENT
    # Calls that left side by side, and found nobody there, tried it once.
    together = unreached and attempt["sent_at"] <= lane["failed_at"]
    failures = lane["failures"] + (not together)
    values: dict[str, float | str | bool] = {"failures": failures, "failed_at": now}
    if unreached:
        # Full jitter, so that many processes do not come back at the same instant.
        pause = random.uniform(0, min(_MOST_SECONDS, _BASE_SECONDS * 2.0**failures))  # noqa: S311
        values["paused_until"] = max(lane["paused_until"], now + pause)
    in_a_row = failures >= (_NOT_SENT_IN_A_ROW if unreached else _FAILURES_IN_A_ROW)
    if in_a_row or _most_failed(c, lane):
        first = max(lane["knock_at"], now + _FIRST_SECONDS / _scale(lane, settlement))
        values |= {"storm_since": now, "knock_at": first, "trouble": _trouble(settlement)}
        values |= {"trials": 0, "let_one": False}
    _change(c, lane["lane"], **values)


def _most_failed(c: Connection, lane: RowMapping) -> bool:
    mine = (attempts.c.lane == lane["lane"]) & (attempts.c.done_at > lane["counts_from"])
    ended = attempts.c.outcome.in_([arrival.value for arrival in Arrival])
    latest = (
        select(attempts.c.outcome)
        .where(mine, ended)
        .order_by(attempts.c.done_at.desc(), attempts.c.id.desc())
        .limit(_LATEST)
    )
    outcomes = list(c.scalars(latest))
    failed = sum(outcome in _FAILURES for outcome in outcomes)
    return len(outcomes) == _LATEST and failed * 2 > _LATEST


def _scale(lane: RowMapping, settlement: Settlement) -> float:
    return settlement.time_scale if settlement.readings else float(lane["scale"])


def _trouble(settlement: Settlement) -> str:
    if settlement.http is not None and settlement.http >= 300:
        return f"Apollo answers with errors (status {settlement.http})"
    return settlement.message.rstrip(".")


def _change(c: Connection, lane: str, **values: float | str | bool) -> None:
    c.execute(update(lanes).where(lanes.c.lane == lane).values(**values))
