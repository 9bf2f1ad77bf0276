"""What one check found: well, doubtful or broken, in a sentence, with one thing to do about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apollo_batch.errors import EXIT_ORDER, BatchError, Exit

_OWN_CODES = {Exit.ACCESS, Exit.OUT_OF_REACH}


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """A run may go well, or not as it was meant."""
    FAIL = "fail"
    """No run goes well."""


@dataclass(frozen=True)
class Checked:
    """One line of a check-up."""

    check: str
    level: Level
    says: str
    fix: str = ""
    """One thing to do; empty where there is nothing to do."""
    exit: Exit = Exit.ROWS_FAILED
    """What the check-up ends with, where this failed."""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "check": self.check,
            "level": self.level.value,
            "says": self.says,
            "fix": self.fix or None,
        }


def well(check: str, says: str) -> Checked:
    return Checked(check, Level.OK, says)


def doubtful(check: str, says: str, fix: str) -> Checked:
    return Checked(check, Level.WARN, says, fix)


def broken(check: str, says: str, fix: str, code: Exit = Exit.ROWS_FAILED) -> Checked:
    return Checked(check, Level.FAIL, says, fix, code)


def failed(check: str, problem: BatchError) -> Checked:
    """Say what an error that was raised on purpose says."""
    code = problem.exit_code if problem.exit_code in _OWN_CODES else Exit.ROWS_FAILED
    return broken(check, problem.message, problem.fix or "", code)


def tried(check: str, what: Callable[[], str]) -> Checked:
    """Try something; what it says where it goes well, and what its error says where not."""
    try:
        return well(check, what())
    except BatchError as problem:
        return failed(check, problem)


def ended(found: Sequence[Checked]) -> Exit:
    """Say what the check-up ends with: 0 where nothing failed."""
    codes = {checked.exit for checked in found if checked.level is Level.FAIL}
    return next((code for code in EXIT_ORDER if code in codes), Exit.OK)
