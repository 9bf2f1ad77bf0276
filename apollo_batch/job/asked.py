"""A well-shaped job comes in; what it asks Apollo for, and where it says so, goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.job import moments
from apollo_batch.job.parts import SourceShape
from apollo_batch.job.places import Loc, Places
from apollo_batch.job.shape import JobShape
from apollo_batch.job.spelling import FIELDS, meant


@dataclass(frozen=True)
class Asked:
    """A job's one operation, whether it starts from a spreadsheet or from a search."""

    shape: JobShape
    operation: Operation
    places: Places

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

    def says_fields(self) -> bool:
        """Whether any custom field is filled from a column."""
        return FIELDS in self.shape.map.model_fields_set


def asked(shape: JobShape, places: Places) -> Asked | None:
    """Find the operation of a job; None where it names none, or both ways of naming one."""
    if shape.source is not None and shape.operation:
        return None
    name = shape.source.operation if shape.source else shape.operation
    return Asked(shape, OPERATIONS[name], places) if name in OPERATIONS else None
