"""Rows that were entered before they came onto the do-not-contact list: ended before they leave."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Operation
from apollo_batch.journal import budget, effects, ways
from apollo_batch.journal.going import Ranges
from apollo_batch.journal.ready import within
from apollo_batch.journal.runs import LOOK_UP_DOUBTS
from apollo_batch.journal.schema import items
from apollo_batch.journal.store import Store
from apollo_batch.journal.waiting import requests
from apollo_batch.model import Course, Status
from apollo_batch.skips import listed_as

_PAGE = 2_000
_ORIGINAL = items.alias("original")
_END = (
    update(items)
    .where(items.c.id == bindparam("b_id"))
    .values(
        state="done",
        twin=None,
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        note=bindparam("b_note"),
        credits=bindparam("b_credits"),
    )
)


@dataclass(frozen=True)
class Barred:
    """The rows of a step of a run that are on the list, and how far the run would go."""

    run: str
    step: str
    operation: Operation
    notes: Mapping[int, str]
    """Row to what of it is on the list."""
    selection: Ranges = ()
    resend: bool = False
    """Whether look-ups in doubt are to be asked again."""


def would_leave(store: Store, barred: Barred) -> tuple[int, Counter[tuple[str, str]]]:
    """Count the rows on the list that would be sent now, and all the requests they would take."""
    with store.read() as c:
        waits = [row for row in _waiting(c, barred) if not row["twin"]]
    ready = [(row["course"], row["lot"], 1) for row in waits if row["state"] == "ready"]
    return len(waits), requests(ready)


def suppress(store: Store, barred: Barred, now: float) -> None:
    """End the rows on the list that would be sent: as skipped, or in doubt where they may have been."""
    if not barred.notes:
        return
    with store.write() as c:
        waiting = list(_waiting(c, barred))
        if waiting:
            c.execute(_END, [_ended(row, barred.notes[row["row"]]) for row in waiting])
        effects.doubt(c, [row["id"] for row in waiting if row["since"] is not None], now)


def _waiting(c: Connection, barred: Barred) -> Iterator[RowMapping]:
    numbers = sorted(barred.notes)
    for start in range(0, len(numbers), _PAGE):
        for row in _page(c, barred, numbers[start : start + _PAGE]):
            if not _only_looks(barred.operation, ways.read(row["course"])):
                yield row


def _page(c: Connection, barred: Barred, numbers: Sequence[int]) -> Sequence[RowMapping]:
    same = (_ORIGINAL.c.run == items.c.run) & (_ORIGINAL.c.row == items.c.twin)
    same &= (_ORIGINAL.c.step == items.c.step) & (_ORIGINAL.c.sheet == items.c.sheet)
    doubt = items.c.reason.in_(LOOK_UP_DOUBTS if barred.resend else ())
    waits = or_(items.c.state == "ready", _ORIGINAL.c.state == "ready", doubt)
    query = (
        select(items)
        .outerjoin(_ORIGINAL, same)
        .where(items.c.run == barred.run, items.c.step == barred.step)
        .where(items.c.row.in_(numbers), waits)
    )
    if barred.selection:
        query = query.where(within(barred.selection))
    return c.execute(query).mappings().all()


def _only_looks(operation: Operation, course: Course) -> bool:
    """Whether all that is still to come looks what became of an earlier request."""
    if not operation.act.writes or not course:
        return False
    routes = [operation.route(leg.route) for leg in course]
    return all(route.pairing.looks_for_effects or route.method == "GET" for route in routes)


def _ended(row: RowMapping, note: str) -> dict[str, object]:
    asked = row["status"] == Status.IN_DOUBT.value
    sought = row["since"] is not None
    reason = "effect_unknown" if sought else listed_as(note)
    if row["found"]:
        note = f"It was made, as {row['found']}; what follows was not done. {note}"
    elif asked or sought:
        note = f"It was sent before, and no answer came. {note}"
    return {
        "b_id": row["id"],
        # What may have been made is not said to have been left out.
        "b_status": (Status.IN_DOUBT if sought else Status.SKIPPED).value,
        "b_reason": reason,
        "b_note": note,
        "b_credits": None if asked or sought else row["credits"] or budget.ZERO,
    }
