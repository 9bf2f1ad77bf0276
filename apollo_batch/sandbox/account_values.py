"""An account and what a request says of it come in, the account as it is then goes out."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox import phones
from apollo_batch.sandbox.account_record import account
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.field_values import written
from apollo_batch.sandbox.rule import State

_TEXTS = (
    "name domain owner_id account_stage_id organization_id parent_account_id linkedin_url "
    "facebook_url twitter_url salesforce_id hubspot_id raw_address phone"
).split()


def made(state: State, given: Mapping[str, Any]) -> Record:
    """A new account: of the acting user, at the first stage, unless the request says otherwise."""
    crm, moment = state.crm, state.crm.moment()
    blank = account(
        {
            "id": crm.new_id("account"),
            "team_id": state.books.team_id,
            "owner_id": crm.me,
            "creator_id": crm.me,
            "account_stage_id": next(iter(crm.account_stages))["id"],
            "created_at": moment,
            "updated_at": moment,
        }
    )
    sent = {name: value for name, value in given.items() if value not in (None, "")}
    return _recognised(state, changed(state, blank, sent))


def changed(state: State, record: Record, given: Mapping[str, Any]) -> Record:
    """Write over an account what a request gives; what it leaves out stays, what is empty goes."""
    now = {**record, "updated_at": state.crm.moment()}
    for name in _TEXTS:
        if name in given:
            now[name] = None if given[name] is None else str(given[name]).strip() or None
    if "phone" in given:
        now["sanitized_phone"] = phones.sanitize(now["phone"]) if now["phone"] else None
    if isinstance(given.get("merged_crm_ids"), list):
        now["merged_crm_ids"] = [str(number) for number in given["merged_crm_ids"]]
    if "typed_custom_fields" in given:
        now["typed_custom_fields"], now["custom_field_errors"] = written(
            state.crm, "account", record["typed_custom_fields"], given["typed_custom_fields"]
        )
    return now


def _recognised(state: State, record: Record) -> Record:
    """Join an account to the company of Apollo's own data that it is, by domain or by name."""
    world = state.world
    company = world.company_by_domain(record["domain"] or "")
    company = company or world.company_by_name(record["name"] or "")
    if company and not record["organization_id"]:
        record["organization_id"] = company.id
        record["name"] = record["name"] or company.name
        record["linkedin_url"] = record["linkedin_url"] or company.linkedin_url
    return record
