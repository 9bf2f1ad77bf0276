"""A sheet and a job that were entered before; what a pass over the rows would count, without one."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import RowMapping

from apollo_batch.journal.going import Ranges
from apollo_batch.journal.onward import ORIGINAL, SAME
from apollo_batch.journal.ready import within
from apollo_batch.journal.schema import items, rows, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Status

_PAGE = 20_000


@dataclass(frozen=True)
class Same:
    """What makes an input and a job the same again, to the byte."""

    account: str
    input_hash: str
    job: str
    """The job as the journal keeps it."""
    period: str
    reading: str
    """How the input is read."""


@dataclass(frozen=True)
class Counted:
    """What one pass over the rows of a first step would count."""

    skips: dict[str, int]
    repeats: int
    unchosen: int


def entered(store: Store, same: Same) -> RowMapping | None:
    """Find the latest run into which just this was entered, to the last row."""
    mine = [runs.c[name] == value for name, value in vars(same).items()]
    query = select(runs).where(*mine, runs.c.entered).order_by(runs.c.created.desc()).limit(1)
    with store.read() as c:
        return c.execute(query).mappings().first()


def numbers(store: Store, run: str) -> Iterator[int]:
    """Read the numbers of a run's rows, as the input counts them."""
    mine = select(rows.c.number).where(rows.c.run == run, rows.c.sheet == "")
    last = 0
    while True:
        page = mine.where(rows.c.number > last).order_by(rows.c.number).limit(_PAGE)
        with store.read() as c:
            found = list(c.scalars(page))
        yield from found
        if len(found) < _PAGE:
            return
        last = found[-1]


def how_many(store: Store, run: str) -> int:
    """Count a run's rows."""
    mine = (rows.c.run == run) & (rows.c.sheet == "")
    with store.read() as c:
        return int(c.scalar(select(func.count()).where(mine)) or 0)


def counted(store: Store, run: str, step: str, selection: Ranges) -> Counted:
    """Count what binding made of a run's rows: those left out, those like another, those unchosen."""
    mine = (items.c.run == run) & (items.c.step == step)
    left_out = mine & (items.c.question == "") & (items.c.status == Status.SKIPPED.value)
    asked = mine & (items.c.question != "")
    skips = select(items.c.reason, func.count()).where(left_out).group_by(items.c.reason)
    joined = select(func.count()).select_from(items.outerjoin(ORIGINAL, SAME)).where(asked)
    chosen = within(selection, func.coalesce(ORIGINAL.c.root, items.c.root)) if selection else None
    with store.read() as c:
        found = {str(reason): int(count) for reason, count in c.execute(skips)}
        repeats = joined.where(items.c.twin.is_not(None))
        return Counted(
            dict(sorted(found.items(), key=lambda each: -each[1])),
            int(c.scalar(repeats if chosen is None else repeats.where(chosen)) or 0),
            0 if chosen is None else int(c.scalar(joined.where(~chosen)) or 0),
        )
