"""Apollo is asked for a result that comes later; whether it is there, and its bill, go out."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.decode import number_of, records_of
from apollo_batch.apollo.reading import UnreadableError, read_json
from apollo_batch.catalogue.entry import Operation, Route
from apollo_batch.model import CAME, Arrival, Late, Params, Settlement

_ENDS = {
    "request_id_unknown": "result_unknown",
    "request_id_expired": "result_expired",
    "invalid_request_id": "result_misnumbered",
}
_ZERO = Decimal(0)
_MOST_SECONDS = 86_400.0


@dataclass(frozen=True)
class Asked:
    """The request whose result is asked for."""

    operation: Operation
    route: Route
    options: Params
    request_id: str
    answer: bytes
    """What it was answered at once."""


def read_late(asked: Asked, status: int, body: bytes) -> Settlement | None:
    """Read the answer to a question for a result; None where it is about something else."""
    if status not in {200, 400, 404, 410}:
        return None
    try:
        data = read_json(body)
    except UnreadableError:
        data = None
    if not isinstance(data, dict):
        return Settlement(Arrival.UNKNOWN, message="Apollo's answer could not be read.")
    if status == 200:
        return _result(asked, data)
    code = data.get("error_code")
    if code == "result_pending":
        return Settlement(Arrival.DONE, late=Late(again=_seconds(data)))
    if code in _ENDS:
        return Settlement(Arrival.REFUSED, late=Late(_ENDS[code]))
    return None


def _seconds(data: Mapping[str, Any]) -> float | None:
    found = number_of(data.get("retry_after_seconds"))
    return None if found is None else min(max(float(found), 1.0), _MOST_SECONDS)


def _result(asked: Asked, data: Mapping[str, Any]) -> Settlement:
    payload = data.get("webhook_result")
    named = [data.get("request_id")]
    if isinstance(payload, dict) and "request_id" in payload:
        named.append(payload["request_id"])
    if any(str(name) != asked.request_id for name in named):
        return Settlement(Arrival.DONE, message="The answer is about another request; left out.")
    delivery, reason = data.get("webhook_status"), str(data.get("failure_reason") or "")[:200]
    # How it was delivered says nothing of the result, which is here; we need no delivery.
    if not isinstance(payload, dict):
        ended = "" if delivery == "in_progress" else "result_failed"
        return Settlement(Arrival.DONE, late=Late(ended), message=reason)
    people = _people(payload)
    known = {str(record.get("id")) for record in _matched(asked)}
    if delivery == "in_progress" and not known <= people.keys():
        return Settlement(Arrival.DONE, late=Late(), message="A part of the result is there.")
    strangers = len(people.keys() - known)
    words = f"People in it who were not asked for are left out: {strangers}." if strangers else ""
    mine = {number: one for number, one in people.items() if number in known or not known}
    return Settlement(Arrival.DONE, late=_billed(asked, payload, mine), message=words)


def people_of(body: bytes) -> dict[str, dict[str, Any]]:
    """Read who got what out of an answer that holds a result; {} where it is unreadable."""
    try:
        data = read_json(body)
    except UnreadableError:
        return {}
    payload = data.get("webhook_result") if isinstance(data, dict) else None
    return _people(payload) if isinstance(payload, dict) else {}


def _people(payload: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = payload.get("people")
    people: dict[str, dict[str, Any]] = {}
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            people.setdefault(one["id"], one)
    return people


def _matched(asked: Asked) -> list[Mapping[str, Any]]:
    """The people that the first answer found, each once: what a base price is charged for."""
    try:
        records = records_of(asked.route, read_json(asked.answer))
    except UnreadableError:
        return []
    real = [one for one in records if isinstance(one, dict)]
    found = [one for one in real if one.get("match_confidence") != "none"]
    return list({str(one.get("id")): one for one in found}.values())


def _billed(asked: Asked, payload: Mapping[str, Any], people: Mapping[str, Any]) -> Late:
    """Say what a result cost, as far as anybody can.

    Apollo's own examples state fewer credits than its price list: the higher of the two counts. A
    waterfall that brought something and states nothing, or 0, is unknown.
    """
    options, price = asked.options, asked.operation.price
    stated = number_of(payload.get("credits_consumed"))
    with_phone = sum(1 for person in people.values() if listed(person, "phone_numbers"))
    phones = price.on_top(options) * with_phone
    if not price.is_open(options):
        return Late(CAME, derived=max(phones, stated or _ZERO))
    brought = any(listed(p, name) for p in people.values() for name in ("emails", "phone_numbers"))
    if stated is None or (brought and not stated):
        return Late(CAME)
    return Late(CAME, reported=stated, derived=price.base * len(_matched(asked)) + phones)


def listed(person: Mapping[str, Any], name: str) -> list[Any]:
    """What a result lists of a person under a name: nothing, where it is no list."""
    found = person.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
