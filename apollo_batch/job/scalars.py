"""One value of a job file comes in as written; typed by what the key means, it goes out.

How a value looks decides nothing: `NO`, `01234` and `2026-01-02` stay as written where a text is
meant, and only `true` and `false`, unquoted, are yes and no.
"""

import re
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from apollo_batch.codes import Code
from apollo_batch.job.syntax import shown
from apollo_batch.job.tree import Word

Amount = TypeVar("Amount", int, Decimal)

SMALL_AND_BARE = "Write true or false: small letters, no quotes."
_LONGEST_SPLITTER = 5
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?")


def wrong(code: Code, message: str, fix: str) -> PydanticCustomError:
    """Say what is wrong with a value; its place is known to the one who reads the error."""
    context = {"code": code.value, "message": message, "fix": fix}
    return PydanticCustomError("job", "{message}", context)


def _scalar(value: Any, noun: str) -> str:
    if isinstance(value, str) and (value or not isinstance(value, Word)):
        return value
    if isinstance(value, str):
        raise wrong(
            Code.VALUE_MISSING, "A value is missing here.", f"Write {noun} after the colon."
        )
    kind = "list" if isinstance(value, list) else "group of keys"
    raise wrong(
        Code.WRONG_SHAPE, f"This takes {noun}, not a {kind}.", f"Write {noun} after the colon."
    )


def _text(value: Any) -> str:
    return str(_scalar(value, "one text"))


def _written(value: Any) -> Any:
    if isinstance(value, list | dict) and not value:
        raise wrong(
            Code.VALUE_MISSING, "Nothing is written here.", "Write a value, or take the key out."
        )
    if isinstance(value, list):
        return [_scalar(each, "one value") for each in value]
    if isinstance(value, dict):
        return {key: _written(each) for key, each in value.items()}
    return _scalar(value, "one value")


def _splitter(value: Any) -> str:
    text = _text(value)
    if not 0 < len(text) <= _LONGEST_SPLITTER:
        raise wrong(
            Code.NOTHING_TO_SPLIT,
            "This cannot tell values apart.",
            "Write a sign or two, such as ';'.",
        )
    return text


def _named(value: Any) -> str:
    text = _text(value)
    if not text.strip():
        raise wrong(Code.VALUE_MISSING, "This text is empty.", "Write a name, or take the key out.")
    return text


def yes_or_no(value: Any) -> bool:
    """Read true or false, and nothing that only looks like it."""
    text = _scalar(value, "true or false")
    if text not in {"true", "false"} or not isinstance(text, Word):
        raise wrong(Code.NOT_YES_OR_NO, f"{shown(text)} is neither true nor false.", SMALL_AND_BARE)
    return text == "true"


def _number(value: Any) -> Decimal:
    text = _scalar(value, "a number")
    if not _NUMBER.fullmatch(text) or not isinstance(text, Word):
        raise wrong(
            Code.NOT_A_NUMBER,
            f"{shown(text)} is not a number.",
            _unquoted("digits only, such as 20", text),
        )
    return Decimal(text)


def _whole(value: Any) -> int:
    number = _number(value)
    if number != number.to_integral_value():
        raise wrong(
            Code.NOT_A_NUMBER,
            f"{shown(value)} is not a whole number.",
            "Write it without a decimal point.",
        )
    return int(number)


def _unquoted(what: str, text: str) -> str:
    return f"Write {what}." if isinstance(text, Word) else f"Write {what}, without quotes."


def _within(number: Amount, *, more_than: int = -1, most: int | None = None) -> Amount:
    if number <= more_than or (most is not None and number > most):
        least = "0 or more" if more_than < 0 else "more than 0"
        raise wrong(
            Code.NOT_A_NUMBER,
            f"`{number}` is out of range.",
            f"Write {least}." if most is None else f"Write {least}, at most {most}.",
        )
    return number


def _part(number: Decimal) -> Decimal:
    if not 0 <= number < 1:
        raise wrong(
            Code.NOT_A_NUMBER,
            f"`{number}` is out of range.",
            "Write 0 or more, less than 1: 0.4 for 40 %.",
        )
    return number


def _rate(number: Decimal) -> Decimal:
    if not 0 < number <= 1:
        raise wrong(
            Code.NOT_A_NUMBER,
            f"`{number}` is out of range.",
            "Write more than 0, at most 1: 0.2 for 20 %.",
        )
    return number


def _or_nothing(value: Any) -> Any:
    empty = isinstance(value, Word) and value in {"", "null"}
    return None if empty else value


def _not_null(schema: dict[str, Any]) -> None:
    value, _ = schema.pop("anyOf")
    schema.update(value)


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) and value else value


_WRITTEN: dict[str, Any] = {"type": ["string", "number", "boolean"]}

Text = Annotated[str, BeforeValidator(_text), WithJsonSchema(_WRITTEN)]
"""Any one value, as written."""
Named = Annotated[str, BeforeValidator(_named), WithJsonSchema(_WRITTEN | {"minLength": 1})]
"""A text that names something, so not an empty one."""
YesNo = Annotated[bool, BeforeValidator(yes_or_no), WithJsonSchema({"type": "boolean"})]
Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Credits = Annotated[
    Decimal,
    BeforeValidator(_number),
    AfterValidator(lambda number: _within(number, more_than=0)),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
Days = Annotated[
    int,
    BeforeValidator(_whole),
    AfterValidator(lambda days: _within(days, most=3650)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 3650}),
]
Share = Annotated[
    Decimal,
    BeforeValidator(_number),
    AfterValidator(_part),
    WithJsonSchema({"type": "number", "minimum": 0, "exclusiveMaximum": 1}),
]
Rate = Annotated[
    Decimal,
    BeforeValidator(_number),
    AfterValidator(_rate),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
]
RowOfSheet = Annotated[
    int,
    BeforeValidator(_whole),
    AfterValidator(lambda row: _within(row, more_than=0, most=1_048_576)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 1_048_576}),
]
Count = Annotated[
    int,
    BeforeValidator(_whole),
    AfterValidator(lambda count: _within(count, more_than=0, most=1_000_000)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 1_000_000}),
]
Splitter = Annotated[
    str,
    BeforeValidator(_splitter),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 5}),
]
Untyped = Annotated[
    Any,
    BeforeValidator(_written),
    WithJsonSchema({"type": ["string", "number", "boolean", "array", "object"]}),
]
"""A value, list or group whose type only the catalogue knows; still knows what was quoted."""

OrNothing = BeforeValidator(_or_nothing)
"""An empty value or `null` means that the key might as well not be there."""
NeverBlank = Field(json_schema_extra=_not_null)
"""A limit that somebody meant and left blank must not turn into no limit."""
OneOrMore = BeforeValidator(_one_or_more)
"""One value stands for a list of one."""
