"""A run begins or goes on: its rows and items are entered once, its budget put in force."""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import case, delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from apollo_batch.catalogue.entry import Act
from apollo_batch.journal import breaker, budget, ways
from apollo_batch.journal.earlier import Endings, take_over
from apollo_batch.journal.questions import Shelf, find, forget, recall
from apollo_batch.journal.schema import balances, items, rows, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Item, Outcome, Status
from apollo_batch.packing import question, same, subject

_BATCH = 500
LOOK_UP_DOUBTS = ("reply_lost", "process_died", "unpaired")
"""The reasons of a look-up in doubt: asking once more does no harm, but may be charged again."""


@dataclass(frozen=True)
class Entry:
    """One row on its way into the journal: its named cells and what binding made of it."""

    cells: tuple[str, ...]
    hash: str
    bound: Item | Outcome


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


def enter(
    store: Store,
    run: str,
    shelf: Shelf,
    entries: Iterable[Entry],
    now: float,
    *,
    earlier: Endings | None = None,
) -> None:
    """Write a run's rows and items down, once; what was bought before is pointed at its answer.

    What an earlier run of the job asked in vain ends as it did there. Entering that was cut short
    starts again from nothing: none of it was sent.
    """
    with store.write() as c:
        if c.scalar(select(runs.c.entered).where(runs.c.id == run)):
            return
        c.execute(delete(items).where(items.c.run == run))
        c.execute(delete(rows).where(rows.c.run == run))
    first: dict[str, tuple[int, str]] = {}
    stream = iter(entries)
    while batch := list(islice(stream, _BATCH)):
        with store.write() as c:
            c.execute(insert(rows), [_row(run, shelf.account, entry) for entry in batch])
            c.execute(insert(items), [_item(run, shelf, entry, first) for entry in batch])
            _recall_known(c, run, shelf, batch, earlier or {})
    with store.write() as c:
        c.execute(update(runs).where(runs.c.id == run).values(entered=True, updated=now))


def _row(run: str, account: str, entry: Entry) -> dict[str, Any]:
    return {
        "account": account,
        "run": run,
        "sheet": "",
        "number": entry.bound.row,
        "cells": json.dumps(entry.cells, ensure_ascii=False),
        "hash": entry.hash,
    }


def _item(
    run: str, shelf: Shelf, entry: Entry, first: dict[str, tuple[int, str]]
) -> dict[str, Any]:
    bound = entry.bound
    value: dict[str, Any] = {
        "account": shelf.account,
        "run": run,
        "step": shelf.asking.step,
        "row": bound.row,
        "question": "",
        "params": "{}",
        "state": "done",
        "twin": None,
        "status": None,
        "reason": None,
        "note": None,
        "credits": None,
        "subject": "",
        **ways.columns(shelf.asking.operation, (), {}),
    }
    if isinstance(bound, Outcome):
        said = {"status": bound.status.value, "reason": bound.reason, "note": bound.note}
        return value | said | {"credits": budget.ZERO}
    asking = shelf.asking
    asked = same(asking, bound.params)
    whole = question(asking.operation, bound.params)
    original, first_whole = first.setdefault(asked, (bound.row, whole))
    return (
        value
        | ways.columns(asking.operation, asking.course(bound.params), bound.params)
        | {
            "question": asked,
            "subject": subject(asking.operation, bound.params),
            "params": json.dumps(dict(bound.params), ensure_ascii=False),
            "state": "ready" if original == bound.row else "twin",
            "twin": None if original == bound.row else original,
            # What it says differently of the same record is written by nobody.
            "reason": None if first_whole == whole else "already_exists",
        }
    )


def _recall_known(
    c: Connection, run: str, shelf: Shelf, batch: Sequence[Entry], earlier: Endings
) -> None:
    entered = c.execute(
        select(items.c.id, items.c.question).where(
            items.c.run == run,
            items.c.state == "ready",
            items.c.row.in_([entry.bound.row for entry in batch]),
        )
    ).all()
    if not entered:
        return
    known = {}
    if shelf.asking.operation.act is Act.LOOK_UP:
        known = find(c, shelf, [asked for _, asked in entered])
    if known:
        recall(c, [(number, known[asked]) for number, asked in entered if asked in known])
    rest = {number: asked for number, asked in entered if asked not in known}
    ended = {number: earlier[asked] for number, asked in rest.items() if asked in earlier}
    if ended:
        take_over(c, ended)


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
        breaker.ask_soon(c, account, now)
        c.execute(
            update(runs)
            .where(runs.c.id == run)
            .values(
                stop="",
                stop_note="",
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
        doubt &= or_(*(items.c.row.between(low, high) for low, high in selection))
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


def writing(store: Store, run: str, path: str, hash_: str) -> None:
    """Note which output is about to take its place; until `written` the one there counts too."""
    with store.write() as c:
        same = (runs.c.id == run) & (runs.c.output_path == path)
        before = c.scalar(select(runs.c.output_hash).where(same)) or ""
        both = " ".join({*before.split(), hash_})
        c.execute(update(runs).where(runs.c.id == run).values(output_path=path, output_hash=both))


def written(
    store: Store, run: str, path: str, hash_: str, now: float, *, news: int | None = None
) -> None:
    """Note which output was written last, its bytes' hash, and how many late results it shows."""
    shown = {} if news is None else {"news_written": news}
    with store.write() as c:
        c.execute(
            update(runs)
            .where(runs.c.id == run)
            .values(output_path=path, output_hash=hash_, updated=now, **shown)
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
