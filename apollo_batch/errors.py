"""Everything raised on purpose; each knows its exit code, and the code of what is wrong.

BatchError                1  a bug, or anything not foreseen
├── UsageError            2  the command was not understood, or nobody agreed to what it would do
├── InvalidError          4  the job file, the spreadsheet or the saved plan cannot be used; nothing was sent
├── AccessError           5  the key is missing, wrong, or may not do this
├── BudgetError           6  a budget or Apollo's credits are used up
├── OutOfReachError       7  Apollo or the journal's server does not answer, or limits us beyond patience
│   └── LostError             the journal's server went away in the middle
├── OutputError           9  the results are safe, the workbook could not be written
└── HeldError            10  another process holds this run
"""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from apollo_batch.codes import Code


class Exit(IntEnum):
    """What the process says when it ends; public, listed in README."""

    OK = 0
    BUG = 1
    USAGE = 2
    ROWS_FAILED = 3
    INVALID = 4
    ACCESS = 5
    BUDGET = 6
    OUT_OF_REACH = 7
    IN_DOUBT = 8
    NOT_WRITTEN = 9
    HELD = 10
    INTERRUPTED = 130
    TERMINATED = 143


EXIT_MEANINGS = {
    Exit.OK: "every row reached an expected end; a skip with a reason is one",
    Exit.BUG: "a bug of ours; the message says where its report was written",
    Exit.USAGE: "the command was not understood, or spending was not agreed to; nothing was sent",
    Exit.ROWS_FAILED: "finished, and some rows failed",
    Exit.INVALID: "the job file, the spreadsheet or the saved plan cannot be used; nothing was sent",
    Exit.ACCESS: "the API key is missing, wrong, or not allowed to do this",
    Exit.BUDGET: "stopped at a budget, by `stop_if`, or after the `pilot`; or Apollo's credits are used up",
    Exit.OUT_OF_REACH: "Apollo or the journal's server is out of reach, or limits us beyond patience: run it again; "
    "or Apollo's answers have changed: update, then run it again",
    Exit.IN_DOUBT: "some rows are in doubt: sent, and nobody knows whether it was carried out",
    Exit.NOT_WRITTEN: "results are safe, the output could not be written; `export RUN` writes it",
    Exit.HELD: "another process holds this run",
    Exit.INTERRUPTED: "interrupted by Ctrl-C; the same command goes on",
    Exit.TERMINATED: "ended by a signal; the same command goes on",
}

# Several may apply to one run; the first of these that does is the one it ends with.
EXIT_ORDER = (
    Exit.IN_DOUBT,
    Exit.NOT_WRITTEN,
    Exit.ACCESS,
    Exit.BUDGET,
    Exit.OUT_OF_REACH,
    Exit.INTERRUPTED,
    Exit.ROWS_FAILED,
)


class EndedError(BaseException):
    """A request to end that met no work, or whose time was up; like Ctrl-C it ends everything."""

    def __init__(self, exit_code: Exit) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


class BatchError(Exception):
    """Something that stops a run: what is wrong and where, and one thing to do about it."""

    exit_code = Exit.BUG

    def __init__(self, code: Code, message: str, *, fix: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}\n  {self.fix}"


class UsageError(BatchError):
    """The command was not understood, or nobody agreed to what it would do."""

    exit_code = Exit.USAGE


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a job file, with the place a person would look at."""

    code: Code
    message: str
    """What is wrong, one sentence."""
    fix: str
    """What to write instead."""
    line: int = 1
    """1-based."""
    column: int = 1
    """1-based, counted in characters."""
    width: int = 1
    """How many characters the caret underlines."""


class InvalidError(BatchError):
    """The job file, the spreadsheet or the saved plan cannot be used; nothing was sent."""

    exit_code = Exit.INVALID

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        fix: str,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(code, message, fix=fix)
        self.problems = problems
        self.job_file: Path | None = None
        """Where the problems are, for whoever shows the lines."""


class AccessError(BatchError):
    """The key is missing, wrong, or may not do this."""

    exit_code = Exit.ACCESS


class BudgetError(BatchError):
    """A budget or Apollo's credits are used up."""

    exit_code = Exit.BUDGET


class OutOfReachError(BatchError):
    """Apollo or the journal's server does not answer, or limits us beyond patience."""

    exit_code = Exit.OUT_OF_REACH


class LostError(OutOfReachError):
    """The journal's server went away in the middle of a transaction, which is undone."""


class OutputError(BatchError):
    """The results are safe, the workbook could not be written."""

    exit_code = Exit.NOT_WRITTEN

    def __init__(self, code: Code, message: str, *, fix: str, remedy: tuple[str, ...] = ()) -> None:
        super().__init__(code, message, fix=fix)
        self.remedy = remedy
        """The flags with which `export` can write it."""


class HeldError(BatchError):
    """Another process holds this run."""

    exit_code = Exit.HELD
