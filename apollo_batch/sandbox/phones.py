"""A telephone number as somebody wrote it comes in, as Apollo dials it goes out."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

# What a request calls a number, and what its record calls it.
TYPES = {
    "direct_phone": "work_direct",
    "corporate_phone": "work_hq",
    "mobile_phone": "mobile",
    "home_phone": "home",
    "other_phone": "other",
}
_EXTENSION = re.compile(r"(?i)\s*(?:ext\.?|extension|x|#)\s*\d+\s*$")


def sanitize(raw: object) -> str | None:
    """Spell a number as `+15550100199`; None where it is no number one could dial."""
    text = _EXTENSION.sub("", str(raw)).strip()
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("00"):
        text, digits = f"+{digits[2:]}", digits[2:]
    if text.startswith("+"):
        return f"+{digits}" if 7 <= len(digits) <= 15 else None
    # Without a country it is taken for a North American one.
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return f"+1{digits}" if len(digits) == 10 and digits[0] != "0" else None


def entry(raw: str, kind: str) -> dict[str, Any]:
    """A number as a contact's record holds it."""
    return {
        "raw_number": raw,
        "sanitized_number": sanitize(raw),
        "type": kind,
        "position": 0,
        "status": "no_status",
        "dnc_status": None,
        "dnc_other_info": None,
        "dialer_flags": None,
    }


def replaced(
    numbers: Iterable[Mapping[str, Any]], given: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A contact's numbers with those that a request gives; an empty one takes its number away."""
    by_type = {number["type"]: dict(number) for number in numbers}
    for name, kind in TYPES.items():
        if name in given:
            raw = str(given[name] or "").strip()
            by_type.pop(kind, None)
            if raw:
                by_type[kind] = entry(raw, kind)
    order = list(TYPES.values())
    ordered = sorted(by_type.values(), key=lambda number: order.index(number["type"]))
    return [{**number, "position": position} for position, number in enumerate(ordered)]


def first(numbers: Iterable[Mapping[str, Any]]) -> str | None:
    """The number that Apollo dials first."""
    dialled = (number["sanitized_number"] for number in numbers)
    return next((number for number in dialled if number), None)
