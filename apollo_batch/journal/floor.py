"""The account's balance as Apollo told it last; what its runs spend after that is counted on."""

from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.journal import budget
from apollo_batch.journal.schema import budgets, runs
from apollo_batch.journal.store import Store


def spent_so_far(store: Store, account: str) -> Decimal:
    """Say what all runs of an account have spent; asked for before Apollo is asked what is left."""
    with store.read() as c:
        same = budgets.c.scope == budget.balance_of(account)
        return c.scalar(select(budgets.c.spent).where(same)) or budget.ZERO


def used(store: Store, scope: str) -> Decimal:
    """Say what is spent or held under a budget."""
    with store.read() as c:
        both = select(budgets.c.spent, budgets.c.held).where(budgets.c.scope == scope)
        return sum(c.execute(both).first() or (), budget.ZERO)


def note(store: Store, account: str, *, spent: Decimal, left: Decimal, now: float) -> bool:
    """Take what Apollo says is left as what may be spent from there on; whether that is more.

    `spent` is what had been spent before it was asked: what was under way then counts as still
    to be charged, so that it is rather counted twice than not at all.
    """
    scope = budget.balance_of(account)
    with store.write() as c:
        before = c.scalar(select(budgets.c.cap).where(budgets.c.scope == scope))
        budget.set_cap(c, account, scope, spent + left)
        c.execute(update(budgets).where(budgets.c.scope == scope).values(told_at=now))
    return before is None or spent + left > before


def answered_late(c: Connection, attempt: RowMapping, more: Decimal) -> None:
    """An answer that comes after the balance was told changes nothing of what was left then."""
    told = (budgets.c.scope == budget.balance_of(attempt["account"])) & (
        budgets.c.told_at >= attempt["done_at"]
    )
    c.execute(update(budgets).where(told).values(cap=budgets.c.cap + more))


def go_on(store: Store, run: str) -> None:
    """Let a run go on that had stopped because the balance did not allow more."""
    mine = (runs.c.id == run) & (runs.c.stop == budget.FLOOR)
    with store.write() as c:
        c.execute(update(runs).where(mine).values(stop="", stop_note=""))
