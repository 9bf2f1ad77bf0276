"""A contact and what a request says of them come in, the contact as it is then goes out."""

import re
from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox import phones, places
from apollo_batch.sandbox.contact_record import contact
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.employers import linked
from apollo_batch.sandbox.field_values import written
from apollo_batch.sandbox.rule import State

_TEXTS = (
    "first_name last_name title organization_name linkedin_url facebook_url twitter_url photo_url"
).split()
_IDS = "account_id organization_id contact_stage_id owner_id".split()
_CRM_IDS = (
    "salesforce_id salesforce_account_id hubspot_id hubspot_vid outreach_id salesloft_id"
).split()
# Once it is set, no request sets it again.
_PROTECTED = "person_id salesforce_lead_id salesforce_contact_id".split()
_PROFILE = re.compile(r"(?i)^(?:https?://)?(?:[a-z]+\.)?linkedin\.com/in/([^/?#]+)")


def made(state: State, given: Mapping[str, Any]) -> Record:
    """A new contact: of the acting user, at the first stage, unless the request says otherwise."""
    crm, moment = state.crm, state.crm.moment()
    blank = contact(
        {
            "id": crm.new_id("contact"),
            "owner_id": crm.me,
            "creator_id": crm.me,
            "contact_stage_id": next(iter(crm.contact_stages))["id"],
            "queued_for_crm_push": True,
            "created_at": moment,
            "updated_at": moment,
        }
    )
    sent = {name: value for name, value in given.items() if value not in (None, "")}
    record = changed(state, blank, sent)
    return record | _email_status(state, record)


def changed(state: State, record: Record, given: Mapping[str, Any]) -> Record:
    """Write over a contact what a request gives; what it leaves out stays, what is empty goes."""
    now = {**record, "updated_at": state.crm.moment()}
    for name in (*_TEXTS, *_IDS, *_CRM_IDS):
        if name in given:
            now[name] = _text(given[name])
    for name in _PROTECTED:
        if name in given and not record[name]:
            now[name] = _text(given[name])
    now |= _name(now, given) | _email(now, given) | _where(given) | _phones(record, given)
    if "linkedin_url" in given:
        now["linkedin_url"] = profile(given["linkedin_url"])
    if "typed_custom_fields" in given:
        now["typed_custom_fields"], now["custom_field_errors"] = written(
            state.crm, "contact", record["typed_custom_fields"], given["typed_custom_fields"]
        )
    return linked(state, now, given)


def profile(value: object) -> str | None:
    """A profile's address as Apollo stores it."""
    text = _text(value)
    match = _PROFILE.match(text or "")
    return f"http://www.linkedin.com/in/{match[1]}" if match else text


def _text(value: object) -> str | None:
    return None if value is None else str(value).strip() or None


def _name(now: Record, given: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the full name and its parts in step; the parts decide."""
    parts = given.keys() & {"first_name", "last_name"}
    if "name" in given and not parts:
        first, _, last = (_text(given["name"]) or "").partition(" ")
        return {
            "name": _text(given["name"]),
            "first_name": first or None,
            "last_name": last or None,
        }
    if not parts:
        return {}
    known = (now["first_name"], now["last_name"])
    return {"name": " ".join(part for part in known if part) or None}


def _email(now: Record, given: Mapping[str, Any]) -> dict[str, Any]:
    """Take an address as it is typed; whether it works is not looked into again."""
    told: dict[str, Any] = {}
    if "email" in given:
        email = _text(given["email"])
        told = {
            "email": email,
            "email_from_customer": email is not None,
            "email_true_status": "User Managed" if email else now["email_true_status"],
            "updated_email_true_status": email is not None,
        }
    more = given.get("contact_emails")
    if isinstance(more, list):
        told["contact_emails"] = [one for one in more if isinstance(one, dict)]
    return told


def _email_status(state: State, record: Record) -> dict[str, Any]:
    if record["email"] is None:
        return {"email_status": "unavailable"}
    person = state.world.person_by_email(record["email"])
    return {"email_status": person.email_status if person else "verified"}


def _where(given: Mapping[str, Any]) -> dict[str, Any]:
    if "present_raw_address" not in given:
        return {}
    raw = _text(given["present_raw_address"])
    return {"present_raw_address": raw, **places.parsed(raw or "")}


def _phones(record: Record, given: Mapping[str, Any]) -> dict[str, Any]:
    """Put the numbers in their places; a bulk item has one `phone`, or a list of its own."""
    listed = given.get("phone_numbers")
    if isinstance(listed, list):
        raw = [
            str(one["raw_number"])
            for one in listed
            if isinstance(one, dict) and one.get("raw_number")
        ]
        numbers = [
            phones.entry(text, "work_direct") | {"position": n} for n, text in enumerate(raw)
        ]
    else:
        given = {**given, "direct_phone": given["phone"]} if "phone" in given else given
        if not given.keys() & phones.TYPES.keys():
            return {}
        numbers = phones.replaced(record["phone_numbers"], given)
    return {"phone_numbers": numbers, "sanitized_phone": phones.first(numbers)}
