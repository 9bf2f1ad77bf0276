"""The keys that say how an operation is carried out: told once, for a job and for a step of one."""

from typing import Annotated

from pydantic import Field

from apollo_batch.catalogue.entry import Mode
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.job.scalars import Count, Named, OrNothing, Untyped, YesNo
from apollo_batch.job.vocabulary import CoolingOff, OperationName, Rehearsing
from apollo_batch.job.wanted import Rehearse

OperationKey = Annotated[
    OperationName,
    Field(description="What to ask Apollo, once for each row.", examples=[*OPERATIONS]),
]
OptionsKey = Annotated[
    dict[str, Untyped] | None,
    OrNothing,
    Field(
        description="Parameters that are the same for every row.",
        examples=[{"reveal_personal_emails": False}],
    ),
]
ModeKey = Annotated[
    Named | None,
    OrNothing,
    Field(
        description="What creating does where Apollo has the record: leave it, make another, update.",
        examples=[*Mode],
    ),
]
KeepOldKey = Annotated[
    YesNo,
    Field(
        description="Whether old values are read before they are changed: a free call a row.",
        examples=[True],
    ),
]
PerRowKey = Annotated[
    Count | None,
    OrNothing,
    Field(description="The most records that a search may bring for one row.", examples=[10]),
]
RehearseKey = Annotated[
    Rehearsing | None,
    OrNothing,
    Field(
        description="Which contacts are looked at before they are enrolled, for nothing; off: none.",
        examples=[*Rehearse],
    ),
]
CoolingOffKey = Annotated[
    CoolingOff | None,
    OrNothing,
    Field(
        description="How long whoever is enrolled is paused before the first e-mail.",
        examples=["30m"],
    ),
]
