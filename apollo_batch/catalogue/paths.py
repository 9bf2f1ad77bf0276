"""Where in an answer's record a kept value stands: `a.b`, `a[0].b` or `a[].b`."""

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_STEP = re.compile(r"(?P<key>[A-Za-z_][A-Za-z0-9_]*)(?:\[(?P<index>\d*)\])?")


@dataclass(frozen=True)
class Step:
    """One word of a path."""

    key: str
    index: int | None = None
    """Take this element of the list."""
    every: bool = False
    """Take all elements of the list."""


@functools.cache
def parse(text: str) -> tuple[Step, ...]:
    """Read a path; ValueError, with the part that cannot be read, where it is none."""
    steps = []
    for part in text.split("."):
        match = _STEP.fullmatch(part.strip())
        if match is None:
            raise ValueError(part)
        index = match["index"]
        steps.append(Step(match["key"], int(index) if index else None, every=index == ""))
    return tuple(steps)


def pick(record: Any, path: Sequence[Step]) -> str:
    """Take a value out of a record as the text a cell shows; "" where there is none."""
    values = [record]
    for step in path:
        values = [found for value in values for found in _take(value, step)]
    return "; ".join(text for text in map(_text, values) if text)


def _take(value: Any, step: Step) -> list[Any]:
    found = value.get(step.key) if isinstance(value, dict) else None
    if step.every:
        return found if isinstance(found, list) else []
    if step.index is not None:
        return found[step.index : step.index + 1] if isinstance(found, list) else []
    return [] if found is None else [found]


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float() | Decimal():
            return str(value)
        case list():
            return "; ".join(text for text in map(_text, value) if text)
    return json.dumps(value, ensure_ascii=False, default=str)
