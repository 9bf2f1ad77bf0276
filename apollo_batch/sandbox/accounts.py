"""The rules of an account: make one, see one, change one, search them, give many an owner."""

import json
from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox import paging
from apollo_batch.sandbox.account_record import shown
from apollo_batch.sandbox.account_values import changed, made
from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.ids import bad_id, bad_ids, misconfigured, well_formed
from apollo_batch.sandbox.label_names import brief
from apollo_batch.sandbox.records import Form
from apollo_batch.sandbox.rule import Call, Rule, State
from apollo_batch.sandbox.saved import make_staff
from apollo_batch.sandbox.searching import answered, crumb, crumbs, listed, ordered

_FIELDS = frozenset(
    "name domain owner_id account_stage_id phone raw_address typed_custom_fields".split()
)
_SORTS = {
    "account_last_activity_date": "last_activity_date",
    "account_created_at": "created_at",
    "account_updated_at": "updated_at",
}
_FILTERS = ("account_stage_ids", "account_label_ids")
_PLACE = "raw_address street_address city state country postal_code".split()


def create(call: Call) -> Answer:
    """Make an account, always: this route knows no deduplication."""
    given, state = _taken(call.params), call.state
    if not any(str(given.get(name) or "").strip() for name in ("name", "domain")):
        return invalid("Please specify at least a name or domain.")
    trouble = bad_id(state.crm, given)
    if trouble:
        return trouble
    return told(200, {"account": shown(state.crm.accounts.put(made(state, given)))})


def get(call: Call) -> Answer:
    """Show an account, with everything that is known of the company, for nothing."""
    number, state = call.path["id"], call.state
    record = state.crm.accounts.find(number) if well_formed(number) else None
    if record is None:
        return misconfigured("id")
    whole = _company(state, record) | shown(record) | _counted(state, record)
    queues = record.get("account_queues", [])
    whole |= {"engagement_graph": [], "account_queues": queues, "disable_flag": False}
    return told(200, {"account": whole, "salesforce_users": [], "hubspot_owners": []})


def update(call: Call) -> Answer:
    """Change an account."""
    state, number = call.state, call.path["account_id"]
    record = state.crm.accounts.find(number) if well_formed(number) else None
    if record is None:
        return misconfigured("account_id")
    given = _taken(call.params)
    trouble = bad_id(state.crm, given)
    if trouble:
        return trouble
    record = state.crm.accounts.put(changed(state, record, given))
    return told(200, {"account": shown(record), "labels": brief(state.crm, record)})


def search(call: Call) -> Answer:
    """Search by a part of the name, by stages and by lists."""
    page = paging.read(call)
    if isinstance(page, Answer):
        return page
    state, given = call.state, call.params
    if given.get("sort_by_field") and given["sort_by_field"] not in _SORTS:
        return told(422, {"error": "Invalid sort criteria", "skip_alert_dialog": True})
    if any(isinstance(given.get(name), dict) for name in _FILTERS):
        return invalid(
            "Your search parameters are entered incorrectly. Did you try to edit the URL directly?"
        )
    name = str(given.get("q_organization_name") or "").strip()
    stages, labels = (listed(given.get(n)) for n in _FILTERS)
    matching = (
        record
        for record in state.crm.accounts.searchable()
        if (not stages or record["account_stage_id"] in stages)
        and (not labels or not set(labels).isdisjoint(record["label_ids"]))
        and name.casefold() in (record["name"] or "").casefold()
    )
    echo = [crumb("q_organization_name", "Company Name", name, name)] if name else []
    echo += crumbs(state.crm, _FILTERS[0], "Account Stage", "account_stages", stages)
    echo += crumbs(state.crm, _FILTERS[1], "Account List", "labels", labels)
    found = ordered(matching, given, _SORTS)
    body = answered("accounts", found, page, echo, lambda r: shown(r) | _counted(state, r))
    return told(200, body)


def update_owners(call: Call) -> Answer:
    """Give accounts to a member of the team; what stands in the body is not read."""
    numbers, owner = call.query.get("account_ids"), call.query.get("owner_id")
    if not numbers or not isinstance(numbers, list):
        return invalid("Required parameter 'account_ids' missing")
    if not owner:
        return invalid("Required parameter 'owner_id' missing")
    crm = call.state.crm
    trouble = bad_ids(numbers) or bad_id(crm, {"owner_id": owner})
    if trouble:
        return trouble
    found = [r for n in dict.fromkeys(numbers) if (r := crm.accounts.find(n))]
    now = {"owner_id": owner, "updated_at": crm.moment()}
    records = [crm.accounts.put(record | now) for record in found]
    names = ("id", "owner_id", "crm_owner_id")
    return told(200, {"accounts": [{n: record[n] for n in names} for record in records]})


def _taken(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in _FIELDS}


def _company(state: State, record: Record) -> dict[str, Any]:
    """Everything an enrichment of the company would tell, but for the account itself."""
    number = record["organization_id"]
    company = state.world.company_by_id(number) if number else None
    if company is None:
        return {}
    known: dict[str, Any] = json.loads(state.records.company(company, Form.SINGLE))
    known.pop("account", None)
    known.pop("account_id", None)
    known |= {f"organization_{name}": known[name] for name in _PLACE}
    return known | {"suggest_location_enrichment": False}


def _counted(state: State, record: Record) -> dict[str, Any]:
    """What the contacts of an account add up to."""
    number = record["organization_id"]
    company = state.world.company_by_id(number) if number else None
    if company:
        make_staff(state.crm, company)
    contacts = state.crm.contacts.saying("account_id", record["id"])
    sequences = {number for one in contacts for number in one["emailer_campaign_ids"]}
    return {
        "contact_emailer_campaign_ids": sorted(sequences),
        "contact_campaign_status_tally": {},
        "num_contacts": len(contacts),
        "last_activity_date": None,
    }


RULES = {
    "accounts.create": Rule(create, scope="api/v1/accounts/create", takes=_FIELDS),
    "accounts.get": Rule(get, scope="api/v1/accounts/show"),
    "accounts.update": Rule(
        update,
        scope="api/v1/accounts/update",
        takes=_FIELDS,
        also=(("PUT", "/accounts/{account_id}"),),
    ),
    "accounts.search": Rule(
        search,
        scope="api/v1/accounts/search",
        takes=frozenset(
            "q_organization_name account_stage_ids account_label_ids sort_by_field "
            "sort_ascending page per_page".split()
        ),
        gate="paid_plan",
    ),
    "accounts.update_owners": Rule(
        update_owners,
        scope="api/v1/accounts/update_owners",
        takes=frozenset({"account_ids", "owner_id"}),
    ),
}
