"""Credits held before a request leaves and settled after: the only room where budgets change."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.engine import Connection

from apollo_batch.catalogue.entry import Operation
from apollo_batch.journal.schema import attempts, budgets
from apollo_batch.model import Params

ZERO = Decimal(0)
FLOOR = "balance_kept"
"""The reason of what stops because the rest of the balance is to be kept."""

_ONE = select(budgets).where(budgets.c.scope == bindparam("b_scope"))
_MOVE = (
    update(budgets)
    .where(budgets.c.scope == bindparam("b_scope"))
    .values(
        held=budgets.c.held + bindparam("held_more"),
        spent=budgets.c.spent + bindparam("spent_more"),
    )
)


def most_per_item(operation: Operation, options: Params, stated: Decimal | None) -> Decimal:
    """Say the most that one item can cost; what a job states counts where Apollo knows no most."""
    extras = operation.price.extras.items()
    known = operation.price.base + sum((p for name, p in extras if options.get(name) is True), ZERO)
    waterfall = any(options.get(name) is True for name in operation.price.unbounded)
    return max(known, stated or ZERO) if waterfall else known


def scope_of(run: str) -> str:
    """Name the budget of one run."""
    return f"run:{run}"


def scopes_of(account: str, run: str, at: float) -> dict[str, str]:
    """Name the budgets that a request of a moment counts under: its run's, day's, month's, account's.

    Days and months are those of UTC: the same for everybody who shares a journal.
    """
    day = datetime.fromtimestamp(at, UTC)
    return {
        "budget": scope_of(run),
        "budget_day": f"day:{account}:{day:%Y-%m-%d}",
        "budget_month": f"month:{account}:{day:%Y-%m}",
        FLOOR: balance_of(account),
    }


def balance_of(account: str) -> str:
    """Name the budget that is the account's own balance, whoever of its runs spends."""
    return f"balance:{account}"


def put_in_force(c: Connection, account: str, caps: Mapping[str, Decimal | None]) -> None:
    """See that budgets are there, each with what it may hold; what was spent stays spent."""
    for scope, cap in caps.items():
        set_cap(c, account, scope, cap)


def set_cap(c: Connection, account: str, scope: str, cap: Decimal | None) -> None:
    """Put a budget in force; what was spent under it stays spent."""
    changed = c.execute(update(budgets).where(budgets.c.scope == scope).values(cap=cap))
    if changed.rowcount == 0:
        opened(c, account, scope, cap)


def opened(c: Connection, account: str, scope: str, cap: Decimal | None = None) -> None:
    """See that a budget is there, so that what counts under it is counted."""
    if c.execute(_ONE, {"b_scope": scope}).first() is None:
        c.execute(
            budgets.insert().values(scope=scope, account=account, cap=cap, held=ZERO, spent=ZERO)
        )


def fits(
    c: Connection, scope: str, most: Decimal, *, keep: Decimal | None = None
) -> tuple[int | None, bool]:
    """Say how many items the budget still holds (None: any number), and whether more may free up.

    More may free up while credits are held: most requests cost less than they could. Of `keep`
    credits none may be touched; where a budget to keep some of is not known, it holds nothing.
    """
    if most <= 0:
        return None, False
    found = c.execute(_ONE, {"b_scope": scope}).mappings().first()
    if found is None or found["cap"] is None:
        return (None if keep is None else 0), False
    room = found["cap"] - (keep or ZERO) - found["held"] - found["spent"]
    return max(0, int(room // most)), found["held"] > 0


def move(c: Connection, scopes: Iterable[str], held: Decimal, spent: Decimal) -> None:
    """Move budgets by what more, or less, is held and spent under them."""
    if held or spent:
        more = {"held_more": held, "spent_more": spent}
        c.execute(_MOVE, [{"b_scope": scope, **more} for scope in scopes])


def renamed(c: Connection, mark: str, team: str) -> None:
    """Give a team the budgets of days and months, and the balance, that were under another name."""
    theirs = (budgets.c.account == mark) & ~budgets.c.scope.startswith("run:")
    old = c.scalars(select(budgets.c.scope).where(theirs)).all()
    c.execute(update(budgets).where(budgets.c.account == mark).values(account=team))
    c.execute(delete(budgets).where(budgets.c.scope.in_(old)))
    for scope, (held, spent) in recount(c, [s.replace(mark, team, 1) for s in old]).items():
        opened(c, team, scope)
        same = budgets.c.scope == scope
        c.execute(update(budgets).where(same).values(held=held, spent=spent))


def recount(c: Connection, scopes: Iterable[str]) -> dict[str, tuple[Decimal, Decimal]]:
    """Add held and spent up again from the attempts: what the counters must equal."""
    totals = dict.fromkeys(scopes, (ZERO, ZERO))
    columns = (attempts.c[name] for name in ("account", "run", "sent_at", "held", "spent"))
    for account, run, at, held, spent in c.execute(select(*columns)):
        for scope in scopes_of(account, run, at).values():
            if scope in totals:
                totals[scope] = (totals[scope][0] + held, totals[scope][1] + spent)
    return totals
