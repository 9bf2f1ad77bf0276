"""A request that is not full in; whether rows that are not ready yet may still join it out."""

from sqlalchemy import exists, select
from sqlalchemy.engine import Connection

from apollo_batch.catalogue.entry import Route
from apollo_batch.journal.going import Going
from apollo_batch.journal.ready import within
from apollo_batch.journal.schema import items


def may_grow(c: Connection, going: Going, route: Route) -> bool:
    """Whether rows that are still looked for may yet join a request that is not full."""
    seek = going.asking.operation.seek
    if seek is None or route is seek or route.cap == 1:
        return False
    sought = (
        (items.c.run == going.run)
        & (items.c.step == going.asking.step)
        & (items.c.route == seek.name)
        & items.c.state.in_(["ready", "sent"])
    )
    return bool(c.scalar(select(exists().where(sought))))


def more_may_come(c: Connection, going: Going) -> bool:
    """Whether rows of earlier steps may yet fill a request up."""
    if not going.before:
        return False
    on_their_way = (
        (items.c.run == going.run)
        & items.c.step.in_(going.before)
        & items.c.state.in_(["ready", "sent", "recall"])
    )
    if going.selection:
        on_their_way &= within(going.selection)
    return bool(c.scalar(select(exists().where(on_their_way))))
