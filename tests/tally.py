"""What the tests try is counted while they run, in every process of theirs, and told at the end."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

KILLS = "processes killed"
FAULTS = "faults met"
MUTATIONS = "answers mutated"
ROWS = "rows judged"
DOUBTS = "rows in doubt"
ORDER = (KILLS, FAULTS, MUTATIONS, ROWS, DOUBTS)

_counted: Counter[str] = Counter()


def count(what: str, number: int = 1) -> None:
    """Note that so much was tried."""
    _counted[what] += number


def counted() -> dict[str, int]:
    """What this process has tried."""
    return dict(_counted)


def take(theirs: Mapping[str, Any]) -> None:
    """Add what another process has tried."""
    _counted.update({what: int(number) for what, number in theirs.items()})


def told() -> str:
    """All of it in one line; "" where nothing of the kind was tried."""
    known = [f"{_counted[what]:,} {what}" for what in ORDER if _counted[what]]
    return f"Tried: {', '.join(known)}." if known else ""
