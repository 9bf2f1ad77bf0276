"""A journal counted up again: whether its counters, states and requests agree with each other."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from apollo_batch.journal import budget, late
from apollo_batch.journal.schema import (
    attempts,
    budgets,
    chunks,
    effects,
    items,
    questions,
    rows,
    runs,
)
from apollo_batch.journal.store import Store
from apollo_batch.model import Arrival, Status


def disagreements(store: Store, run: str) -> list[str]:
    """Say in sentences what of a run's record does not fit the rest of it; [] where all does."""
    with store.read() as c:
        return [
            *_counters(c, run),
            *_unanswered(c, run),
            *_without_request(c, run),
            *_in_vain(c, run),
            *_foreign(c, run),
            *_rows(c, run),
            *_requests(c, run),
            *_claims(c, run),
        ]


def damage(store: Store) -> list[str]:
    """Say where the journal's own file is damaged; nothing in it can be trusted then."""
    with store.read() as c:
        if c.dialect.name != "sqlite":
            return []
        try:
            said = c.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
        except DatabaseError as problem:
            said = [str(problem.orig)]
    return [f"The journal's file is damaged: {word}." for word in said if word != "ok"]


def unreadable(store: Store, run: str) -> list[str]:
    """Say which rows have an end that cannot be read; the run cannot be counted up then."""
    ended = (items.c.run == run) & (items.c.state == "done") & items.c.twin.is_(None)
    unknown = items.c.status.is_(None) | items.c.status.notin_([s.value for s in Status])
    with store.read() as c:
        rows = select(items.c.row).where(ended, unknown)
        return [*_told(c, rows, "Row {} ended without a status.")]


def _counters(c: Connection, run: str) -> Iterator[str]:
    account = c.scalar(select(runs.c.account).where(runs.c.id == run))
    scope = budget.scope_of(run)
    mine = (budgets.c.scope == scope) | (
        (budgets.c.account == account) & ~budgets.c.scope.startswith("run:")
    )
    noted = c.execute(select(budgets).where(mine).order_by(budgets.c.scope)).mappings().all()
    totals = budget.recount(c, [one["scope"] for one in noted])
    if scope not in totals:
        yield "The run has no budget, though one was put in force for it."
    for one in noted:
        name = _name(one["scope"])
        for word, counted in zip(("held", "spent"), totals[one["scope"]], strict=True):
            if one[word] != counted:
                said = f"{plain(one[word])} credits {word}"
                yield f"{name} says {said}, its requests add up to {plain(counted)}."
        over = one["scope"] == scope and one["cap"] is not None
        if over and totals[scope][1] > one["cap"]:
            spent = plain(totals[scope][1])
            yield f"{spent} credits were spent under a budget of {plain(one['cap'])}."


def _name(scope: str) -> str:
    kind, _, rest = scope.partition(":")
    if kind == "run":
        return "The budget"
    of = f" of {rest.rpartition(':')[2]}" if kind in {"day", "month"} else ""
    return f"The account's {kind}{of}"


def _rows(c: Connection, run: str) -> Iterator[str]:
    """Rows and what became of them: each once, with a status, a copy beside its original."""
    mine = items.c.run == run
    same = (items.c.run == rows.c.run) & (items.c.sheet == rows.c.sheet)
    same &= items.c.row == rows.c.number
    lost = select(rows.c.number).where(rows.c.run == run, ~exists().where(same))
    yield from _told(c, lost, "Row {} was read, and nothing says what became of it.")
    stray = select(items.c.row).where(
        mine, ~exists().where(same.self_group() & (rows.c.run == run))
    )
    yield from _told(c, stray, "Row {} has an outcome, and was never read.")
    twice = select(items.c.row).where(mine).group_by(items.c.sheet, items.c.step, items.c.row)
    yield from _told(c, twice.having(func.count() > 1), "Row {} has more than one outcome.")
    original = items.alias("original")
    there = (original.c.run == run) & (original.c.row == items.c.twin)
    alone = items.c.twin.is_not(None) & ~exists().where(there)
    copies = select(items.c.row).where(mine, alone)
    yield from _told(c, copies, "Row {} is a copy of a row that is not there.")
    minus = select(items.c.row).where(mine, items.c.credits < 0)
    yield from _told(c, minus, "Row {} cost less than nothing.")


