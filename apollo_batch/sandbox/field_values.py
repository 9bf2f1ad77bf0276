"""Values for custom fields come in; what a record keeps of them, and what was wrong, go out."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from apollo_batch.sandbox.crm import Crm, Record

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_UNKNOWN = "Custom field does not exist"
_FLAGS = {"true": True, "false": False}


def written(
    crm: Crm, modality: str, kept: Mapping[str, Any], given: object
) -> tuple[dict[str, Any], dict[str, str]]:
    """Write a map of field id to value over what a record keeps; errors by field id beside it.

    A field that is not given stays, an empty value clears it, a bad one changes nothing.
    """
    values, errors = dict(kept), {}
    for number, value in given.items() if isinstance(given, Mapping) else ():
        field = crm.custom_fields.find(number)
        if field is None or field["modality"] != modality:
            errors[number] = _UNKNOWN
        elif value in (None, "", []):
            values.pop(number, None)
        else:
            read, trouble = _READERS[field["type"]](field, value)
            if trouble:
                errors[number] = trouble
            else:
                values[number] = read
    return values, errors


def _text(field: Record, value: Any) -> tuple[Any, str]:
    text = value if isinstance(value, str) else str(value)
    most = field["text_field_max_length"]
    if most is not None and len(text) > most:
        return None, f"Value is too long (maximum is {most} characters)"
    return text, ""


def _number(_field: Record, value: Any) -> tuple[Any, str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value, ""
    if not _NUMBER.fullmatch(str(value).strip()):
        return None, "Value is not a number"
    number = float(value)
    return int(number) if number.is_integer() else number, ""


def _flag(_field: Record, value: Any) -> tuple[Any, str]:
    flag = value if isinstance(value, bool) else _FLAGS.get(str(value).lower())
    return flag, "" if flag is not None else "Value is not a boolean"


def _day(_field: Record, value: Any) -> tuple[Any, str]:
    return _dated(value, date.fromisoformat, "Value is not a date")


def _moment(_field: Record, value: Any) -> tuple[Any, str]:
    return _dated(value, datetime.fromisoformat, "Value is not a date and time")


def _dated(value: Any, read: Callable[[str], object], trouble: str) -> tuple[Any, str]:
    try:
        read(str(value))
    except ValueError:
        return None, trouble
    return value, ""


def _choices(field: Record, value: Any) -> tuple[Any, str]:
    """Picklists take ids of options, alone or in a list, and give back a list."""
    chosen = value if isinstance(value, list) else [value]
    options = {option["id"] for option in field["picklist_values"]}
    if not options.issuperset(map(str, chosen)):
        return None, "Value is not an option of the picklist"
    return chosen if field["type"] == "multipicklist" else chosen[-1:], ""


_READERS = {
    "string": _text,
    "textarea": _text,
    "number": _number,
    "boolean": _flag,
    "date": _day,
    "datetime": _moment,
    "picklist": _choices,
    "multipicklist": _choices,
}
