"""Where a run's rows come from: a spreadsheet bound to the job, or the job's own search."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.files import named, sha256
from apollo_batch.job.bind import Binding
from apollo_batch.job.filling import whole_question
from apollo_batch.job.names import Directory
from apollo_batch.job.tie import Passing, bind_to, passings
from apollo_batch.job.wanted import Job
from apollo_batch.journal.entering import Entry
from apollo_batch.model import Item, RowNumber
from apollo_batch.runner.columns import columns_of
from apollo_batch.runner.suppression import Suppression
from apollo_batch.runner.survey import entries
from apollo_batch.sheets.layout import comes_back, theirs
from apollo_batch.sheets.read import Sheet, open_sheet

_ONLY = RowNumber(1)
"""The one row of a job that starts from a search."""


@dataclass(frozen=True)
class Rows:
    """The rows of a run, readable again and again."""

    job: Job
    sheet: Sheet | None = None
    binding: Binding | None = None
    directory: Directory = field(default_factory=Directory)
    """What the names in its cells stand for."""
    suppression: Suppression | None = None
    """Whom nothing may be asked, made or sent."""
    salt: bytes = field(default=b"", repr=False)
    """The journal's own, for the hash that it keeps of each row."""

    def passings(self) -> dict[str, Passing]:
        """Tie each later step to what a row has by then."""
        return passings(self.job, self.binding, self.directory)

    def entries(self) -> Iterator[Entry]:
        """Bind every row; a search is a row of its own."""
        if self.sheet is not None and self.binding is not None:
            by_id = any(step.operation.by_id for step in self.job.steps)
            yield from entries(
                self.sheet, self.binding, self.suppression, salt=self.salt, by_id=by_id
            )
        else:
            yield Entry((), "", Item(_ONLY, dict(whole_question(self.job.steps[0]))))

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of how they were read."""
        return self.sheet.notices if self.sheet is not None else ()

    @property
    def returned(self) -> bool:
        """Whether the sheet is an earlier result come back, to be gone on with."""
        return self.sheet is not None and comes_back(self.sheet.columns)

    @property
    def sheet_name(self) -> str | None:
        """The sheet's name in its workbook; None where there is but one."""
        if self.sheet is None or self.sheet.kind == "csv":
            return None
        return self.sheet.name

    def source(self, original: Path | None) -> dict[str, str]:
        """Say where the input is, by column of the journal's table of runs."""
        if self.sheet is None or original is None:
            return {"input_path": "", "input_hash": ""}
        return {"input_path": str(named(original)), "input_hash": sha256(self.sheet.path)}


def rows_of(job: Job, path: Path | None, *, encoding: str | None, directory: Directory) -> Rows:
    """Open a job's rows; UsageError where a spreadsheet is missing, or one too many."""
    if job.searches:
        if path is not None:
            raise UsageError(
                Code.SHEET_NOT_WANTED,
                "This job starts from a search and takes no spreadsheet.",
                fix="Leave the spreadsheet out.",
            )
        return Rows(job, directory=directory)
    if path is None:
        raise UsageError(
            Code.SHEET_NEEDED,
            "This job needs a spreadsheet.",
            fix="Name it behind the job: apollo-batch run JOB SHEET",
        )
    sheet = open_sheet(
        path, name=job.sheet, table=job.table, header_row=job.header_row, encoding=encoding
    )
    binding = bind_to(job, theirs(sheet.columns, columns_of(job)[""].names), directory)
    return Rows(job, sheet, binding, directory)
