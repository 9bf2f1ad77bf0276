"""A row meets a job: out comes an item to send, or the reason not to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.kinds import BadCellError
from apollo_batch.job import headers
from apollo_batch.job.filling import Filling, empty, merged
from apollo_batch.model import Item, Outcome, Params, Row, Status

MOST_NOTE = 80


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on a cell, ready to ask."""

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
    rules: tuple[Rule, ...]
    whens: tuple[Rule, ...]
    """What must hold of a row, or it passes the step by."""
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
        for when in self.whens:
            if not when.holds(row.cells[when.index]):
                return _skipped(row, when.reason, "")
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
