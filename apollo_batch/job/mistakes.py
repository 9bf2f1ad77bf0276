"""What the shape refused comes in; problems in plain words, each in its place, go out."""

import copy
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.param import Param
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job.parts import (
    InputShape,
    LimitsShape,
    SearchShape,
    SourceShape,
    StopShape,
)
from apollo_batch.job.places import Loc, Places
from apollo_batch.job.rule_shapes import SkipShape, WhenShape
from apollo_batch.job.shape import JobShape
from apollo_batch.job.spelling import meant, plain_name
from apollo_batch.job.step_shape import StepShape
from apollo_batch.job.syntax import shown
from apollo_batch.suggest import did_you_mean

_GROUPS: dict[str, type[BaseModel]] = {
    "input": InputShape,
    "limits": LimitsShape,
    "stop_if": StopShape,
    "skip": SkipShape,
    "map": SourceShape,
    "source": SearchShape,
    "when": WhenShape,
}

_SECRET = re.compile(
    r"(x[-_ ])?(apollo[-_ ]?)?((api|access|master|auth|secret|private|bearer|oauth)[-_ ]?(key|token)s?"
    r"|token|secret|password|passwd|pwd|credentials?|authorization|bearer)",
    re.IGNORECASE,
)
_SECRET_ON_A_LINE = re.compile(rf"(?<![^\W_]){_SECRET.pattern}[\"']?\s*[:=]\s*", re.IGNORECASE)

_NO_KEYS = "API keys never live in job files: they are shared, mailed and kept in repositories."
_KEY_FIX = "Take the line out and put the key in APOLLO_API_KEY, or run `apollo-batch auth set`."

_LISTS = frozenset({"list", "label_names"})
_NO_LISTS = "Enrolling a list would enroll people whom nobody has counted."
_LISTS_FIX = (
    "Search for its contacts first, with `source: {operation: contacts.search, "
    "options: {list: …}}`, and enroll what it finds row by row."
)


def secret(key: str) -> bool:
    """Whether a key looks as if its value were nobody else's business."""
    return _SECRET.fullmatch(key.strip()) is not None


def without_secrets(line: str) -> str:
    """Cut out of a line of the file what follows a key that looks secret."""
    found = _SECRET_ON_A_LINE.search(line)
    return f"{line[: found.end()]}…" if found else line


def problems(refusal: ValidationError, places: Places) -> Iterator[Problem]:
    """Translate every error of the shape, in the order of the file's keys."""
    for error in refusal.errors(include_url=False, include_input=False):
        loc = error["loc"]
        match error["type"]:
            case "job":
                context = error["ctx"]
                yield places.value(loc).problem(
                    Code(context["code"]), context["message"], context["fix"]
                )
            case "extra_forbidden":
                yield unknown_key(loc, places)
            case "missing":
                yield _missing(loc, places)
            case "list_type":
                fix = "Write one entry a line, each after `- `; or all in one line, like [a, b]."
                yield places.value(loc).problem(Code.WRONG_SHAPE, f"{_key(loc)} takes a list.", fix)
            case _:
                yield places.value(loc).problem(
                    Code.WRONG_SHAPE, f"{_key(loc)} takes a group of keys.", _group(loc)
                )


def unknown_key(loc: Loc, places: Places) -> Problem:
    """Refuse a key that is not in the format, with the one that was meant."""
    key, place = str(loc[-1]), places.key(loc)
    if secret(key):
        return place.problem(Code.SECRET_IN_JOB, _NO_KEYS, _KEY_FIX)
    known = _keys_at(loc)
    home = next((group for group, shape in _GROUPS.items() if key in _keys(shape)), None)
    if home and len(_within(loc)) == 1:
        return place.problem(
            Code.KEY_ELSEWHERE,
            f"{shown(key)} stands in the wrong place.",
            f"Put it below `{home}:`.",
        )
    listed = f"The keys here are {', '.join(known)}."
    return place.problem(
        Code.UNKNOWN_KEY, f"There is no key {shown(key)} here.", did_you_mean(key, known) or listed
    )


