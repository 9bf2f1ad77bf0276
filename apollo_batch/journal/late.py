"""Results that come later: asked for in turn, written down once, whatever comes twice or late."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.addresses import at
from apollo_batch.journal import budget, limiter
from apollo_batch.journal.answers import NoError, Wait
from apollo_batch.journal.schema import attempts, chunks, items, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Late, Status

KIND = "poll"
"""What a chunk is called that asks for another's result."""
KEPT_DAYS = 30
"""How long Apollo keeps a result ("Poll Webhook Result" page)."""

_ADDRESS = at("webhook_result.get")
_DAY = 86_400.0
_WARN_DAYS = 5
_LEASE_SECONDS = 60.0
"""So long nobody else asks for a result that is being asked for."""
_AGAIN_SECONDS = 30.0
_PENDING = items.c.status == Status.PENDING.value


@dataclass(frozen=True)
class Awaited:
    """A result to ask for: the licence to do so once, and what its request had asked."""

    attempt: int
    """Of the question for it, which the journal knows already."""
    request_id: str
    operation: str
    route: str
    job: str
    step: str
    answer: bytes
    """What its request was answered at once."""


@dataclass(frozen=True)
class Whose:
    """Whose results are asked for, and by which process."""

    account: str
    owner: str
    run: str | None = None
    """None: those of all runs."""
    headroom: Decimal = budget.ZERO
    """How much of each window is left to the rest of the team."""


def ask_all(
    store: Store, whose: Whose, now: float, due_by: float, most: int
) -> tuple[list[Awaited], Wait | None]:
    """Give leave to ask for so many results; the Wait says why there are not more."""
    leaving: list[Awaited] = []
    with store.write() as c:
        while len(leaving) < most:
            answer = ask(c, whose, now, due_by)
            if not isinstance(answer, Awaited):
                return leaving, answer
            leaving.append(answer)
    return leaving, None


def ask(c: Connection, whose: Whose, now: float, due_by: float) -> Awaited | Wait | None:
    """Give leave to ask for the next result that is due, counted against the route's limits.

    None where none is due by that moment; a Wait where the limits have no room now.
    """
    found = c.execute(_next(whose, due_by)).mappings().first()
    if found is None:
        return None
    lane = f"{whose.account} {_ADDRESS.method} {_ADDRESS.path}"
    try:
        with Store.part(c):
            probe = limiter.acquire(c, whose, lane, now)
            attempt = _intend(c, found, lane, whose.owner, probe=probe, now=now)
    except NoError as no:
        return no.answer if isinstance(no.answer, Wait) else None
    leased = now + limiter.lasting(c, whose.account, _LEASE_SECONDS)
    c.execute(update(attempts).where(attempts.c.id == found["id"]).values(ask_from=leased))
    return Awaited(
        attempt,
        found["request_id"],
        found["operation"],
        found["route"],
        found["job"],
        found["step"],
        zlib.decompress(found["body"]) if found["body"] else b"",
    )


def _next(whose: Whose, due_by: float) -> Any:
    return (
        select(attempts, chunks.c.operation, chunks.c.route, runs.c.job)
        .join(chunks, chunks.c.id == attempts.c.chunk)
        .join(runs, runs.c.id == attempts.c.run)
        .where(_of(whose.account, whose.run), attempts.c.ask_from <= due_by)
        .order_by(attempts.c.ask_from, attempts.c.id)
        .limit(1)
    )


def _of(account: str, run: str | None) -> ColumnElement[bool]:
    mine = (attempts.c.account == account) & attempts.c.ask_from.is_not(None)
    if run is None:
        return mine
    # A row that was answered from the journal waits for what another run has asked.
    sources = select(items.c.source).where(items.c.run == run, _PENDING)
    return mine & or_(attempts.c.run == run, attempts.c.id.in_(sources))


def _intend(
    c: Connection, asking: RowMapping, lane: str, owner: str, *, probe: bool, now: float
) -> int:
    shared = {name: asking[name] for name in ("account", "run", "step")} | {"lane": lane}
    asked = {"operation": _ADDRESS.name, "route": "", "items": json.dumps([asking["id"]])}
    chunk = c.execute(insert(chunks).values(**shared, kind=KIND, **asked)).inserted_primary_key
    intent = {"chunk": chunk[0], "owner": owner, "probe": probe, "sent_at": now}  # type: ignore[index]
    free = {"outcome": "sent", "held": budget.ZERO, "spent": budget.ZERO}
    made = c.execute(insert(attempts).values(**shared, **intent, **free)).inserted_primary_key
    return int(made[0])  # type: ignore[index]


