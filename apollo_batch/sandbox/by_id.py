"""The rules of reading Apollo's own data by id: a person, a company, its open jobs."""

from typing import Any

from apollo_batch.sandbox import fields
from apollo_batch.sandbox.answer import Answer, invalid
from apollo_batch.sandbox.books import Bill
from apollo_batch.sandbox.directory import directory_of
from apollo_batch.sandbox.ids import bad_path_id
from apollo_batch.sandbox.inhabitants import Person
from apollo_batch.sandbox.pages import page_of, priced
from apollo_batch.sandbox.postings import posting_fields
from apollo_batch.sandbox.records import Form, encode
from apollo_batch.sandbox.rule import Call, Rule, State, question
from apollo_batch.sandbox.world import PEOPLE

_NOT_UNLOCKED = "email_not_unlocked@domain.com"
_MOST_POSTINGS = 10_000
_ZONES = {
    "Australia": "Australia/Sydney",
    "Canada": "America/Toronto",
    "Japan": "Asia/Tokyo",
    "Singapore": "Asia/Singapore",
    "United Kingdom": "Europe/London",
    "United States": "America/Chicago",
}
FORMER = "former person"
"""The space of ids that once were somebody's: as many as there are people."""


def person(call: Call) -> Answer:
    """Show one person in full, but unlock no address."""
    key = call.path["id"]
    trouble = bad_path_id("id", key)
    if trouble:
        return trouble
    world = call.state.world
    found = world.person_by_id(key)
    if found is None:
        was_one = world.number_of(FORMER, key) < PEOPLE
        return invalid("This is obsolete data." if was_one else "Person does not exist.")
    record = encode(_person(call.state, found))
    employer = call.state.records.company(found.company, Form.IN_PERSON)
    body = b'{"person":' + record[:-1] + b',"organization":' + employer + b"}}"
    bill = Bill(found.id, call.state.price, question({"id": found.id}))
    return Answer(200, body, bills=[bill])


def company(call: Call) -> Answer:
    """Show one company as the enrichment does."""
    key = call.path["id"]
    trouble = bad_path_id("id", key)
    found = None if trouble else call.state.world.company_by_id(key)
    if found is None:
        # Apollo tells of one refusal only; an id that nobody has gets it too.
        return trouble or invalid("Parameters misconfigured. id is not a valid ID")
    record = call.state.records.company(found, Form.SINGLE)
    bill = Bill(found.id, call.state.price, question({"id": found.id}))
    return Answer(200, b'{"organization":' + record + b"}", bills=[bill])


def job_postings(call: Call) -> Answer:
    """Show the open jobs of a company; one that nobody knows has none."""
    key = call.path["organization_id"]
    page = bad_path_id("organization_id", key) or page_of(call.params, most=_MOST_POSTINGS)
    if isinstance(page, Answer):
        return page
    found = call.state.world.company_by_id(key)
    jobs = page.of(directory_of(call.state.world).jobs(found)) if found else ()
    body = {"organization_job_postings": [posting_fields(job) for job in jobs]}
    return priced(call, body, page=page, shown=len(jobs), asked={"organization_id": key})


def _person(state: State, found: Person) -> dict[str, Any]:
    record = fields.person_fields(found)
    employer = fields.company_fields(found.company)
    place = found.place
    saved_as = _contact_id(state, found)
    street, postal_code = employer["street_address"], employer["postal_code"]
    where = (street, place.city, place.state, place.country, postal_code)
    record |= {
        "street_address": street,
        "postal_code": postal_code,
        "formatted_address": ", ".join(part for part in where if part),
        "time_zone": _ZONES.get(place.country, "Europe/Berlin"),
    }
    if saved_as:
        return record | {"contact_id": saved_as}
    del record["revealed_for_current_team"]
    return record | ({"email": _NOT_UNLOCKED} if found.email else {})


def _contact_id(state: State, found: Person) -> str | None:
    contacts = (contact for contact in state.crm.contacts if contact.get("person_id") == found.id)
    saved = next(contacts, None)
    return saved["id"] if saved else found.contact_id


RULES = {
    "people.get": Rule(
        person,
        scope="api/v1/people/show",
        rate_class="enrichment",
        paid=True,
        gate="work_email",
    ),
    "organizations.get": Rule(
        company,
        scope="api/v1/organizations/show",
        rate_class="enrichment",
        paid=True,
        gate="work_email",
    ),
    "organizations.job_postings": Rule(
        job_postings,
        scope="api/v1/organizations/job_postings",
        takes=frozenset({"page", "per_page"}),
        rate_class="enrichment",
        paid=True,
    ),
}
