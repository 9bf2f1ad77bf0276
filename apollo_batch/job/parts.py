"""The parts of a job file: plain values come in; typed ones, or what is wrong with them, go out."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apollo_batch.job.scalars import (
    Count,
    Credits,
    Days,
    Named,
    Number,
    OrNothing,
    RowOfSheet,
    Share,
    Splitter,
    Text,
    Untyped,
    YesNo,
    wrong,
)
from apollo_batch.job.vocabulary import CleanerNames, Pattern, ReasonCode, SearchName
from apollo_batch.job.wanted import REUSE_DAYS, Condition, Operand


class Shape(BaseModel):
    """Keys that are known, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class InputShape(Shape):
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


class SourceShape(Shape):
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
    split: Annotated[Splitter | None, OrNothing] = Field(
        None,
        description="What stands between the values of a cell that fills a list.",
        examples=[";"],
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, value: Any) -> Any:
        if isinstance(value, list):
            fix = "Write one column's name; `split` tells apart what is in one cell."
            raise wrong("A parameter takes one column, not a list.", fix)
        return {"column": value} if isinstance(value, str) else value


class SkipShape(Shape):
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


class LimitsShape(Shape):
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
    max_enroll: Annotated[Count | None, OrNothing] = Field(
        None,
        description="The most contacts a run may enroll; it only lowers what the person says.",
        examples=[100],
    )
    headroom: Annotated[Share | None, OrNothing] = Field(
        None,
        description="The share of each of Apollo's rate windows that a run leaves to the team.",
        examples=[0.4],
    )


class MapShape(Shape):
    """Apollo's parameters, each with the column its value comes from."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, SourceShape]

    typed_custom_fields: Annotated[dict[str, SourceShape] | None, OrNothing] = Field(
        None,
        description="Custom field, by label or id: the column its value comes from.",
        examples=[{"Region": "Sales Region"}],
    )


class SearchShape(Shape):
    """A search that the job starts from instead of a spreadsheet."""

    operation: SearchName = Field(description="What to search.", examples=["people.search"])
    options: Annotated[dict[str, Untyped] | None, OrNothing] = Field(
        None,
        description="What is searched for.",
        examples=[{"person_titles": ["cto", "ceo"], "revenue_range": {"min": 1000000}}],
    )
    max_records: Annotated[Count | None, OrNothing] = Field(
        None,
        description="The most records to bring; without it, all that Apollo shows.",
        examples=[500],
    )
