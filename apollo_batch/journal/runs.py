"""A run begins or goes on: its rows and items are entered once, its budget put in force."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, delete, insert, or_, select, update

from apollo_batch.journal import breaker, budget
from apollo_batch.journal.questions import forget
from apollo_batch.journal.schema import balances, items, rows, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Status

LOOK_UP_DOUBTS = ("reply_lost", "process_died", "unpaired")
"""The reasons of a look-up in doubt: asking once more does no harm, but may be charged again."""


@dataclass(frozen=True)
class NewRun:
    """What a run is made of, before any row is entered."""

    account: str
    identity: str
    period: str
    job_name: str
    job: str
    job_path: str
    input_path: str
    input_hash: str
    reading: str
    """How the input was read (sheet, header row, encoding), as JSON."""


def current(store: Store, account: str, identity: str) -> str | None:
    """Find the run that this job over these rows continues, or None."""
    same = (runs.c.account == account) & (runs.c.identity == identity)
    with store.read() as c:
        # What was cut short while its rows were entered has no rows to count and agree to.
        whole = same & runs.c.entered
        latest = select(runs.c.id).where(whole).order_by(runs.c.created.desc(), runs.c.id.desc())
        return c.scalar(latest.limit(1))


def create(store: Store, new: NewRun, now: float) -> str:
    """Begin a run; its id is short and sorts by time.

    It takes the place of one whose rows were never all entered: none of that was sent.
    """
    day = datetime.fromtimestamp(now, UTC)
    number = f"{day:%y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    same = (runs.c.account == new.account) & (runs.c.identity == new.identity)
    with store.write() as c:
        halves = list(c.scalars(select(runs.c.id).where(same, runs.c.entered.is_(False))))
        for table, run in ((items, items.c.run), (rows, rows.c.run), (runs, runs.c.id)):
            c.execute(delete(table).where(run.in_(halves)))
        c.execute(insert(runs).values(id=number, created=now, updated=now, **vars(new)))
    return number


def set_out(
    store: Store,
    run: str,
    account: str,
    *,
    cap: Decimal | None,
    selection: Sequence[tuple[int, int]],
    planned: dict[str, Any] | None,
    source: dict[str, str],
    now: float,
) -> None:
    """Start one invocation of a run: what stopped the last is forgotten, the budget is in force.

    `source` says where the input is this time, by column of the table; the plan is the one that
    was agreed to first.
    """
    with store.write() as c:
        budget.set_cap(c, account, budget.scope_of(run), cap)
        budget.opened(c, account, budget.balance_of(account))
        breaker.ask_soon(c, account, now)
        c.execute(
            update(runs)
            .where(runs.c.id == run)
            .values(
                stop="",
                stop_note="",
                delivered=False,
                selection=json.dumps(selection),
                updated=now,
                **source,
                **_of_the_same_input(source),
                **({} if planned is None else {"planned": json.dumps(planned)}),
            )
        )


def _of_the_same_input(source: dict[str, str]) -> dict[str, Any]:
    """What was written for another input of the same cells is that one's, and stays."""
    same = runs.c.input_path == source.get("input_path", runs.c.input_path)
    return {name: case((same, runs.c[name]), else_="") for name in ("output_path", "output_hash")}


def stop(store: Store, run: str, reason: str, note: str = "") -> None:
    """Let nothing more of a run leave; the first reason given is the one that counts."""
    with store.write() as c:
        first = (runs.c.id == run) & (runs.c.stop == "")
        c.execute(update(runs).where(first).values(stop=reason, stop_note=note))


def ask_again(store: Store, run: str, selection: Sequence[tuple[int, int]] = ()) -> int:
    """Put a run's rows in doubt back among the ready ones, of the rows chosen; tell how many.

    What their first attempts may have cost stays counted. Rows whose answer could not be paired
    go alone, where one answer can only be theirs.
    """
    # What may have created, changed or enrolled is no look-up: it is not sent again unasked.
    doubt = (items.c.run == run) & (items.c.status == Status.IN_DOUBT.value)
    doubt &= items.c.reason.in_(LOOK_UP_DOUBTS)
    if selection:
        doubt &= or_(*(items.c.root.between(low, high) for low, high in selection))
    with store.write() as c:
        forget(c, select(items.c.account, items.c.question).where(doubt))
        changed = c.execute(
            update(items)
            .where(doubt)
            .values(
                state="ready",
                chunk=None,
                company=case((items.c.reason == "unpaired", 1), else_=items.c.company),
                status=None,
                reason=None,
                note=None,
            )
        )
    return int(changed.rowcount)


def writing(store: Store, run: str, path: str, hash_: str) -> bool:
    """Note which output is about to take its place; until `written` the one there counts too.

    False: the run was purged meanwhile, and what was read of it may be half of it.
    """
    with store.write() as c:
        if c.scalar(select(runs.c.purged).where(runs.c.id == run)) is not None:
            return False
        same = (runs.c.id == run) & (runs.c.output_path == path)
        before = c.scalar(select(runs.c.output_hash).where(same)) or ""
        both = " ".join({*before.split(), hash_})
        c.execute(update(runs).where(runs.c.id == run).values(output_path=path, output_hash=both))
    return True


def written(
    store: Store, run: str, path: str, hash_: str, now: float, *, news: int | None = None
) -> None:
    """Note which output was written last, its bytes' hash, and how many late results it shows."""
    shown = {} if news is None else {"news_written": news}
    with store.write() as c:
        c.execute(
            update(runs)
            .where(runs.c.id == run)
            .values(output_path=path, output_hash=hash_, delivered=True, updated=now, **shown)
        )


def note_balance(
    store: Store, run: str, *, account: str, moment: str, kinds: str, now: float
) -> None:
    """Keep the credit balances Apollo showed before or after a run; the first `before` counts."""
    with store.write() as c:
        same = (balances.c.run == run) & (balances.c.moment == moment)
        if moment == "before" and c.scalar(select(balances.c.id).where(same).limit(1)):
            return
        c.execute(
            insert(balances).values(account=account, run=run, moment=moment, kinds=kinds, at=now)
        )
