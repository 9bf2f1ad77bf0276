"""A step's rows on their way into the journal: written once, with what is known of them already."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from apollo_batch.catalogue.entry import Act
from apollo_batch.journal import budget, ways
from apollo_batch.journal.earlier import Endings, take_over
from apollo_batch.journal.questions import Shelf, find, recall
from apollo_batch.journal.schema import items, rows, runs
from apollo_batch.journal.store import Store
from apollo_batch.model import Item, Outcome
from apollo_batch.packing import question, same, subject

_BATCH = 500
First = dict[str, tuple[int, str]]
"""What is asked to the row that asks it first, and all that that row says."""


@dataclass(frozen=True)
class Entry:
    """One row on its way into the journal: its named cells and what binding made of it."""

    cells: tuple[str, ...]
    hash: str
    bound: Item | Outcome


def enter(
    store: Store,
    run: str,
    shelf: Shelf,
    entries: Iterable[Entry],
    now: float,
    *,
    earlier: Endings | None = None,
    onward: str = "",
) -> None:
    """Write a run's rows and its first step's items down, once; what was bought before is pointed at its answer.

    What an earlier run of the job asked in vain ends as it did there. Entering that was cut short
    starts again from nothing: none of it was sent.
    """
    with store.write() as c:
        if c.scalar(select(runs.c.entered).where(runs.c.id == run)):
            return
        c.execute(delete(items).where(items.c.run == run))
        c.execute(delete(rows).where(rows.c.run == run))
    first: First = {}
    into = Into(run, shelf, onward)
    stream = iter(entries)
    while batch := list(islice(stream, _BATCH)):
        with store.write() as c:
            c.execute(insert(rows), [_row(run, shelf.account, entry) for entry in batch])
            bound = [Entered(entry.bound, "", entry.bound.row) for entry in batch]
            put(c, into, bound, first, earlier or {})
    with store.write() as c:
        c.execute(update(runs).where(runs.c.id == run).values(entered=True, updated=now))


def _row(run: str, account: str, entry: Entry) -> dict[str, Any]:
    erased = isinstance(entry.bound, Outcome) and entry.bound.reason == "erased"
    return {
        "account": account,
        "run": run,
        "sheet": "",
        "number": entry.bound.row,
        "cells": "[]" if erased else json.dumps(entry.cells, ensure_ascii=False),
        "hash": "" if erased else entry.hash,
    }


@dataclass(frozen=True)
class Entered:
    """A row that has come to a step: what binding made of it, and where it stems from."""

    bound: Item | Outcome
    sheet: str
    root: int
    """The input's row."""


@dataclass(frozen=True)
class Into:
    """The step that rows come to."""

    run: str
    shelf: Shelf
    onward: str = ""
    """What goes on when the step is done: the `row`, a search's `records`, `both`, or nothing."""


def put(
    c: Connection, into: Into, entered: Sequence[Entered], first: First, earlier: Endings
) -> None:
    """Write a step's items down, and point those at their answers that are known already."""
    c.execute(insert(items), [_item(into, each, first) for each in entered])
    _recall_known(c, into, entered, earlier)


def _item(into: Into, entered: Entered, first: First) -> dict[str, Any]:
    bound, asking = entered.bound, into.shelf.asking
    value: dict[str, Any] = {
        "account": into.shelf.account,
        "run": into.run,
        "step": asking.step,
        "sheet": entered.sheet,
        "row": bound.row,
        "root": entered.root,
        "onward": into.onward,
        "question": "",
        "params": "{}",
        "state": "done",
        "twin": None,
        "status": None,
        "reason": None,
        "note": None,
        "credits": None,
        "subject": "",
        **ways.columns(asking.operation, (), {}),
    }
    if isinstance(bound, Outcome):
        said = {"status": bound.status.value, "reason": bound.reason, "note": bound.note}
        return value | said | {"credits": budget.ZERO}
    asked = same(asking, bound.params)
    whole = question(asking.operation, bound.params)
    original, first_whole = first.setdefault(asked, (bound.row, whole))
    return (
        value
        | ways.columns(asking.operation, asking.course(bound.params), bound.params)
        | {
            "question": asked,
            "subject": subject(asking.operation, bound.params, asking.salt),
            "params": json.dumps(dict(bound.params), ensure_ascii=False),
            "state": "ready" if original == bound.row else "twin",
            "twin": None if original == bound.row else original,
            # What it says differently of the same record is written by nobody.
            "reason": None if first_whole == whole else "already_exists",
        }
    )


def _recall_known(c: Connection, into: Into, entered: Sequence[Entered], earlier: Endings) -> None:
    shelf = into.shelf
    ready = c.execute(
        select(items.c.id, items.c.question).where(
            items.c.run == into.run,
            items.c.step == shelf.asking.step,
            items.c.state == "ready",
            items.c.row.in_([each.bound.row for each in entered]),
        )
    ).all()
    if not ready:
        return
    known = {}
    if shelf.asking.operation.act is Act.LOOK_UP:
        known = find(c, shelf, [asked for _, asked in ready])
    if known:
        recall(c, [(number, known[asked]) for number, asked in ready if asked in known])
    rest = {number: asked for number, asked in ready if asked not in known}
    ended = {number: earlier[asked] for number, asked in rest.items() if asked in earlier}
    if ended:
        take_over(c, ended)
