"""The rules of many accounts at once: make up to a hundred, change up to a thousand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apollo_batch.sandbox.account_record import short
from apollo_batch.sandbox.account_values import changed, made
from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.ids import bad_id, bad_ids, misconfigured
from apollo_batch.sandbox.label_names import ids_of, names_in
from apollo_batch.sandbox.progress import progress
from apollo_batch.sandbox.rule import Call, Rule, State, flag
from apollo_batch.sandbox.saved import account_of

_MOST_MADE = 100
_MOST_CHANGED = 1000
_CRM_IDS = ("salesforce_id", "hubspot_id")
_ITEM = frozenset(
    "name domain owner_id phone phone_status_cd raw_address linkedin_url facebook_url twitter_url "
    "salesforce_id hubspot_id merged_crm_ids organization_id parent_account_id account_stage_id "
    "typed_custom_fields".split()
)
_ALIKE = frozenset({"name", "owner_id", "account_stage_id"})
_OWN = _ALIKE | {"typed_custom_fields"}


def bulk_create(call: Call) -> Answer:
    """Make accounts; those that are there already come back as they are.

    Without `run_dedupe` only the ids of a linked CRM tell that one is there.
    """
    state, items = call.state, call.params.get("accounts")
    trouble = _bad_items(items)
    if trouble or not isinstance(items, list):
        return trouble or _no_items()
    given = [{n: v for n, v in item.items() if n in _ITEM} for item in items]
    trouble = next((bad for one in given if (bad := bad_id(state.crm, one))), None)
    if trouble:
        return trouble
    labels = ids_of(state.crm, "accounts", names_in(call.params.get("append_label_names")))
    fully = flag(call.params.get("run_dedupe"))
    created, there = {}, {}
    for one in given:
        hit = _existing(state, one, fully=fully)
        if hit:
            there[hit["id"]] = hit
        elif one.get("name") or one.get("domain"):
            record = state.crm.accounts.put(made(state, one) | {"label_ids": labels})
            created[record["id"]] = record
    return told(200, {"created_accounts": _told(created), "existing_accounts": _told(there)})


def bulk_update(call: Call) -> Answer:
    """Change accounts, all alike or each in its own way; in the background only where asked."""
    state, params = call.state, call.params
    own = params.get("account_attributes")
    later = flag(params.get("async"))
    if later and own:
        return invalid("Async processing is not permitted.")
    changes = _changes(params)
    if not changes:
        return invalid("Please provide either account_ids or account_attributes")
    if len(changes) > _MOST_CHANGED:
        return invalid("Please limit your array to fewer than 1000.")
    trouble = _bad_changes(state, changes)
    if trouble:
        return trouble
    records = [_change(state, str(number), given) for number, given in changes]
    if later:
        return told(200, progress(state.crm, "account_bulk_update", [str(n) for n, _ in changes]))
    return told(200, {"accounts": [record for record in records if record]})


def _no_items() -> Answer:
    return invalid('Please provide an array of account attributes in the "accounts" parameter.')


def _bad_items(items: object) -> Answer | None:
    if not isinstance(items, list) or not items or not all(isinstance(i, dict) for i in items):
        return _no_items()
    if len(items) > _MOST_MADE:
        return invalid("Please limit your array to 100 accounts or fewer.")
    return None


def _existing(state: State, given: Mapping[str, Any], *, fully: bool) -> Record | None:
    """The account that an item is of."""
    found = next(_by_crm_id(state, given), None)
    if found or not fully:
        return found
    world, accounts = state.world, state.crm.accounts
    name, domain, number = (str(given.get(n) or "") for n in ("name", "domain", "organization_id"))
    companies = {
        "domain": world.company_by_domain(domain),
        "organization_id": world.company_by_id(number) if number else None,
        "name": world.company_by_name(name),
    }
    for field, company in companies.items():
        if company:
            # What is saved of the world is made first, so that it can be found.
            account_of(state.crm, company)
        hit = accounts.saying(field, given[field]) if given.get(field) else []
        if hit:
            return hit[0]
    return None


def _by_crm_id(state: State, given: Mapping[str, Any]) -> Iterator[Record]:
    merged = given.get("merged_crm_ids")
    values = [(name, given[name]) for name in _CRM_IDS if given.get(name)]
    values += [("merged_crm_ids", n) for n in (merged if isinstance(merged, list) else [])]
    for field, value in values:
        for name in dict.fromkeys((field, "merged_crm_ids")):
            yield from state.crm.accounts.saying(name, value)


def _told(records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Short records in an order of Apollo's own: none that the request could tell."""
    return [short(records[number]) for number in sorted(records)]


def _changes(params: Mapping[str, Any]) -> Sequence[tuple[object, dict[str, Any]]]:
    """Which record is to be changed, and to what."""
    own, alike = params.get("account_attributes"), params.get("account_ids")
    if isinstance(own, list) and own:
        items = [item for item in own if isinstance(item, dict)]
        return [(i.get("id"), {n: v for n, v in i.items() if n in _OWN}) for i in items]
    same = {name: value for name, value in params.items() if name in _ALIKE}
    return [(number, same) for number in alike] if isinstance(alike, list) else []


def _bad_changes(state: State, changes: Sequence[tuple[object, dict[str, Any]]]) -> Answer | None:
    if any(number is None for number, _ in changes):
        return misconfigured("id")
    trouble = bad_ids(number for number, _ in changes)
    return trouble or next((bad for _, g in changes if (bad := bad_id(state.crm, g))), None)


def _change(state: State, number: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    record = state.crm.accounts.find(number)
    if record is None:
        return None
    now = state.crm.accounts.put(changed(state, record, given))
    return {name: now[name] for name in ("id", *given)}


RULES = {
    "accounts.bulk_create": Rule(
        bulk_create,
        scope="api/v1/accounts/bulk_create",
        takes=frozenset({"accounts", "append_label_names", "run_dedupe"}),
        lists={"accounts": _ITEM},
        failure="An error occurred while creating accounts. Please try again.",
    ),
    "accounts.bulk_update": Rule(
        bulk_update,
        scope="api/v1/accounts/bulk_update",
        takes=_ALIKE | {"account_ids", "account_attributes", "async"},
        lists={"account_attributes": _OWN | {"id"}},
    ),
}
