"""Ready items become a chunk that may leave: claimed, held for and counted in one transaction."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Executable,
    Float,
    String,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.engine import Connection, CursorResult, RowMapping

from apollo_batch.catalogue.entry import Act, Once, Route
from apollo_batch.journal import breaker, budget, effects, enrolling, known, limiter, waiters, ways
from apollo_batch.journal.answers import Answer, Knock, Moved, NoError, NoRoomError, Over, Wait
from apollo_batch.journal.going import Going
from apollo_batch.journal.growing import may_grow, more_may_come
from apollo_batch.journal.insertion import Insertion
from apollo_batch.journal.ready import may_share, within
from apollo_batch.journal.schema import attempts, chunks, items, questions, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Chunk, ChunkItem
from apollo_batch.packing import gate

_ELSEWHERE_SECONDS = 1.0

_STOP = select(runs.c.stop).where(runs.c.id == bindparam("b_run"))


def _claimed(insert_: Any) -> Executable:
    claimed = insert_(questions).from_select(
        ["account", "question", "variant", "operation", "run", "item", "state", "at"],
        select(
            items.c.account,
            items.c.question,
            bindparam("b_variant", type_=String),
            chunks.c.operation,
            items.c.run,
            items.c.id,
            literal_column("'claimed'", type_=String),
            bindparam("b_now", type_=Float),
        )
        .join(chunks, chunks.c.id == items.c.chunk)
        .where(items.c.chunk == bindparam("b_chunk")),
    )
    # An answer too old for this job stays known until there is a newer one: another may use it.
    updated: Executable = claimed.on_conflict_do_update(
        index_elements=["account", "question", "variant"],
        set_={name: claimed.excluded[name] for name in ("run", "item", "state")},
    )
    return updated


_CLAIM = Insertion(_claimed)
_CHUNK = insert(chunks)
_ATTEMPT = insert(attempts)


def dispatch(c: Connection, going: Going, now: float, taken: int = 0) -> Chunk | Answer:
    """Give the next chunk leave to be sent once, or say why none may leave now.

    It claims questions or effects, then holds credits, then takes the rate slot; any no undoes
    all. The licence counts once the transaction has been committed, not before. So many chunks as
    `taken` have left in the same turn already.
    """
    waits: list[Wait] = []
    full = list(going.held_back)
    while True:
        try:
            with Store.part(c):
                return _dispatch(c, going, now, full, taken)
        except _FullError as no:
            # Another of the operation's routes may have room.
            waiters.stand(c, going, going.lane(no.route), no.refusal, now)
            waits.append(no.wait)
            full.append(no.route.name)
            if len(full) == len(going.asking.operation.routes):
                return _soonest(waits)
        except NoError as no:
            if isinstance(no.answer, Knock):
                return breaker.knock(c, going.account, now)
            return _soonest(waits) if waits else no.answer


class _FullError(Exception):
    """A route has no room now."""

    def __init__(self, route: Route, wait: Wait, refusal: NoRoomError | None = None) -> None:
        super().__init__(route.name)
        self.route = route
        self.wait = wait
        self.refusal = refusal


def _soonest(waits: Sequence[Wait]) -> Wait:
    # Who waits for others that may still join waits for whatever holds those up.
    first_hand = [wait for wait in waits if wait.why != "looks"]
    return min(first_hand or waits, key=lambda wait: wait.until or 0.0)


def _dispatch(
    c: Connection, going: Going, now: float, full: Sequence[str], taken: int
) -> Chunk | Moved:
    stop = c.scalar(_STOP, {"b_run": going.run})
    if stop:
        raise NoError(Over(stop))
    ready = may_share(c, going, now, full)
    if not ready:
        raise NoError(_nothing_ready(c, going, now))
    if known.answered(c, going, ready, now):
        return Moved()
    operation = going.asking.operation
    route = operation.route(ready[0]["route"])
    if len(ready) < route.cap and may_grow(c, going, route):
        raise _FullError(route, Wait(now + _ELSEWHERE_SECONDS, "looks"))
    if len(ready) < route.cap and more_may_come(c, going):
        raise NoError(Wait(None, "answers"))
    ready = ready[: _affordable(c, going, route, len(ready), now)]
    most = going.most * len(ready)
    chunk = _form(c, going, route, ready)
    budget.move(c, going.scopes(now).values(), most, budget.ZERO)
    try:
        probe = limiter.acquire(c, going, going.lane(route), now, taken=taken)
    except NoRoomError as no:
        raise _FullError(route, no.wait, no) from None
    attempt = _intend(c, going, chunk, most, probe=probe, now=now, lane=going.lane(route))
    _claim(c, going, chunk, now)
    if any(item["since"] is not None for item in ready):
        _look(c, going, chunk, route, now)
    return _licence(going, route, (chunk, attempt), ready, now)


def _licence(
    going: Going, route: Route, ids: tuple[int, int], ready: Sequence[RowMapping], now: float
) -> Chunk:
    asking, (chunk, attempt) = going.asking, ids
    return Chunk(
        id=chunk,
        attempt=attempt,
        operation=asking.operation.name,
        route=route.name,
        options=asking.options,
        items=tuple(_item(item) for item in ready),
        most_records=asking.most_records,
        label=going.label,
        step=asking.step,
        given=now,
        begins=now + going.cooling_off if going.cooling_off else None,
    )


def _item(item: RowMapping) -> ChunkItem:
    course = ways.read(item["course"])
    params = json.loads(item["params"])
    return ChunkItem(
        item["id"],
        params,
        course,
        page=item["page"],
        since=item["since"],
        looks=item["looks"],
        untold=item["untold"],
        expects=json.loads(item["expects"] or "{}"),
    )


def _claim(c: Connection, going: Going, chunk: int, now: float) -> None:
    if going.asking.operation.act is Act.LOOK_UP:
        _CLAIM.run(c, {"b_chunk": chunk, "b_variant": going.asking.variant, "b_now": now})
    elif going.asking.once is Once.EVER:
        effects.claim(c, chunk, going.owner, now)


def _look(c: Connection, going: Going, chunk: int, route: Route, now: float) -> None:
    """Note who looks for what may have been made, or sends what was looked for in vain."""
    if route.pairing.looks_for_effects:
        effects.look(c, chunk, going.owner, now)
    else:
        effects.claim_again(c, chunk, going.owner, now)


def _nothing_ready(c: Connection, going: Going, now: float) -> Answer:
    waiting = and_(
        items.c.run == going.run, items.c.step == going.asking.step, items.c.state == "ready"
    )
    if going.selection:
        waiting = and_(waiting, within(going.selection))
    if going.held_back:
        waiting = and_(waiting, items.c.route.notin_(going.held_back))
    answers = _wait_for_answers(c, going, now, "answers")
    if c.scalar(select(exists().where(waiting))):
        # Another request has to end first. Questions are held up by other processes' alone.
        mine = None if going.asking.operation.act is Act.LOOK_UP else answers
        later = c.scalar(select(func.min(items.c.not_before)).where(waiting))
        if later is not None and later > now:
            return mine or Wait(later, "looks")
        return mine or Wait(now + _ELSEWHERE_SECONDS, "elsewhere")
    return answers or Over()


def _affordable(c: Connection, going: Going, route: Route, count: int, now: float) -> int:
    if going.most > 0:
        budget.put_in_force(c, going.account, going.caps(now))
    if going.most_enrolled is not None and not route.pairing.looks_for_effects:
        count = _enrollable(c, going, route, count, now)
    for stop, scope, keep in going.limits(now):
        room, may_free_up = budget.fits(c, scope, going.most, keep=keep)
        if room is None or room >= count:
            continue
        if not room:
            # Credits held for results that come in days free nothing up for this run.
            answers = _wait_for_answers(c, going, now, "budget") if may_free_up else None
            raise NoError(answers or Over(stop))
        count = room
    return count


def _enrollable(c: Connection, going: Going, route: Route, count: int, now: float) -> int:
    """Cut to how many may still be enrolled; whoever may have been, counts."""
    # The number holds for the run, however many of its steps enroll.
    room = (going.most_enrolled or 0) - enrolling.counted(c, going.run)
    if room > 0:
        return min(count, room)
    answers = _wait_for_answers(c, going, now, "budget")
    if answers is None and enrolling.any_looked_for(c, going.run):
        # Who turns out not to have been enrolled makes room.
        raise _FullError(route, Wait(now + _ELSEWHERE_SECONDS, "looks"))
    raise NoError(answers or Over("enroll_budget"))


def _wait_for_answers(c: Connection, going: Going, now: float, why: str) -> Wait | None:
    in_flight = (attempts.c.run == going.run) & (attempts.c.outcome == "sent")
    owners = set(c.scalars(select(attempts.c.owner).where(in_flight).distinct()))
    if not owners:
        return None
    # Only one process at a time works on a run: what another sent, it did not live to settle.
    return Wait(None, why) if going.owner in owners else Wait(now + _ELSEWHERE_SECONDS, "elsewhere")


_SEND = (
    update(items)
    .where(items.c.id == bindparam("b_id"))
    .values(state="sent", chunk=bindparam("b_chunk"))
)


def _mine(going: Going, lane: str) -> dict[str, Any]:
    return {
        "account": going.account,
        "run": going.run,
        "step": going.asking.step,
        "lane": lane,
    }


def _form(c: Connection, going: Going, route: Route, ready: Sequence[RowMapping]) -> int:
    operation = going.asking.operation
    first = ready[0]
    held = gate(operation, ways.read(first["course"])[0], json.loads(first["params"]))
    carried = {
        "operation": operation.name,
        "route": route.name,
        "gate": held,
        "items": json.dumps([item["id"] for item in ready]),
    }
    chunk = _key(c.execute(_CHUNK, {**_mine(going, going.lane(route)), "kind": "call", **carried}))
    c.execute(_SEND, [{"b_id": item["id"], "b_chunk": chunk} for item in ready])
    return chunk


def _intend(
    c: Connection, going: Going, chunk: int, most: Decimal, *, probe: bool, now: float, lane: str
) -> int:
    intent = {
        "chunk": chunk,
        "owner": going.owner,
        "probe": probe,
        "sent_at": now,
        "outcome": "sent",
        "held": most,
        "spent": budget.ZERO,
    }
    return _key(c.execute(_ATTEMPT, {**_mine(going, lane), **intent}))


def _key(inserted: CursorResult[Any]) -> int:
    return int(inserted.inserted_primary_key[0])  # type: ignore[index]
