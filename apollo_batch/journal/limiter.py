"""Keeps requests within Apollo's windows, learning from every reply; shared through the journal.

Windows are fixed and open at the first request, per team and route ("Rate limits" page). We never
see that instant, so a window's end is taken from the reply: late by a round trip, never early.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal import breaker
from apollo_batch.journal.answers import NoError, Wait
from apollo_batch.journal.schema import attempts, lanes, windows
from apollo_batch.model import Arrival, Reading, Settlement

SPANS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
PROBE_SECONDS = 10.0
"""A probe that has not answered by then blocks nobody any longer."""
_ELSEWHERE_SECONDS = 0.05
_DEFAULT_PAUSE = 60.0

_CHANGING = ("cap", "used", "closes", "seen", "seen_at", "witnessed")
# A lane and its windows in one look: this is asked before and after every request.
_LOOK = (
    select(lanes, windows.c.span, *(windows.c[name] for name in _CHANGING))
    .outerjoin(windows, windows.c.lane == lanes.c.lane)
    .where(lanes.c.lane == bindparam("b_lane"))
)
_CHANGE = (
    update(windows)
    .where(windows.c.lane == bindparam("b_lane"), windows.c.span == bindparam("b_span"))
    .values({name: bindparam(name) for name in _CHANGING})
)
_COUNT = (
    update(windows)
    .where(windows.c.lane == bindparam("b_lane"), windows.c.cap.is_not(None))
    .values(used=windows.c.used + 1)
)


def share(limit: int, headroom: Decimal) -> int:
    """Say how much of a window is open to a run that leaves a share of it to others.

    One request at the least: a run that may send nothing never ends.
    """
    return max(1, int(limit * (1 - headroom))) if headroom else limit


class Taker(Protocol):
    """Who wants a slot: of whose account, and how much of a window they leave to others."""

    @property
    def account(self) -> str: ...

    @property
    def headroom(self) -> Decimal: ...


def acquire(c: Connection, taker: Taker, lane: str, now: float) -> bool:
    """Take one slot in every window of a lane; True where the request is the lane's probe.

    Raises NoError with a Wait where a window is full, another request is probing, or Apollo is out
    of reach; with a Knock where it is to be seen whether it is back.
    """
    state, windows_known = _look(c, taker.account, lane)
    breaker.let_through(c, state, now)
    if state["paused_until"] > now:
        raise NoError(Wait(state["paused_until"], "unreached" if state["failures"] else "pause"))
    limited = [window for window in windows_known if window["cap"] is not None]
    probing = state["probe_until"] > now
    full = [
        w for w in limited if w["closes"] > now and w["used"] >= share(w["cap"], taker.headroom)
    ]
    if full:
        _refuse_full(full, probing=probing)
    unsure = not windows_known or full or any(w["closes"] <= now for w in limited)
    if unsure:
        if probing:
            until = min(state["probe_until"], now + _ELSEWHERE_SECONDS)
            raise NoError(Wait(until, "probe"))
        c.execute(update(lanes).where(lanes.c.lane == lane).values(probe_until=now + PROBE_SECONDS))
    if limited:
        c.execute(_COUNT, {"b_lane": lane})
    return bool(unsure)


def _refuse_full(full: Sequence[RowMapping], *, probing: bool) -> None:
    # The end of a window whose opening we did not see is only an upper bound, off by up to a
    # day. One request then earns a 429, whose retry-after tells the end exactly. Not before the
    # others have ended: they would earn it too. Nor where room is left, which is for others: it
    # would be used and nothing learnt.
    waits = full if probing else [w for w in full if not _earns_its_end(w)]
    if waits:
        worst = max(waits, key=lambda window: float(window["closes"]))
        raise NoError(Wait(worst["closes"], worst["span"]))


def _earns_its_end(window: RowMapping) -> bool:
    surely_full = window["used"] >= window["cap"]
    return surely_full and not window["witnessed"] and window["span"] != "minute"


def _look(c: Connection, account: str, lane: str) -> tuple[RowMapping, list[RowMapping]]:
    found = c.execute(_LOOK, {"b_lane": lane}).mappings().all()
    if not found:
        c.execute(insert(lanes).values(lane=lane, account=account))
        found = c.execute(_LOOK, {"b_lane": lane}).mappings().all()
    return found[0], [row for row in found if row["span"] is not None]


def learn(c: Connection, attempt: RowMapping, settlement: Settlement, now: float) -> RowMapping:
    """Take from a reply what it says of the lane's windows, and pause the lane after a 429.

    Gives back the lane as it was before.
    """
    account, lane = attempt["account"], attempt["lane"]
    state, windows_known = _look(c, account, lane)
    scale = settlement.time_scale if settlement.readings else state["scale"]
    known = {window["span"]: window for window in windows_known}
    readings = settlement.readings
    if not known and not readings and settlement.arrival is Arrival.DONE:
        # No word of limits at all: as good as unlimited until a reply says otherwise.
        readings = [Reading(span, None, None) for span in SPANS]
    look = _Look(lane, account, scale, attempt["sent_at"], now)
    _take(c, look, known, readings)
    changes: dict[str, float] = {}
    if scale != state["scale"]:
        changes["scale"] = scale
    if attempt["probe"]:
        changes["probe_until"] = 0.0
    if settlement.arrival is Arrival.LIMITED:
        changes["paused_until"] = _pause(c, lane, settlement.retry_after, scale, now)
    if changes:
        c.execute(update(lanes).where(lanes.c.lane == lane).values(**changes))
    return state


def lasting(c: Connection, account: str, seconds: float) -> float:
    """Say how long ours so many seconds of Apollo's clock last: as long, but for a sandbox."""
    mine = lanes.c.account == account
    return seconds / float(c.scalar(select(func.max(lanes.c.scale)).where(mine)) or 1.0)


