"""What Apollo says of a lane's windows is taken from every reply, and a 429 pauses the lane.

We never see the instant at which a window opens, so its end is taken from the reply: late by a
round trip, never early.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal.schema import attempts, lanes, windows
from apollo_batch.model import Arrival, Reading, Settlement

SPANS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
_DEFAULT_PAUSE = SPANS["minute"]
_SAME_SECONDS = 2.0
"""retry-after is in whole seconds: this near, two moments are the same."""
_SLACK_SECONDS = 1.0
"""How much the clocks of two machines may differ."""

_LONGEST_CALL_SECONDS = 150.0
"""A call ends within two minutes: what is still out after that, a process died over."""

_CHANGING = ("cap", "used", "ours", "closes", "seen", "seen_at", "witnessed")
LOOK = (
    select(lanes, windows.c.span, *(windows.c[name] for name in _CHANGING))
    .outerjoin(windows, windows.c.lane == lanes.c.lane)
    .where(lanes.c.lane == bindparam("b_lane"))
)
"""A lane and its windows in one look: this is asked before and after every request."""
_CHANGE = (
    update(windows)
    .where(windows.c.lane == bindparam("b_lane"), windows.c.span == bindparam("b_span"))
    .values({name: bindparam(name) for name in _CHANGING})
)

_IN_FLIGHT = select(func.count()).where(
    attempts.c.outcome == literal_column("'sent'"),
    attempts.c.lane == bindparam("b_lane"),
    attempts.c.sent_at > bindparam("b_since"),
)


def lane_of(found: Sequence[RowMapping]) -> tuple[RowMapping, list[RowMapping]]:
    """Take a look apart: the lane, and those of its windows that are known."""
    return found[0], [row for row in found if row["span"] is not None]


def is_open(window: RowMapping, scale: float, now: float) -> bool:
    """Whether a window has not ended yet.

    One that ends later than its span allows was noted before a clock was set back: it tells
    nothing.
    """
    longest = SPANS[window["span"]] / scale + _SLACK_SECONDS
    return bool(now < window["closes"] <= now + longest)


def learn(c: Connection, attempt: RowMapping, settlement: Settlement, now: float) -> RowMapping:
    """Take from a reply what it says of the lane's windows, and pause the lane after a 429.

    Gives back the lane as it was before.
    """
    account, lane = attempt["account"], attempt["lane"]
    state, windows_known = lane_of(c.execute(LOOK, {"b_lane": lane}).mappings().all())
    scale = settlement.time_scale if settlement.readings else state["scale"]
    known = {window["span"]: window for window in windows_known}
    readings = settlement.readings
    if not known and not readings and settlement.arrival is Arrival.DONE:
        # No word of limits at all: as good as unlimited until a reply says otherwise.
        readings = [Reading(span, None, None) for span in SPANS]
    reply = _Reply(lane, account, scale, attempt["sent_at"], now)
    changes: dict[str, float] = {}
    if _take(c, reply, known, readings):
        changes["others_at"] = now
    if scale != state["scale"]:
        changes["scale"] = scale
    if attempt["probe"]:
        changes["probe_until"] = 0.0
    if settlement.arrival is Arrival.LIMITED:
        changes["paused_until"] = _pause(c, reply, settlement.retry_after)
    if changes:
        c.execute(update(lanes).where(lanes.c.lane == lane).values(**changes))
    return state


@dataclass(frozen=True)
class _Reply:
    """One reply's view of a lane's windows."""

    lane: str
    account: str
    scale: float
    sent_at: float
    now: float


def _take(
    c: Connection, reply: _Reply, known: Mapping[str, RowMapping], readings: Sequence[Reading]
) -> bool:
    """Note what is new; whether somebody else has used a window beside us."""
    changed, others = [], False
    for reading in readings:
        window = known.get(reading.span)
        values = _news(c, reply, window, reading)
        if window is None:
            key = {"lane": reply.lane, "span": reading.span, "account": reply.account}
            c.execute(insert(windows).values(**key, **({"witnessed": True} | values)))
        elif values:
            same = {"b_lane": reply.lane, "b_span": reading.span}
            changed.append(same | {name: window[name] for name in _CHANGING} | values)
            others |= "closes" not in values and values.get("seen", 0) > window["ours"]
    if changed:
        c.execute(_CHANGE, changed)
    return others


def _news(
    c: Connection, reply: _Reply, window: RowMapping | None, reading: Reading
) -> dict[str, Any]:
    if reading.limit is None:
        nothing = {"used": 0, "ours": 0, "closes": 0.0, "seen": 0, "seen_at": reply.now}
        unknown = window is None or window["cap"] is not None
        return {"cap": None, **nothing} if unknown else {}
    if window is None or window["cap"] is None or _began_anew(window, reply, reading):
        return _opened(c, reply, reading)
    if window["closes"] <= reply.now:
        return {}  # the late word of a window that is over
    cap = {"cap": reading.limit} if reading.limit != window["cap"] else {}
    if reading.used is None:
        return cap
    # The highest usage that Apollo has told, and whatever it may have counted after that: so many
    # are counted at the most, however many of them are somebody else's.
    seen = max(window["seen"], reading.used)
    used = seen + _in_flight(c, reply)
    if seen > window["seen"] or cap:
        return {"used": used, "seen": seen, "seen_at": reply.now, **cap}
    return {"used": used} if used != window["used"] else {}


def _began_anew(window: RowMapping, reply: _Reply, reading: Reading) -> bool:
    if reply.sent_at >= window["closes"]:
        return True
    if reply.now < window["closes"] and not is_open(window, reply.scale, reply.now):
        return True
    # Sent after we saw a higher usage, and lower now: the window has rolled over, certainly.
    lower = reading.used is not None and reading.used < window["seen"]
    return bool(lower and reply.sent_at > window["seen_at"])


def _opened(c: Connection, reply: _Reply, reading: Reading) -> dict[str, Any]:
    # Where the usage is missing or garbled, this call at least is counted.
    theirs = 1 if reading.used is None else reading.used
    used = theirs + _perhaps_uncounted(c, reply)
    return {
        "cap": reading.limit,
        "used": used,
        "ours": used,
        "closes": reply.now + SPANS[reading.span] / reply.scale,
        "witnessed": reading.used is not None and theirs <= 1,
        "seen": theirs,
        "seen_at": reply.now,
    }


def _perhaps_uncounted(c: Connection, reply: _Reply) -> int:
    # Calls that Apollo may have counted after it wrote this reply: those on their way, and those
    # whose answers overtook it.
    mine = attempts.c.lane == reply.lane
    meanwhile = attempts.c.done_at.between(reply.sent_at, reply.now)
    overtook = select(func.count()).where(mine, meanwhile)
    itself = 1
    return _in_flight(c, reply) + max(0, int(c.scalar(overtook) or 0) - itself)


def _in_flight(c: Connection, reply: _Reply) -> int:
    since = reply.now - _LONGEST_CALL_SECONDS
    return int(c.scalar(_IN_FLIGHT, {"b_lane": reply.lane, "b_since": since}) or 0)


def _pause(c: Connection, reply: _Reply, asked: float | None) -> float:
    full = _full(c, reply)
    if asked is None:
        minute = reply.now + _DEFAULT_PAUSE / reply.scale
        until = min((window["closes"] for window in full), default=minute)
    else:
        # More than an hour makes sense where a day is full, and nowhere else.
        most = SPANS["day" if any(window["span"] == "day" for window in full) else "hour"]
        until = reply.now + min(asked, most) / reply.scale
        _correct(c, reply, full, until)
    return float(until) + random.uniform(0, 0.25) / reply.scale  # noqa: S311 - not a secret


def _full(c: Connection, reply: _Reply) -> Sequence[RowMapping]:
    full = (windows.c.used >= windows.c.cap) & (windows.c.closes > reply.now)
    return c.execute(select(windows).where(windows.c.lane == reply.lane, full)).mappings().all()


def _correct(c: Connection, reply: _Reply, full: Sequence[RowMapping], until: float) -> None:
    """Set right when full windows end: none of them ends later than Apollo says.

    Unless one of them ends just then as we know it: then Apollo may have spoken of that one alone.
    """
    near = _SAME_SECONDS / reply.scale
    if any(abs(window["closes"] - until) <= near for window in full):
        return
    mine = (windows.c.lane == reply.lane) & windows.c.span.in_([w["span"] for w in full])
    later = windows.c.closes > until
    c.execute(update(windows).where(mine, later).values(closes=until, witnessed=True))
