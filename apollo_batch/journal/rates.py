"""A run so far in; how its items have ended in each step, and which rows come first, out."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection

from apollo_batch.journal.going import Ranges
from apollo_batch.journal.ready import within
from apollo_batch.journal.schema import items
from apollo_batch.journal.store import Store
from apollo_batch.model import Status

Ends = Counter[tuple[str, Status]]
"""Step and status, to how many items that were asked have ended so."""


def ended(store: Store, run: str, chunks: Sequence[int] | None = None) -> Ends:
    """Count what was asked of Apollo and has come to its end, of these chunks or of all."""
    asked = (items.c.run == run) & items.c.chunk.is_not(None) & (items.c.state == "done")
    if chunks is not None:
        asked &= items.c.chunk.in_(chunks)
    grouped = (
        select(items.c.step, items.c.status, func.count())
        .where(asked)
        .group_by(items.c.step, items.c.status)
    )
    with store.read() as c:
        return Counter({(step, Status(status)): n for step, status, n in c.execute(grouped)})


def last_of_the_first(store: Store, run: str, step: str, chosen: Ranges, count: int) -> int | None:
    """Name the last of the first rows of a step that are asked; None: the rest has begun, or is none."""
    mine = (items.c.run == run) & (items.c.step == step)
    asked = mine & or_(items.c.chunk.is_not(None), items.c.state == "ready")
    if chosen:
        asked &= within(chosen)
    rows = select(items.c.root).where(asked).distinct().order_by(items.c.root).limit(count + 1)
    with store.read() as c:
        roots = list(c.scalars(rows))
        if len(roots) <= count or _begun(c, run, step, roots[-2]):
            return None
    return int(roots[-2])


def _begun(c: Connection, run: str, step: str, after: int) -> bool:
    beyond = (items.c.run == run) & (items.c.step == step) & (items.c.root > after)
    asked = select(items.c.id).where(beyond, items.c.chunk.is_not(None)).limit(1)
    return c.scalar(asked) is not None
