"""The shape of a job file: plain values come in; typed ones, or what is wrong with them, go out."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.job import param_schema
from apollo_batch.job.manners import (
    CoolingOffKey,
    KeepOldKey,
    ModeKey,
    OperationKey,
    OptionsKey,
    PerRowKey,
    RehearseKey,
)
from apollo_batch.job.parts import (
    InputShape,
    LimitsShape,
    MapShape,
    SearchShape,
    Shape,
    StopShape,
)
from apollo_batch.job.rule_shapes import SkipShape
from apollo_batch.job.scalars import Count, Named, OrNothing, YesNo
from apollo_batch.job.step_shape import StepShape
from apollo_batch.job.vocabulary import (
    VERSION,
    TimeOfDay,
    Version,
    Zone,
)

OF_A_SHEET = (
    "operation",
    "map",
    "options",
    "input",
    "skip",
    "include_hidden",
    "mode",
    "keep_old",
    "per_row",
    "pilot",
    "rehearse",
    "cooling_off",
)
"""The keys that have no meaning in a job that starts from a search."""
OF_A_STEP = (
    "operation",
    "map",
    "options",
    "keep",
    "mode",
    "keep_old",
    "per_row",
    "rehearse",
    "cooling_off",
)
"""The keys that belong to a step, in a job that has several."""


class JobShape(Shape):
    """A job for apollo-batch: which operation, which columns, what to keep of the answers."""

    version: Version = Field(description="Version of this file format.", examples=[VERSION])
    name: Annotated[Named | None, OrNothing] = Field(
        None, description="What people call this job.", examples=["Enrich trade-fair leads"]
    )
    input: Annotated[InputShape | None, OrNothing] = Field(
        None,
        description="Where in the workbook the rows are.",
        examples=[{"sheet": "Leads", "header_row": 1}],
    )
    operation: OperationKey = ""
    source: Annotated[SearchShape | None, OrNothing] = Field(
        None,
        description="A search that brings the rows; instead of a spreadsheet, operation and map.",
        examples=[{"operation": "people.search", "options": {"person_titles": ["cto"]}}],
    )
    steps: Annotated[list[StepShape] | None, OrNothing] = Field(
        None,
        description="Operations one after the other, instead of operation and map.",
        examples=[[{"id": "person", "operation": "people.enrich", "map": {"email": "Email"}}]],
    )
    map: MapShape = Field(
        MapShape.model_validate({}),
        description="Apollo's parameter: the column its value comes from.",
        examples=[{"email": "Work Email", "domain": {"column": "Website", "clean": "domain"}}],
    )
    options: OptionsKey = None
    skip: Annotated[list[SkipShape] | None, OrNothing] = Field(
        None,
        description="Rows to leave out before anything is sent; the first rule that fits holds.",
        examples=[[{"column": "Email Status", "is": "bounced", "reason": "bounced"}]],
    )
    keep: Annotated[dict[str, Named] | None, OrNothing] = Field(
        None,
        description="New column: the field of the answer that fills it.",
        examples=[{"Work Email": "email", "City": "organization.city"}],
    )
    limits: Annotated[LimitsShape | None, OrNothing] = Field(
        None, description="How far a run may go.", examples=[{"max_credits": 500}]
    )
    pilot: Annotated[Count | None, OrNothing] = Field(
        None,
        description="How many rows to ask first, before it is decided whether the rest follows.",
        examples=[20],
    )
    stop_if: Annotated[StopShape | None, OrNothing] = Field(
        None,
        description="What ends a run early.",
        examples=[{"match_rate_below": 0.2, "error_rate_above": 0.1}],
    )
    include_hidden: YesNo = Field(
        False,
        description="Whether rows that are hidden in the workbook are taken as well.",
        examples=[True],
    )
    mode: ModeKey = None
    keep_old: KeepOldKey = False
    per_row: PerRowKey = None
    rehearse: RehearseKey = None
    cooling_off: CoolingOffKey = None
    zone: Zone = Field(
        "UTC",
        description="Time zone of dates with a time that name none.",
        examples=["Europe/Berlin"],
    )
    time: Annotated[TimeOfDay | None, OrNothing] = Field(
        None,
        description="Time of day for dates without one, where Apollo wants one.",
        examples=["09:00"],
    )


class _Untitled(GenerateJsonSchema):
    """Leaves out titles that only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def schema() -> dict[str, Any]:
    """Write the JSON Schema that editors complete and check job files by."""
    made = JobShape.model_json_schema(schema_generator=_Untitled)
    for key in ("operation", "map"):
        del made["properties"][key]["default"]
    _of_steps(made)
    source = made["$defs"]["SourceShape"]
    made["$defs"]["SourceShape"] = {
        "description": source["description"],
        "anyOf": [{"type": ["string", "number", "boolean"], "minLength": 1}, source],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "apollo-batch job",
        "oneOf": [
            {"required": ["operation", "map"], "not": _any_of(("steps",))},
            {"required": ["source"], "not": _any_of(OF_A_SHEET)},
            {"required": ["steps"], "not": _any_of((*OF_A_STEP, "source"))},
        ],
        "allOf": [rule for each in OPERATIONS.values() for rule in param_schema.rules(each)],
    }


def _any_of(keys: Iterable[str]) -> dict[str, Any]:
    return {"anyOf": [{"required": [key]} for key in keys]}


def _of_steps(made: dict[str, Any]) -> None:
    """Say of a step what its operation takes; a job of one operation takes no earlier answers."""
    step, source = made["$defs"]["StepShape"], made["$defs"]["SourceShape"]
    rules = [rule for each in OPERATIONS.values() for rule in param_schema.rules(each, steps=True)]
    step["allOf"] = rules
    for key in ("map",):
        del step["properties"][key]["default"]
    for shape in (source, made["$defs"]["WhenShape"]):
        for key in ("column", "from"):
            shape["properties"][key].pop("default", None)
