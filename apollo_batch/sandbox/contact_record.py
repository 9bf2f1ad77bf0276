"""What is known of somebody comes in, a contact's record as Apollo spells it goes out."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox.crm import Record

_EMPTY = (
    "id first_name last_name name linkedin_url title contact_stage_id owner_id creator_id "
    "person_id email_needs_tickling organization_name organization_id headline photo_url "
    "present_raw_address linkedin_uid extrapolated_email_confidence salesforce_id "
    "salesforce_lead_id salesforce_contact_id salesforce_account_id crm_owner_id created_at "
    "direct_dial_status direct_dial_enrichment_failed_at email_status email_source account_id "
    "last_activity_date hubspot_vid hubspot_company_id crm_id sanitized_phone merged_crm_ids "
    "updated_at suggested_from_rule_engine_config_id email_unsubscribed email crm_record_url "
    "email_status_unavailable_reason email_true_status twitter_url next_contact_id time_zone city "
    "state country account_phone_note"
).split()
_LISTS = (
    "contact_roles emailer_campaign_ids label_ids contact_rule_config_statuses "
    "contact_campaign_statuses contact_emails phone_numbers"
).split()
_FLAGS = (
    "queued_for_crm_push has_pending_email_arcgate_request has_email_arcgate_request "
    "email_from_customer updated_email_true_status show_intent free_domain is_likely_to_engage "
    "email_domain_catchall"
).split()
_SHORT = "id first_name last_name email title".split()
_SHORT_IF_SET = "organization_name linkedin_url contact_stage_id".split()


def contact(known: Mapping[str, Any]) -> Record:
    """A contact with every field there is."""
    record: Record = dict.fromkeys(_EMPTY) | dict.fromkeys(_FLAGS, False)
    record |= {name: [] for name in _LISTS}
    record |= {
        "source": "api",
        "original_source": "api",
        "source_display_name": "Created from API",
        "existence_level": "full",
        "custom_field_errors": {},
        "typed_custom_fields": {},
    }
    return {**record, **known}


def short(record: Mapping[str, Any], team_id: str) -> dict[str, Any]:
    """A contact as the answer of a bulk creation shows it."""
    told = {name: record[name] for name in _SHORT}
    told |= {name: record[name] for name in _SHORT_IF_SET if record[name]}
    owned = {name: record[name] for name in ("owner_id", "created_at", "updated_at")}
    return told | {"team_id": team_id} | owned
