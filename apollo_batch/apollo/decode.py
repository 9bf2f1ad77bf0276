"""A reply becomes a settlement: what it says of each item, what it bills, what is still to come."""

import codecs
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.enrolled import NO_WORD, enrolled, member
from apollo_batch.apollo.kept import Keep, kept
from apollo_batch.apollo.minimum import is_whole, no_bill, short_of
from apollo_batch.apollo.pairing import NO_RECORD, Lost, pair
from apollo_batch.apollo.reading import MisshapenError, UnreadableError, read_json
from apollo_batch.apollo.searched import read_page
from apollo_batch.apollo.standing import standing
from apollo_batch.apollo.unfamiliar import unfamiliar, unheard
from apollo_batch.apollo.written import Written
from apollo_batch.catalogue.entry import Act, Operation, Pairing, Route
from apollo_batch.model import Arrival, Chunk, Params, Settlement, Status, Verdict
from apollo_batch.reasons import APOLLOS

A_WEB_PAGE = "Something between you and Apollo answered with a web page instead of data."
NOT_REVEALED = "Personal e-mail not revealed: GDPR region, or none known."
_ZERO = Decimal(0)
_MOST_NUMBER = 1_000_000
"""No bill of one request comes near it; what is higher is nonsense, and no number for a journal."""


def decode(operation: Operation, route: Route, chunk: Chunk, body: bytes, keep: Keep) -> Settlement:
    """Read a 2xx reply.

    What cannot be read as Apollo's answer is of unknown arrival: it may have been charged.
    """
    try:
        data = read_json(body)
    except UnreadableError as problem:
        return Settlement(Arrival.UNKNOWN, message=unreadable(body, problem))
    if isinstance(data, list) and not route.results_at:
        data = {"": data}
    try:
        missing = short_of(operation, route, chunk, data)
        read = _looked_up if operation.act is Act.LOOK_UP else _of_act
        settlement = read(operation, route, chunk, data, keep)
    except MisshapenError as problem:
        missing = str(problem)
        settlement = Settlement(Arrival.UNKNOWN, message=f"Apollo's answer is changed: {missing}.")
    except UnreadableError as problem:
        return Settlement(Arrival.UNKNOWN, message=unreadable(body, problem))
    unknown = unfamiliar(operation, route, data) | dict(settlement.unknown)
    return replace(settlement, missing=missing, unknown=unknown)


def _looked_up(
    operation: Operation, route: Route, chunk: Chunk, data: Any, keep: Keep
) -> Settlement:
    # In the place of what shows nothing of what it is, no record.
    listed = records_of(route, data)
    records = [record if is_whole(operation, record) else NO_RECORD for record in listed]
    pairs = pair(operation, route.pairing, [item.params for item in chunk.items], records)
    later = _later(operation, chunk.options, data)
    answer = _Answer(operation, chunk.options, records, later, keep)
    verdicts = [
        answer.verdict(item.id, where) for item, where in zip(chunk.items, pairs, strict=True)
    ]
    bill = number_of(data.get(route.credits_at)) if route.credits_at else None
    charged = _charged(route, data, records, pairs, verdicts)
    # What is stated and is no number is no bill: nobody knows what this cost.
    untold = later.unpriced or no_bill(route, data)
    derived = None if bill is not None or untold else charged * operation.price.base
    total = bill if bill is not None else derived
    # A row whose record nobody can tell may have its phone number looked for all the same.
    pending = sum(1 for v in verdicts if v.status in {later.status, Status.IN_DOUBT})
    expected = _expected(operation, verdicts, pairs)
    known = None if Lost.UNPAIRED in pairs else sum(expected, _ZERO)
    return Settlement(
        Arrival.DONE,
        verdicts=_priced(verdicts, expected, adds_up=total is not None and total == known),
        reported=bill,
        derived=derived,
        expected=known,
        still_held=None if later.unpriced else later.extra * pending,
        request_id=_request_id(data) if later.unpriced or (pending and later.extra) else None,
    )


def _of_act(operation: Operation, route: Route, chunk: Chunk, data: Any, keep: Keep) -> Settlement:
    """Read an answer that is no look-up's: a search's page, or what was written."""
    match route.pairing:
        case Pairing.MANY:
            return read_page(operation, route, chunk, data, keep)
        case Pairing.SKIPS:
            verdicts = enrolled(chunk, data, keep)
        case Pairing.MEMBER:
            verdicts = member(chunk, data, keep)
        case Pairing.STANDING:
            verdicts = standing(chunk, data)
        case _:
            verdicts = Written(operation, route, chunk, keep).verdicts(data)
    priced = [replace(verdict, credits=_ZERO) for verdict in verdicts]
    return Settlement(
        Arrival.DONE, priced, derived=_ZERO, expected=_ZERO, unknown=_new_reasons(verdicts)
    )


