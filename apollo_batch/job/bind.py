"""A row meets a job: out comes an item to send, or the reason not to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.kinds import BadCellError
from apollo_batch.errors import InvalidError, Problem
from apollo_batch.job import conditions, headers
from apollo_batch.job.filling import Filling, Reading, empty, from_column, merged, whole_question
from apollo_batch.job.names import Directory
from apollo_batch.job.places import Loc
from apollo_batch.job.spelling import field_way, way
from apollo_batch.job.wanted import Job
from apollo_batch.model import Item, Outcome, Params, Row, Status

MOST_NOTE = 80


@dataclass(frozen=True, slots=True)
class _Rule:
    """A skip rule, ready to ask."""

    index: int
    holds: Callable[[str], bool]
    reason: str


@dataclass(frozen=True)
class Binding:
    """A job tied to the columns of one sheet."""

    operation: Operation
    columns: tuple[str, ...]
    named: tuple[int, ...]
    """Indexes of the columns that the job names, in the header's order."""
    rules: tuple[_Rule, ...]
    fillings: tuple[Filling, ...]
    constants: Params = field(default_factory=dict)
    """What is the same for every row; a cell that says something wins."""
    include_hidden: bool = False

    def cells(self, row: Row) -> tuple[str, ...]:
        """Take the cells that the job names: all that the journal keeps of a row."""
        return tuple(row.cells[index] for index in self.named)

    def bind(self, row: Row) -> Item | Outcome:
        """Make an item of a row, or say why nothing is sent for it."""
        if row.skip is not None and not (self.include_hidden and row.skip == "hidden_row"):
            return _skipped(row, row.skip, "")
        for rule in self.rules:
            if rule.holds(row.cells[rule.index]):
                return _skipped(row, rule.reason, self._cell(row, rule.index))
        if row.troubles:
            for index in self.named:
                if index in row.troubles:
                    return _skipped(row, row.troubles[index], self._cell(row, index))
        return self._filled(row)

    def _cell(self, row: Row, index: int) -> str:
        return f"{headers.tidy(self.columns[index])}: {headers.tidy(row.cells[index]) or 'empty'}"

    def _filled(self, row: Row) -> Item | Outcome:
        params: dict[str, Any] = {}
        telling = set(self.constants)
        own = False
        for filling in self.fillings:
            cell = row.cells[filling.index]
            try:
                value = filling.value(cell) if cell else ""
            except BadCellError as trouble:
                return _skipped(row, trouble.reason, f"{filling.name}: {cell.strip()!r}")
            if not empty(value):  # Apollo clears fields on an empty value, so none is ever sent
                own = True
                telling.add(filling.param)
                filling.put(params, value)
            elif not empty(filling.default):
                if filling.default_tells:
                    telling.add(filling.param)
                filling.put(params, filling.default)
        if not own:
            return _skipped(row, "missing_identity", "")
        if not any(combination <= telling for combination in self.operation.enough):
            return _skipped(row, "weak_identity", self._missing(telling))
        return Item(row.number, merged(self.constants, params))

    def _missing(self, telling: set[str]) -> str:
        """Name the cells whose filling would make the row identifiable, nearest first."""
        column = {each.param: headers.tidy(self.columns[each.index]) for each in self.fillings}
        said = column.keys() | self.constants.keys()
        mapped = [each - telling for each in self.operation.enough if each <= said]
        fewest = min(map(len, mapped))
        ways = [
            " and ".join(column[name] for name in column if name in each)
            for each in mapped
            if len(each) == fewest
        ]
        return f"empty: {' or '.join(dict.fromkeys(ways))}"


def _skipped(row: Row, reason: str, note: str) -> Outcome:
    short = note if len(note) <= MOST_NOTE else note[: MOST_NOTE - 1] + "…"
    return Outcome(row.number, Status.SKIPPED, reason, short)


def bind_to(job: Job, columns: Sequence[str], directory: Directory | None = None) -> Binding:
    """Find a job's columns in a header; InvalidError names every one that is not there once.

    Names of users, stages and the like in cells are looked up in the directory.
    """
    finding = _Finding(job, columns)
    step = job.steps[0]
    operation = step.operation
    rules = tuple(finding.rules())
    fillings = tuple(finding.fillings(operation, Reading.of(job, directory or Directory())))
    if finding.problems:
        count = len(finding.problems)
        lacks = "a column" if count == 1 else f"{count} columns"
        raise InvalidError(
            f"The job names {lacks} that cannot be found in the sheet.",
            problems=tuple(finding.problems),
        )
    named = sorted({rule.index for rule in rules} | {filling.index for filling in fillings})
    return Binding(
        operation,
        tuple(columns),
        tuple(named),
        rules,
        fillings,
        whole_question(step),
        job.include_hidden,
    )


class _Finding:
    """One search through a header; a column that is not found is noted and 0 stands for it."""

    def __init__(self, job: Job, columns: Sequence[str]) -> None:
        self.job = job
        self.columns = columns
        self.problems: list[Problem] = []

    def rules(self) -> Sequence[_Rule]:
        return [
            _Rule(
                self._index(rule.column, ("skip", number, "column")),
                conditions.question(rule),
                rule.reason,
            )
            for number, rule in enumerate(self.job.skip)
        ]

    def fillings(self, operation: Operation, reading: Reading) -> Sequence[Filling]:
        return [
            from_column(
                operation, name, self._index(source.column, self._loc(name)), source, reading
            )
            for name, source in self.job.steps[0].sources.items()
        ]

    def _loc(self, name: str) -> Loc:
        places, operation = self.job.places, self.job.steps[0].operation
        if "." in name:
            return (*field_way(places, ("map",), name.partition(".")[2]), "column")
        return (*way(places, ("map",), operation, name), "column")

    def _index(self, column: str, loc: Loc) -> int:
        found = headers.find(column, self.columns, self.job.places.value(loc))
        if isinstance(found, Problem):
            self.problems.append(found)
            return 0
        return found
