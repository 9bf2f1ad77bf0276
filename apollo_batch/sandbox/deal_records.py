"""What a call says of a deal comes in; the record goes out, with all that its stage decides."""

import re
from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox.asked import moment
from apollo_batch.sandbox.crm import Crm, Record

_AMOUNT = re.compile(r"\d+(\.\d+)?")
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
        "name": given["name"],
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
    record |= {name: given[name] for name in ("name", "owner_id") if given.get(name)}
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
    if crm.accounts.find(str(given)):
        return str(given)
    saved = (a["id"] for a in crm.accounts if a.get("organization_id") == given)
    return next(saved, str(given))


def shown(crm: Crm, record: Record) -> Record:
    """A deal as it is viewed and listed: with its account beside it."""
    return {**record, "account": crm.accounts.find(str(record["account_id"]))}


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
