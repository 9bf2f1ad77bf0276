"""Rows that ended well in one step in; the next step's items out: handed on once, or not at all."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, or_, select, update
from sqlalchemy.engine import Connection

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal.entering import Entered, First, Into, put
from apollo_batch.journal.schema import items, rows
from apollo_batch.journal.store import Store
from apollo_batch.model import Params, Status
from apollo_batch.packing import question

_BATCH = 500
ORIGINAL = items.alias("original")
SAME = (
    (ORIGINAL.c.run == items.c.run)
    & (ORIGINAL.c.step == items.c.step)
    & (ORIGINAL.c.sheet == items.c.sheet)
    & (ORIGINAL.c.row == items.c.twin)
)
"""An item to the one that is asked for it as well."""
FOR_LATER = "\x1f"
"""What is kept for later steps alone has a name that begins with this."""
PASSED_BY = "when_not_met"
LETS_PASS = (PASSED_BY, "nothing_found")
"""The reasons of rows that go on though nothing was found or made for them."""


@dataclass(frozen=True)
class Onward:
    """A row that goes on to the next step."""

    item: int
    sheet: str
    row: int
    root: int
    cells: list[str]
    """Those of the input's row that the job names."""
    answers: Mapping[str, str]
    """What all steps before it answered, by the name under which it is kept for later."""

    @property
    def told(self) -> Mapping[str, str]:
        """What earlier steps answered, as `step.field`."""
        start = len(FOR_LATER)
        return {name[start:]: t for name, t in self.answers.items() if name.startswith(FOR_LATER)}


def goes_on(of: FromClause | None = None) -> ColumnElement[bool]:
    """Whether an item's end lets its row go on.

    The record is there, the step was passed by, or a search has looked and found nothing.
    """
    c = items.c if of is None else of.c
    there = (c.status == Status.SKIPPED.value) & c.found.is_not(None)
    ended: ColumnElement[bool] = c.state == "done"
    return ended & or_(c.status == Status.SUCCEEDED.value, there, c.reason.in_(LETS_PASS))


def stands(sheet: str) -> ColumnElement[bool]:
    """Whether an item is of a sheet's rows, and is yet to be handed on."""
    return (items.c.sheet == sheet) & items.c.onward.in_(["row", "both"])


def onward(store: Store, run: str, step: str, sheet: str, above: Mapping[str, str]) -> list[Onward]:
    """Read the next of a sheet's rows that are to be handed on from a step.

    `above` says of every sheet of found records for which sheet's rows they were found.
    """
    twin = items.c.twin.is_not(None)
    ready = (~twin & goes_on()) | (twin & goes_on(ORIGINAL))
    query = (
        select(items.c.id, items.c.sheet, items.c.row, items.c.root)
        .outerjoin(ORIGINAL, SAME)
        .where(items.c.run == run, items.c.step == step, stands(sheet), ready)
        .order_by(items.c.id)
        .limit(_BATCH)
    )
    with store.read() as c:
        return _with_answers(c, run, c.execute(query).all(), above)


def waiting(
    store: Store, run: str, step: str, sheet: str, above: Mapping[str, str]
) -> Iterator[tuple[Onward, Params]]:
    """Read the rows that have come to a step and are not done there, or in doubt; what each sends."""
    open_still = or_(items.c.state != "done", items.c.status == Status.IN_DOUBT.value)
    query = (
        select(items.c.id, items.c.sheet, items.c.row, items.c.root, items.c.params)
        .where(items.c.run == run, items.c.step == step, items.c.sheet == sheet, open_still)
        .order_by(items.c.id)
        .limit(_BATCH)
    )
    last = 0
    while True:
        with store.read() as c:
            found = c.execute(query.where(items.c.id > last)).all()
            came = _with_answers(c, run, found, above)
        yield from zip(came, (json.loads(one.params) for one in found), strict=True)
        if len(found) < _BATCH:
            return
        last = found[-1].id


def _with_answers(
    c: Connection, run: str, found: Sequence[Any], above: Mapping[str, str]
) -> list[Onward]:
    """Add to items of one sheet what is known of their rows."""
    if not found:
        return []
    cells = _cells(c, run, [row.root for row in found])
    answers = _answers(c, run, found[0].sheet, [row.row for row in found], above)
    return [
        Onward(one.id, one.sheet, one.row, one.root, cells[one.root], answers[one.row])
        for one in found
    ]


def _cells(c: Connection, run: str, numbers: Sequence[int]) -> dict[int, list[str]]:
    mine = (rows.c.run == run) & (rows.c.sheet == "") & rows.c.number.in_(set(numbers))
    found = c.execute(select(rows.c.number, rows.c.cells).where(mine))
    return {number: json.loads(cells) for number, cells in found}


def _answers(
    c: Connection, run: str, sheet: str, numbers: Sequence[int], above: Mapping[str, str]
) -> dict[int, dict[str, str]]:
    """Gather what was answered for rows, and for those that they were found for."""
    told: dict[int, dict[str, str]] = {number: {} for number in numbers}
    if sheet:
        mine = (rows.c.run == run) & (rows.c.sheet == sheet) & rows.c.number.in_(list(told))
        found = c.execute(select(rows.c.number, rows.c.parent).where(mine)).all()
        parents = {number: parent for number, parent in found}  # noqa: C416 - rows are no pairs to mypy
        theirs = _answers(c, run, above[sheet], list(set(parents.values())), above)
        told = {number: dict(theirs[parent]) for number, parent in parents.items()}
    kept = (
        select(items.c.row, items.c.kept, ORIGINAL.c.kept.label("original"))
        .outerjoin(ORIGINAL, SAME)
        .where(items.c.run == run, items.c.sheet == sheet, items.c.row.in_(list(told)))
        .order_by(items.c.id)
    )
    for row, own, original in c.execute(kept):
        told[row] |= json.loads(own or original or "{}")
    return told


def hand_on(store: Store, into: Into, arrived: Sequence[tuple[int, Entered]], first: First) -> None:
    """Write the next step's items down and let go of those they come from, all or nothing."""

    def write(c: Connection) -> None:
        put(c, into, [entered for _, entered in arrived], first, {})
        ids = [item for item, _ in arrived]
        c.execute(update(items).where(items.c.id.in_(ids)).values(onward=""))

    store.written(write)


def first_askers(store: Store, run: str, step: str, operation: str) -> First:
    """Read which row of a step asks each question first, and all that it says."""
    mine = (items.c.run == run) & (items.c.step == step)
    mine &= items.c.twin.is_(None) & (items.c.question != "")
    asked = select(items.c.question, items.c.row, items.c.params).where(mine)
    told = OPERATIONS[operation]
    with store.read() as c:
        return {
            asks: (row, question(told, json.loads(params)))
            for asks, row, params in c.execute(asked)
        }
