"""The records that searches found: each a row of a sheet of its own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_

from apollo_batch.journal.schema import items, rows
from apollo_batch.journal.store import Store

_PAGE = 2_000


@dataclass(frozen=True)
class FoundRecord:
    """One record that a search found."""

    number: int
    parent: int
    """The row it was found for."""
    kept: dict[str, str]


def sheets_of(store: Store, run: str) -> dict[str, int]:
    """Name a run's sheets of found records, each with how many it has."""
    mine = (rows.c.run == run) & (rows.c.sheet != "")
    with store.read() as c:
        found = c.execute(select(rows.c.sheet, func.count()).where(mine).group_by(rows.c.sheet))
        return {sheet: int(count) for sheet, count in found}


def found_records(store: Store, run: str, sheet: str) -> Iterator[FoundRecord]:
    """Read the records of a sheet, in the order of the rows they were found for."""
    here = (
        (rows.c.run == items.c.run)
        & (rows.c.sheet == items.c.sheet)
        & (rows.c.number == items.c.row)
    )
    query = (
        select(rows.c.number, rows.c.parent, items.c.kept)
        .join(items, here)
        .where(rows.c.run == run, rows.c.sheet == sheet)
        .order_by(rows.c.parent, rows.c.number)
        .limit(_PAGE)
    )
    last = (-1, -1)
    while True:
        with store.read() as c:
            page = c.execute(query.where(tuple_(rows.c.parent, rows.c.number) > last)).all()
        for number, parent, kept in page:
            yield FoundRecord(number, parent, json.loads(kept) if kept else {})
        if len(page) < _PAGE:
            return
        last = (page[-1].parent, page[-1].number)