def unknown_parameter(loc: Loc, group: str, operation: Operation, places: Places) -> Problem:
    """Refuse a parameter that the operation does not take here, with the one that was meant."""
    key = str(loc[-1])
    if secret(key):
        return unknown_key(loc, places)
    place = places.key(loc)
    found = meant(operation, key)
    if found is not None:
        why, home = _elsewhere(found.param)
        return place.problem(
            Code.PARAMETER_ELSEWHERE, f"{shown(key)} {why}.", f"Put it below `{home}:`."
        )
    if operation.act is Act.ENROLL and plain_name(key) in _LISTS:
        return place.problem(Code.LIST_NOT_ENROLLED, _NO_LISTS, _LISTS_FIX)
    below_map = group == "map"
    takes = [p.name for p in operation.params if (p.in_map if below_map else p.in_options)]
    listed = f"It takes {', '.join(takes)}." if takes else "Take it out."
    noun = "parameter" if below_map else "option"
    message = f"{operation.name} takes no {noun} {shown(key)}."
    return place.problem(
        Code.UNKNOWN_PARAMETER, message, did_you_mean(plain_name(key), takes) or listed
    )


def _elsewhere(param: Param) -> tuple[str, str]:
    if param.no_column:
        return f"never comes from a column: {param.no_column}", "options"
    if param.option:
        return "is the same for every row", "options"
    return "comes from a column", "map"


def sound_part(values: Any, refusal: ValidationError) -> Any:
    """Leave out what was refused, so that the rest can be checked for what it means."""
    part = copy.deepcopy(values)
    for error in refusal.errors(include_url=False, include_input=False, include_context=False):
        if error["type"] != "missing":
            _cut(part, error["loc"])
    return part


def _cut(part: dict[str, Any], loc: Loc) -> None:
    # A source with a flaw goes as a whole, and the rules with it: a list would close the gap.
    if _in_a_step(loc):
        if "steps" in part:
            _cut(part["steps"][loc[1]], loc[2:])
        return
    group, *inner = loc
    if inner and isinstance(part.get(str(group)), dict):
        part[str(group)].pop(inner[0], None)
    else:
        part.pop(str(group), None)


def _missing(loc: Loc, places: Places) -> Problem:
    key = str(loc[-1])
    fields = _shape_at(loc).model_fields
    example = (fields[key].examples or ["…"])[0]
    fix = (
        f"Add `{key}: {example}`."
        if not isinstance(example, dict)
        else f"Add `{key}:` and what belongs below it."
    )
    return places.key(loc[:-1]).problem(Code.KEY_MISSING, f"`{key}` is missing here.", fix)


def _in_a_step(loc: Loc) -> bool:
    return loc[0] == "steps" and len(loc) > 2


def _group(loc: Loc) -> str:
    loc = _within(loc)
    if not loc:
        return f"Write {', '.join(_keys(StepShape))} below it, as the step needs them."
    if loc[0] == "steps":
        return "Write one step after `- `, the next after another."
    if loc[0] == "keep":
        return "Write `New Column: field`, one a line, below it."
    if loc[0] == "map":
        return "Write `parameter: Column`, one a line, below it."
    return f"Write one or more of {', '.join(_keys(_GROUPS.get(str(loc[0]), JobShape)))} below it."


def _key(loc: Loc) -> str:
    return next((shown(step) for step in reversed(loc) if isinstance(step, str)), "This")


def _within(loc: Loc) -> Loc:
    """Take away the way to a step; what is left begins at the step."""
    return loc[2:] if loc[:1] == ("steps",) and len(loc) > 1 else loc


def _shape_at(loc: Loc) -> type[BaseModel]:
    within = _within(loc)
    if len(within) <= 1:
        return StepShape if within != loc else JobShape
    return _GROUPS[str(within[0])]


def _keys_at(loc: Loc) -> list[str]:
    return _keys(_shape_at(loc))


def _keys(shape: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in shape.model_fields.items()]
