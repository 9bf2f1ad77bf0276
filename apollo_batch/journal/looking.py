"""A request without an answer in; who looks for what it may have made, and when, out."""

import json

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal import effects, limiter, ways
from apollo_batch.journal.going import Going
from apollo_batch.journal.schema import items
from apollo_batch.model import Leg

_FIRST_SECONDS = 5.0
_AGAIN_SECONDS = 30.0
_LONGEST_SECONDS = 30 * 86_400.0
"""Where nobody knows any more when it was sent, the longest that a run may have been left."""


def first(c: Connection, account: str, now: float) -> float:
    """When to look for what a lost request may have made: Apollo's searches lag behind."""
    return now + limiter.lasting(c, account, _FIRST_SECONDS)


def again(c: Connection, account: str, now: float) -> float:
    """When to look once more for what was not there at the first look."""
    return now + limiter.lasting(c, account, _AGAIN_SECONDS)


def take_over(c: Connection, going: Going, item: RowMapping, row: RowMapping, now: float) -> None:
    """Let an item look for what another run's may have made, whose process has ended.

    The other one is answered by what this one finds or makes.
    """
    operation = going.asking.operation
    if operation.seek is None:
        return
    sent = c.scalar(select(items.c.since).where(items.c.id == row["item"]))
    course = (Leg(operation.seek.name), *ways.read(item["course"]))
    c.execute(
        update(items)
        .where(items.c.id == item["id"])
        .values(
            since=sent or row["at"] - _LONGEST_SECONDS,
            note=f"Sent before in run {row['run']}, whose program ended before the answer came.",
            leg=item["leg"] + 1,
            not_before=first(c, going.account, now),
            **ways.columns(operation, course, json.loads(item["params"])),
        )
    )
    effects.pass_on(c, row, run=going.run, item=item["id"], owner=going.owner, now=now)
