"""Keeps requests within Apollo's windows: a run asks for a slot and gets it, or when to look again.

Windows are fixed and open at the first request, per team and route ("Rate limits" page); what
replies say of them is taken by `learning`, and shared through the journal.
"""

import math
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import bindparam, exists, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal import breaker, waiters
from apollo_batch.journal.answers import NoError, NoRoomError, Wait
from apollo_batch.journal.learning import LOOK, SPANS, is_open, lane_of
from apollo_batch.journal.schema import lanes, windows
from apollo_batch.journal.store import Store
from apollo_batch.journal.waiters import Taker

PROBE_SECONDS = 10.0
"""A probe that has not answered by then blocks nobody any longer."""
_SOON_SECONDS = 0.2

_LOOK = waiters.with_line(LOOK)
_COUNT = (
    update(windows)
    .where(windows.c.lane == bindparam("b_lane"), windows.c.cap.is_not(None))
    .values(used=windows.c.used + 1, ours=windows.c.ours + 1)
)


def share(limit: int, headroom: Decimal) -> int:
    """Say how much of a window is open to a run that leaves a share of it to others.

    One request at the least: a run that may send nothing never ends.
    """
    return max(1, int(limit * (1 - headroom))) if headroom else limit


def acquire(c: Connection, taker: Taker, lane: str, now: float, *, taken: int = 0) -> bool:
    """Take one slot in every window of a lane; True where the request is the lane's probe.

    `taken`: how many requests have left in the same turn before it.

    Raises NoRoomError where a window is full, another request is probing, another run is next, or
    Apollo is out of reach; NoError with a Knock where it is to be seen whether it is back.
    """
    state, known = _look(c, taker, lane, now)
    try:
        breaker.let_through(c, state, now)
    except NoError as no:
        if isinstance(no.answer, Wait):
            raise NoRoomError(no.answer) from None
        raise
    limited = [window for window in known if window["cap"] is not None]
    opened = [window for window in limited if is_open(window, state["scale"], now)]
    full = [w for w in opened if w["used"] >= share(w["cap"], taker.headroom)]
    unsure = not known or bool(full) or len(opened) < len(limited)
    wait = _wait(state, full, now, unsure=unsure)
    room = min((share(w["cap"], taker.headroom) - w["used"] for w in opened), default=math.inf)
    if wait is None and not waiters.is_next(state["ahead"], taken, room):
        wait = Wait(now + waiters.LOOK_SECONDS, "turn")
    if wait is not None:
        raise NoRoomError(wait, state)
    if state["since"] is not None:
        waiters.leave(c, taker, lane)
    if unsure:
        c.execute(update(lanes).where(lanes.c.lane == lane).values(probe_until=now + PROBE_SECONDS))
    if limited:
        c.execute(_COUNT, {"b_lane": lane})
    return unsure


def _look(
    c: Connection, taker: Taker, lane: str, now: float
) -> tuple[RowMapping, list[RowMapping]]:
    asked = waiters.asked(taker, lane, now)
    found = c.execute(_LOOK, asked).mappings().all()
    if not found:
        c.execute(insert(lanes).values(lane=lane, account=taker.account))
        found = c.execute(_LOOK, asked).mappings().all()
    return lane_of(found)


def _wait(
    state: RowMapping, full: Sequence[RowMapping], now: float, *, unsure: bool
) -> Wait | None:
    if now < state["paused_until"] <= now + SPANS["day"] + 1.0:
        return Wait(state["paused_until"], "unreached" if state["failures"] else "pause")
    probing = now < state["probe_until"] <= now + PROBE_SECONDS
    # The end of a window whose opening we did not see is only an upper bound, off by up to a
    # day. One request then earns a 429, whose retry-after tells the end exactly. Not before the
    # others have ended: they would earn it too. Nor before Apollo itself has said that it is
    # full: the request would be let in, and nothing learnt.
    ends = full if probing else [window for window in full if not _earns_its_end(window)]
    if ends:
        return _until_one_ends(ends, now)
    if unsure and probing:
        return Wait(min(state["probe_until"], now + waiters.LOOK_SECONDS), "probe")
    return None


def _until_one_ends(full: Sequence[RowMapping], now: float) -> Wait:
    last = max(full, key=lambda window: float(window["closes"]))
    closes = float(last["closes"])
    if last["seen"] < last["used"]:
        # Calls in flight count as if Apollo had counted them already: their answers make room.
        closes = min(closes, now + max(_SOON_SECONDS, (closes - now) / 100))
    return Wait(closes, last["span"])


def _earns_its_end(window: RowMapping) -> bool:
    surely_full = window["seen"] >= window["cap"]
    return surely_full and not window["witnessed"] and window["span"] != "minute"


def distrust(store: Store, account: str) -> None:
    """Forget when windows and pauses end: the clock was set back since they were noted.

    One request then finds out what is left of each.
    """
    with store.write() as c:
        mine = windows.c.account == account
        c.execute(update(windows).where(mine).values(closes=0.0, witnessed=False))
        every = lanes.c.account == account
        ends = dict.fromkeys(("paused_until", "probe_until", "failed_at", "knock_at"), 0.0)
        c.execute(update(lanes).where(every).values(**ends))


def others_since(store: Store, account: str, moment: float) -> bool:
    """Whether Apollo has counted requests since then that nobody who shares this journal sent."""
    seen = (lanes.c.account == account) & (lanes.c.others_at >= moment)
    with store.read() as c:
        return bool(c.scalar(select(exists().where(seen))))


def lasting(c: Connection, account: str, seconds: float) -> float:
    """Say how long ours so many seconds of Apollo's clock last: as long, but for a sandbox."""
    mine = lanes.c.account == account
    return seconds / float(c.scalar(select(func.max(lanes.c.scale)).where(mine)) or 1.0)
