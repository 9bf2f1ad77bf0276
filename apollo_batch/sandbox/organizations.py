"""The rules of companies: enrich one, enrich up to ten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from apollo_batch.sandbox.answer import TEXT, Answer, failed, invalid
from apollo_batch.sandbox.books import Bill
from apollo_batch.sandbox.inhabitants import Company
from apollo_batch.sandbox.records import Form, encode
from apollo_batch.sandbox.rule import Call, Rule, State, question, texts

_MOST = 10
_IDENTITY = frozenset({"domain", "linkedin_url", "name", "website"})


@dataclass(frozen=True)
class Found:
    """What the details of one company lead to."""

    question: str
    company: Company | None


def enrich(call: Call) -> Answer:
    """Look one company up."""
    if not texts(call.params, _IDENTITY):
        return invalid("Required parameter 'domain' missing")
    found = _look_up(call.state, call.params)
    if found.company is None:
        return Answer(200, b"{}")
    record = call.state.records.company(found.company, Form.SINGLE)
    return Answer(200, b'{"organization":' + record + b"}", bills=_bills(call.state, [found]))


def bulk_enrich(call: Call) -> Answer:
    """Look up to ten companies up; answered in an order of Apollo's own, misses left out."""
    details, by_domain = _details(call.params)
    trouble = _bad_details(details)
    if trouble or not isinstance(details, list):
        return trouble or _missing()
    asked = {found.question: found for found in (_look_up(call.state, d) for d in details)}
    companies = {f.company.id: f.company for f in asked.values() if f.company}
    ordered = [companies[key] for key in sorted(companies)]
    total, unique = len(details), len(asked)
    head = {
        "status": "success",
        "error_code": None,
        "error_message": None,
        "total_requested_records": None if by_domain else total,
        "total_requested_domains": total if by_domain else None,
        "unique_domains": unique if by_domain else None,
        "unique_records": None if by_domain else unique,
        "unique_enriched_records": len(ordered),
        "missing_records": sum(f.company is None for f in asked.values()),
    }
    records = b",".join(call.state.records.company(c, Form.BULK) for c in ordered)
    body = encode(head)[:-1] + b',"organizations":[' + records + b"]}"
    return Answer(200, body, bills=_bills(call.state, list(asked.values())))


def _details(params: Mapping[str, Any]) -> tuple[object, bool]:
    """The companies asked for, and whether by the old list of domains."""
    if params.get("details"):
        return params["details"], False
    domains = params.get("domains")
    if isinstance(domains, list):
        return [{"domain": domain} for domain in domains], True
    return domains, True


def _missing() -> Answer:
    # JSON under a label of plain text: that is how Apollo sends this one.
    answer = failed(400, "INVALID_REQUEST", "invalid request, missing domains")
    return Answer(answer.status, answer.body, TEXT)


def _bad_details(details: object) -> Answer | None:
    if not details:
        return _missing()
    if not isinstance(details, list) or not all(isinstance(d, dict) for d in details):
        return failed(422, "UNKNOWN_ERROR", "no implicit conversion of Symbol into Integer")
    if len(details) > _MOST:
        return failed(400, "RECORD_LIMIT_EXCEEDED", "domain count cannot be more than 10")
    return None


def _look_up(state: State, details: Mapping[str, Any]) -> Found:
    known = texts(details, _IDENTITY)
    asked = question(known)
    return Found(asked, _company(state, known))


def _company(state: State, known: Mapping[str, str]) -> Company | None:
    world = state.world
    ways = (
        world.company_by_domain(known.get("domain", "")),
        world.company_by_linkedin(known.get("linkedin_url", "")),
        world.company_by_domain(_host(known.get("website", ""))),
        world.company_by_name(known.get("name", "")),
    )
    return next((company for company in ways if company), None)


def _host(website: str) -> str:
    try:
        return (urlsplit(website).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _bills(state: State, found: Sequence[Found]) -> list[Bill]:
    bills = {}
    for one in found:
        if one.company and one.company.id not in bills:
            bills[one.company.id] = Bill(one.company.id, state.price, one.question)
    return list(bills.values())


RULES = {
    "organizations.enrich": Rule(
        enrich,
        scope="api/v1/organizations/enrich",
        takes=_IDENTITY,
        rate_class="enrichment",
        paid=True,
        gate="work_email",
        also=(("POST", "/organizations/enrich"),),
    ),
    "organizations.bulk_enrich": Rule(
        bulk_enrich,
        scope="api/v1/organizations/bulk_enrich",
        takes=frozenset({"details", "domains"}),
        lists={"details": _IDENTITY},
        rate_class="enrichment_bulk",
        paid=True,
        gate="work_email",
    ),
}
