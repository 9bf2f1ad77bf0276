"""Parameters come in; lists and moments go out, or the refusal Apollo has for what is missing."""

from datetime import UTC, datetime

from apollo_batch.sandbox.answer import Answer, invalid


def missing(name: str) -> Answer:
    return invalid(f"Required parameter '{name}' missing")


def listed(value: object) -> list[str]:
    """Read one text or a list of texts, each once."""
    values = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(str(one) for one in values if one not in (None, "")))


def text(value: object) -> str | None:
    """Read a text; what is empty says nothing."""
    return None if value in (None, "") else str(value)


def moment(value: object) -> str | None:
    """Read a date or a time, and spell it as Apollo stores it; None where it is neither."""
    try:
        at = datetime.fromisoformat(str(value).strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at.isoformat(timespec="milliseconds")


def epoch(stored: str) -> float:
    """Read a moment as `moment` spells it, in seconds since 1970."""
    return datetime.fromisoformat(stored).timestamp()
