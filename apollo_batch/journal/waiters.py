"""Runs that wait for the same lane stand in line: who has waited longest is served first.

A place in the line is a promise to look again at a moment. Nobody is held up by a run that is not
due yet, nor by one that broke its promise: it may have died, or have nothing more to send.
"""

from decimal import Decimal
from typing import Protocol

from sqlalchemy import Select, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from apollo_batch.journal.answers import NoRoomError
from apollo_batch.journal.schema import lanes, waiters

LOOK_SECONDS = 0.05
"""How soon a run looks again whose turn may come at any moment."""
_DUE_SECONDS = 2 * LOOK_SECONDS
_PATIENCE_SECONDS = 1.0
"""How long after its moment a run is still waited for."""

_mine = waiters.alias("mine")
_other = waiters.alias("other")
_BEFORE_ME = or_(
    _mine.c.since.is_(None),
    _other.c.since < _mine.c.since,
    and_(_other.c.since == _mine.c.since, _other.c.run < _mine.c.run),
)
_AHEAD = select(func.count()).where(
    _other.c.lane == bindparam("b_lane"),
    _other.c.run != bindparam("b_run"),
    _other.c.looks.between(bindparam("b_broken"), bindparam("b_due")),
    _BEFORE_ME,
)
_PLACE = (waiters.c.lane == bindparam("b_lane")) & (waiters.c.run == bindparam("b_run"))
_LEAVE = delete(waiters).where(_PLACE)
_PROMISE = update(waiters).where(_PLACE).values(looks=bindparam("b_looks"))
_BROKEN = delete(waiters).where(
    waiters.c.lane == bindparam("b_lane"), waiters.c.looks < bindparam("b_broken")
)


class Taker(Protocol):
    """Who wants a slot: of whose account, for which run, and what share they leave to others."""

    @property
    def account(self) -> str: ...

    @property
    def run(self) -> str | None: ...

    @property
    def headroom(self) -> Decimal: ...


def with_line(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    """Let a query of lanes tell of the line too: a run's own place, and who is ahead of it."""
    mine = (_mine.c.lane == lanes.c.lane) & (_mine.c.run == bindparam("b_run"))
    told = query.add_columns(_mine.c.since, _mine.c.looks, _AHEAD.scalar_subquery().label("ahead"))
    return told.outerjoin(_mine, mine)


def asked(taker: Taker, lane: str, now: float) -> dict[str, object]:
    """What such a query is to be asked with."""
    due = {"b_broken": now - _PATIENCE_SECONDS, "b_due": now + _DUE_SECONDS}
    return {"b_lane": lane, "b_run": taker.run or "", **due}


def is_next(ahead: int, taken: int, room: float) -> bool:
    """Whether a run may go, that others are ahead of, and that has taken so much in this turn.

    Whose turn it is takes its part of what is left at once: to hand the turn on takes time.
    """
    return not ahead or 0 < taken * ahead < room


def stand(c: Connection, taker: Taker, lane: str, no: NoRoomError | None, now: float) -> None:
    """Take a place in the line of a lane without room, or keep it, until the run looks again."""
    if no is None or no.place is None or no.wait.until is None:
        return
    until = no.wait.until
    promised = no.place["looks"]
    if promised is None:
        c.execute(_BROKEN, {"b_lane": lane, "b_broken": now - _PATIENCE_SECONDS})
        mine = {"lane": lane, "run": taker.run, "account": taker.account}
        c.execute(insert(waiters), {**mine, "since": now, "looks": until})
    elif not promised - _DUE_SECONDS <= until <= promised + _PATIENCE_SECONDS / 2:
        c.execute(_PROMISE, {"b_lane": lane, "b_run": taker.run, "b_looks": until})


def leave(c: Connection, taker: Taker, lane: str) -> None:
    """Give a place in the line up: its run was served, and goes to the end for its next chunk."""
    c.execute(_LEAVE, {"b_lane": lane, "b_run": taker.run})
