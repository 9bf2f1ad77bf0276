"""A journal counted up again: whether its counters, states and requests agree with each other."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from apollo_batch.journal import budget
from apollo_batch.journal.schema import attempts, budgets, chunks, items
from apollo_batch.journal.store import Store
from apollo_batch.model import Status


def disagreements(store: Store, run: str) -> list[str]:
    """Say in sentences what of a run's record does not fit the rest of it; [] where all does."""
    with store.read() as c:
        return [
            *_damage(c),
            *_counters(c, run),
            *_unanswered(c, run),
            *_without_request(c, run),
            *_in_vain(c, run),
            *_foreign(c, run),
        ]


def _damage(c: Connection) -> Iterator[str]:
    if c.dialect.name == "sqlite":
        for (said,) in c.exec_driver_sql("PRAGMA integrity_check(5)").all():
            if said != "ok":
                yield f"The journal's file is damaged: {said}."


def _counters(c: Connection, run: str) -> Iterator[str]:
    scope = budget.scope_of(run)
    noted = c.execute(select(budgets).where(budgets.c.scope == scope)).mappings().first()
    if noted is None:
        return
    held, spent = budget.recount(c, [scope])[scope]
    for name, counted in (("held", held), ("spent", spent)):
        if noted[name] != counted:
            yield f"The budget says {noted[name]} credits {name}, its requests add up to {counted}."
    if noted["cap"] is not None and spent > noted["cap"]:
        yield f"{spent} credits were spent under a budget of {noted['cap']}."


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
