"""A run in; how many contacts it has enrolled, or may have: what a person's number is held against."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.engine import Connection

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal.schema import chunks, items
from apollo_batch.journal.store import Store

_ENROLL = [name for name, operation in OPERATIONS.items() if operation.act is Act.ENROLL]
_SEEKS = [
    operation.seek.name
    for operation in OPERATIONS.values()
    if operation.act is Act.ENROLL and operation.seek is not None
]


def enrolled(store: Store, run: str) -> int:
    """Count whom a run has enrolled, over all its invocations."""
    with store.read() as c:
        return counted(c, run)


def counted(c: Connection, run: str) -> int:
    """Count whoever was enrolled or may have been; nobody of whom it is certain that they were not."""
    # An effect of an earlier run was none of this one's requests: it has no chunk.
    told = items.c.status.in_(["succeeded", "in_doubt"]) & items.c.chunk.is_not(None)
    open_still = (items.c.state == "sent") | _looked_for()
    return _number(c, run, or_(told, open_still))


def any_looked_for(c: Connection, run: str) -> bool:
    """Whether it is still to be found out for anybody whether they were enrolled."""
    return _number(c, run, _looked_for()) > 0


def _looked_for() -> ColumnElement[bool]:
    return (items.c.state == "ready") & items.c.route.in_(_SEEKS)


def _number(c: Connection, run: str, which: ColumnElement[bool]) -> int:
    enrolls = (chunks.c.run == run) & chunks.c.operation.in_(_ENROLL)
    mine = (items.c.run == run) & items.c.step.in_(select(chunks.c.step).where(enrolls))
    return int(c.scalar(select(func.count()).where(mine, which)) or 0)
