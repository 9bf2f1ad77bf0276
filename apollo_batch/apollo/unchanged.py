"""A record and what a run left in it come in; whether it is so still, and may be put back, goes out."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.pairing import same_value
from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.model import ChunkItem, Status, Verdict

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_SPELLED = {Kind.EMAIL, Kind.DOMAIN, Kind.URL, Kind.PERSON_URL, Kind.COMPANY_URL}


def as_left(operation: Operation, item: ChunkItem, record: Mapping[str, Any]) -> Verdict:
    """Keep what a record was; what is to be undone goes on only where nobody changed it since.

    Of each field an item expects what the undone run wrote, or what was there before: part of it
    may have been put back already.
    """
    put_back, changed = 0, []
    for name, (wrote, was) in item.expects.items():
        if _shows(operation, name, record, was):
            put_back += 1
        elif not _shows(operation, name, record, wrote):
            changed.append(name.partition(".")[0])
    if changed:
        note = f"Changed since: {', '.join(dict.fromkeys(changed))}."
        return Verdict(item.id, Status.SKIPPED, "changed_since", note)
    if item.expects and put_back == len(item.expects):
        return Verdict(item.id, Status.SUCCEEDED, "already_there")
    return Verdict(item.id, Status.SUCCEEDED, "", old=record, then=item.course[1:])


def not_put_back(operation: Operation, item: ChunkItem, record: Mapping[str, Any]) -> list[str]:
    """Name what a request was to put back and its answer shows as the undone run wrote it."""
    said = item.course[0].names if item.course else ()
    return [
        name
        for name, (wrote, was) in item.expects.items()
        if name.partition(".")[0] in said
        and name.partition(".")[0] in record
        and _shows(operation, name, record, wrote)
        and not _shows(operation, name, record, was)
    ]


def _shows(operation: Operation, name: str, record: Mapping[str, Any], value: Any) -> bool:
    shown = record
    for word in name.split("."):
        shown = shown.get(word) if isinstance(shown, dict) else None  # type: ignore[assignment]
    param = operation.param(name)
    kind = param.kind if param else Kind.TEXT
    if kind in _SPELLED and value and shown:
        return same_value(operation, name, value, record)
    return bool(_plain(shown, kind) == _plain(value, kind))


def _plain(value: Any, kind: Kind) -> Any:
    """Say a value in the one way in which its spellings are the same."""
    if isinstance(value, list):
        plain = [_plain(one, Kind.TEXT) for one in value]
        # A picklist takes the id of an option, and shows a list of one.
        return plain[0] if len(plain) == 1 else sorted(map(str, plain)) or ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join(str(value).split())
    if kind is Kind.DATE:
        return text[:10]
    return Decimal(text) if _NUMBER.fullmatch(text) else text
