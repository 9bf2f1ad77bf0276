"""What a call says of a deal comes in; the record goes out, with all that its stage decides."""

import re
from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox.account_record import shown
from apollo_batch.sandbox.asked import moment
from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.saved import account_of

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_EMPTY = dict.fromkeys(
    "salesforce_owner_id description stage_name salesforce_id actual_close_date next_step "
    "next_step_date closed_lost_reason closed_won_reason current_solutions deal_source "
    "manually_updated_probability manually_updated_forecast crm_id crm_record_url crm_owner_id "
    "probability next_step_last_updated_at amount closed_date account_id opportunity_stage_id "
    "opportunity_pipeline_id forecast_category deal_probability forecasted_revenue "
    "amount_in_team_currency is_won".split()
)


def deal(
    crm: Crm, team_id: str, given: Mapping[str, Any], *, number: str, at: str, source: str = "api"
) -> Record:
    """Make a deal of the acting user's, unless somebody else is named."""
    record: Record = {
        **_EMPTY,
        "id": number,
        "team_id": team_id,
        "owner_id": given.get("owner_id") or crm.me,
        "name": str(given["name"]),
        "account_id": account_id(crm, given.get("account_id")),
        "is_closed": False,
        "source": source,
        "created_by_id": crm.me,
        "created_at": at,
        "stage_updated_at": at.replace("Z", "+00:00"),
        "last_activity_date": at,
        "exchange_rate_code": "USD",
        "exchange_rate_value": 1,
        "existence_level": "full",
        "typed_custom_fields": {},
        "opportunity_rule_config_statuses": [],
        "opportunity_contact_roles": [],
        "currency": {"name": "US Dollar", "iso_code": "USD", "symbol": "$"},
    }
    return changed(crm, record, given, at=at)


def changed(crm: Crm, record: Record, given: Mapping[str, Any], *, at: str) -> Record:
    """The deal with what is given; whatever is not named stays."""
    record = {**record, "last_activity_date": at}
    record |= {name: str(given[name]) for name in ("name", "owner_id") if given.get(name)}
    if "amount" in given:
        record |= dict.fromkeys(("amount", "amount_in_team_currency"), _amount(given["amount"]))
    if "closed_date" in given:
        record["closed_date"] = moment(given["closed_date"])
    if isinstance(given.get("typed_custom_fields"), dict):
        record["typed_custom_fields"] = {
            **record["typed_custom_fields"],
            **given["typed_custom_fields"],
        }
    stage = crm.deal_stages.find(str(given.get("opportunity_stage_id")))
    if stage is not None:
        record |= _by_stage(record, stage, at)
    probability, amount = record["deal_probability"], record["amount"]
    known = probability is not None and amount is not None
    return record | {"forecasted_revenue": round(amount * probability / 100, 2) if known else None}


def account_id(crm: Crm, given: object) -> str | None:
    """Read an account's id, or that of the organization behind it."""
    if not given:
        return None
    number = str(given)
    company = crm.world.company_by_id(number)
    of_company = account_of(crm, company) if company else None
    saved = crm.accounts.find(number) or of_company
    saved = saved or next(iter(crm.accounts.saying("organization_id", number)), None)
    return str(saved["id"]) if saved else number


def with_account(crm: Crm, record: Record) -> Record:
    """A deal as it is viewed and listed: with its account beside it."""
    account = crm.accounts.find(str(record["account_id"]))
    return {**record, "account": shown(account) | _counts(crm, account) if account else None}


def beside_a_task(crm: Crm, record: Record) -> Record:
    """A deal as a search over tasks shows it, which tells of roles in another way."""
    roles = [
        {
            "id": role["id"],
            "contact_id": role["id"],
            "is_primary": True,
            "created_at": record["created_at"],
            "updated_at": record["created_at"],
            "role": [],
        }
        for role in record["opportunity_contact_roles"]
    ]
    return {**with_account(crm, record), "opportunity_contact_roles": roles}


def _counts(crm: Crm, account: Record) -> dict[str, Any]:
    """What an account says beside a deal, and nowhere else."""
    return {
        "contact_emailer_campaign_ids": [],
        "contact_campaign_status_tally": {},
        "num_contacts": crm.contacts.count("account_id", account["id"]),
        "last_activity_date": None,
    }


def _amount(given: object) -> int | float | None:
    """Digits make an amount; a thousands separator makes none at all."""
    text = str(given).strip()
    if not _AMOUNT.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def _by_stage(record: Record, stage: Record, at: str) -> dict[str, Any]:
    moved = record["opportunity_stage_id"] != stage["id"]
    return {
        "opportunity_stage_id": stage["id"],
        "opportunity_pipeline_id": stage["opportunity_pipeline_id"],
        "is_won": stage["is_won"],
        "is_closed": stage["is_closed"],
        "deal_probability": stage["probability"],
        "forecast_category": str(stage["forecast_category_cd"]).lower(),
        "actual_close_date": at if stage["is_closed"] else None,
        "stage_updated_at": at.replace("Z", "+00:00") if moved else record["stage_updated_at"],
    }
