"""A record and the result that came for it later; what its row ends with goes out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.decode import records_of
from apollo_batch.apollo.kept import Keep, kept
from apollo_batch.apollo.late import listed, people_of
from apollo_batch.apollo.reading import UnreadableError, read_json
from apollo_batch.catalogue.entry import Operation, Route
from apollo_batch.model import CAME, Params, Status, Verdict

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Result:
    """A first answer and what came after it, or the reason why nothing came."""

    operation: Operation
    route: Route
    answer: bytes
    late: str
    body: bytes
    """The answer that holds the result."""
    message: str = ""


@dataclass(frozen=True)
class Waiting:
    """A row that waits for a result."""

    item: int
    position: int | None
    """Where in the first answer its record stands."""
    options: Params
    """What its own job asks for."""
    keep: Keep
    note: str = ""
    pays: bool = False
    """Whether its own request bought the result."""


def landings(result: Result, rows: Iterable[Waiting]) -> list[Verdict]:
    """Say what each row ends with; of rows that share a person the first one pays."""
    records = _records(result)
    people = people_of(result.body) if result.late == CAME else {}
    paid: set[str] = set()
    return [_landing(result, row, records, people, paid) for row in rows]


def _records(result: Result) -> list[Any]:
    try:
        return records_of(result.route, read_json(result.answer))
    except UnreadableError:
        return []


def _landing(
    result: Result,
    row: Waiting,
    records: list[Any],
    people: Mapping[str, Mapping[str, Any]],
    paid: set[str],
) -> Verdict:
    record = _record(records, row.position)
    if result.late != CAME:
        note = " ".join(part for part in (row.note, result.message) if part)
        return Verdict(row.item, Status.FAILED, result.late, note, kept(record, row.keep))
    number, price = str(record.get("id")), result.operation.price
    person = people.get(number)
    whole = _whole(record, person or {})
    reason = _reason(whole, waterfall=price.is_open(row.options), named=person is not None)
    extra = _ZERO
    if row.pays and listed(person or {}, "phone_numbers") and number not in paid:
        extra = price.on_top(row.options)
        paid.add(number)
    return Verdict(
        row.item, Status.SUCCEEDED, reason, row.note, kept(whole, row.keep), credits=extra
    )


def _record(records: list[Any], position: int | None) -> Mapping[str, Any]:
    found = records[position] if position is not None and position < len(records) else None
    return found if isinstance(found, dict) else {}


def _reason(whole: Mapping[str, Any], *, waterfall: bool, named: bool) -> str:
    if listed(whole, "phone_numbers") or (waterfall and listed(whole, "emails")):
        return "found"
    if waterfall:
        return "waterfall_none"
    return "phone_none" if named else "phone_skipped"


def _whole(record: Mapping[str, Any], person: Mapping[str, Any]) -> dict[str, Any]:
    """Put what came later to the record it belongs to, under the names that records have."""
    whole = dict(record)
    emails, phones = listed(person, "emails"), listed(person, "phone_numbers")
    saved = record.get("contact")
    if not phones and isinstance(saved, dict):
        phones = listed(saved, "phone_numbers")  # a saved contact's numbers are there already
    if phones:
        whole["phone_numbers"] = phones
    if emails:
        whole["emails"] = emails
        if not record.get("email"):
            whole["email"] = emails[0].get("email")
            whole["email_status"] = str(emails[0].get("email_status_cd") or "").lower() or None
    return whole
