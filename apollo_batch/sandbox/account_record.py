"""What is known of a company comes in, an account's record as Apollo spells it goes out."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox.crm import Record

_EMPTY = (
    "id domain name team_id organization_id account_stage_id creator_id owner_id created_at phone "
    "hubspot_id salesforce_id crm_owner_id parent_account_id linkedin_url sanitized_phone "
    "crm_record_url intent_signal_account"
).split()
_LISTS = "account_playbook_statuses account_rule_config_statuses label_ids".split()
_SHORT = "id name domain team_id owner_id".split()
_SHORT_IF_SET = "account_stage_id phone linkedin_url".split()


def account(known: Mapping[str, Any]) -> Record:
    """An account with every field there is."""
    record: Record = dict.fromkeys(_EMPTY)
    record |= {name: [] for name in _LISTS}
    record |= {
        "source": "api",
        "original_source": "api",
        "source_display_name": "Created from API",
        "phone_status": "no_status",
        "existence_level": "full",
        "typed_custom_fields": {},
        "custom_field_errors": {},
        "modality": "account",
        "show_intent": False,
        "has_intent_signal_account": False,
    }
    return {**record, **known}


def shown(record: Record) -> dict[str, Any]:
    """An account as answers show it: when it was last changed is not among it."""
    return {name: value for name, value in record.items() if name not in _KEPT}


def short(record: Mapping[str, Any]) -> dict[str, Any]:
    """An account as the answer of a bulk creation shows it."""
    told = {name: record[name] for name in _SHORT}
    told |= {name: record[name] for name in _SHORT_IF_SET if record[name]}
    return told | {name: record[name] for name in ("created_at", "updated_at")}


_KEPT = frozenset({"updated_at", "merged_crm_ids", "raw_address"})
