"""The rules of people: match one, match up to ten."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apollo_batch.sandbox.answer import Answer, failed, invalid
from apollo_batch.sandbox.books import Bill
from apollo_batch.sandbox.books import number as as_number
from apollo_batch.sandbox.inhabitants import Company, Person
from apollo_batch.sandbox.records import Form, encode
from apollo_batch.sandbox.results import CONTROLS, Flags, promised, request_id
from apollo_batch.sandbox.rule import Call, Rule, State, question, texts

_MOST = 10
_IDENTITY = frozenset(
    "id email hashed_email linkedin_url first_name last_name name organization_name domain".split()
)
_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Found:
    """What the details of one person lead to."""

    question: str
    person: Person | None = None
    company: Company | None = None
    """Known, where the person is not."""
    hollow: str = ""
    """First name of a record that holds nothing else, and is billed all the same."""

    @property
    def charged_for(self) -> str | None:
        """What is on the bill, the same for two details that lead to the same."""
        if self.person:
            return self.person.id
        return self.question if self.hollow else None


def match(call: Call) -> Answer:
    """Look one person up."""
    flags = Flags.read(call)
    trouble = flags.trouble() or _bad_id([call.params])
    if trouble:
        return trouble
    found = _look_up(call.state, call.params)
    record = _record(call.state, found, Form.SINGLE, flags) or b"null"
    number = request_id()
    promise = promised(call.state, flags, _people([found]), number)
    body = b'{"person":' + record + b"," + _inner({"request_id": number, **promise.told}) + b"}"
    bills = _bills(call.state, [found])
    return Answer(200, body, bills=bills, later=promise.later, result=promise.result)


def bulk_match(call: Call) -> Answer:
    """Look up to ten people up, in one request."""
    flags = Flags.read(call)
    details = call.params.get("details")
    trouble = flags.trouble() or _bad_details(details)
    if trouble or not isinstance(details, list):
        return trouble or _missing()
    found = [_look_up(call.state, detail) for detail in details]
    bills = _bills(call.state, found)
    number = request_id()
    promise = promised(call.state, flags, _people(found), number)
    head: dict[str, Any] = {
        "status": "success",
        "error_code": None,
        "error_message": None,
        "total_requested_enrichments": len(details),
    }
    if not flags.waterfall:
        head |= {
            "unique_enriched_records": len(bills),
            "missing_records": sum(f.charged_for is None for f in found),
            "credits_consumed": as_number(
                sum((b.credits for b in bills), start=call.state.price * 0)
            ),
        }
    records = [_record(call.state, f, Form.BULK, flags) or b"null" for f in found]
    tail = {"request_id": number, **promise.told}
    body = b"{" + _inner(head) + b',"matches":[' + b",".join(records) + b"]," + _inner(tail) + b"}"
    return Answer(200, body, bills=bills, later=promise.later, result=promise.result)


def _missing() -> Answer:
    return failed(400, "INVALID_REQUEST", "invalid request, missing details")


def _bad_details(details: object) -> Answer | None:
    if not details:
        return _missing()
    if not isinstance(details, list) or not all(isinstance(d, dict) for d in details):
        return failed(422, "UNKNOWN_ERROR", "no implicit conversion of Symbol into Integer")
    if len(details) > _MOST:
        message = "cannot enrich more than 10 in a single request"
        return failed(400, "RECORD_LIMIT_EXCEEDED", message)
    return _bad_id(details)


def _bad_id(details: Sequence[Mapping[str, Any]]) -> Answer | None:
    for detail in details:
        given = detail.get("id")
        if given and not _ID.fullmatch(str(given)):
            return invalid(f"Parameters misconfigured. {given} is not a valid ID")
    return None


def _look_up(state: State, details: Mapping[str, Any]) -> Found:
    """Try the details from the surest to the weakest."""
    known = texts(details, _IDENTITY)
    asked = question(known)
    person = _by_key(state, known) or _by_name(state, known)
    if person:
        return Found(asked, person=person)
    company = state.world.company_by_domain(known.get("email", "").rpartition("@")[2])
    if company:
        return Found(asked, company=company)
    # A first name and an employer make a hollow record, which is billed.
    weak = "organization_name" in known and not known.keys() & {"last_name", "name", "domain"}
    return Found(asked, hollow=known.get("first_name", "") if weak else "")


def _by_key(state: State, known: Mapping[str, str]) -> Person | None:
    world = state.world
    ways = (
        ("id", world.person_by_id),
        ("email", world.person_by_email),
        ("hashed_email", world.person_by_hash),
        ("linkedin_url", world.person_by_linkedin),
    )
    people = (find(known[name]) for name, find in ways if name in known)
    return next((person for person in people if person), None)


def _by_name(state: State, known: Mapping[str, str]) -> Person | None:
    name = known.get("name")
    if "first_name" in known and "last_name" in known:
        name = f"{known['first_name']} {known['last_name']}"
    employers = (
        state.world.company_by_domain(known.get("domain", "")),
        state.world.company_by_name(known.get("organization_name", "")),
    )
    people = (state.world.person_at(e, name) for e in employers if e and name)
    return next((person for person in people if person), None)


def _record(state: State, found: Found, form: Form, flags: Flags) -> bytes | None:
    if found.person:
        return state.records.person(
            found.person, form, personal=flags.personal_emails, no_email=flags.waterfall_email
        )
    if found.company:
        return state.records.only_company(found.company, form)
    if found.hollow:
        return state.records.stub(found.hollow, found.question)
    return state.records.nobody() if flags.waterfall else None


def _people(found: Sequence[Found]) -> list[tuple[Person, str]]:
    """Everyone found, once, with the question that found them."""
    people = {f.person.id: (f.person, f.question) for f in found if f.person}
    return list(people.values())


def _bills(state: State, found: Sequence[Found]) -> list[Bill]:
    """One bill a person, however often they were asked for in this request."""
    bills = {}
    for one in found:
        if one.charged_for and one.charged_for not in bills:
            what = one.person.id if one.person else state.records.stub_id(one.question)
            bills[one.charged_for] = Bill(what, state.price, one.question)
    return list(bills.values())


def _inner(fields: Mapping[str, Any]) -> bytes:
    return encode(fields)[1:-1]


RULES = {
    "people.match": Rule(
        match,
        scope="api/v1/people/match",
        takes=_IDENTITY | CONTROLS,
        rate_class="enrichment",
        paid=True,
        gate="work_email",
        also=(("GET", "/people/match"),),
    ),
    "people.bulk_match": Rule(
        bulk_match,
        scope="api/v1/people/bulk_match",
        takes=CONTROLS | {"details"},
        lists={"details": _IDENTITY},
        rate_class="enrichment_bulk",
        paid=True,
        gate="work_email",
    ),
}