def take(c: Connection, question: RowMapping, late: Late | None, now: float) -> None:
    """Write down what an answer says of a result; what has ended once stays as it ended."""
    (number,) = json.loads(question["items"])
    asked = c.execute(select(attempts).where(attempts.c.id == number)).mappings().one()
    if asked["ask_from"] is None:
        return
    late = late or Late()
    if not late.ended and _overdue(c, asked, now):
        late = Late("result_expired")
    if late.ended:
        _end(c, asked, late, question["id"])
        return
    wait = limiter.lasting(c, asked["account"], late.again or _AGAIN_SECONDS)
    c.execute(update(attempts).where(attempts.c.id == number).values(ask_from=now + wait))


def _overdue(c: Connection, asked: RowMapping, now: float) -> bool:
    kept = limiter.lasting(c, asked["account"], (KEPT_DAYS + 1) * _DAY)
    return bool(now > asked["done_at"] + kept)


def _end(c: Connection, asked: RowMapping, late: Late, answer: int) -> None:
    bill = [part for part in (late.reported, late.derived) if part is not None]
    # What nobody can say counts as spent: the most that it can have cost.
    spent = sum(bill, budget.ZERO) if bill else asked["held"]
    scopes = budget.scopes_of(asked["account"], asked["run"], asked["sent_at"])
    budget.move(c, scopes.values(), -asked["held"], spent)
    ended = {"ask_from": None, "late": late.ended, "late_in": answer}
    c.execute(
        update(attempts)
        .where(attempts.c.id == asked["id"])
        .values(
            held=budget.ZERO,
            spent=asked["spent"] + spent,
            reported=_with(asked["reported"], late.reported),
            derived=_with(asked["derived"], late.derived),
            # What a result costs is explained by its having come.
            expected=None if asked["expected"] is None else asked["expected"] + sum(bill),
            **ended,
        )
    )


def _with(before: Decimal | None, more: Decimal | None) -> Decimal | None:
    return before if more is None else (before or budget.ZERO) + more


@dataclass(frozen=True)
class Waits:
    """What is still to come."""

    rows: int = 0
    expires: float | None = None
    """When Apollo throws the first of it away."""
    warn_from: float | None = None
    """From when on a person is to be warned of that."""
    again: float | None = None
    """When the first of it may be asked for."""


def waits(store: Store, account: str, run: str | None = None) -> Waits:
    """Count the rows that wait for a result, and say until when it can be had."""
    mine = (items.c.account == account) & _PENDING
    if run is not None:
        mine &= items.c.run == run
    with store.read() as c:
        rows = c.scalar(select(func.count()).where(mine)) or 0
        query = select(func.min(attempts.c.done_at), func.min(attempts.c.ask_from))
        oldest, again = c.execute(query.where(_of(account, run))).one()
        kept, last = (limiter.lasting(c, account, n * _DAY) for n in (KEPT_DAYS, _WARN_DAYS))
    if oldest is None:
        return Waits(int(rows))
    return Waits(int(rows), oldest + kept, oldest + kept - last, again)


def waiting_runs(store: Store, account: str | None) -> Sequence[str]:
    """Name the runs that wait for results, or whose output does not show all that came.

    Of one account; None: of all.
    """
    pending = select(items.c.run).where(_PENDING)
    mine = (runs.c.news > runs.c.news_written) | runs.c.id.in_(pending)
    if account is not None:
        mine &= runs.c.account == account
    with store.read() as c:
        return list(c.scalars(select(runs.c.id).where(mine).order_by(runs.c.created)))


def go_on(store: Store, run: str) -> None:
    """Let a run that stopped at its budget go on: what came has given some of it back."""
    with store.write() as c:
        stopped = (runs.c.id == run) & (runs.c.stop == "budget")
        c.execute(update(runs).where(stopped).values(stop="", stop_note=""))


def lasting(store: Store, account: str, seconds: float) -> float:
    """Say how long ours so many seconds of Apollo's clock last."""
    with store.read() as c:
        return limiter.lasting(c, account, seconds)
