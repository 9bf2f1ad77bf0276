"""A reply's bytes and headers become plain values: strictly, so that nothing is guessed."""

import contextlib
import email.utils
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apollo_batch.model import Reading

_WINDOWS = {
    "minute": (("x-rate-limit-minute",), ("x-minute-usage",)),
    "hour": (("x-rate-limit-hourly",), ("x-hourly-usage",)),
    # Older pages spell the day headers differently; both are read.
    "day": (("x-rate-limit-24-hour", "x-rate-limit-daily"), ("x-24-hour-usage", "x-daily-usage")),
}


_MOST_DEPTH = 64
"""Apollo's own answers nest a few levels; whatever is deeper was not made by it."""


class UnreadableError(ValueError):
    """The body is not an answer of Apollo's."""


class MisshapenError(UnreadableError):
    """It may be Apollo's, and lacks the least that is needed to read it."""


def read_json(body: bytes) -> Any:
    """Read a body strictly: UTF-8, no NaN or infinity, no key twice, not deep, floats as Decimal.

    Raises UnreadableError.
    """
    try:
        data = json.loads(
            body.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
        _see_depth(data)
        return _mended(data) if b"\\ud" in body.lower() else data
    except (ValueError, RecursionError) as problem:
        raise UnreadableError(str(problem)) from None


def _no_constant(text: str) -> Any:
    raise UnreadableError(f"{text} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("a key stands in it twice")
    return found


def _see_depth(data: Any) -> None:
    level = [data] if isinstance(data, dict | list) else []
    for _ in range(_MOST_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    if level:
        raise UnreadableError(f"it is nested more than {_MOST_DEPTH} deep")


def _mended(value: Any) -> Any:
    # JSON can spell half a surrogate pair, which neither the journal nor a workbook can hold.
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        case list():
            return [_mended(element) for element in value]
        case dict():
            return {_mended(key): _mended(element) for key, element in value.items()}
    return value


def windows(headers: Mapping[str, str]) -> tuple[Reading, ...]:
    """Read the rate windows of a reply; an empty limit means the window is not limited.

    One that is neither empty nor a number says nothing: what was known of the window holds.
    """
    readings = []
    for span, (limits, uses) in _WINDOWS.items():
        text = next((headers[name] for name in limits if name in headers), None)
        if text is not None:
            used = next((headers[name] for name in uses if name in headers), "")
            limit = _whole(text)
            if limit is not None or not text.strip():
                readings.append(Reading(span, limit, _whole(used)))
    return tuple(readings)


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if re.fullmatch(r"\d{1,12}", text) else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds Apollo asks us to wait: 1 second to a day; None where it does not."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        seconds = float(text)
    elif (until := _date(text)) is not None:
        # By Apollo's own clock where it tells it: ours may be wrong.
        told = _date(headers.get("date", "")) or datetime.now(UTC)
        seconds = (until - told).total_seconds()
    else:
        return None
    return min(max(seconds, 1.0), 86_400.0)


def _date(text: str) -> datetime | None:
    with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
        found = email.utils.parsedate_to_datetime(text)
        return found if found.tzinfo is not None else None
    return None


def sent_at(headers: Mapping[str, str]) -> float | None:
    """Read when a reply was sent, by the clock of whoever sent it."""
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return email.utils.parsedate_to_datetime(headers.get("date", "")).timestamp()
    return None


def time_scale(headers: Mapping[str, str]) -> float:
    """Read how fast a sandbox's clock runs; 1 where the header is missing or nonsense."""
    with contextlib.suppress(ValueError):
        return min(max(float(headers.get("x-sandbox-time-scale", "1")), 1.0), 1e6)
    return 1.0


def error_text(body: bytes) -> str:
    """Find what a refusal says, in any of the shapes Apollo uses; HTML cut away."""
    try:
        data = read_json(body)
    except UnreadableError:
        return _plain(body.decode("utf-8", "replace"))
    if isinstance(data, dict):
        details = data.get("error_details")
        inner = details.get("message") if isinstance(details, dict) else None
        for key in (inner, data.get("error"), data.get("message"), data.get("error_message")):
            if isinstance(key, str) and key.strip():
                return error_text(key.encode()) if key.lstrip().startswith("{") else _plain(key)
        return _plain(str(data.get("error_code", "")))
    return _plain(str(data))


def _plain(text: str) -> str:
    bare = re.sub(r"<[^>]*>", " ", text)
    return re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f\x7f]", " ", bare)).strip()[:300]
