"""What is still to be sent, and what of it the journal knows already: `plan` asks, nothing moves."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, func, or_, select, true

from apollo_batch.journal import effects, ways
from apollo_batch.journal.onward import ORIGINAL, SAME, goes_on, stands
from apollo_batch.journal.questions import Shelf, find
from apollo_batch.journal.runs import LOOK_UP_DOUBTS
from apollo_batch.journal.schema import items
from apollo_batch.journal.store import Store
from apollo_batch.model import Params

_PAGE = 2_000

Selection = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Part:
    """A part of a run: one of its steps, the rows chosen, look-ups in doubt if they are asked."""

    run: str
    step: str
    selection: Selection = ()
    in_doubt: bool = False

    def waits(self) -> ColumnElement[bool]:
        """Whether an item of it is still to be sent."""
        return self.mine() & items.c.twin.is_(None) & self._ready(items)

    def open(self, of: FromClause | None = None) -> ColumnElement[bool]:
        """Whether an item, or the one that is asked for it as well, has not come to its end."""
        of = items if of is None else of
        return of.c.state.in_(["sent", "recall"]) | self._ready(of)

    def _ready(self, of: FromClause) -> ColumnElement[bool]:
        ready: ColumnElement[bool] = of.c.state == "ready"
        return ready | of.c.reason.in_(LOOK_UP_DOUBTS) if self.in_doubt else ready

    def mine(self) -> ColumnElement[bool]:
        """Whether an item is of it."""
        of_it = (items.c.run == self.run) & (items.c.step == self.step)
        return of_it & _chosen(self.selection)


def remaining(store: Store, part: Part) -> int:
    """Count the items still to be sent."""
    with store.read() as c:
        return int(c.scalar(select(func.count()).where(part.waits())) or 0)


def params_of(store: Store, part: Part) -> list[Params]:
    """Give what the items still to be sent say of their rows."""
    chosen = select(items.c.params).where(part.waits()).order_by(items.c.id)
    with store.read() as c:
        return [json.loads(text) for text in c.scalars(chosen)]


def made_by(store: Store, run: str, steps: Sequence[str]) -> set[str]:
    """Give the ids of all that a run has made in some of its steps."""
    mine = (items.c.run == run) & items.c.step.in_(steps) & items.c.found.is_not(None)
    with store.read() as c:
        return set(c.scalars(select(items.c.found).where(mine, items.c.status == "succeeded")))


def pages_asked(store: Store, part: Part) -> int:
    """Count the pages that searches still under way have brought already."""
    with store.read() as c:
        return int(c.scalar(select(func.sum(items.c.page - 1)).where(part.waits())) or 0)


def may_go_on(store: Store, part: Part, sheet: str) -> int:
    """Count the rows of a sheet that may yet be handed on to the next step."""
    on = or_(goes_on(), goes_on(ORIGINAL), part.open(), part.open(ORIGINAL))
    counted = select(func.count()).select_from(items.outerjoin(ORIGINAL, SAME))
    with store.read() as c:
        return int(c.scalar(counted.where(part.mine(), stands(sheet), on)) or 0)


def lots(store: Store, part: Part) -> Counter[tuple[str, str]]:
    """Count the items still to be sent by their routes and by who may share a request."""
    mine = part.mine() & (items.c.state == "ready")
    grouped = (
        select(items.c.course, items.c.lot, func.count())
        .where(mine)
        .group_by(items.c.course, items.c.lot)
    )
    with store.read() as c:
        return requests((course, lot, int(count)) for course, lot, count in c.execute(grouped))


def requests(waits: Iterable[tuple[str, str, int]]) -> Counter[tuple[str, str]]:
    """Count every request of items, from their courses, who may share the next, and how many."""
    counted: Counter[tuple[str, str]] = Counter()
    for course, lot, count in waits:
        first, *later = ways.read(course)
        counted[first.route, lot] += count
        for leg in later:
            counted[leg.route, ""] += count
    return counted


def made_before(store: Store, account: str, operation: str, subjects: Sequence[str]) -> set[str]:
    """Pick the subjects to which an effect was made before, or may have been."""
    with store.read() as c:
        return {
            subject
            for start in range(0, len(subjects), _PAGE)
            for subject in effects.find(c, account, operation, subjects[start : start + _PAGE])
        }


def known_questions(
    store: Store, shelf: Shelf, asked: Sequence[str], *, in_doubt: bool
) -> dict[str, bool]:
    """Pick the questions that an answer bought earlier serves; those in doubt too, if wanted.

    Each with whether that answer was purged, so that nothing of it can be had any more.
    """
    with store.read() as c:
        return {
            question: found["state"] == "answered" and bool(found["purged"])
            for start in range(0, len(asked), _PAGE)
            for question, found in find(c, shelf, asked[start : start + _PAGE]).items()
            if in_doubt or found["state"] != "doubt"
        }


def _chosen(selection: Selection) -> ColumnElement[bool]:
    if not selection:
        return true()
    return or_(*(items.c.root.between(low, high) for low, high in selection))
