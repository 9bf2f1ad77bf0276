"""The rules of many contacts at once: make up to a hundred, change up to a thousand."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from apollo_batch.sandbox import dedupe
from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.contact_record import short
from apollo_batch.sandbox.contact_values import changed, made
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.ids import bad_id, bad_ids, misconfigured
from apollo_batch.sandbox.label_names import ids_of, names_in
from apollo_batch.sandbox.progress import progress
from apollo_batch.sandbox.rule import Call, Rule, State, flag

_MOST_MADE = 100
_MOST_CHANGED = 1000
_MOST_AT_ONCE = 100
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ITEM = frozenset(
    "id first_name last_name email title primary_title organization_name phone "
    "present_raw_address linkedin_url facebook_url twitter_url photo_url account_id "
    "organization_id person_id contact_stage_id salesforce_id salesforce_lead_id "
    "salesforce_contact_id salesforce_account_id hubspot_id outreach_id salesloft_id "
    "phone_status_cd typed_custom_fields contact_emails phone_numbers contact_role_type_ids".split()
)
_CHANGES = frozenset(
    "first_name last_name email title organization_name owner_id account_id present_raw_address "
    "linkedin_url typed_custom_fields".split()
)


def bulk_create(call: Call) -> Answer:
    """Make contacts; with `run_dedupe` those that are there already come back as they are."""
    state, items = call.state, call.params.get("contacts")
    batch = {"owner_id": call.params.get("owner_id") or state.crm.me}
    trouble = _bad_items(items) or bad_id(state.crm, batch)
    if trouble or not isinstance(items, list):
        return trouble or _no_items()
    given = [{n: v for n, v in item.items() if n in _ITEM} for item in items]
    trouble = next((bad for one in given if (bad := bad_id(state.crm, one))), None)
    if trouble:
        return trouble
    labels = ids_of(state.crm, "contacts", names_in(call.params.get("append_label_names")))
    created, there = {}, {}
    for one in given:
        hit = dedupe.existing(state, one) if flag(call.params.get("run_dedupe")) else None
        if hit:
            there[hit.record["id"]] = hit.record
        elif _says_who(one):
            record = made(state, _item(one) | batch) | {"label_ids": labels}
            created[record["id"]] = state.crm.contacts.put(record)
    return told(
        200, {"created_contacts": _told(state, created), "existing_contacts": _told(state, there)}
    )


def bulk_update(call: Call) -> Answer:
    """Change contacts, all alike or each in its own way; above a hundred, in the background."""
    state = call.state
    changes = _changes(call.params)
    if not changes:
        return invalid("Please provide either contact_ids or contact_attributes")
    if len(changes) > _MOST_CHANGED:
        return invalid("Please limit your array to fewer than 1000.")
    trouble = _bad_changes(state, changes)
    if trouble:
        return trouble
    numbers = [str(number) for number, _ in changes]
    if len(changes) > _MOST_AT_ONCE or flag(call.params.get("async")):
        for number, given in changes:
            if _bad_email(given) is None:
                _change(state, str(number), given)
        return told(200, progress(state.crm, "contact_bulk_update", numbers))
    wrong = next(((n, given) for n, given in changes if _bad_email(given)), None)
    if wrong:
        details = {"contact_id": wrong[0], "field": "email", "message": "Invalid email format"}
        return told(422, {"error": "Validation failed", "error_details": details})
    shown = [_change(state, str(number), given) for number, given in changes]
    visible = call.params.get("visible_entity_ids") or numbers
    return told(200, {"contacts": [one for one in shown if one and one["id"] in visible]})


def _no_items() -> Answer:
    # It names a parameter that is none: that is how Apollo says it.
    name = '"contact_attributes"'
    return invalid(f"Please provide an array of contact attributes in the {name} parameter.")


def _bad_items(items: object) -> Answer | None:
    if not isinstance(items, list) or not items or not all(isinstance(i, dict) for i in items):
        return _no_items()
    if len(items) > _MOST_MADE:
        return invalid("Please limit your array to 100 contacts or fewer.")
    return None


def _says_who(item: Mapping[str, Any]) -> bool:
    """Whether an item says anything of a person; one that does not ends in neither list."""
    return any(
        str(item.get(n) or "").strip() for n in ("first_name", "last_name", "email", "person_id")
    )


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    title = {"title": item["primary_title"]} if item.get("primary_title") else {}
    return {**item, **title}


def _told(state: State, records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Short records in an order of Apollo's own: none that the request could tell."""
    return [short(records[number], state.books.team_id) for number in sorted(records)]


def _changes(params: Mapping[str, Any]) -> Sequence[tuple[object, dict[str, Any]]]:
    """Whose record is to be changed, and to what."""
    own = params.get("contact_attributes")
    if isinstance(own, list) and own:
        items = [item for item in own if isinstance(item, dict)]
        return [(item.get("id"), _taken(item)) for item in items]
    alike = params.get("contact_ids")
    same = _taken(params)
    return [(number, same) for number in alike] if isinstance(alike, list) else []


def _taken(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in _CHANGES}


def _bad_changes(state: State, changes: Sequence[tuple[object, dict[str, Any]]]) -> Answer | None:
    if any(number is None for number, _ in changes):
        return misconfigured("id")
    trouble = bad_ids(number for number, _ in changes)
    return trouble or next((bad for _, g in changes if (bad := bad_id(state.crm, g))), None)


def _bad_email(given: Mapping[str, Any]) -> str | None:
    email = str(given.get("email") or "").strip()
    return email if email and not _EMAIL.fullmatch(email) else None


def _change(state: State, number: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    record = state.crm.contacts.find(number)
    if record is None:
        return None
    now = state.crm.contacts.put(changed(state, record, given))
    return {name: now[name] for name in ("id", *given, "updated_at")}


RULES = {
    "contacts.bulk_create": Rule(
        bulk_create,
        scope="api/v1/contacts/bulk_create",
        takes=frozenset({"contacts", "append_label_names", "owner_id", "run_dedupe"}),
        lists={"contacts": _ITEM},
        failure="An error occurred while creating contacts. Please try again.",
    ),
    "contacts.bulk_update": Rule(
        bulk_update,
        scope="api/v1/contacts/bulk_update",
        takes=_CHANGES | {"contact_ids", "contact_attributes", "async", "visible_entity_ids"},
        lists={"contact_attributes": _CHANGES | {"id"}},
    ),
}
