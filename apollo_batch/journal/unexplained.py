"""A run in; what the account's balance says of its look-ups without an answer out."""

import json
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.team import POOL
from apollo_batch.journal.budget import ZERO
from apollo_batch.journal.schema import attempts, balances
from apollo_batch.model import Arrival, Status

_WITHOUT_ANSWER = ("lost", Arrival.UNKNOWN.value)
_OF_THEIR_CHARGE = frozenset({"reply_lost", "process_died"})


def asks_of_it(status: Status, reason: str) -> bool:
    """Whether a row ended so that nobody knows if it was charged."""
    return status is Status.IN_DOUBT and reason in _OF_THEIR_CHARGE


def what_the_balance_says(c: Connection, run: str) -> str:
    """Say whether look-ups without an answer were probably charged; "" where nothing tells.

    What the team spends elsewhere lowers the balance too: so it is never more than probable.
    """
    before, after = (next(_noted(c, run, moment), None) for moment in ("before", "after"))
    if before is None or after is None or after["at"] < _last_sent(c, run):
        return ""
    mine = attempts.c.account == before["account"]
    mine &= attempts.c.sent_at.between(before["at"], after["at"])
    answered = func.coalesce(attempts.c.reported, attempts.c.derived)
    charged = c.scalar(select(func.sum(answered)).where(mine)) or ZERO
    lost = attempts.c.outcome.in_(_WITHOUT_ANSWER)
    most = c.scalar(select(func.sum(attempts.c.spent)).where(mine, lost)) or ZERO
    return _sentence(_left(before) - _left(after) - charged, most)


def _sentence(fell: Decimal, most: Decimal) -> str:
    if fell <= 0:
        return "The account's balance fell by what was answered and no more: probably not charged."
    said = f"The account's balance fell by {fell.normalize():f} beyond what was answered"
    if fell >= most:
        return f"{said}: it was probably charged."
    return f"{said}; {most.normalize():f} may have been charged without an answer."


def _noted(c: Connection, run: str, moment: str) -> Iterator[RowMapping]:
    """Read the balances noted at a moment of a run, the latest first, where Apollo told them."""
    mine = (balances.c.run == run) & (balances.c.moment == moment)
    query = select(balances).where(mine).order_by(balances.c.id.desc())
    for row in c.execute(query).mappings():
        if json.loads(row["kinds"]).get(POOL):
            yield row


def _left(row: RowMapping) -> Decimal:
    return Decimal(json.loads(row["kinds"])[POOL]["left"])


def _last_sent(c: Connection, run: str) -> float:
    lost = attempts.c.outcome.in_(_WITHOUT_ANSWER)
    latest = select(func.max(attempts.c.sent_at)).where(attempts.c.run == run, lost)
    return float(c.scalar(latest) or 0.0)
