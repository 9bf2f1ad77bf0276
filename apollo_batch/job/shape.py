"""The shape of a job file: plain values come in; typed ones, or what is wrong with them, go out."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import GenerateJsonSchema

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.param import Param
from apollo_batch.job.scalars import (
    Credits,
    Days,
    Named,
    Number,
    OrNothing,
    RowOfSheet,
    Text,
    Untyped,
    YesNo,
    wrong,
)
from apollo_batch.job.vocabulary import (
    VERSION,
    CleanerNames,
    OperationName,
    Pattern,
    ReasonCode,
    Version,
)
from apollo_batch.job.wanted import REUSE_DAYS, Condition, Operand


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputShape(_Shape):
    """Which sheet of the workbook, and where its header is."""

    sheet: Annotated[Named | None, OrNothing] = Field(
        None,
        description="Name of the sheet; without it, the first visible one.",
        examples=["Leads"],
    )
    header_row: Annotated[RowOfSheet | None, OrNothing] = Field(
        None,
        description="Row that holds the column names; without it, the first that looks like one.",
        examples=[1],
    )
    table: Annotated[Named | None, OrNothing] = Field(
        None,
        description="Name of a table (Insert > Table) in the workbook; only its rows are read.",
        examples=["People"],
    )

    @model_validator(mode="after")
    def _own_header(self) -> "InputShape":
        if self.table is not None and self.header_row is not None:
            raise wrong("A table has its own header row.", "Take `header_row` out.")
        return self


class SourceShape(_Shape):
    """Where a parameter's value comes from; a bare word is a column."""

    column: Named = Field(description="Column of the sheet.", examples=["Website"])
    default: Annotated[Named | None, OrNothing] = Field(
        None,
        description="Value for rows where the cell says nothing.",
        examples=["acme.example"],
    )
    clean: CleanerNames = Field(
        [],
        description="What to do with the cell first: one name, or a list of them in order.",
        examples=["domain", ["trim", "lower"]],
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, value: Any) -> Any:
        if isinstance(value, list):
            raise wrong("A parameter takes one column, not a list.", "Write one column's name.")
        return {"column": value} if isinstance(value, str) else value


class SkipShape(_Shape):
    """Rows to leave out: one column, one condition."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [condition]} for condition in Condition]}
    )

    column: Named = Field(description="Column to look at.", examples=["Email Status"])
    is_: Text | None = Field(
        None, alias="is", description="The cell is this text.", examples=["bounced"]
    )
    is_not: Text | None = Field(
        None, description="The cell is anything but this text.", examples=["open"]
    )
    in_: list[Text] | None = Field(
        None,
        alias="in",
        description="The cell is one of these texts.",
        examples=[["bounced", "unsubscribed"]],
    )
    not_in: list[Text] | None = Field(
        None, description="The cell is none of these texts.", examples=[["DE", "AT", "CH"]]
    )
    blank: YesNo | None = Field(None, description="The cell is empty.", examples=[True])
    filled: YesNo | None = Field(None, description="The cell holds something.", examples=[True])
    matches: Pattern | None = Field(
        None,
        description="A regular expression is found in the cell's first 200 characters, in any case.",
        examples=["@example[.]com$"],
    )
    at_least: Number | None = Field(
        None, description="The cell is a number, and no smaller one.", examples=[50]
    )
    at_most: Number | None = Field(
        None, description="The cell is a number, and no greater one.", examples=[10]
    )
    reason: ReasonCode = Field(
        "job_skip",
        description="What the workbook says of these rows, as a word in snake_case.",
        examples=["already_customer"],
    )

    @model_validator(mode="after")
    def _one_condition(self) -> "SkipShape":
        count = len(self.model_fields_set - {"column", "reason"})
        if count != 1:
            several = "has no condition" if count == 0 else "has several conditions"
            fix = "Write one rule for each." if count else f"Add one of: {', '.join(Condition)}."
            raise wrong(f"This rule {several}; it takes exactly one.", fix)
        return self

    def asked(self) -> tuple[Condition, Operand]:
        """Which condition the rule names, and what it compares the cell with."""
        (name,) = self.model_fields_set - {"column", "reason"}
        operand: Operand | list[str] = getattr(self, name)
        return Condition(name.rstrip("_")), tuple(operand) if isinstance(operand, list) else operand


class LimitsShape(_Shape):
    """How far a run may go."""

    max_credits: Annotated[Credits | None, OrNothing] = Field(
        None, description="The most credits a run may spend.", examples=[500]
    )
    reuse_days: Days = Field(
        REUSE_DAYS,
        description="How many days a paid answer serves again without being bought; 0 buys anew.",
        examples=[90],
    )
    most_per_row: Annotated[Credits | None, OrNothing] = Field(
        None,
        description="The most credits to hold for one row, where Apollo names no price beforehand.",
        examples=[20],
    )


class JobShape(_Shape):
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
    operation: OperationName = Field(description="What to ask Apollo.", examples=[*OPERATIONS])
    map: dict[str, SourceShape] = Field(
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


class _Untitled(GenerateJsonSchema):
    """Leaves out titles that only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def schema() -> dict[str, Any]:
    """Write the JSON Schema that editors complete and check job files by."""
    made = JobShape.model_json_schema(schema_generator=_Untitled)
    source = made["$defs"]["SourceShape"]
    made["$defs"]["SourceShape"] = {
        "description": source["description"],
        "anyOf": [{"type": ["string", "number", "boolean"], "minLength": 1}, source],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "apollo-batch job",
        "allOf": [_parameters(operation) for operation in OPERATIONS.values()],
    }


def _parameters(operation: Operation) -> dict[str, Any]:
    """Which parameters a job of this operation may name."""
    mapped = {p.name: _mapped(p) for p in operation.params if not p.option}
    options = {p.name: _option(p) for p in operation.params if p.option}
    return {
        "if": {"properties": {"operation": {"const": operation.name}}, "required": ["operation"]},
        "then": {
            "properties": {
                "map": {
                    "description": operation.does,
                    "examples": [{name: mapped[name]["examples"][0] for name in list(mapped)[:2]}],
                    "properties": mapped,
                    "additionalProperties": False,
                },
                "options": {
                    "description": "Parameters that are the same for every row.",
                    "examples": [
                        {name: options[name]["examples"][0] for name in list(options)[:1]}
                    ],
                    "properties": options,
                    "additionalProperties": False,
                },
            }
        },
    }


def _mapped(param: Param) -> dict[str, Any]:
    column = param.name.replace("_", " ").title()
    return {"$ref": "#/$defs/SourceShape", "description": param.does, "examples": [column]}


def _option(param: Param) -> dict[str, Any]:
    match param.kind:
        case Kind.FLAG:
            return {"description": param.does, "type": "boolean", "examples": [False]}
        case Kind.WEBHOOK:
            typed = {"type": "string", "pattern": "^https://"}
            return {"description": param.does, **typed, "examples": ["https://hooks.acme.example/"]}
    return {"description": param.does, "type": "string", "examples": [param.name]}
