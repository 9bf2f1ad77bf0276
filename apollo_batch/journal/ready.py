"""A step's waiting items in; those that may share the next request out."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, literal_column, or_, select
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Act, Once
from apollo_batch.journal.effects import is_looked_for
from apollo_batch.journal.going import Going, Ranges
from apollo_batch.journal.schema import attempts, chunks, effects, items, questions

_ASKED = (questions.c.account == bindparam("b_account")) & (
    questions.c.question == items.c.question
)
_WAITING = (
    (items.c.run == bindparam("b_run"))
    & (items.c.step == bindparam("b_step"))
    & (items.c.state == literal_column("'ready'"))
)
_SHOWN = (
    "id row question params course page since looks untold leg company subject lot route "
    "expects".split()
)
_OTHER = items.alias("other")


def may_share(
    c: Connection, going: Going, now: float, excluded: Sequence[str] = ()
) -> list[RowMapping]:
    """Pick the next items that may leave in one request, in row order; [] where none may.

    What has a request behind it goes first where it fills the next; else it waits for those that
    may still join it, and everything new goes before. `excluded` are routes that have no room at
    the moment.
    """
    if not going.asking.operation.act.writes:
        return _next(c, going, now, excluded, begun=False)
    begun = _next(c, going, now, excluded, begun=True)
    if begun and _is_full(going, begun):
        return begun
    new = _next(c, going, now, excluded, begun=False)
    return new if new or not begun or _more_may_join(c, going, begun) else begun


def _next(
    c: Connection, going: Going, now: float, excluded: Sequence[str], *, begun: bool
) -> list[RowMapping]:
    operation = going.asking.operation
    asked: dict[str, Any] = {
        "b_run": going.run,
        "b_step": going.asking.step,
        "b_account": going.account,
        "b_operation": operation.name,
        "b_serving": going.shelf.serving,
        "b_size": max(route.cap for route in operation.routes),
        "b_excluded": list(excluded),
        "b_now": now,
    }
    about = _About(
        operation.act,
        going.asking.once,
        begun=begun,
        gated=any(route.one_at_a_time for route in operation.routes),
        excluding=bool(excluded),
        selection=tuple(going.selection),
    )
    query = _query(about)
    found = c.execute(query, asked).mappings().all()
    if found and any(item["lot"] != found[0]["lot"] for item in found):
        same = query.where(items.c.lot == found[0]["lot"])
        found = c.execute(same, asked).mappings().all()
    return _company(found, operation.route(found[0]["route"]).cap) if found else []


def _is_full(going: Going, chosen: Sequence[RowMapping]) -> bool:
    cap = going.asking.operation.route(chosen[0]["route"]).cap
    return len(chosen) >= min(cap, *(item["company"] or cap for item in chosen))


def _more_may_join(c: Connection, going: Going, chosen: Sequence[RowMapping]) -> bool:
    """Whether an answer that is still to come may bring more for the same request."""
    before = (
        (items.c.run == going.run)
        & (items.c.step == going.asking.step)
        & (items.c.state == "sent")
        & (items.c.leg < chosen[0]["leg"])
    )
    return bool(c.scalar(select(exists().where(before))))


def within(selection: Ranges, row: ColumnElement[int] = items.c.root) -> ColumnElement[bool]:
    """Whether an item stems from one of the input's rows that were chosen."""
    return or_(*(row.between(low, high) for low, high in selection))


@dataclass(frozen=True)
class _About:
    """What a query for the next items depends on."""

    act: Act
    once: Once
    begun: bool
    """Whether they have a request behind them."""
    gated: bool
    excluding: bool
    selection: tuple[tuple[int, int], ...]


@functools.lru_cache(maxsize=64)
def _query(about: _About) -> Select[Any]:
    query = select(*(items.c[name] for name in _SHOWN)).where(
        _WAITING, items.c.leg > 0 if about.begun else items.c.leg == literal_column("0")
    )
    if about.selection:
        query = query.where(within(about.selection))
    if about.act is Act.LOOK_UP:
        query = query.add_columns(exists().where(_ASKED).label("known")).where(
            ~exists().where(
                _ASKED,
                questions.c.variant.in_(bindparam("b_serving", expanding=True)),
                questions.c.state == "claimed",
            )
        )
    if about.act.writes:
        due = items.c.not_before.is_(None) | (items.c.not_before <= bindparam("b_now"))
        before = exists().where(_before_it(about.selection))
        query = query.where(due, or_(items.c.subject == "", ~before))
    if about.once is Once.EVER:
        query = query.where(or_(items.c.subject == "", ~exists().where(_claimed_elsewhere())))
    if about.gated:
        query = query.where(or_(items.c.gate == "", ~exists().where(_shut())))
    if about.excluding:
        query = query.where(items.c.route.notin_(bindparam("b_excluded", expanding=True)))
    return query.order_by(items.c.leg, items.c.id).limit(bindparam("b_size"))


def _before_it(selection: Ranges) -> ColumnElement[bool]:
    # Rows of one record are carried out in their order: the last one says what it is at the end.
    waits = (_OTHER.c.state == "ready") & (_OTHER.c.id < items.c.id)
    if selection:
        waits &= within(selection, _OTHER.c.root)
    return (
        (_OTHER.c.run == items.c.run)
        & (_OTHER.c.step == items.c.step)
        & (_OTHER.c.subject == items.c.subject)
        & (_OTHER.c.subject != literal_column("''"))
        & or_(_OTHER.c.state == "sent", waits)
    )


def _claimed_elsewhere() -> ColumnElement[bool]:
    return (
        (effects.c.account == bindparam("b_account"))
        & (effects.c.operation == bindparam("b_operation"))
        & (effects.c.subject == items.c.subject)
        & ((effects.c.state == "claimed") | is_looked_for())
        & (effects.c.item != items.c.id)
    )


def _shut() -> ColumnElement[bool]:
    return (
        (attempts.c.outcome == "sent")
        & (attempts.c.chunk == chunks.c.id)
        & (chunks.c.account == bindparam("b_account"))
        & (chunks.c.gate == items.c.gate)
    )


def _company(found: Sequence[RowMapping], cap: int) -> list[RowMapping]:
    """Cut to what one request carries, and to one item a subject."""
    chosen: list[RowMapping] = []
    subjects: set[str] = set()
    most = cap
    for item in found:
        most = min(most, item["company"] or cap)
        if len(chosen) >= most:
            break
        if item["subject"] and item["subject"] in subjects:
            continue
        subjects.add(item["subject"])
        chosen.append(item)
    return chosen
