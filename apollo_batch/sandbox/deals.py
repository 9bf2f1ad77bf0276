"""The rules of deals: made, listed, viewed, changed, and found by a contact."""

from typing import Any

from apollo_batch.sandbox import paging
from apollo_batch.sandbox.answer import Answer, invalid, not_found, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.deal_records import changed, deal, with_account
from apollo_batch.sandbox.ids import misconfigured, well_formed
from apollo_batch.sandbox.rule import Call, Rule

_TAKES = frozenset(
    "name owner_id amount opportunity_stage_id closed_date typed_custom_fields".split()
)
_SORTED_BY = {"amount", "is_closed", "is_won"}


def create(call: Call) -> Answer:
    """Make a deal; a second one of the same name is another one."""
    given, crm = call.params, call.state.crm
    if not str(given.get("name") or "").strip():
        return invalid("Name is required")
    trouble = _bad_ids(call)
    if trouble:
        return trouble
    team, number = call.state.books.team_id, crm.new_id("deal")
    record = crm.deals.put(deal(crm, team, given, number=number, at=crm.moment()))
    return told(200, {"opportunity": record})


def search(call: Call) -> Answer:
    """List the deals; only a deal's name filters them."""
    page = paging.read(call)
    if isinstance(page, Answer):
        return page
    crm = call.state.crm
    name = str(call.params.get("q_opportunity_name") or "")
    found = [record for record in crm.deals if name.casefold() in record["name"].casefold()]
    by = str(call.params.get("sort_by_field"))
    if by in _SORTED_BY:
        found.sort(key=lambda record: float(record[by] or 0), reverse=True)
    crumb = {"label": "Name", "signal_field_name": "q_opportunity_name"}
    crumb |= {"value": name, "display_name": name}
    body = {
        "breadcrumbs": [crumb] if name else [],
        "opportunities": [with_account(crm, record) for record in page.of(found)],
        "salesforce_users": [],
        "partial_results_only": False,
        "has_join": False,
        "disable_eu_prospecting": False,
        "partial_results_limit": 10_000,
        "pagination": page.block(len(found)),
        "num_fetch_result": None,
    }
    return told(200, body)


def get(call: Call) -> Answer:
    """View a deal."""
    record = _at(call)
    if isinstance(record, Answer):
        return record
    return told(200, {"opportunity": _viewed(call, record)}) if record else not_found()


def update(call: Call) -> Answer:
    """Change what is named of a deal; its account stays what it is."""
    record = _at(call)
    if record is None:
        return invalid("Opportunity does not exist.")
    if isinstance(record, Answer):
        return record
    trouble = _bad_ids(call)
    if trouble:
        return trouble
    crm = call.state.crm
    record = crm.deals.put(changed(crm, record, call.params, at=crm.moment()))
    return told(200, {"opportunity": record})


def of_contact(call: Call) -> Answer:
    """List the deals in which a contact has a role; none for a contact nobody knows."""
    number = call.path["contact_id"]
    mine = [
        _viewed(call, record)
        for record in call.state.crm.deals
        if number in {role["id"] for role in record["opportunity_contact_roles"]}
    ]
    return told(200, {"opportunities": mine})


def _viewed(call: Call, record: Record) -> dict[str, Any]:
    people = len(record["opportunity_contact_roles"])
    return {**with_account(call.state.crm, record), "num_contacts": people}


def _at(call: Call) -> Record | Answer | None:
    number = call.path["opportunity_id"]
    return (
        call.state.crm.deals.find(number)
        if well_formed(number)
        else misconfigured("opportunity_id")
    )


def _bad_ids(call: Call) -> Answer | None:
    for name in ("owner_id", "account_id", "opportunity_stage_id"):
        given = call.params.get(name)
        if given and not well_formed(given):
            return misconfigured(given)
    stage = call.params.get("opportunity_stage_id")
    unknown = stage and call.state.crm.deal_stages.find(stage) is None
    return misconfigured(stage) if unknown else None


RULES = {
    "deals.create": Rule(
        create, scope="deals/api/v1/opportunities/create", takes=_TAKES | {"account_id"}
    ),
    "deals.list": Rule(
        search,
        scope="deals/api/v1/opportunities/search",
        takes=frozenset({"sort_by_field", "page", "per_page", "q_opportunity_name"}),
        gate="paid_plan",
        also=(("POST", "/opportunities/search"), ("GET", "/opportunities")),
    ),
    "deals.get": Rule(get, scope="deals/api/v1/opportunities/show"),
    "deals.update": Rule(
        update,
        scope="deals/api/v1/opportunities/update",
        takes=_TAKES,
        also=(("PUT", "/opportunities/{opportunity_id}"),),
    ),
    "contacts.deals": Rule(of_contact, scope="deals/api/v1/opportunities/search"),
}
