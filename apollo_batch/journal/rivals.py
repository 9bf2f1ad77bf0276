"""Records found for lost requests in; those that may as well be another row's own, in doubt, out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Once, Operation
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal.schema import items
from apollo_batch.model import Params, Status, Verdict

_CONTESTED = "A record fits that may as well be that of another row, which says the same."


def without_contested(
    c: Connection,
    attempt: RowMapping,
    said: Sequence[Verdict],
    earlier: Mapping[int, RowMapping],
) -> list[Verdict]:
    """Doubt what was found for a row whose like was made, or may have been, at the same time.

    Where nothing is made twice to a subject, rows that say the same share what was made.
    """
    operation = OPERATIONS[attempt["operation"]]
    if operation.once is Once.EVER:
        return list(said)
    return [
        _doubted(verdict)
        if verdict.made and _has_rival(c, operation, verdict, earlier.get(verdict.item))
        else verdict
        for verdict in said
    ]


def _doubted(verdict: Verdict) -> Verdict:
    doubt = Verdict(verdict.item, Status.IN_DOUBT, "effect_unknown", _CONTESTED)
    return replace(doubt, credits=verdict.credits)


def _has_rival(
    c: Connection, operation: Operation, verdict: Verdict, mine: RowMapping | None
) -> bool:
    if mine is None or mine["since"] is None or not mine["route"]:
        return False
    if operation.seek is None or mine["route"] != operation.seek.name:
        return False
    unsure = (
        items.c.since.is_not(None)
        | (items.c.state == "sent")
        | (items.c.status == Status.IN_DOUBT.value)
    )
    others = select(items.c.found, items.c.params).where(
        items.c.run == mine["run"],
        items.c.step == mine["step"],
        items.c.id != mine["id"],
        or_(items.c.found == verdict.found, unsure & items.c.found.is_(None)),
    )
    said = _telling(operation, json.loads(mine["params"]))
    return any(
        found == verdict.found or _telling(operation, json.loads(params)) == said
        for found, params in c.execute(others)
    )


def _telling(operation: Operation, params: Params) -> list[str]:
    """What a row says that its record is known again by."""
    names = next(
        (names for names in operation.subject if all(params.get(name) for name in names)),
        tuple(operation.identity),
    )
    return [str(params.get(name, "")).casefold() for name in names]
