"""A spreadsheet and what a person says of it come in; the draft of a job that suits it goes out."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.param import Param
from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError, Problem, UsageError
from apollo_batch.job import headers, starters
from apollo_batch.job.draft import Draft, write
from apollo_batch.job.guess import Chosen, cleaner_for, enough, guess, suggested
from apollo_batch.job.left_out import rules_of
from apollo_batch.job.load import explain, loads
from apollo_batch.job.places import Place
from apollo_batch.job.recognise import MOST_CELLS
from apollo_batch.job.sight import Sight, look_at
from apollo_batch.job.spelling import FIELDS, meant
from apollo_batch.job.tie import bind_to
from apollo_batch.sheets.layout import named_columns
from apollo_batch.sheets.read import Sheet, open_sheet
from apollo_batch.suggest import did_you_mean, near

PREVIEWED = 5
_LISTED = 12


@dataclass(frozen=True)
class Beginning:
    """A spreadsheet that a job is to be made for."""

    sheet: Sheet
    several: bool
    """Whether its workbook has other sheets, so that the job has to name this one."""
    header_row: int | None
    """The row of the header, where a person named it."""
    rows: tuple[tuple[str, ...], ...]
    """The cells of its first rows."""
    count: int

    def columns(self, operation: Operation | None = None) -> tuple[str, ...]:
        """The names of its own columns; "" for what an earlier run has added."""
        kept = [*starters.kept_of(operation)] if operation else []
        ours = named_columns(self.sheet.columns, [*kept, *map(starters.apart, kept)])
        named = enumerate(self.sheet.columns, start=1)
        return tuple("" if place in ours else name for place, name in named)

    def sight(self, operation: Operation | None = None) -> Sight:
        """See what its columns seem to hold."""
        return look_at(self.columns(operation), self.rows)


@dataclass(frozen=True)
class Wanted:
    """What a person says of a new job, in words."""

    columns: Sequence[str] = ()
    """`PARAMETER=COLUMN`, or `PARAMETER=` where the guess is to be forgotten."""
    options: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None


def begin(
    path: Path,
    *,
    name: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
) -> Beginning:
    """Open a spreadsheet; InvalidError where it cannot be used."""
    sheet = open_sheet(path, name=name, header_row=header_row, encoding=encoding)
    rows = sheet.rows()
    first = tuple(row.cells for row in itertools.islice(rows, MOST_CELLS))
    several = len(sheet.visible) > 1 or (name is not None and sheet.kind != "csv")
    return Beginning(sheet, several, header_row, first, len(first) + sum(1 for _ in rows))


def suggestion(beginning: Beginning) -> Operation | None:
    """Say what the rows are to be looked up as; None where nobody can tell."""
    people, companies = OPERATIONS["people.enrich"], OPERATIONS["organizations.enrich"]
    return suggested(beginning.sight(people), people, companies)


def operation_called(name: str) -> Operation:
    """Find an operation; UsageError where there is none that takes rows, with what was meant."""
    found = OPERATIONS.get(name)
    if found is None:
        raise UsageError(
            Code.UNKNOWN_OPERATION, f"There is no operation {name!r}.", fix=near(name, OPERATIONS)
        )
    if not any(param.in_map for param in found.params):
        raise UsageError(
            Code.NO_SUCH_START,
            f"{name} takes nothing from a row, so a spreadsheet is no beginning for it.",
            fix="Write a job with `source:`; docs/job-file.md shows one.",
        )
    return found


def drafted(beginning: Beginning, operation: Operation, wanted: Wanted) -> Draft:
    """Draft a job: the guess, and over it what a person said."""
    sight = beginning.sight(operation)
    columns = beginning.columns(operation)
    chosen = guess(operation, sight)
    for said in wanted.columns:
        _correct(operation, chosen, said, columns, sight)
    stem = beginning.sheet.path.stem
    return Draft(
        operation=operation,
        name=wanted.name or starters.called(operation, stem),
        made_from=beginning.sheet.path.name,
        columns=columns,
        rows=beginning.count,
        chosen=chosen,
        options=wanted.options,
        skips=tuple(rules_of(operation, sight)),
        sheet=beginning.sheet.name if beginning.several else None,
        header_row=beginning.header_row,
    )


def lacking(draft: Draft) -> list[Param]:
    """Name what has to be filled besides, for rows to be sent; the least that will do."""
    operation, given = draft.operation, _given(draft)
    if enough(operation, given):
        return []
    least = min((each - given for each in operation.enough), key=len)
    return [param for param in operation.params if param.name in least]


def checked(draft: Draft, beginning: Beginning, file: str) -> str:
    """Write the file's text; UsageError where what was said does not make a sound job."""
    text = write(draft)
    try:
        bind_to(loads(text, file), beginning.sheet.columns)
    except InvalidError as refusal:
        shown = explain(refusal, text, file)
        raise UsageError(
            Code.JOB_UNSOUND, f"This would be no sound job:\n{shown}", fix="Say it otherwise."
        ) from None
    return text


def pairs(said: str) -> tuple[str, str]:
    """Take `PARAMETER=VALUE` apart."""
    key, sign, text = said.partition("=")
    if not sign or not key.strip() or not text.strip():
        raise UsageError(
            Code.FLAG_VALUE,
            f"{said!r} is no PARAMETER=VALUE.",
            fix="Write it like sequence=Spring.",
        )
    return key.strip(), text.strip()


def _given(draft: Draft) -> set[str]:
    found = (meant(draft.operation, key) for key in draft.options)
    return draft.chosen.keys() | {each.param.name for each in found if each is not None}


def _correct(
    operation: Operation,
    chosen: dict[str, Chosen],
    said: str,
    columns: Sequence[str],
    sight: Sight,
) -> None:
    """Put the column that a person named in the place of the one that was guessed."""
    key, sign, name = said.partition("=")
    if not sign:
        raise UsageError(
            Code.FLAG_VALUE, f"{said!r} is no PARAMETER=COLUMN.", fix="Write it like email=Email."
        )
    param = _param(operation, key.strip())
    if not name.strip():
        chosen.pop(param.name, None)
        return
    found = headers.find(name.strip(), columns, Place())
    if isinstance(found, Problem):
        raise UsageError(found.code, found.message, fix=found.fix)
    column = next(each for each in sight.columns if each.index == found)
    chosen[param.name] = Chosen(column, cleaner_for(param, column))


def _param(operation: Operation, key: str) -> Param:
    found = meant(operation, key)
    if found is not None and found.param.in_map and found.param.name != FIELDS:
        return found.param
    if found is not None:
        raise UsageError(
            Code.PARAMETER_ELSEWHERE,
            f"No column fills {key!r}.",
            fix="Write it into the job file by hand."
            if found.param.name == FIELDS
            else f"Say it once for all rows: --option {key}=VALUE.",
        )
    known = [param.name for param in operation.params if param.in_map and param.name != FIELDS]
    meaning = did_you_mean(key, known) or f"There are: {listed(known)}."
    raise UsageError(
        Code.UNKNOWN_PARAMETER, f"{operation.name} takes no parameter {key!r}.", fix=meaning
    )


def listed(names: Iterable[str]) -> str:
    """Put names into a sentence, the first few."""
    every = [headers.tidy(name) for name in names if name.strip()]
    more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
    return f"{', '.join(every[:_LISTED])}{more}"
