"""A step of a job file: plain values come in; typed ones, or what is wrong with them, go out."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from apollo_batch.job.manners import (
    CoolingOffKey,
    KeepOldKey,
    ModeKey,
    OperationKey,
    OptionsKey,
    PerRowKey,
    RehearseKey,
)
from apollo_batch.job.parts import MapShape, Shape
from apollo_batch.job.rule_shapes import WhenShape
from apollo_batch.job.scalars import Named, OrNothing
from apollo_batch.job.vocabulary import StepId, ToBeHad


def _one_rule(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class StepShape(Shape):
    """One operation of a job of several steps."""

    id: StepId = Field(description="What other steps call this one.", examples=["person"])
    operation: OperationKey
    map: MapShape = Field(
        MapShape.model_validate({}),
        description="Apollo's parameter: the column or the earlier answer its value comes from.",
        examples=[{"email": {"from": "person.email"}, "first_name": "First Name"}],
    )
    options: OptionsKey = None
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
    mode: ModeKey = None
    keep_old: KeepOldKey = False
    per_row: PerRowKey = None
    rehearse: RehearseKey = None
    cooling_off: CoolingOffKey = None
