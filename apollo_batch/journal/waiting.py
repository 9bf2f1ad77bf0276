"""What is still to be sent, and what of it the journal knows already: `plan` asks, nothing moves."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, or_, select, true

from apollo_batch.journal import effects, ways
from apollo_batch.journal.questions import Shelf, find
from apollo_batch.journal.runs import LOOK_UP_DOUBTS
from apollo_batch.journal.schema import items
from apollo_batch.journal.store import Store

_PAGE = 2_000

Selection = Sequence[tuple[int, int]]


def remaining(store: Store, run: str, selection: Selection, *, in_doubt: bool) -> int:
    """Count the items of a run still to be sent, of the rows chosen; look-ups in doubt if asked."""
    waits = items.c.state == "ready"
    if in_doubt:
        waits |= items.c.reason.in_(LOOK_UP_DOUBTS)
    mine = (items.c.run == run) & items.c.twin.is_(None)
    with store.read() as c:
        return int(c.scalar(select(func.count()).where(mine, waits, _chosen(selection))) or 0)


def pages_asked(store: Store, run: str, selection: Selection, *, in_doubt: bool) -> int:
    """Count the pages that searches still under way have brought already, of the rows chosen."""
    waits = items.c.state == "ready"
    if in_doubt:
        waits |= items.c.reason.in_(LOOK_UP_DOUBTS)
    mine = (items.c.run == run) & items.c.twin.is_(None)
    pages = select(func.sum(items.c.page - 1)).where(mine, waits, _chosen(selection))
    with store.read() as c:
        return int(c.scalar(pages) or 0)


def lots(store: Store, run: str, selection: Selection) -> Counter[tuple[str, str]]:
    """Count the items still to be sent by their routes and by who may share a request."""
    mine = (items.c.run == run) & (items.c.state == "ready")
    grouped = (
        select(items.c.course, items.c.lot, func.count())
        .where(mine, _chosen(selection))
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
) -> set[str]:
    """Pick the questions that an answer bought earlier serves; those in doubt too, if wanted."""
    with store.read() as c:
        return {
            question
            for start in range(0, len(asked), _PAGE)
            for question, found in find(c, shelf, asked[start : start + _PAGE]).items()
            if in_doubt or found["state"] != "doubt"
        }


def _chosen(selection: Selection) -> ColumnElement[bool]:
    if not selection:
        return true()
    return or_(*(items.c.row.between(low, high) for low, high in selection))
