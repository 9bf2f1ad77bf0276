"""A step that enrolls and what a plan knows of it come in; the contacts that are there already go out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from apollo_batch.catalogue.entry import Act
from apollo_batch.job.flow import Stage
from apollo_batch.journal import waiting
from apollo_batch.journal.entering import Entry
from apollo_batch.journal.onward import PASSED_BY
from apollo_batch.journal.waiting import Part
from apollo_batch.model import Item, Params, Row
from apollo_batch.packing import same, subject
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.place import Place
from apollo_batch.runner.plan import asking_of

_ID = "contact_id"


@dataclass(frozen=True)
class Enrollees:
    """Whom a step is to enroll."""

    to_look_at: tuple[str, ...]
    """Ids of contacts, in the order of the rows, each once."""
    own: frozenset[str] = frozenset()
    """Those that the run has created itself."""
    to_come: int = 0
    """Rows whose contacts nobody knows yet."""


def enrollees(place: Place, ready: Ready, stage: Stage) -> Enrollees:
    """Find the contacts of a step that there are already."""
    store, step = place.store, stage.step
    source = step.sources.get(_ID)
    if ready.run is None:
        by_cell = stage.before is None or not (source and source.answered)
        there = _of_sheet(place, ready, stage) if by_cell and not stage.sheet else []
        own = set[str]()
    else:
        selection = ready.plan.survey.selection
        part = Part(ready.run, step.id, selection, ready.wish.resend_in_doubt)
        there = waiting.params_of(store, part)
        creating = [s.id for s in ready.job.steps if s.operation.act is Act.CREATE]
        own = waiting.made_by(store, ready.run, creating)
    numbers = dict.fromkeys(str(params[_ID]) for params in there)
    rows = next((leg.rows for leg in ready.plan.legs if leg.step == step.id), len(numbers))
    return Enrollees(
        to_look_at=tuple(number for number in numbers if number not in own),
        own=frozenset(own & numbers.keys()),
        to_come=max(0, rows - len(numbers)),
    )


def _of_sheet(place: Place, ready: Ready, stage: Stage) -> list[Params]:
    """Read the contacts from the sheet's cells, without those known to be enrolled already."""
    asking = asking_of(stage.step, place.store.salt)
    entries = ready.plan.survey.entries or ready.rows.entries()
    found = list(_bound(ready, stage, _chosen(ready, entries)))
    subjects = [subject(asking.operation, params, asking.salt) for params in found]
    made = waiting.made_before(place.store, place.account, asking.operation.name, subjects)
    return [
        params
        for params, mine in zip(found, subjects, strict=True)
        if mine not in made and same(asking, params) not in ready.earlier
    ]


def _chosen(ready: Ready, entries: Iterable[Entry]) -> Iterator[Entry]:
    selection = ready.plan.survey.selection
    for entry in entries:
        row = entry.bound.row
        if not selection or any(low <= row <= high for low, high in selection):
            yield entry


def _bound(ready: Ready, stage: Stage, entries: Iterable[Entry]) -> Iterator[Params]:
    """Bind rows to the step; whether it is for a row may depend on answers that nobody has yet."""
    if stage.before is None:
        yield from (entry.bound.params for entry in entries if isinstance(entry.bound, Item))
        return
    passing = ready.rows.passings()[stage.step.id]
    binding = replace(passing.binding, whens=())
    for entry in entries:
        if isinstance(entry.bound, Item) or entry.bound.reason == PASSED_BY:
            row: Row = passing.row(entry.bound.row, entry.cells, {})
            bound = binding.bind(row)
            if isinstance(bound, Item):
                yield bound.params
