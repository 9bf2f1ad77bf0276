"""What `--period` says and the time come in; the period that is meant, in one word, goes out."""

from datetime import UTC, datetime

AUTO = {"auto": "%Y-%m-%d", "auto:week": "%G-W%V", "auto:month": "%Y-%m"}
"""What stands for the period that a moment is in, and how that is written."""


def period_at(word: str, now: float) -> str:
    """Name the period that a moment is in, in UTC: the same whatever machine asks; any other word stays."""
    written = AUTO.get(word)
    return word if written is None else f"{datetime.fromtimestamp(now, UTC):{written}}"
