"""The rule of the search over contacts: filters in, a page of contacts and their employers out."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox import fields, paging
from apollo_batch.sandbox.account_record import shown
from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.rule import Call, Rule, State
from apollo_batch.sandbox.searching import answered, crumb, crumbs, listed, ordered

_SORTS = {
    "contact_last_activity_date": "last_activity_date",
    "contact_email_last_opened_at": "email_last_opened_at",
    "contact_email_last_clicked_at": "email_last_clicked_at",
    "contact_created_at": "created_at",
    "contact_updated_at": "updated_at",
}
_SEARCHED = ("name", "title", "organization_name", "email")


def search(call: Call) -> Answer:
    """Search as the index has it, which may be some seconds behind."""
    page = paging.read(call)
    if isinstance(page, Answer):
        return page
    state, given = call.state, call.params
    if given.get("sort_by_field") and given["sort_by_field"] not in _SORTS:
        return told(422, {"error": "Invalid sort criteria", "skip_alert_dialog": True})
    words = str(given.get("q_keywords") or "").casefold().split()
    stages, labels = (listed(given.get(n)) for n in ("contact_stage_ids", "contact_label_ids"))
    matching = (
        record
        for record in state.crm.contacts.searchable()
        if (not stages or record["contact_stage_id"] in stages)
        and (not labels or not set(labels).isdisjoint(record["label_ids"]))
        and (not words or _says(record, words))
    )
    found = ordered(matching, given, _SORTS)
    echo = _breadcrumbs(state, given, stages, labels)
    return told(200, answered("contacts", found, page, echo, lambda r: _with_employer(state, r)))


def _says(record: Record, words: list[str]) -> bool:
    """Whether every word stands somewhere: this is no test of equality."""
    text = " ".join(str(record[name] or "") for name in _SEARCHED).casefold()
    return all(word in text for word in words)


def _breadcrumbs(
    state: State, given: Mapping[str, Any], stages: list[str], labels: list[str]
) -> list[dict[str, str]]:
    words = str(given.get("q_keywords") or "")
    told_of = [crumb("q_keywords", "Contains Keywords", words, words)] if words else []
    told_of += crumbs(state.crm, "contact_stage_ids", "Contact Stage", "contact_stages", stages)
    return told_of + crumbs(state.crm, "contact_label_ids", "Contact List", "labels", labels)


def _with_employer(state: State, record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {"contact_job_change_event": None, **record}
    number = record["organization_id"]
    company = state.world.company_by_id(number) if number else None
    if company:
        found["organization"] = fields.outline(company)
    account = state.crm.accounts.find(record["account_id"]) if record["account_id"] else None
    if account:
        owner = account["organization_id"]
        known = state.world.company_by_id(owner) if owner else None
        found["account"] = (fields.outline(known) if known else {}) | shown(account)
    return found


RULES = {
    "contacts.search": Rule(
        search,
        scope="api/v1/contacts/search",
        takes=frozenset(
            "q_keywords contact_stage_ids contact_label_ids sort_by_field sort_ascending page "
            "per_page".split()
        ),
        gate="paid_plan",
    ),
}
