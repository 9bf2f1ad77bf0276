"""Conditions in a job file: plain values come in; typed ones, or what is wrong with them, go out."""

from typing import Any

from pydantic import ConfigDict, Field, model_validator

from apollo_batch.codes import Code
from apollo_batch.job.parts import Shape, one_place
from apollo_batch.job.scalars import Named, Number, Text, YesNo, wrong
from apollo_batch.job.vocabulary import FromStep, Pattern, ReasonCode
from apollo_batch.job.wanted import Condition, Operand

_ONE_OF_THEM: dict[str, Any] = {
    "oneOf": [{"required": [condition.value]} for condition in Condition]
}
_CONDITIONS = frozenset(Condition) | {"is_", "in_"}


class ConditionShape(Shape):
    """One condition on one text."""

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

    @model_validator(mode="after")
    def _one_condition(self) -> "ConditionShape":
        count = len(self.model_fields_set & _CONDITIONS)
        if count != 1:
            several = "has no condition" if count == 0 else "has several conditions"
            fix = "Write one rule for each." if count else f"Add one of: {', '.join(Condition)}."
            raise wrong(Code.BAD_CONDITION, f"This rule {several}; it takes exactly one.", fix)
        return self

    def asked(self) -> tuple[Condition, Operand]:
        """Which condition the rule names, and what it compares the text with."""
        (name,) = self.model_fields_set & _CONDITIONS
        operand: Operand | list[str] = getattr(self, name)
        return Condition(name.rstrip("_")), tuple(operand) if isinstance(operand, list) else operand


class SkipShape(ConditionShape):
    """Rows to leave out: one column, one condition."""

    model_config = ConfigDict(json_schema_extra=_ONE_OF_THEM)

    column: Named = Field(description="Column to look at.", examples=["Email Status"])
    reason: ReasonCode = Field(
        "job_skip",
        description="What the workbook says of these rows, as a word in snake_case.",
        examples=["already_customer"],
    )


class WhenShape(ConditionShape):
    """When a step is for a row: one column or answer, one condition."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [_ONE_OF_THEM, {"oneOf": [{"required": ["column"]}, {"required": ["from"]}]}]
        }
    )

    column: Named = Field("", description="Column to look at.", examples=["Email Status"])
    from_: FromStep = Field(
        "",
        alias="from",
        description="Answer of an earlier step to look at: its id, a dot, the field.",
        examples=["person.email_status"],
    )

    @model_validator(mode="after")
    def _one_place(self) -> "WhenShape":
        one_place(self.column, self.from_)
        return self