def _requests(c: Connection, run: str) -> Iterator[str]:
    """Requests: a bill as it was spent, an end for each answer, rows that are the run's own."""
    mine = attempts.c.run == run
    bill = func.coalesce(attempts.c.reported, 0) + func.coalesce(attempts.c.derived, 0)
    done = mine & (attempts.c.outcome == Arrival.DONE)
    # What nobody knows the bill of counts as spent besides.
    other = select(attempts.c.id).where(done, attempts.c.spent < bill)
    yield from _told(c, other, "Request {} was billed more than is counted as spent.")
    minus = (attempts.c.held < 0) | (attempts.c.spent < 0)
    yield from _told(
        c, select(attempts.c.id).where(mine, minus), "Request {} holds less than nothing."
    )
    open_ = mine & (attempts.c.outcome != "sent") & attempts.c.done_at.is_(None)
    yield from _told(c, select(attempts.c.id).where(open_), "Request {} ended at no time.")
    early = mine & (attempts.c.done_at < attempts.c.sent_at)
    yield from _told(c, select(attempts.c.id).where(early), "Request {} ended before it was sent.")
    known = set(c.scalars(select(items.c.id).where(items.c.run == run)))
    calls = (chunks.c.run == run) & (chunks.c.kind != late.KIND)
    carried = c.execute(select(chunks.c.id, chunks.c["items"]).where(calls))
    strays = [number for number, listed in carried if not known.issuperset(json.loads(listed))]
    if strays:
        yield f"Chunk {strays[0]} carried rows that are none of this run's."


def _claims(c: Connection, run: str) -> Iterator[str]:
    """What the run has bought or made: nothing is claimed once no request is under way for it."""
    for table, words in ((questions, "question"), (effects, "effect")):
        free = exists().where(items.c.id == table.c.item, items.c.state.in_(["sent", "ready"]))
        held = (table.c.run == run) & (table.c.state == "claimed") & ~free
        count = c.scalar(select(func.count()).select_from(table).where(held))
        if count:
            noun = f"{words} is" if count == 1 else f"{words}s are"
            yield f"{count} {noun} held up by this run, and no request is under way for it."
    there = exists().where(attempts.c.id == questions.c.attempt)
    bought = (questions.c.run == run) & (questions.c.state == "answered") & ~there
    count = c.scalar(select(func.count()).select_from(questions).where(bought))
    if count:
        yield f"{count} answers that were bought are in no request's reply."


def plain(credits: Decimal) -> str:
    """Write credits without trailing zeros."""
    return format(credits.normalize(), "f") if credits else "0"


def _told(c: Connection, query: Select[Any], words: str) -> Iterator[str]:
    """Say something of the rows or requests found, in one sentence."""
    found = sorted(c.scalars(query))
    if found:
        more = f" So have {len(found) - 1} more." if len(found) > 1 else ""
        yield words.format(found[0]) + more


def _unanswered(c: Connection, run: str) -> Iterator[str]:
    """Rows that wait for an answer although nothing is under way for them."""
    flying = select(attempts.c.chunk).where(attempts.c.run == run, attempts.c.outcome == "sent")
    stuck = (items.c.run == run) & (items.c.state == "sent") & items.c.chunk.notin_(flying)
    count = c.scalar(select(func.count()).where(stuck))
    if count:
        yield f"{count} rows wait for an answer, and no request is under way for them."


def _without_request(c: Connection, run: str) -> Iterator[str]:
    """Rows that ended as answered, by no request that was."""
    answered = select(attempts.c.id).where(attempts.c.done_at.is_not(None))
    lost = (items.c.run == run) & items.c.source.is_not(None) & items.c.source.notin_(answered)
    count = c.scalar(select(func.count()).where(lost))
    if count:
        yield f"{count} rows have the answer of a request that was never answered."


def _in_vain(c: Connection, run: str) -> Iterator[str]:
    """Rows that wait for a result of which nobody knows any longer how to fetch it."""
    coming = select(attempts.c.id).where(attempts.c.ask_from.is_not(None))
    pending = (items.c.run == run) & (items.c.status == Status.PENDING.value)
    count = c.scalar(select(func.count()).where(pending, items.c.source.notin_(coming)))
    if count:
        yield f"{count} rows wait for a result that is not to come."


def _foreign(c: Connection, run: str) -> Iterator[str]:
    mine = select(chunks.c.id).where(chunks.c.run == run)
    strays = (attempts.c.run == run) & attempts.c.chunk.notin_(mine)
    count = c.scalar(select(func.count()).where(strays))
    if count:
        yield f"{count} requests belong to no chunk of this run."
