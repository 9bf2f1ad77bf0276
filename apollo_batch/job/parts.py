"""The parts of a job file: plain values come in; typed ones, or what is wrong with them, go out."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apollo_batch.codes import Code
from apollo_batch.job.scalars import (
    Count,
    Credits,
    Days,
    Named,
    NeverBlank,
    OrNothing,
    Rate,
    RowOfSheet,
    Share,
    Splitter,
    Untyped,
    wrong,
)
from apollo_batch.job.vocabulary import CleanerNames, FromStep, SearchName
from apollo_batch.job.wanted import REUSE_DAYS


class Shape(BaseModel):
    """Keys that are known, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def one_place(column: str, step: str) -> None:
    """See that a value comes from one place: a column, or an earlier step."""
    if column and step:
        raise wrong(
            Code.SAID_TWICE, "A value comes from a column or from a step.", "Keep one of the two."
        )
    if not column and not step:
        raise wrong(
            Code.NO_SOURCE, "This says no column.", "Write `column: Name`, or `from: step.field`."
        )


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
            raise wrong(
                Code.SAID_TWICE, "A table has its own header row.", "Take `header_row` out."
            )
        return self


class SourceShape(Shape):
    """Where a parameter's value comes from; a bare word is a column."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["column"]}, {"required": ["from"]}]}
    )

    column: Named = Field("", description="Column of the sheet.", examples=["Website"])
    from_: FromStep = Field(
        "",
        alias="from",
        description="Answer of an earlier step: its id, a dot, the field.",
        examples=["person.email"],
    )
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
            raise wrong(Code.WRONG_SHAPE, "A parameter takes one column, not a list.", fix)
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_place(self) -> "SourceShape":
        one_place(self.column, self.from_)
        return self


class LimitsShape(Shape):
    """How far a run may go."""

    max_credits: Annotated[Credits | None, NeverBlank] = Field(
        None, description="The most credits a run may spend.", examples=[500]
    )
    keep_credits: Annotated[Credits | None, NeverBlank] = Field(
        None,
        description="How much of the account's balance to leave untouched; it only adds to what "
        "your settings keep.",
        examples=[1000],
    )
    reuse_days: Days = Field(
        REUSE_DAYS,
        description="How many days a paid answer serves again without being bought; 0 buys anew.",
        examples=[90],
    )
    most_per_row: Annotated[Credits | None, NeverBlank] = Field(
        None,
        description="The most credits to hold for one row, where Apollo names no price beforehand.",
        examples=[20],
    )
    max_enroll: Annotated[Count | None, NeverBlank] = Field(
        None,
        description="The most contacts a run may enroll; it only lowers what the person says.",
        examples=[100],
    )
    headroom: Annotated[Share | None, NeverBlank] = Field(
        None,
        description="The share of each of Apollo's rate windows that a run leaves to the team.",
        examples=[0.4],
    )


class StopShape(Shape):
    """What ends a run early, once 20 rows have come to their end; the same command goes on."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    match_rate_below: Annotated[Rate | None, NeverBlank] = Field(
        None,
        description="Fewer of the rows that a step looked up are known to Apollo.",
        examples=[0.2],
    )
    error_rate_above: Annotated[Share | None, NeverBlank] = Field(
        None,
        description="More of a step's rows failed or are in doubt.",
        examples=[0.1],
    )
    credits_per_row_above: Annotated[Credits | None, NeverBlank] = Field(
        None,
        description="The run has cost more than this for each row asked.",
        examples=[2],
    )

    @model_validator(mode="after")
    def _one_at_least(self) -> "StopShape":
        if all(getattr(self, name) is None for name in type(self).model_fields):
            names = ", ".join(type(self).model_fields)
            raise wrong(Code.KEY_MISSING, "`stop_if` names no threshold.", f"Add one of: {names}.")
        return self


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
    max_records: Annotated[Count | None, NeverBlank] = Field(
        None,
        description="The most records to bring; without it, all that Apollo shows.",
        examples=[500],
    )
