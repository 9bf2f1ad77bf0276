"""A well-shaped job comes in; what it asks Apollo for, and where it says so, goes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.searches import TO_BE_HAD
from apollo_batch.job import moments
from apollo_batch.job.parts import SourceShape
from apollo_batch.job.places import Loc, Places
from apollo_batch.job.shape import OF_A_STEP, JobShape
from apollo_batch.job.spelling import FIELDS, meant
from apollo_batch.job.step_shape import StepShape

SOURCE = "source"
"""What steps call the search that a job starts from."""


@dataclass(frozen=True)
class Asked:
    """One operation of a job, whether it starts from a spreadsheet or from a search."""

    shape: JobShape
    """The job as if this were its one operation."""
    operation: Operation
    places: Places
    """Where its words stand; a step's begin at the step."""
    id: str
    step: StepShape | None = None
    """None: it is the job's one operation, or the search that it starts from."""
    earlier: Mapping[str, Operation] = field(default_factory=dict)
    """The steps before it, in their order."""
    taken: Mapping[str, str] = field(default_factory=dict)
    """What later steps take of its answers: `step.field` to the field."""
    names_whom: bool = False
    """Whether a later step may know by its answer alone whom it changes or enrolls."""

    @property
    def searches(self) -> bool:
        """Whether it starts from a search of its own."""
        return self.shape.source is not None

    @property
    def options(self) -> Mapping[str, Any]:
        """What is the same for every row, as it is written."""
        found = self.shape.source.options if self.shape.source else self.shape.options
        return found or {}

    @property
    def options_at(self) -> Loc:
        """The way to the options in the file."""
        return ("source", "options") if self.searches else ("options",)

    @property
    def columns(self) -> Mapping[str, SourceShape]:
        """Key below `map` to its source; custom fields stand apart."""
        return self.shape.map.model_extra or {}

    @property
    def field_columns(self) -> Mapping[str, SourceShape]:
        """Label or id of a custom field to its source."""
        return self.shape.map.typed_custom_fields or {}

    @property
    def clock(self) -> moments.Clock:
        """What cells leave unsaid of a moment."""
        return moments.Clock(moments.zone(self.shape.zone), self.shape.time)

    def given(self) -> set[str]:
        """Name every parameter that the file names, sound or not."""
        named = set()
        for group in (("map",), self.options_at):
            for loc in self.places.keys:
                if loc[:-1] == group:
                    found = meant(self.operation, str(loc[-1]))
                    named |= {found.param.name} if found else set()
        return named

    def takes(self) -> Iterator[str]:
        """Name what it takes of earlier answers: `step.field`."""
        for source in (*self.columns.values(), *self.field_columns.values()):
            if source.from_:
                yield source.from_
        for rule in (self.step.when if self.step else None) or []:
            if rule.from_:
                yield rule.from_
        yield from (name for name, _ in self.to_be_had())

    def to_be_had(self) -> list[tuple[str, str]]:
        """What the search that found a person has to say of them: `step.field`, and the word."""
        wanted = (self.step.only_if_available if self.step else None) or []
        tells = (TO_BE_HAD[name] for name in dict.fromkeys(wanted))
        return [(f"{self.found_by}.{field}", word) for field, word in tells]

    @property
    def found_by(self) -> str:
        """The step whose answer says which record is meant; "": a column does, or nothing."""
        source = self.columns.get("id")
        return source.from_.partition(".")[0] if source and source.from_.endswith(".id") else ""

    def says_fields(self) -> bool:
        """Whether any custom field is filled from a column."""
        return FIELDS in self.shape.map.model_fields_set


def asked(shape: JobShape, places: Places) -> list[Asked]:
    """Find the operations of a job in their order; none where it names none, or both ways of it."""
    if shape.steps is None:
        only = _first(shape, places)
        return [only] if only else []
    first = _first(shape, places) if shape.source is not None else None
    found = [first] if first else []
    for number, step in enumerate(shape.steps):
        if step.operation in OPERATIONS:
            found.append(_of_step(shape, step, places.below("steps", number)))
    earlier: dict[str, Operation] = {}
    ready = []
    for number, each in enumerate(found):
        later = found[number + 1 :]
        taken, whom = _taken(each.id, later), any(one.operation.by_id for one in later)
        ready.append(replace(each, earlier=dict(earlier), taken=taken, names_whom=whom))
        earlier[each.id] = each.operation
    return ready


def _first(shape: JobShape, places: Places) -> Asked | None:
    if shape.source is not None and shape.operation:
        return None
    name = shape.source.operation if shape.source else shape.operation
    if name not in OPERATIONS:
        return None
    step = SOURCE if shape.source is not None and shape.steps is not None else name
    return Asked(shape, OPERATIONS[name], places, step)


def _of_step(shape: JobShape, step: StepShape, places: Places) -> Asked:
    own = {name: getattr(step, name) for name in step.model_fields_set if name in OF_A_STEP}
    others = {"source": None, "steps": None, "keep": None}
    return Asked(
        shape.model_copy(update=others | own), OPERATIONS[step.operation], places, step.id, step
    )


def _taken(step: str, later: Sequence[Asked]) -> dict[str, str]:
    return {
        name: name.partition(".")[2]
        for each in later
        for name in each.takes()
        if name.partition(".")[0] == step
    }
