"""Ready items become a chunk that may leave: claimed, held for and counted in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    String,
    and_,
    bindparam,
    exists,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection, CursorResult, RowMapping

from apollo_batch.journal import budget, limiter
from apollo_batch.journal.answers import Answer, Moved, NoError, Over, Wait
from apollo_batch.journal.questions import Shelf, find, recall
from apollo_batch.journal.schema import attempts, chunks, items, questions, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Chunk, ChunkItem
from apollo_batch.packing import Asking

Ranges = Sequence[tuple[int, int]]
"""Row numbers from, to, both included."""

_ELSEWHERE_SECONDS = 1.0


@dataclass(frozen=True)
class Going:
    """One step of a run on its way: what `dispatch` and `settle` need to know of it."""

    run: str
    owner: str
    most: Decimal
    """The most one item can cost."""
    shelf: Shelf
    selection: Ranges = ()
    """The rows this invocation takes up; none: all."""

    @property
    def account(self) -> str:
        """The team that pays."""
        return self.shelf.account

    @property
    def asking(self) -> Asking:
        """What is the same for all items of the step."""
        return self.shelf.asking

    @property
    def lane(self) -> str:
        """The unit of rate limiting: a team and a route."""
        return f"{self.account} {self.asking.route.method} {self.asking.route.path}"


_STOP = select(runs.c.stop).where(runs.c.id == bindparam("b_run"))
_ASKED = (questions.c.account == bindparam("b_account")) & (
    questions.c.question == items.c.question
)
_READY = (
    select(
        items.c.id,
        items.c.row,
        items.c.question,
        items.c.params,
        items.c.alone,
        exists().where(_ASKED).label("known"),
    )
    .where(
        items.c.run == bindparam("b_run"),
        items.c.step == bindparam("b_step"),
        items.c.state == literal_column("'ready'"),
        ~exists().where(
            _ASKED,
            questions.c.variant.in_(bindparam("b_serving", expanding=True)),
            questions.c.state == "claimed",
        ),
    )
    .order_by(items.c.id)
    .limit(bindparam("b_size"))
)
_CLAIMED = upsert(questions).from_select(
    ["account", "question", "variant", "operation", "run", "item", "state", "at"],
    select(
        items.c.account,
        items.c.question,
        bindparam("b_variant", type_=String),
        chunks.c.operation,
        items.c.run,
        items.c.id,
        literal_column("'claimed'"),
        bindparam("b_now", type_=Float),
    )
    .join(chunks, chunks.c.id == items.c.chunk)
    .where(items.c.chunk == bindparam("b_chunk")),
)
# An answer too old for this job stays known until there is a newer one: another job may use it.
_CLAIM = _CLAIMED.on_conflict_do_update(
    index_elements=["account", "question", "variant"],
    set_={name: _CLAIMED.excluded[name] for name in ("run", "item", "state")},
)
_CHUNK = insert(chunks)
_ATTEMPT = insert(attempts)


def dispatch(c: Connection, going: Going, now: float) -> Chunk | Answer:
    """Give the next chunk leave to be sent once, or say why none may leave now.

    It claims the questions, then holds credits, then takes the rate slot; any no undoes all.
    The licence counts once the transaction has been committed, not before.
    """
    try:
        with Store.part(c):
            return _dispatch(c, going, now)
    except NoError as no:
        return no.answer


def _dispatch(c: Connection, going: Going, now: float) -> Chunk | Moved:
    stop = c.scalar(_STOP, {"b_run": going.run})
    if stop:
        raise NoError(Over(stop))
    ready = _ready(c, going, now)
    asked = [item["question"] for item in ready if item["known"]]
    known = find(c, going.shelf, asked) if asked else {}
    if known:
        recall(c, [(item["id"], known[q]) for item in ready if (q := item["question"]) in known])
        return Moved()
    ready = ready[: _affordable(c, going, len(ready), now)]
    most = going.most * len(ready)
    chunk = _form(c, going, ready)
    budget.move(c, budget.scope_of(going.run), most, budget.ZERO)
    probe = limiter.acquire(c, going.account, going.lane, now)
    attempt = _intend(c, going, chunk, most, probe=probe, now=now)
    c.execute(_CLAIM, {"b_chunk": chunk, "b_variant": going.asking.variant, "b_now": now})
    return Chunk(
        id=chunk,
        attempt=attempt,
        operation=going.asking.operation.name,
        route=going.asking.route.name,
        options=going.asking.options,
        items=tuple(ChunkItem(item["id"], json.loads(item["params"])) for item in ready),
    )


def _ready(c: Connection, going: Going, now: float) -> list[RowMapping]:
    size = going.asking.chunk_size
    asked = {
        "b_run": going.run,
        "b_step": going.asking.step,
        "b_account": going.account,
        "b_serving": going.shelf.serving,
        "b_size": size,
    }
    chosen = _READY if not going.selection else _READY.where(_within(going.selection))
    found = c.execute(chosen, asked).mappings().all()
    if not found:
        raise NoError(_nothing_ready(c, going, now))
    if found[0]["alone"]:
        return list(found[:1])
    together = [index for index, item in enumerate(found) if item["alone"]]
    return list(found[: together[0]] if together else found)


def _within(selection: Ranges) -> ColumnElement[bool]:
    return or_(*(items.c.row.between(low, high) for low, high in selection))


def _nothing_ready(c: Connection, going: Going, now: float) -> Answer:
    waiting = and_(
        items.c.run == going.run, items.c.step == going.asking.step, items.c.state == "ready"
    )
    if going.selection:
        waiting = and_(waiting, _within(going.selection))
    if c.scalar(select(exists().where(waiting))):
        return Wait(now + _ELSEWHERE_SECONDS, "elsewhere")
    return _wait_for_answers(c, going, now, "answers") or Over()


def _affordable(c: Connection, going: Going, count: int, now: float) -> int:
    room, may_free_up = budget.fits(c, budget.scope_of(going.run), going.most)
    if room is None or room >= count:
        return count
    if room:
        return room
    # Credits held for results that come in days free nothing up for this run.
    answers = _wait_for_answers(c, going, now, "budget") if may_free_up else None
    raise NoError(answers or Over("budget"))


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


def _mine(going: Going) -> dict[str, Any]:
    return {
        "account": going.account,
        "run": going.run,
        "step": going.asking.step,
        "lane": going.lane,
    }


def _form(c: Connection, going: Going, ready: Sequence[RowMapping]) -> int:
    carried = {"operation": going.asking.operation.name, "route": going.asking.route.name}
    chunk = _key(c.execute(_CHUNK, {**_mine(going), "kind": "call", **carried}))
    c.execute(_SEND, [{"b_id": item["id"], "b_chunk": chunk} for item in ready])
    return chunk


def _intend(
    c: Connection, going: Going, chunk: int, most: Decimal, *, probe: bool, now: float
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
    return _key(c.execute(_ATTEMPT, {**_mine(going), **intent}))


def _key(inserted: CursorResult[Any]) -> int:
    return int(inserted.inserted_primary_key[0])  # type: ignore[index]
