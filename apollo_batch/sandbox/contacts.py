"""The rules of a contact: make one, see one, change one, and set stage or owner of many."""

from collections.abc import Mapping, Sequence
from typing import Any

from apollo_batch.sandbox import dedupe, seeds
from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.contact_values import changed, made
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.ids import bad_id, bad_ids, misconfigured, well_formed
from apollo_batch.sandbox.label_names import brief, ids_of, names_in
from apollo_batch.sandbox.rule import Call, Rule, State, flag

_FIELDS = frozenset(
    "first_name last_name organization_name title account_id email website_url label_names "
    "contact_stage_id present_raw_address direct_phone corporate_phone mobile_phone home_phone "
    "other_phone typed_custom_fields".split()
)
# Nowhere promised for a creation, yet it matches and writes them.
_TOLERATED = frozenset(
    "id person_id linkedin_url owner_id name organization_id salesforce_id salesforce_lead_id "
    "salesforce_contact_id salesforce_account_id hubspot_vid".split()
)


def create(call: Call) -> Answer:
    """Make a contact, always; with `run_dedupe` write over the one that is there already."""
    state = call.state
    given = _taken(call.params, _FIELDS | _TOLERATED)
    trouble = bad_id(state.crm, given)
    if trouble:
        return trouble
    hit = dedupe.existing(state, given) if flag(call.params.get("run_dedupe")) else None
    values = {name: value for name, value in given.items() if name != "id"}
    record = changed(state, hit.record, values) if hit else made(state, values)
    names = names_in(given.get("label_names"))
    labels = [*record["label_ids"], *ids_of(state.crm, "contacts", names)]
    record = state.crm.contacts.put({**record, "label_ids": list(dict.fromkeys(labels))})
    extra = {"dedupe_result": dedupe.result(hit)} if hit else {}
    return _shown(state, record, extra)


def get(call: Call) -> Answer:
    """Show a contact."""
    found = _find(call)
    if isinstance(found, Answer):
        return found
    return _shown(call.state, found, {})


def update(call: Call) -> Answer:
    """Change a contact; its lists, where they are given, are all the lists it is on then."""
    state, number = call.state, call.path["contact_id"]
    if state.crm.contacts.was_dropped(number):
        error = "Cannot update contact as it is deleted."
        return told(422, {"error": error, "deleted_contact_ids": [number]})
    record = _find(call)
    if isinstance(record, Answer):
        return record
    given = _taken(call.params, _FIELDS)
    trouble = bad_id(state.crm, given)
    if trouble:
        return trouble
    record = changed(state, record, given)
    if "label_names" in given:
        names = names_in(given["label_names"])
        record["label_ids"] = ids_of(state.crm, "contacts", names)
    return _shown(state, state.crm.contacts.put(record), {})


def update_stages(call: Call) -> Answer:
    """Put contacts at a stage; what stands in the body is not read."""
    records = _set(call, "contact_stage_id")
    return records if isinstance(records, Answer) else told(200, {"contacts": records})


def update_owners(call: Call) -> Answer:
    """Give contacts to a member of the team; what stands in the body is not read."""
    records = _set(call, "owner_id")
    if isinstance(records, Answer):
        return records
    names = ("id", "owner_id", "crm_owner_id")
    return told(200, {"contacts": [{name: r[name] for name in names} for r in records]})


def _set(call: Call, name: str) -> Answer | Sequence[Record]:
    """Set one field of many contacts; ids of nobody are left out of the answer."""
    numbers, value = call.query.get("contact_ids"), call.query.get(name)
    if not numbers or not isinstance(numbers, list):
        return invalid("Required parameter 'contact_ids' missing")
    if not value:
        return invalid(f"Required parameter '{name}' missing")
    crm = call.state.crm
    trouble = bad_ids(numbers) or bad_id(crm, {name: value})
    if trouble:
        return trouble
    found = (crm.contacts.find(number) for number in dict.fromkeys(numbers))
    now = {name: value, "updated_at": crm.moment()}
    return [crm.contacts.put(record | now) for record in found if record]


def _find(call: Call) -> Record | Answer:
    """Find the contact of the path, or say which of Apollo's three reasons keeps it away."""
    state, number = call.state, call.path["contact_id"]
    if not well_formed(number):
        return misconfigured("contact_id")
    record = state.crm.contacts.find(number)
    if record is not None:
        return record
    if state.crm.contacts.was_dropped(number):
        return invalid("This contact has been deleted.")
    if number == seeds.hidden_contact(state.world):
        return invalid("You are not authorized to view this page.")
    return invalid("Oops! This contact does not exist in Apollo.")


def _taken(given: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in names}


def _shown(state: State, record: Record, extra: Mapping[str, Any]) -> Answer:
    return told(200, {"contact": record, "labels": brief(state.crm, record), **extra})


RULES = {
    "contacts.create": Rule(
        create,
        scope="api/v1/contacts/create",
        takes=_FIELDS | _TOLERATED | {"run_dedupe"},
    ),
    "contacts.get": Rule(get, scope="api/v1/contacts/show"),
    "contacts.update": Rule(
        update,
        scope="api/v1/contacts/update",
        takes=_FIELDS,
        also=(("PUT", "/contacts/{contact_id}"),),
    ),
    "contacts.update_stages": Rule(
        update_stages,
        scope="api/v1/contacts/update_stages",
        takes=frozenset({"contact_ids", "contact_stage_id"}),
    ),
    "contacts.update_owners": Rule(
        update_owners,
        scope="api/v1/contacts/update_owners",
        takes=frozenset({"contact_ids", "owner_id"}),
    ),
}
