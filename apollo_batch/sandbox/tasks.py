"""The rules of tasks that are made and found: one, one for many contacts, all of them."""

from collections import Counter
from typing import Any

from apollo_batch.sandbox import deal_records, paging
from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.asked import listed
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.ids import misconfigured, well_formed
from apollo_batch.sandbox.rule import Call, Rule
from apollo_batch.sandbox.task_records import PRIORITIES, TYPES, shown, task

_TEMPLATE = frozenset("user_id type status due_at priority note".split())
_FACETS = (
    "playbook_step person_function person_seniority normalized_person_title organization_ids "
    "organization_ids_in_query person_persona organization_keywords linkedin_industry "
    "num_employees revenues currently_using_any_of_technology_uids "
    "currently_using_all_of_technology_uids currently_not_using_any_of_technology_uids "
    "added_technology_uids dropped_technology_uids latest_funding_stage "
    "organization_trading_status person_city person_state person_country organization_hq_city "
    "organization_hq_state organization_hq_country organization_intent_scoring forecast_category "
    "intent_topic_count contact_stage"
).split()

# What Apollo's own client sends to the search besides, and nothing comes of.
_OF_CLIENTS = (
    "q_keywords user_id contact_id account_id opportunity_id priority sort_ascending"
).split()


def create(call: Call) -> Answer:
    """Make one task; nothing keeps a second one like it away."""
    given = call.params
    contact_id = given.get("contact_id")
    contact = call.state.crm.contacts.find(str(contact_id))
    trouble = _bad(call) or (misconfigured(contact_id) if contact_id and contact is None else None)
    if trouble:
        return trouble
    return told(200, {"task": shown(call.state.crm, _make(call, contact))})


def bulk_create(call: Call) -> Answer:
    """Make the same task for many contacts; one for each that is known."""
    trouble = _bad(call)
    if trouble:
        return trouble
    crm = call.state.crm
    given = listed(call.params.get("contact_ids"))
    contacts = [contact for number in given if (contact := crm.contacts.find(number))]
    made = [shown(crm, _make(call, contact)) for contact in contacts]
    return told(200, {"success": True, "tasks": made})


def search(call: Call) -> Answer:
    """List the tasks, with counts by type where they are asked for."""
    params, crm = call.params, call.state.crm
    page = paging.read(call)
    if isinstance(page, Answer):
        return page
    found = list(crm.tasks.searchable())
    by = params.get("sort_by_field")
    if by == "task_due_at":
        found.sort(key=lambda record: str(record["due_at"] or ""), reverse=True)
    elif by == "task_priority":
        found.sort(key=lambda record: PRIORITIES.index(record["priority"]))
    elif by:
        return invalid("Something's wrong with your API request. undefined method `[]' for nil")
    counts = _counts(found)
    body = {
        "tasks": [_with_deal(call, record) for record in page.of(found)],
        "breadcrumbs": [],
        "pagination": page.block(len(found)),
        "faceting": _faceting(counts, len(found)),
        "pipeline_total": len(found),
        "num_fetch_result": None,
    }
    if "task_types" in listed(params.get("open_factor_names")):
        body["task_types"] = counts
    return told(200, body)


def _bad(call: Call) -> Answer | None:
    user = call.params.get("user_id")
    if not user or str(call.params.get("type")) not in TYPES:
        return invalid("type and user can not be blank")
    return None if well_formed(user) else misconfigured(user)


def _make(call: Call, contact: Record | None) -> Record:
    crm = call.state.crm
    given = dict(call.params)
    if "contact_ids" in given:
        given.pop("title", None)
    record = task(crm, given, contact, number=crm.new_id("task"), at=crm.moment())
    return crm.tasks.put(record, contact=record["contact_id"])


def _with_deal(call: Call, record: Record) -> Record:
    crm = call.state.crm
    deal = crm.deals.find(str(record["opportunity_id"]))
    about = deal_records.beside_a_task(crm, deal) if deal else None
    return {**shown(crm, record), "opportunity": about}


def _counts(records: list[Record]) -> list[dict[str, Any]]:
    kinds = Counter(str(record["type"]) for record in records)
    return [{"value": kind, "display_name": TYPES[kind], "count": n} for kind, n in kinds.items()]


def _faceting(counts: list[dict[str, Any]], total: int) -> dict[str, list[dict[str, Any]]]:
    facets: dict[str, list[dict[str, Any]]] = {f"{name}_facets": [] for name in _FACETS}
    everything = {"value": "pipeline_total", "display_name": "Total", "count": total}
    return facets | {"task_types": counts, "total_facets": [everything], "linkedin_task": []}


RULES = {
    "tasks.create": Rule(
        create, scope="api/v1/tasks/create", takes=_TEMPLATE | {"contact_id", "title"}
    ),
    "tasks.bulk_create": Rule(
        bulk_create, scope="api/v1/tasks/bulk_create", takes=_TEMPLATE | {"contact_ids"}
    ),
    "tasks.search": Rule(
        search,
        scope="api/v1/tasks/search",
        takes=frozenset({"sort_by_field", "open_factor_names", "page", "per_page", *_OF_CLIENTS}),
        gate="paid_plan",
        also=(("GET", "/tasks/search"),),
    ),
}