def _new_reasons(verdicts: Sequence[Verdict]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for verdict in verdicts:
        if verdict.reason.startswith(APOLLOS) and verdict.reason != NO_WORD:
            found.update(unheard(verdict.reason.removeprefix(APOLLOS)))
    return dict(found)


def reread(
    operation: Operation, route: Route, body: bytes, index: int, keep: Keep
) -> dict[str, str] | None:
    """Take other fields out of an answer that was paid for earlier.

    {} where it is unreadable, None where its record is hollow.
    """
    try:
        record = records_of(route, read_json(body))[index]
    except (UnreadableError, IndexError):
        return {}
    return None if _hollow(operation, record) else kept(record, keep)


def billed(route: Route, body: bytes) -> Decimal | None:
    """Read out of an answer what it says it cost; UnreadableError where it is no answer."""
    data = read_json(body)
    told = isinstance(data, dict) and route.credits_at
    return number_of(data.get(route.credits_at)) if told else None


def _hollow(operation: Operation, record: Any) -> bool:
    return isinstance(record, dict) and not any(record.get(f) for f in operation.substance)


def records_of(route: Route, data: Any) -> list[Any]:
    """Find the records of a reply, with its gaps; UnreadableError where it has no such thing."""
    if not isinstance(data, dict):
        raise UnreadableError("not an object")
    found = data.get(route.results_at)
    if route.cap > 1:
        if not isinstance(found, list):
            raise UnreadableError(f"no list under {route.results_at}")
        return found
    if found is None and ("error" in data or "error_message" in data):
        raise UnreadableError("an error where the record should be")
    # A miss of a single route is {} or null under its key.
    return [found] if isinstance(found, dict) else []


@dataclass(frozen=True)
class _Later:
    """What a reply says of results that are still to come: how the rows that it found stand."""

    status: Status = Status.SUCCEEDED
    reason: str = "found"
    extra: Decimal = _ZERO
    """What each of them may still cost."""
    note: str = ""
    unpriced: bool = False
    """The bill is not known yet: keep everything that is held."""


def _later(operation: Operation, options: Params, data: Mapping[str, Any]) -> _Later:
    later = _promised(operation, options, data)
    if later.status is Status.PENDING and _request_id(data) is None:
        return replace(later, status=Status.FAILED, reason="result_misnumbered")
    return later


def _promised(operation: Operation, options: Params, data: Mapping[str, Any]) -> _Later:
    phone = _phone(operation, options, data)
    if not operation.price.is_open(options):
        return phone
    status, message = _said(data, "waterfall")
    if status == "accepted":
        return _Later(Status.PENDING, "waterfall_pending", unpriced=True)
    note = message or f"Apollo's word for it is: {status or 'none'}."
    if phone.status is Status.PENDING:
        return replace(phone, note=f"Other sources were not asked: {note}")
    return _Later(Status.FAILED, "waterfall_refused", note=note)


def _phone(operation: Operation, options: Params, data: Mapping[str, Any]) -> _Later:
    extra = operation.price.on_top(options)
    if not extra:
        return _Later()
    if _said(data, "phone_enrichment")[0] == "skipped":
        return _Later(reason="phone_skipped")
    # Where Apollo says nothing of what was asked for, it may look for it all the same.
    return _Later(Status.PENDING, "phone_pending", extra)


def _said(data: Mapping[str, Any], name: str) -> tuple[str, str]:
    said = data.get(name)
    if not isinstance(said, dict):
        return "", ""
    return str(said.get("status") or "")[:80], str(said.get("message") or "")[:200]


@dataclass(frozen=True)
class _Answer:
    """One reply, read against what was asked."""

    operation: Operation
    options: Params
    records: Sequence[Any]
    later: _Later
    keep: Keep

    def verdict(self, item: int, where: int | Lost) -> Verdict:
        """Say of one item what its record means."""
        if where is Lost.UNPAIRED:
            return Verdict(item, Status.IN_DOUBT, "unpaired")
        if isinstance(where, Lost):
            return Verdict(item, Status.NO_MATCH, "no_match")
        record = self.records[where]
        if record.get("match_confidence") == "none":
            return Verdict(item, Status.NO_MATCH, "no_match", index=where)
        if _hollow(self.operation, record):
            return Verdict(item, Status.NO_MATCH, "hollow_match", index=where)
        columns = kept(record, self.keep)
        later, note = self.later, self._note(record)
        return Verdict(item, later.status, later.reason, note, kept=columns, index=where)

    def _note(self, record: Mapping[str, Any]) -> str:
        asked = self.options.get("reveal_personal_emails") is True
        withheld = NOT_REVEALED if asked and not record.get("personal_emails") else ""
        return " ".join(part for part in (self.later.note, withheld) if part)


def _charged(
    route: Route,
    data: Mapping[str, Any],
    records: Sequence[Any],
    pairs: Sequence[int | Lost],
    verdicts: Sequence[Verdict],
) -> Decimal:
    counted = number_of(data.get(route.charged_at)) if route.charged_at else None
    if counted is not None:
        return counted
    if any(pair is Lost.UNPAIRED for pair in pairs):
        return Decimal(sum(1 for record in records if record is not None))
    return Decimal(
        len({v.index for v in verdicts if v.index is not None and v.reason != "no_match"})
    )


def _expected(
    operation: Operation, verdicts: Sequence[Verdict], pairs: Sequence[int | Lost]
) -> list[Decimal]:
    """Say what each row is expected to cost: its record's price, once for all who share it."""
    seen: set[int] = set()
    expected: list[Decimal] = []
    for verdict, where in zip(verdicts, pairs, strict=True):
        billed = verdict.index is not None and verdict.reason != "no_match" and where not in seen
        expected.append(operation.price.base if billed else _ZERO)
        if isinstance(where, int):
            seen.add(where)
    return expected


def _priced(
    verdicts: Sequence[Verdict], expected: Sequence[Decimal], *, adds_up: bool
) -> tuple[Verdict, ...]:
    """Put its expected charge to every row, where these add up to the bill; else to none."""
    return tuple(
        replace(verdict, credits=cost if adds_up else None)
        for verdict, cost in zip(verdicts, expected, strict=True)
    )


def number_of(value: Any) -> Decimal | None:
    """Read a number of credits or the like; None where it is none, or nonsense."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value) if 0 <= value <= _MOST_NUMBER else None


def _request_id(data: Mapping[str, Any]) -> str | None:
    found = data.get("request_id")
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def unreadable(body: bytes, problem: UnreadableError) -> str:
    """Say why a reply cannot be read."""
    if body.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        return A_WEB_PAGE
    return f"Apollo's answer could not be read ({str(problem)[:80]})."
