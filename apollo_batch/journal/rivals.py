"""Records found for lost requests in; each row's own, or what holds where it is another's, out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Act, Once, Operation
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import ways
from apollo_batch.journal.schema import effects, items
from apollo_batch.model import Params, Status, Verdict

_CONTESTED = "A record fits that may as well be that of another row, which says the same."
_MOST_WAITS = 10
_UNSURE = (
    items.c.since.is_not(None)
    | (items.c.state == "sent")
    | (items.c.status == Status.IN_DOUBT.value)
)

Earlier = Mapping[int, RowMapping]


def without_contested(
    c: Connection, attempt: RowMapping, said: Sequence[Verdict], earlier: Earlier
) -> list[Verdict]:
    """Doubt what was found for a row whose like was made, or may have been, at the same time.

    Where nothing is made twice to a subject, rows that say the same share what was made; a record
    that another row has already is not this one's.
    """
    operation = OPERATIONS[attempt["operation"]]
    given: set[str | None] = set()
    own = []
    for verdict in said:
        mine = earlier.get(verdict.item)
        if verdict.made and mine is not None and mine["since"] is not None:
            chosen = _own(c, operation, verdict, mine, given)
            given.add(chosen.found)
            own.append(replace(chosen, credits=verdict.credits, instead=()))
        else:
            own.append(verdict)
    return own


def _own(
    c: Connection, operation: Operation, verdict: Verdict, mine: RowMapping, given: set[str | None]
) -> Verdict:
    """Choose what is a row's own of all that was found for it."""
    looked = operation.seek is not None and mine["route"] == operation.seek.name
    if operation.once is not Once.EVER:
        contested = looked and _has_rival(c, operation, verdict, mine)
        return _doubted(verdict) if contested else verdict
    if operation.act is not Act.CREATE:
        return verdict
    found = [verdict, *(one for one in verdict.instead if one.made)]
    taken = given | _taken(c, operation, mine, [one.found for one in found])
    left = [one for one in found if one.found not in taken]
    if not left:
        return verdict.instead[-1] if verdict.instead else _doubted(verdict)
    if looked and _is_anybodys(c, operation, mine):
        return _wait(verdict, mine)
    by_several = len(_telling_names(operation, json.loads(mine["params"]))) > 1
    return _doubted(verdict) if len(left) > 1 and by_several else left[0]


def _doubted(verdict: Verdict) -> Verdict:
    return Verdict(verdict.item, Status.IN_DOUBT, "effect_unknown", _CONTESTED)


def _wait(verdict: Verdict, mine: RowMapping) -> Verdict:
    """Look again once it is known what became of those that say the same."""
    looks = mine["looks"] + 1
    if looks >= _MOST_WAITS:
        return _doubted(verdict)
    course = ways.read(mine["course"])
    return Verdict(verdict.item, Status.SUCCEEDED, "", then=course, looks=looks)


def _taken(
    c: Connection, operation: Operation, mine: RowMapping, numbers: Sequence[str | None]
) -> set[str | None]:
    """Pick the records that were made of other rows, of this run or of another."""
    here = select(items.c.found).where(
        items.c.run == mine["run"],
        items.c.step == mine["step"],
        items.c.subject != mine["subject"],
        items.c.reason == operation.done,
        items.c.found.in_(numbers),
    )
    elsewhere = select(effects.c.found).where(
        effects.c.account == mine["account"],
        effects.c.operation == operation.name,
        effects.c.subject != mine["subject"],
        effects.c.found.in_(numbers),
    )
    return set(c.scalars(here)) | set(c.scalars(elsewhere))


def _is_anybodys(c: Connection, operation: Operation, mine: RowMapping) -> bool:
    """Whether another row that says the same is still to be told what was made of it."""
    others = select(items.c.params).where(
        _with(mine), items.c.subject != mine["subject"], items.c.found.is_(None), _UNSURE
    )
    return _any_says_the_same(operation, mine, c.scalars(others))


def _has_rival(c: Connection, operation: Operation, verdict: Verdict, mine: RowMapping) -> bool:
    others = select(items.c.found, items.c.params).where(
        _with(mine),
        items.c.id != mine["id"],
        or_(items.c.found == verdict.found, _UNSURE & items.c.found.is_(None)),
    )
    known = c.execute(others).all()
    return any(found == verdict.found for found, _ in known) or _any_says_the_same(
        operation, mine, (params for _, params in known)
    )


def _with(mine: RowMapping) -> ColumnElement[bool]:
    return and_(items.c.run == mine["run"], items.c.step == mine["step"])


def _any_says_the_same(operation: Operation, mine: RowMapping, others: Iterable[str]) -> bool:
    params = json.loads(mine["params"])
    names = _telling_names(operation, params)
    said = _said(params, names)
    return any(_said(json.loads(other), names) == said for other in others)


def _telling_names(operation: Operation, params: Params) -> tuple[str, ...]:
    """Name what a row says that its record is known again by."""
    return next(
        (names for names in operation.subject if all(params.get(name) for name in names)),
        tuple(operation.identity),
    )


def _said(params: Params, names: Sequence[str]) -> list[str]:
    return [str(params.get(name, "")).casefold() for name in names]
