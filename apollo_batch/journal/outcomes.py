"""A run's rows as they stand: what became of each in every step, and what that comes to."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.engine import RowMapping

from apollo_batch.journal import budget, tell
from apollo_batch.journal.onward import FOR_LATER, LETS_PASS, ORIGINAL, PASSED_BY, SAME
from apollo_batch.journal.schema import items, rows
from apollo_batch.journal.store import Store
from apollo_batch.journal.unexplained import asks_of_it, what_the_balance_says
from apollo_batch.model import Status

_PAGE = 2_000
_FIELDS = ("state", "status", "reason", "note", "kept", "credits", "found", "since", "root")


@dataclass(frozen=True)
class Told:
    """One row's outcome as the journal knows it."""

    row: int
    status: Status
    reason: str
    note: str
    kept: dict[str, str]
    credits: Decimal | None
    """None: nobody knows what this row cost."""
    found: str | None = None
    """Apollo's id of what was found or made."""
    parent: int | None = None
    """The row that it was found for."""
    steps: Sequence[tuple[str, "Told"]] = field(default=(), repr=False)
    """What became of it in each step that it has come to."""


def outcomes(store: Store, run: str, sheet: str = "") -> Iterator[Told]:
    """Read every row's outcome; what was not asked says why.

    `sheet`: the one of found records that is meant. They come in the order of the rows that they
    were found for.
    """
    record = tell.run_of(store, run)
    if record is None:
        return
    selection = json.loads(record["selection"])
    stop = record["stop"] or "interrupted"
    with store.read() as c:
        hint = what_the_balance_says(c, record["id"])
    for _, group in groupby(_items(store, run, sheet), key=lambda item: item["row"]):
        each = [(item, _hinted(_told(item, selection, stop), hint)) for item in group]
        yield _together(each, stop)


def _hinted(told: Told, hint: str) -> Told:
    """Say of a row that may have been charged what the account's balance suggests."""
    if not asks_of_it(told.status, told.reason):
        return told
    return replace(told, note=f"{told.note} {hint}".strip())


def _items(store: Store, run: str, sheet: str) -> Iterator[RowMapping]:
    """Read a sheet's items: all of a row one after the other, in the order of its steps."""
    query = (
        select(items.c.id, items.c.row, items.c.step, items.c.onward, items.c.twin)
        .add_columns(*(items.c[name] for name in _FIELDS))
        .add_columns(*(ORIGINAL.c[name].label(f"original_{name}") for name in _FIELDS))
        .outerjoin(ORIGINAL, SAME)
        .where(items.c.run == run, items.c.sheet == sheet)
    )
    order: list[Any] = [items.c.row, items.c.id]
    if sheet:
        mine = (rows.c.run == items.c.run) & (rows.c.sheet == items.c.sheet)
        query = query.join(rows, mine & (rows.c.number == items.c.row)).add_columns(rows.c.parent)
        order.insert(0, rows.c.parent)
    query = query.order_by(*order).limit(_PAGE)
    last: tuple[Any, ...] | None = None
    while True:
        after = query if last is None else query.where(tuple_(*order) > last)
        with store.read() as c:
            page = c.execute(after).mappings().all()
        yield from page
        if len(page) < _PAGE:
            return
        last = tuple(page[-1][column.name] for column in order)


def _together(each: Sequence[tuple[RowMapping, Told]], stop: str) -> Told:
    """Say what became of a row by what became of it in the last step that was for it."""
    for_it = [told for _, told in each if told.reason != PASSED_BY] or [each[-1][1]]
    last, (item, came) = for_it[-1], each[-1]
    if item["onward"] in {"row", "both"} and _goes_on(came):
        last = replace(last, status=Status.NOT_RUN, reason=stop, note="")
    passed = [item["step"] for item, told in each if told.reason == PASSED_BY]
    if passed and last.reason != PASSED_BY:
        last = replace(last, note=f"{last.note} Passed by: {', '.join(passed)}.".lstrip())
    costs = [told.credits for _, told in each]
    known = [cost for cost in costs if cost is not None]
    return replace(
        last,
        kept={name: text for _, told in each for name, text in told.kept.items()},
        credits=sum(known, budget.ZERO) if len(known) == len(costs) else None,
        parent=item.get("parent"),
        steps=tuple((one["step"], told) for one, told in each),
    )


def _goes_on(told: Told) -> bool:
    there = told.status is Status.SKIPPED and told.found is not None
    return told.status is Status.SUCCEEDED or there or told.reason in LETS_PASS


def _told(found: RowMapping, selection: list[list[int]], stop: str) -> Told:
    twin = found["twin"] is not None
    of = "original_" if twin else ""
    row = int(found["row"])
    if found[f"{of}state"] != "done":
        return _not_done(found, of, selection, stop)
    status = Status(found[f"{of}status"])
    note = found[f"{of}note"] or ""
    kept = json.loads(found[f"{of}kept"]) if found[f"{of}kept"] else {}
    kept = {name: text for name, text in kept.items() if not name.startswith(FOR_LATER)}
    number = found[f"{of}found"]
    if not twin:
        known = None if status is Status.IN_DOUBT else found["credits"]
        return Told(row, status, found["reason"], note, kept, known, number)
    if found["reason"] and status is Status.SUCCEEDED:
        made = f"Row {found['twin']} made it{f', as {number}' if number else ''}"
        note = f"{made}; what differs here was not written."
        return Told(row, Status.SKIPPED, found["reason"], note, kept, budget.ZERO, number)
    note = " ".join(part for part in (f"Same as row {found['twin']}.", note) if part)
    # What is in doubt may have been charged, and nobody knows for which of the rows.
    credits = None if status is Status.IN_DOUBT else budget.ZERO
    return Told(row, status, found["original_reason"], note, kept, credits, number)


def _not_done(found: RowMapping, of: str, selection: list[list[int]], stop: str) -> Told:
    row = int(found["row"])
    if found[f"{of}since"] is not None:
        note = "It was being looked for when the run ended; the same command goes on."
        return Told(row, Status.IN_DOUBT, "effect_unknown", note, {}, None)
    asked = found["original_root"] if of else found["root"]
    chosen = not selection or any(low <= asked <= high for low, high in selection)
    reason = stop if chosen else "not_selected"
    note, paid = found[f"{of}note"] or "", found[f"{of}credits"] or budget.ZERO
    return Told(row, Status.NOT_RUN, reason, note, {}, budget.ZERO if of else paid)