@dataclass(frozen=True)
class _Look:
    """One reply's view of a lane's windows."""

    lane: str
    account: str
    scale: float
    sent_at: float
    now: float


def _take(
    c: Connection, look: _Look, known: Mapping[str, RowMapping], readings: Sequence[Reading]
) -> None:
    changed = []
    for reading in readings:
        window = known.get(reading.span)
        values = _news(c, look, window, reading)
        if window is None:
            key = {"lane": look.lane, "span": reading.span, "account": look.account}
            c.execute(insert(windows).values(**key, **({"witnessed": True} | values)))
        elif values:
            same = {"b_lane": look.lane, "b_span": reading.span}
            changed.append(same | {name: window[name] for name in _CHANGING} | values)
    if changed:
        c.execute(_CHANGE, changed)


def _news(
    c: Connection, look: _Look, window: RowMapping | None, reading: Reading
) -> dict[str, Any]:
    theirs = reading.used or 0
    told = {"seen": theirs, "seen_at": look.now}
    if reading.limit is None:
        unknown = window is None or window["cap"] is not None
        return {"cap": None, "used": 0, "closes": 0.0, **told} if unknown else {}
    if window is None or window["cap"] is None:
        return _opened(c, look, reading, told)
    # Sent after we saw a higher usage, and lower now: the window has rolled over, certainly.
    rolled = theirs < window["seen"] and look.sent_at > window["seen_at"]
    if rolled or look.sent_at >= window["closes"]:
        return _opened(c, look, reading, told)
    if window["closes"] <= look.now:
        return {}  # the late word of a window that is over
    used = max(window["used"], theirs)  # theirs is higher where somebody else uses the account too
    if used > theirs:
        # At most this many are counted now, whichever window the reply was written in: what was
        # counted in doubt when the window opened is put right by what Apollo says later.
        used = min(used, theirs + _perhaps_uncounted(c, look))
    if theirs > window["seen"] or reading.limit != window["cap"]:
        return {"cap": reading.limit, "used": used, **told}
    return {"used": used} if used != window["used"] else {}


def _opened(c: Connection, look: _Look, reading: Reading, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "cap": reading.limit,
        "used": told["seen"] + _perhaps_uncounted(c, look),
        "closes": look.now + SPANS[reading.span] / look.scale,
        "witnessed": told["seen"] <= 1,
        **told,
    }


def _perhaps_uncounted(c: Connection, look: _Look) -> int:
    # Calls that Apollo may have counted after it wrote this reply: those on their way, and those
    # whose answers overtook it.
    mine = attempts.c.lane == look.lane
    sent = select(func.count()).where(mine, attempts.c.outcome == "sent")
    overtook = select(func.count()).where(mine, attempts.c.done_at >= look.sent_at)
    itself = 1
    return int(c.scalar(sent) or 0) + max(0, int(c.scalar(overtook) or 0) - itself)


def _pause(c: Connection, lane: str, asked: float | None, scale: float, now: float) -> float:
    full = (windows.c.lane == lane) & (windows.c.used >= windows.c.cap) & (windows.c.closes > now)
    if asked is not None:
        until = now + asked / scale
        c.execute(
            update(windows)
            .where(full & (windows.c.closes > until))
            .values(closes=until, witnessed=True)
        )
    else:
        earliest = c.scalar(select(func.min(windows.c.closes)).where(full))
        until = float(earliest) if earliest else now + _DEFAULT_PAUSE / scale
    return until + random.uniform(0, 0.25) / scale  # noqa: S311 - not a secret
