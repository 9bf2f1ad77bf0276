"""A step's waiting items in; those that may share the next request out."""

import functools
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, literal_column, or_, select
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Act, Once
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
    "id row question params course page since looks company subject lot route".split()  # what dispatch needs
)
_OTHER = items.alias("other")


def may_share(
    c: Connection, going: Going, now: float, excluded: Sequence[str] = ()
) -> list[RowMapping]:
    """Pick the next items that may leave in one request, in row order; [] where none may.

    `excluded` are routes that have no room at the moment.
    """
    operation = going.asking.operation
    size = max(route.cap for route in operation.routes)
    asked: dict[str, Any] = {
        "b_run": going.run,
        "b_step": going.asking.step,
        "b_account": going.account,
        "b_operation": operation.name,
        "b_serving": going.shelf.serving,
        "b_size": size,
        "b_excluded": list(excluded),
        "b_now": now,
    }
    query = _query(operation.act, going.asking.once, bool(_gated(going)), bool(excluded))
    if going.selection:
        query = query.where(within(going.selection))
    found = c.execute(query, asked).mappings().all()
    if found and any(item["lot"] != found[0]["lot"] for item in found):
        same = query.where(items.c.lot == found[0]["lot"])
        found = c.execute(same, asked).mappings().all()
    return _company(found, operation.route(found[0]["route"]).cap) if found else []


def within(selection: Ranges) -> ColumnElement[bool]:
    """Whether an item's row is one of those chosen."""
    return or_(*(items.c.row.between(low, high) for low, high in selection))


def _gated(going: Going) -> list[str]:
    return [r.name for r in going.asking.operation.routes if r.one_at_a_time]


@functools.lru_cache(maxsize=64)
def _query(act: Act, once: Once, gated: bool, excluding: bool) -> Select[Any]:
    query = select(*(items.c[name] for name in _SHOWN)).where(_WAITING)
    if act is Act.LOOK_UP:
        query = query.add_columns(exists().where(_ASKED).label("known")).where(
            ~exists().where(
                _ASKED,
                questions.c.variant.in_(bindparam("b_serving", expanding=True)),
                questions.c.state == "claimed",
            )
        )
    if act.writes:
        due = items.c.not_before.is_(None) | (items.c.not_before <= bindparam("b_now"))
        query = query.where(due)
        query = query.where(or_(items.c.subject == "", ~exists().where(_under_way())))
    if once is Once.EVER:
        query = query.where(or_(items.c.subject == "", ~exists().where(_claimed_elsewhere())))
    if gated:
        query = query.where(or_(items.c.gate == "", ~exists().where(_shut())))
    if excluding:
        query = query.where(items.c.route.notin_(bindparam("b_excluded", expanding=True)))
    return query.order_by(items.c.id).limit(bindparam("b_size"))


def _under_way() -> ColumnElement[bool]:
    # What is being written to a record has to be there before the next is.
    return (
        (_OTHER.c.run == items.c.run)
        & (_OTHER.c.step == items.c.step)
        & (_OTHER.c.subject == items.c.subject)
        & (_OTHER.c.state == literal_column("'sent'"))
    )


def _claimed_elsewhere() -> ColumnElement[bool]:
    return (
        (effects.c.account == bindparam("b_account"))
        & (effects.c.operation == bindparam("b_operation"))
        & (effects.c.subject == items.c.subject)
        & (effects.c.state == "claimed")
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
