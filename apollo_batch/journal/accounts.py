"""Whose key it is: the name under which a journal keeps all that a team has bought."""

from sqlalchemy import and_, delete, exists, insert, select, update
from sqlalchemy.engine import Connection

from apollo_batch.journal import budget
from apollo_batch.journal.schema import (
    attempts,
    balances,
    chunks,
    effects,
    items,
    meta,
    questions,
    rows,
    runs,
)
from apollo_batch.journal.store import Store


def account_of(store: Store, key: str, team: str | None) -> str:
    """Name the account of a key: its team, or the team it was seen to have, or the key's mark.

    Every key of the journal begins with the account, so that two teams never share an answer,
    and an answer is found again when Apollo for once does not say whose key it is.
    """
    name, mark = f"account of {key}", f"key-{key}"
    with store.write() as c:
        if team is None:
            seen = c.scalar(select(meta.c.value).where(meta.c.key == name))
            return seen or mark
        _hand_over(c, mark, team)
        c.execute(delete(meta).where(meta.c.key == name))
        c.execute(insert(meta).values(key=name, value=team))
    return team


def _hand_over(c: Connection, mark: str, team: str) -> None:
    """Give a team what was bought before Apollo said whose the key is."""
    unnamed = exists().where(runs.c.account == mark) | exists().where(questions.c.account == mark)
    if not c.scalar(select(unnamed)):
        return
    for table in (runs, rows, items, chunks, attempts, balances):
        c.execute(update(table).where(table.c.account == mark).values(account=team))
    budget.renamed(c, mark, team)
    # What the team knows from another key of its own is as good.
    for known, keys in ((questions, ("question", "variant")), (effects, ("operation", "subject"))):
        theirs = known.alias("theirs")
        same = and_(theirs.c.account == team, *(theirs.c[key] == known.c[key] for key in keys))
        mine = known.c.account == mark
        c.execute(update(known).where(mine, ~exists().where(same)).values(account=team))
        c.execute(delete(known).where(mine))
