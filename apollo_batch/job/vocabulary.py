"""A word that must be one of a closed list comes in; it, or the one that was meant, goes out."""

import re
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, WithJsonSchema

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.searches import TO_BE_HAD
from apollo_batch.clock import seconds_of
from apollo_batch.codes import Code
from apollo_batch.job import conditions, moments
from apollo_batch.job.cleaners import CLEANERS
from apollo_batch.job.scalars import Named, OneOrMore, wrong
from apollo_batch.job.syntax import shown
from apollo_batch.job.wanted import Rehearse
from apollo_batch.model import Status
from apollo_batch.reasons import REASONS
from apollo_batch.suggest import did_you_mean

VERSION = 1

_SHORTEST, _LONGEST = 60, 90 * 86_400
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_REASON = re.compile(r"[a-z][a-z0-9_]{0,59}")
_STEP = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FROM = re.compile(rf"{_STEP.pattern}\..+")


def _version(text: str) -> int:
    if text == str(VERSION):
        return VERSION
    if text.isdecimal() and int(text[:9]) > VERSION:
        raise wrong(
            Code.JOB_VERSION,
            f"Version {shown(text)} needs a newer apollo-batch; this one reads version {VERSION}.",
            "Install the newest apollo-batch.",
        )
    raise wrong(
        Code.JOB_VERSION,
        f"{shown(text)} is no version of job files.",
        f"Write `version: {VERSION}`.",
    )


def _operation(name: str) -> str:
    if name not in OPERATIONS:
        known = f"Use one of: {', '.join(OPERATIONS)}."
        raise wrong(
            Code.UNKNOWN_OPERATION,
            f"There is no operation {shown(name)}.",
            did_you_mean(name, OPERATIONS) or known,
        )
    return name


def _cleaner(name: str) -> str:
    if name not in CLEANERS:
        known = f"Use one of: {', '.join(CLEANERS)}."
        raise wrong(
            Code.UNKNOWN_CHOICE,
            f"`clean` knows no {shown(name)}.",
            did_you_mean(name, CLEANERS) or known,
        )
    return name


def _some(names: list[str]) -> list[str]:
    if not names:
        raise wrong(
            Code.VALUE_SAYS_NOTHING,
            "`only_if_available` names nothing.",
            f"Write {' or '.join(TO_BE_HAD)}.",
        )
    return names


def _to_be_had(name: str) -> str:
    if name not in TO_BE_HAD:
        known = f"Write {' or '.join(TO_BE_HAD)}, or both as a list."
        raise wrong(
            Code.UNKNOWN_CHOICE,
            f"`only_if_available` knows no {shown(name)}.",
            did_you_mean(name, TO_BE_HAD) or known,
        )
    return name


def _zone(name: str) -> str:
    try:
        moments.zone(name)
    except ValueError:
        known = sorted(available_timezones())
        fix = did_you_mean(name, known) or "Write it like Europe/Berlin, or UTC."
        raise wrong(Code.BAD_TIME, f"There is no time zone {shown(name)}.", fix) from None
    return name


def _time(text: str) -> str:
    if not re.fullmatch(_TIME, text):
        raise wrong(Code.BAD_TIME, f"{shown(text)} is no time of day.", "Write it like '09:00'.")
    return text


def _reason(code: str) -> str:
    if not _REASON.fullmatch(code):
        words = "_".join(re.findall(r"[a-z0-9]+", code.lower()))[:60].lstrip("0123456789_")
        fix = f"Write {words}." if words else "Write it like already_customer."
        raise wrong(Code.BAD_REASON, f"{shown(code)} is no reason code: a-z, 0-9 and _ only.", fix)
    if code in REASONS and REASONS[code].status is not Status.SKIPPED:
        raise wrong(
            Code.BAD_REASON, f"{shown(code)} already means something else.", "Choose another word."
        )
    return code


def _rehearse(text: str) -> str:
    if text not in [*Rehearse]:
        known = f"Use one of: {', '.join(Rehearse)}."
        raise wrong(
            Code.UNKNOWN_CHOICE,
            f"`rehearse` is never {shown(text)}.",
            did_you_mean(text, Rehearse) or known,
        )
    return text


