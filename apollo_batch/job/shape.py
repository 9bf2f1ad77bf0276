"""The shape of a job file: plain values come in; typed ones, or what is wrong with them, go out."""

from typing import Annotated, Any

from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema

from apollo_batch.catalogue.entry import Mode
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.job import param_schema
from apollo_batch.job.parts import (
    InputShape,
    LimitsShape,
    MapShape,
    SearchShape,
    Shape,
    SkipShape,
)
from apollo_batch.job.scalars import Count, Named, OrNothing, Untyped, YesNo
from apollo_batch.job.vocabulary import VERSION, OperationName, TimeOfDay, Version, Zone

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
)
"""The keys that have no meaning in a job that starts from a search."""


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
    operation: OperationName = Field(
        "", description="What to ask Apollo, once for each row.", examples=[*OPERATIONS]
    )
    source: Annotated[SearchShape | None, OrNothing] = Field(
        None,
        description="A search that brings the rows; instead of a spreadsheet, operation and map.",
        examples=[{"operation": "people.search", "options": {"person_titles": ["cto"]}}],
    )
    map: MapShape = Field(
        MapShape.model_validate({}),
        description="Apollo's parameter: the column its value comes from.",
        examples=[{"email": "Work Email", "domain": {"column": "Website", "clean": "domain"}}],
    )
    options: Annotated[dict[str, Untyped] | None, OrNothing] = Field(
        None,
        description="Parameters that are the same for every row.",
        examples=[{"reveal_personal_emails": False}],
    )
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
    include_hidden: YesNo = Field(
        False,
        description="Whether rows that are hidden in the workbook are taken as well.",
        examples=[True],
    )
    mode: Annotated[Named | None, OrNothing] = Field(
        None,
        description="What creating does where Apollo has the record: leave it, make another, update.",
        examples=[*Mode],
    )
    keep_old: YesNo = Field(
        False,
        description="Whether old values are read before they are changed: a free call a row.",
        examples=[True],
    )
    per_row: Annotated[Count | None, OrNothing] = Field(
        None,
        description="The most records that a search may bring for one row.",
        examples=[10],
    )
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
            {"required": ["operation", "map"]},
            {
                "required": ["source"],
                "not": {"anyOf": [{"required": [key]} for key in OF_A_SHEET]},
            },
        ],
        "allOf": [rule for each in OPERATIONS.values() for rule in param_schema.rules(each)],
    }
