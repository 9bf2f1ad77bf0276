"""A job and a sheet's header come in; each step tied to the cells that it is filled from goes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError, Problem
from apollo_batch.job import conditions, headers
from apollo_batch.job.bind import Binding, Rule
from apollo_batch.job.filling import Filling, Reading, from_column, whole_question
from apollo_batch.job.flow import takes
from apollo_batch.job.names import Directory
from apollo_batch.job.places import EACH, Loc, Place
from apollo_batch.job.spelling import field_way, way
from apollo_batch.job.wanted import Job, Source, Step, When, kept_as
from apollo_batch.model import Row, RowNumber


@dataclass(frozen=True)
class Passing:
    """A later step tied to what a row has by then: its named cells, and what steps answered."""

    binding: Binding
    taken: tuple[str, ...]
    """What it takes of earlier answers, as `step.field`."""

    def row(self, number: RowNumber, cells: Sequence[str], answers: Mapping[str, str]) -> Row:
        """Put together what the step is bound to of a row that has come so far."""
        return Row(number, (*cells, *(answers.get(kept_as(name), "") for name in self.taken)))


def bind_to(job: Job, columns: Sequence[str], directory: Directory | None = None) -> Binding:
    """Find a job's columns in a header; InvalidError names every one that is not there once.

    Names of users, stages and the like in cells are looked up in the directory.
    """
    finding = _Finding(job, columns)
    rules = tuple(finding.rules())
    reading = Reading.of(job, directory or Directory())
    first, *_ = steps = [finding.step(step, reading) for step in job.steps]
    if finding.problems:
        count = len(finding.problems)
        lacks = "a column" if count == 1 else f"{count} columns"
        raise InvalidError(
            Code.JOB_UNSOUND,
            f"The job names {lacks} that cannot be found in the sheet.",
            fix=EACH,
            problems=tuple(sorted(finding.problems, key=lambda each: (each.line, each.column))),
        )
    # Later steps find their cells in the journal, which keeps those that any step names.
    named = {each.index for each in rules} | set().union(*(step.named for step in steps))
    return replace(first, rules=rules, named=tuple(sorted(named)))


def passings(job: Job, binding: Binding | None, directory: Directory) -> dict[str, Passing]:
    """Tie each later step to the cells that the journal keeps; `binding`: the first step's.

    None where the job starts from a search, which has no cells.
    """
    columns = binding.columns if binding else ()
    named = binding.named if binding else ()
    reading = Reading.of(job, directory)
    return {step.id: _passing(job, step, columns, named, reading) for step in job.steps[1:]}


def _passing(
    job: Job, step: Step, columns: Sequence[str], named: Sequence[int], reading: Reading
) -> Passing:
    taken = tuple(dict.fromkeys(takes(step)))
    finding = _Finding(job, columns, named, taken)
    return Passing(finding.step(step, reading), taken)


class _Finding:
    """One search through a header; a column that is not found is noted and 0 stands for it."""

    def __init__(
        self,
        job: Job,
        columns: Sequence[str],
        named: Sequence[int] | None = None,
        taken: Sequence[str] = (),
    ) -> None:
        self.job = job
        self.columns = columns
        self.named = named
        """The indexes of the cells that are left by then; None: all are there."""
        self.taken = taken
        self.problems: list[Problem] = []

    def rules(self) -> Sequence[Rule]:
        places = self.job.places
        return [
            Rule(
                self._index(rule.column, places.value(("skip", number, "column"))),
                conditions.question(rule),
                rule.reason,
            )
            for number, rule in enumerate(self.job.skip)
        ]

    def step(self, step: Step, reading: Reading) -> Binding:
        """Tie one step to the cells it names; what an answer fills waits for its step."""
        whens = tuple(self._whens(step))
        fillings = tuple(self._fillings(step, reading))
        named = sorted({*(each.index for each in whens), *(each.index for each in fillings)})
        columns = self.columns if self.named is None else [self.columns[n] for n in self.named]
        return Binding(
            step.operation,
            (*columns, *self.taken),
            tuple(named),
            (),
            whens,
            fillings,
            whole_question(step),
            self.job.include_hidden,
        )

    def _whens(self, step: Step) -> Iterator[Rule]:
        for number, when in enumerate(step.when):
            place = step.places.value(("when", number, "column"))
            index = self._place(when, place)
            if index is not None:
                yield Rule(index, conditions.question(when), when.reason)

    def _fillings(self, step: Step, reading: Reading) -> Iterator[Filling]:
        for name, source in step.sources.items():
            index = self._place(source, step.places.value(_loc(step, name)))
            if index is not None:
                yield from_column(step.operation, name, index, source, reading)

    def _place(self, source: Source | When, place: Place) -> int | None:
        """Say where a value stands; None: an answer that is not there yet."""
        if not source.answered:
            index = self._index(source.column, place)
            return index if self.named is None else self.named.index(index)
        if source.column not in self.taken:
            return None
        return len(self.named or ()) + self.taken.index(source.column)

    def _index(self, column: str, place: Place) -> int:
        found = headers.find(column, self.columns, place)
        if isinstance(found, Problem):
            self.problems.append(found)
            return 0
        return found


def _loc(step: Step, name: str) -> Loc:
    if "." in name:
        return (*field_way(step.places, ("map",), name.partition(".")[2]), "column")
    return (*way(step.places, ("map",), step.operation, name), "column")
