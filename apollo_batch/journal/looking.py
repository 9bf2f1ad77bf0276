"""A request without an answer in; how long what it may have made is given to show out."""

from sqlalchemy.engine import Connection

from apollo_batch.journal import limiter

_FIRST_SECONDS = 5.0
_AGAIN_SECONDS = 30.0


def first(c: Connection, account: str, now: float) -> float:
    """When to look for what a lost request may have made: Apollo's searches lag behind."""
    return now + limiter.lasting(c, account, _FIRST_SECONDS)


def again(c: Connection, account: str, now: float) -> float:
    """When to look once more for what was not there at the first look."""
    return now + limiter.lasting(c, account, _AGAIN_SECONDS)
