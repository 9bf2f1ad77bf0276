"""An operation and a sheet come in; the columns that say who wants no e-mail go out, as rules."""

from collections.abc import Iterator
from dataclasses import dataclass

from apollo_batch.catalogue.entry import Operation
from apollo_batch.job import synonyms
from apollo_batch.job.recognise import squashed
from apollo_batch.job.sight import Sight

_OF_PEOPLE = ("people", "contacts", "sequences")


@dataclass(frozen=True)
class Rule:
    """Rows to leave out: those whose cell in a column fits a pattern."""

    column: str
    matches: str
    reason: str


def rules_of(operation: Operation, sight: Sight) -> Iterator[Rule]:
    """Name the columns by which rows are left out; of companies nobody is written to."""
    if operation.withdraws or operation.name.partition(".")[0] not in _OF_PEOPLE:
        return
    for column in sight.columns:
        for reason, pattern, phrases in synonyms.LEFT_OUT:
            if squashed(column.name) in {squashed(each) for each in phrases.split(" | ")}:
                yield Rule(column.name, pattern, reason)
