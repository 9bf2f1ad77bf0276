"""An answer in; whether it has the least that is needed to read it, out: nothing else is guessed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.reading import MisshapenError, UnreadableError
from apollo_batch.apollo.sought import telling
from apollo_batch.catalogue.entry import Act, Operation, Pairing, Route
from apollo_batch.catalogue.paths import parse
from apollo_batch.model import Chunk

_ERRORS = ("error", "error_message")


def short_of(operation: Operation, route: Route, chunk: Chunk, data: Any) -> str:
    """Say what some of the records are short of; "" where all are whole.

    Raises MisshapenError where that is true of the whole answer, so that none of it can be read;
    UnreadableError where it is an error, told as if it were an answer.
    """
    if not isinstance(data, dict):
        raise MisshapenError("it is no object")
    if not data.get(route.results_at) and any(data.get(name) for name in _ERRORS):
        raise UnreadableError("an error where the record should be")
    return _of_records(operation, route, chunk, data) or no_bill(route, data)


def _of_records(operation: Operation, route: Route, chunk: Chunk, data: dict[str, Any]) -> str:
    key = route.results_at
    match route.pairing:
        case Pairing.NONE:
            return _of_all(key, data)
        case Pairing.MEMBER:
            return _of_one(operation, route, data)
        case Pairing.SKIPS:
            return _of_enrolled(key, data)
        case Pairing.MANY | Pairing.SOUGHT:
            return _of_list(operation, route, chunk, data)
    if operation.act is Act.LOOK_UP:
        return _of_looked_up(operation, route, data)
    return _of_written(operation, route, data)


def is_whole(operation: Operation, record: Any) -> bool:
    """Whether a record shows what it is: empty ones and misses do, by being so."""
    if not isinstance(record, dict):
        return record is None
    shown = record.keys() & set(operation.substance)
    return not record or bool(shown) or record.get("match_confidence") == "none"


def no_bill(route: Route, data: dict[str, Any]) -> str:
    """Say which bill or count an answer states that is no number; "" where there is none such."""
    stated = (name for name in (route.credits_at, route.charged_at) if name)
    return next((f"{name} is no number" for name in stated if not _counts(data.get(name))), "")


def _counts(value: Any) -> bool:
    return value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool))


def _of_all(key: str, data: dict[str, Any]) -> str:
    if not isinstance(data.get(key), list) and not isinstance(data.get("message"), str):
        raise MisshapenError(f"no list under {key}")
    return ""


def _of_one(operation: Operation, route: Route, data: dict[str, Any]) -> str:
    key = route.results_at
    record = data.get(key)
    if not isinstance(record, dict):
        raise MisshapenError(f"no record under {key}")
    if "id" in operation.fields | (route.answers or frozenset()) and not _has_id(record):
        raise MisshapenError(f"no id in {key}")
    return ""


def _of_enrolled(key: str, data: dict[str, Any]) -> str:
    found = data.get(key)
    # Some answers split it into `added` and `skipped`, some name ids alone.
    split = isinstance(found, dict) and isinstance(found.get("added"), list)
    if not isinstance(found, list) and not split:
        raise MisshapenError(f"no list under {key}")
    listed = found if isinstance(found, list) else found["added"]  # type: ignore[index]
    named = all(isinstance(one, str) or _has_id(one) for one in listed)
    return "" if named else f"a record without its id under {key}"


def _of_list(operation: Operation, route: Route, chunk: Chunk, data: dict[str, Any]) -> str:
    key = route.results_at
    records = data.get(key)
    if not isinstance(records, list):
        raise MisshapenError(f"no list under {key}")
    _see_existing(route, data)
    if not all(_is_named(operation, one) for one in records):
        raise MisshapenError(f"a record that cannot be told from others under {key}")
    if route.pairing is Pairing.SOUGHT:
        _see_shown(operation, chunk, records, key)
    return ""


def _is_named(operation: Operation, record: Any) -> bool:
    """Whether a record has its id, or, of a kind that has none, anything that is known of it."""
    if "id" in operation.fields:
        return _has_id(record)
    return isinstance(record, dict) and bool(record.keys() & operation.fields)


def _see_shown(
    operation: Operation, chunk: Chunk, records: Sequence[dict[str, Any]], key: str
) -> None:
    """See that records show at all what tells them apart: nothing is "not there" for want of it."""
    names = {name for item in chunk.items for name in telling(operation, item)}
    for field in {parse(operation.identity[name][0])[0].key for name in names}:
        if records and not any(field in record for record in records):
            raise MisshapenError(f"no {field} in any record under {key}")


def _of_looked_up(operation: Operation, route: Route, data: dict[str, Any]) -> str:
    key = route.results_at
    found = data.get(key)
    if route.cap > 1:
        if not isinstance(found, list):
            raise MisshapenError(f"no list under {key}")
        whole = all(is_whole(operation, record) for record in found)
        return "" if whole else f"a record that shows nothing of what it is under {key}"
    if data and key not in data:
        raise MisshapenError(f"nothing under {key}")
    # Nothing is known of a record of which nothing is shown, nor of what it cost.
    if not is_whole(operation, found):
        raise MisshapenError(f"no record under {key}")
    return ""


def _of_written(operation: Operation, route: Route, data: dict[str, Any]) -> str:
    key = route.results_at
    if not isinstance(data.get(key), list):
        return _of_one(operation, route, data)
    there = _see_existing(route, data)
    whole = all(_has_id(record) for record in (*data[key], *there))
    return "" if whole else f"a record without its id under {key}"


def _see_existing(route: Route, data: dict[str, Any]) -> list[Any]:
    there = data.get(route.existing_at) if route.existing_at else None
    if there is not None and not isinstance(there, list):
        raise MisshapenError(f"no list under {route.existing_at}")
    return there or []


def _has_id(record: Any) -> bool:
    found = record.get("id") if isinstance(record, dict) else None
    return isinstance(found, str) and bool(found)