def _cooling_off(text: str) -> str:
    seconds = seconds_of(text) if text[-1:] != "s" else None
    if seconds is None or not _SHORTEST <= seconds <= _LONGEST:
        what = "is no duration" if seconds is None else "is out of range"
        raise wrong(
            Code.BAD_TIME, f"{shown(text)} {what}.", "Write it like 30m, 2h or 1d; at most 90d."
        )
    return text


def _step(text: str) -> str:
    if not _STEP.fullmatch(text):
        raise wrong(
            Code.STEP_NAME,
            f"{shown(text)} is no id of a step.",
            "Use a-z, 0-9 and _, such as person.",
        )
    return text


def _from_step(text: str) -> str:
    if not _FROM.fullmatch(text):
        fix = "Write the step's id, a dot, and the field, such as person.email."
        raise wrong(Code.BAD_PATH, f"{shown(text)} is no answer of a step.", fix)
    return text


def _pattern(text: str) -> str:
    try:
        conditions.compiled(text)
    except ValueError as trouble:
        raise wrong(
            Code.BAD_CONDITION, str(trouble), "Use a plainer pattern, or `in` with a list."
        ) from None
    return text


Version = Annotated[Named, AfterValidator(_version), WithJsonSchema({"const": VERSION})]
OperationName = Annotated[
    Named, AfterValidator(_operation), WithJsonSchema({"enum": list(OPERATIONS)})
]
SearchName = Annotated[
    Named,
    AfterValidator(_operation),
    WithJsonSchema({"enum": [n for n, each in OPERATIONS.items() if each.act is Act.SEARCH]}),
]
"""An operation that a job may start from; `frame` refuses the others with what to write."""
Zone = Annotated[Named, AfterValidator(_zone), WithJsonSchema({"type": "string", "minLength": 1})]
"""The name of a time zone, as the IANA has them."""
TimeOfDay = Annotated[
    Named, AfterValidator(_time), WithJsonSchema({"type": "string", "pattern": f"^{_TIME}$"})
]
ToBeHad = Annotated[
    list[Annotated[Named, AfterValidator(_to_be_had), WithJsonSchema({"enum": list(TO_BE_HAD)})]],
    OneOrMore,
    AfterValidator(_some),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(TO_BE_HAD)},
                {"type": "array", "items": {"enum": list(TO_BE_HAD)}, "minItems": 1},
            ]
        }
    ),
]
"""What of a person has to be there: one name, or several."""
CleanerName = Annotated[Named, AfterValidator(_cleaner), WithJsonSchema({"enum": list(CLEANERS)})]
CleanerNames = Annotated[
    list[CleanerName],
    OneOrMore,
    WithJsonSchema(
        {"anyOf": [{"enum": list(CLEANERS)}, {"type": "array", "items": {"enum": list(CLEANERS)}}]}
    ),
]
ReasonCode = Annotated[
    Named,
    AfterValidator(_reason),
    WithJsonSchema({"type": "string", "pattern": f"^{_REASON.pattern}$"}),
]
StepId = Annotated[
    Named,
    AfterValidator(_step),
    WithJsonSchema({"type": "string", "pattern": f"^{_STEP.pattern}$"}),
]
Rehearsing = Annotated[
    Named, AfterValidator(_rehearse), WithJsonSchema({"enum": [*map(str, Rehearse)]})
]
CoolingOff = Annotated[
    Named,
    AfterValidator(_cooling_off),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}[mhd]$"}),
]
"""Minutes, hours or days."""
FromStep = Annotated[
    Named,
    AfterValidator(_from_step),
    WithJsonSchema({"type": "string", "pattern": f"^{_FROM.pattern}$"}),
]
"""The field of an earlier step's answer: `step.field`."""
Pattern = Annotated[
    Named,
    AfterValidator(_pattern),
    WithJsonSchema({"type": "string", "maxLength": conditions.MOST_PATTERN}),
]
