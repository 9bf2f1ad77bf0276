"""The shape of a reason: a stable code, a plain sentence, and what to do about it."""

from dataclasses import dataclass

from apollo_batch.model import Status


@dataclass(frozen=True)
class Reason:
    """Why a row ended as it did."""

    code: str
    """Stable; scripts may rely on it."""
    status: Status
    """The status it explains."""
    sentence: str
    """What happened, as the workbook says it."""
    remedy: str = ""
    """What a person can do about it; empty where there is nothing to do."""
    again: bool = False
    """Whether the same command takes the row up again."""
