"""Answers that lack the least that reads them are weighed; too many of them end the run."""

import json
from collections import Counter

from sqlalchemy import exists, select
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal.schema import attempts, chunks
from apollo_batch.journal.store import Store
from apollo_batch.model import Arrival

STOP = "answers_changed"
_LOOK_BACK = 40
_SHARE = 0.05
_SEVERAL = 2


def too_many(c: Connection, attempt: RowMapping) -> bool:
    """Whether what this attempt's answer lacks shows that Apollo's answers are others now.

    One odd answer among many shows nothing. Where the first one is odd, nothing more is paid or
    written to find out.
    """
    answered = attempts.c.http.between(200, 299)
    latest = c.scalars(
        select(attempts.c.missing)
        .where(attempts.c.lane == attempt["lane"], attempts.c.done_at.is_not(None), answered)
        .order_by(attempts.c.done_at.desc(), attempts.c.id.desc())
        .limit(_LOOK_BACK)
    ).all()
    lacking = sum(1 for missing in latest if missing)
    if lacking >= _SEVERAL and lacking > _SHARE * len(latest):
        return True
    operation = OPERATIONS[attempt["operation"]]
    return bool(operation.price.base or operation.act.writes) and not _read_before(c, attempt)


def _read_before(c: Connection, attempt: RowMapping) -> bool:
    """Whether the run has had an answer to the operation that could be read."""
    mine = (attempts.c.run == attempt["run"]) & (chunks.c.operation == attempt["operation"])
    whole = (attempts.c.outcome == Arrival.DONE.value) & attempts.c.missing.is_(None)
    read = select(attempts.c.id).join(chunks, chunks.c.id == attempts.c.chunk).where(mine, whole)
    return bool(c.scalar(select(exists(read))))


def note(missing: str) -> str:
    """Say what has changed, and what to do before the run goes on."""
    return (
        f"Apollo's answers have changed: {missing}. Update apollo-batch before you go on; "
        "`apollo-batch doctor --drift` says what is different."
    )


def unknown(store: Store, run: str) -> dict[str, int]:
    """Add up what of a run's answers this version did not know: the most frequent first."""
    mine = (attempts.c.run == run) & attempts.c.unknown.is_not(None)
    found: Counter[str] = Counter()
    with store.read() as c:
        for text in c.scalars(select(attempts.c.unknown).where(mine)):
            found.update(json.loads(text))
    return dict(found.most_common())
