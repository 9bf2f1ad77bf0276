"""Rows that were entered before they came onto the do-not-contact list: ended before they leave."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Operation
from apollo_batch.journal import budget
from apollo_batch.journal.going import Ranges
from apollo_batch.journal.ready import within
from apollo_batch.journal.runs import LOOK_UP_DOUBTS
from apollo_batch.journal.schema import items
from apollo_batch.journal.store import Store
from apollo_batch.model import Status

_PAGE = 2_000
_ORIGINAL = items.alias("original")
_END = (
    update(items)
    .where(items.c.id == bindparam("b_id"))
    .values(
        state="done",
        twin=None,
        status=Status.SKIPPED.value,
        reason="suppressed",
        note=bindparam("b_note"),
        credits=bindparam("b_credits"),
    )
)


@dataclass(frozen=True)
class Barred:
    """The rows of a run that are on the list, and how far the run would go."""

    run: str
    operation: Operation
    notes: Mapping[int, str]
    """Row to what of it is on the list."""
    selection: Ranges = ()
    resend: bool = False
    """Whether look-ups in doubt are to be asked again."""


def would_leave(store: Store, barred: Barred) -> Counter[tuple[str, str]]:
    """Count the rows on the list that would be sent now, by route and by who may share a request."""
    with store.read() as c:
        return Counter((row["route"], row["lot"]) for row in _waiting(c, barred) if not row["twin"])


def suppress(store: Store, barred: Barred) -> int:
    """End the rows on the list that were not sent yet as skipped; tell how many."""
    with store.write() as c:
        ended = [_ended(row, barred.notes[row["row"]]) for row in _waiting(c, barred)]
        if ended:
            c.execute(_END, ended)
    return len(ended)


def _waiting(c: Connection, barred: Barred) -> Iterator[RowMapping]:
    numbers = sorted(barred.notes)
    for start in range(0, len(numbers), _PAGE):
        for row in _page(c, barred, numbers[start : start + _PAGE]):
            if not _only_looks(barred.operation, row["route"]):
                yield row


def _page(c: Connection, barred: Barred, numbers: Sequence[int]) -> Sequence[RowMapping]:
    same = (_ORIGINAL.c.run == items.c.run) & (_ORIGINAL.c.row == items.c.twin)
    same &= (_ORIGINAL.c.step == items.c.step) & (_ORIGINAL.c.sheet == "")
    doubt = items.c.reason.in_(LOOK_UP_DOUBTS if barred.resend else ())
    waits = or_(items.c.state == "ready", _ORIGINAL.c.state == "ready", doubt)
    query = (
        select(items)
        .outerjoin(_ORIGINAL, same)
        .where(items.c.run == barred.run, items.c.sheet == "", items.c.row.in_(numbers), waits)
    )
    if barred.selection:
        query = query.where(within(barred.selection))
    return c.execute(query).mappings().all()


def _only_looks(operation: Operation, route: str) -> bool:
    """Whether a request only looks what became of one before it, as after an enrollment."""
    return operation.act.writes and bool(route) and operation.route(route).method == "GET"


def _ended(row: RowMapping, note: str) -> dict[str, object]:
    asked = row["status"] == Status.IN_DOUBT.value
    if row["found"]:
        note = f"It was made, as {row['found']}; what follows was not done. {note}"
    if asked:
        note = f"It was asked before, and no answer came. {note}"
    return {
        "b_id": row["id"],
        "b_note": note,
        "b_credits": None if asked else row["credits"] or budget.ZERO,
    }
