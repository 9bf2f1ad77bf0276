"""A contact to be made comes in; the one the team has already, and by what it is told, goes out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.employers import company_named
from apollo_batch.sandbox.inhabitants import Company
from apollo_batch.sandbox.rule import State
from apollo_batch.sandbox.saved import contact_of, make_staff

_CRM_IDS = (
    "salesforce_lead_id salesforce_contact_id salesforce_id hubspot_vid hubspot_id outreach_id "
    "salesloft_id"
).split()


class Hit(NamedTuple):
    """A contact that is there already."""

    record: Record
    reason: str


def existing(state: State, given: Mapping[str, Any]) -> Hit | None:
    """Find the contact that these details are of: five steps, the first that hits decides."""
    for step, reason in _STEPS:
        record = step(state, given)
        if record is not None:
            return Hit(record, reason)
    return None


def result(hit: Hit) -> dict[str, Any]:
    """What an answer says of a match."""
    return {
        "found_existing": True,
        "match_reason": hit.reason,
        "existing_contact_id": hit.record["id"],
    }


def _by_id(state: State, given: Mapping[str, Any]) -> Record | None:
    return state.crm.contacts.find(str(given["id"])) if given.get("id") else None


def _by_crm_id(state: State, given: Mapping[str, Any]) -> Record | None:
    for name in _CRM_IDS:
        value = given.get(name)
        for field in (name, "merged_crm_ids") if value else ():
            found = state.crm.contacts.saying(field, value)
            if found:
                return found[0]
    return None


def _by_person(state: State, given: Mapping[str, Any]) -> Record | None:
    if not given.get("person_id"):
        return None
    person = state.world.person_by_id(str(given["person_id"]))
    if person:
        return contact_of(state.crm, person)
    return next(iter(state.crm.contacts.saying("person_id", given["person_id"])), None)


def _by_email(state: State, given: Mapping[str, Any]) -> Record | None:
    email = str(given.get("email") or "").strip()
    if not email:
        return None
    person = state.world.person_by_email(email)
    if person and person.contact_id:
        state.crm.contacts.find(person.contact_id)
    found = (state.crm.contacts.saying(f, email) for f in ("email", "contact_emails"))
    return next((records[0] for records in found if records), None)


def _by_name(state: State, given: Mapping[str, Any]) -> Record | None:
    name = full_name(given)
    if not name:
        return None
    for company in _employers(state, given):
        make_staff(state.crm, company)
    alike = state.crm.contacts.saying("name", name)
    return next((record for record in alike if _colleagues(record, given)), None)


def full_name(given: Mapping[str, Any]) -> str:
    """The name in full; nothing where a part of it is missing."""
    first, last = (str(given.get(n) or "").strip() for n in ("first_name", "last_name"))
    return f"{first} {last}" if first and last else str(given.get("name") or "").strip()


def _employers(state: State, given: Mapping[str, Any]) -> Iterator[Company]:
    world = state.world
    ways = (
        world.company_by_domain(_domain(given)),
        company_named(world, given.get("organization_name"), None),
        world.company_by_id(str(given["organization_id"]))
        if given.get("organization_id")
        else None,
    )
    yield from (company for company in ways if company)


def _colleagues(record: Record, given: Mapping[str, Any]) -> bool:
    """Whether both work for the same company, as far as one can tell."""
    pairs = (
        (_domain(record), _domain(given)),
        (record["organization_id"], given.get("organization_id")),
        (record["organization_name"], given.get("organization_name")),
    )
    return any(a and b and _plain(a) == _plain(b) for a, b in pairs)


def _domain(known: Mapping[str, Any]) -> str:
    return str(known.get("email") or "").rpartition("@")[2].strip().lower()


def _plain(value: object) -> str:
    return " ".join(str(value).split()).casefold()


_Step = Callable[[State, Mapping[str, Any]], Record | None]
_STEPS: tuple[tuple[_Step, str], ...] = (
    (_by_id, "id_match"),
    (_by_crm_id, "crm_id_match"),
    (_by_person, "person_id_match"),
    (_by_email, "email_match"),
    (_by_name, "name_and_company_match"),
)
