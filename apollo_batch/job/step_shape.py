"""A step of a job file: plain values come in; typed ones, or what is wrong with them, go out."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from apollo_batch.catalogue.entry import Mode
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.job.parts import MapShape, Shape
from apollo_batch.job.rule_shapes import WhenShape
from apollo_batch.job.scalars import Count, Named, OrNothing, Untyped, YesNo
from apollo_batch.job.vocabulary import CoolingOff, OperationName, Rehearsing, StepId, ToBeHad
from apollo_batch.job.wanted import Rehearse


def _one_rule(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class StepShape(Shape):
    """One operation of a job of several steps."""

    id: StepId = Field(description="What other steps call this one.", examples=["person"])
    operation: OperationName = Field(
        description="What to ask Apollo, once for each row.", examples=[*OPERATIONS]
    )
    map: MapShape = Field(
        MapShape.model_validate({}),
        description="Apollo's parameter: the column or the earlier answer its value comes from.",
        examples=[{"email": {"from": "person.email"}, "first_name": "First Name"}],
    )
    options: Annotated[dict[str, Untyped] | None, OrNothing] = Field(
        None,
        description="Parameters that are the same for every row.",
        examples=[{"reveal_personal_emails": False}],
    )
    when: Annotated[list[WhenShape] | None, OrNothing, BeforeValidator(_one_rule)] = Field(
        None,
        description="Conditions that must all hold, or the row passes this step by.",
        examples=[[{"from": "person.email", "filled": True}]],
    )
    only_if_available: Annotated[ToBeHad | None, OrNothing] = Field(
        None,
        description="What the search that found a person has to say is there, or nobody is asked.",
        examples=["email", ["email", "phone"]],
    )
    keep: Annotated[dict[str, Named] | None, OrNothing] = Field(
        None,
        description="New column: the field of the answer that fills it.",
        examples=[{"Work Email": "email"}],
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
    rehearse: Annotated[Rehearsing | None, OrNothing] = Field(
        None,
        description="Which contacts are looked at before they are enrolled, for nothing; off: none.",
        examples=[*Rehearse],
    )
    cooling_off: Annotated[CoolingOff | None, OrNothing] = Field(
        None,
        description="How long whoever is enrolled is paused before the first e-mail.",
        examples=["30m"],
    )
