"""A request without an answer in; how long what it may have made is given to show out."""

_FIRST_SECONDS = 5.0
_AGAIN_SECONDS = 30.0
pace = 1.0
"""The share of these waits that is kept; a test, whose Apollo does not lag, takes less of them."""


def first(now: float) -> float:
    """When to look for what a lost request may have made: Apollo's searches lag behind."""
    return now + _FIRST_SECONDS * pace


def again(now: float) -> float:
    """When to look once more for what was not there at the first look."""
    return now + _AGAIN_SECONDS * pace
