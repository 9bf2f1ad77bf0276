"""A run in; how many contacts it has enrolled, or may have: what a person's number is held against."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.engine import Connection

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal.schema import items
from apollo_batch.journal.store import Store

_SEEKS = [
    operation.seek.name
    for operation in OPERATIONS.values()
    if operation.act is Act.ENROLL and operation.seek is not None
]


def enrolled(store: Store, run: str) -> int:
    """Count whom a run has enrolled, over all its invocations."""
    with store.read() as c:
        return counted(c, run)


def counted(c: Connection, run: str, step: str | None = None) -> int:
    """Count whoever was enrolled or may have been; nobody of whom it is certain that they were not."""
    # An effect of an earlier run was none of this one's requests: it has no chunk.
    told = items.c.status.in_(["succeeded", "in_doubt"]) & items.c.chunk.is_not(None)
    open_still = (items.c.state == "sent") | _looked_for()
    return _number(c, run, step, or_(told, open_still))


def any_looked_for(c: Connection, run: str, step: str) -> bool:
    """Whether it is still to be found out for anybody whether they were enrolled."""
    return _number(c, run, step, _looked_for()) > 0


def _looked_for() -> ColumnElement[bool]:
    return (items.c.state == "ready") & items.c.route.in_(_SEEKS)


def _number(c: Connection, run: str, step: str | None, which: ColumnElement[bool]) -> int:
    mine = items.c.run == run
    if step is not None:
        mine &= items.c.step == step
    return int(c.scalar(select(func.count()).where(mine, which)) or 0)
