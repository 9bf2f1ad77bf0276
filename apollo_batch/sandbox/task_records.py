"""What a call says of a task comes in; the record goes out, and how the routes show it."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox import account_record
from apollo_batch.sandbox.asked import moment, text
from apollo_batch.sandbox.crm import Crm, Record

TYPES = {
    "call": "Call",
    "outreach_manual_email": "Email",
    "linkedin_step_connect": "Connect on LinkedIn with",
    "linkedin_step_message": "Message on LinkedIn",
    "linkedin_step_view_profile": "View on LinkedIn",
    "linkedin_step_interact_post": "React on LinkedIn to",
    "action_item": "Action item for",
}
"""Every type, and how the title begins that Apollo makes up."""
PRIORITIES = ("high", "medium", "low")
_STATUSES = ("scheduled", "completed", "skipped")
_EMPTY: Mapping[str, Any] = dict.fromkeys(
    "emailer_campaign_id completed_at note skipped_at due_at answered contact_id person_id "
    "account_id organization_id subject salesforce_type playbook_id needs_playbook_autoprospecting "
    "salesforce_id hubspot_id opportunity_id rule_config_id".split()
)
# What only the routes of a single task show.
_DETAILS: Mapping[str, Any] = {
    "completed_by_user_id": None,
    "call_script": None,
    "relevant_fields": None,
    "pending_send": False,
    "ai_variables_status": None,
    "recommended": False,
    "recommendation_reasons": [],
    "phone_call": None,
    "emailer_message": None,
    "relevant_field_values": {},
}


def task(
    crm: Crm, given: Mapping[str, Any], contact: Record | None, *, number: str, at: str
) -> Record:
    """Make a task; without a title, one is made up."""
    kind, status = str(given["type"]), given.get("status")
    status = status if status in _STATUSES else "scheduled"
    name = (contact["name"] if contact else None) or "the team"
    return {
        **_EMPTY,
        "id": number,
        "user_id": given["user_id"],
        "creator_id": crm.me,
        "created_at": at,
        "created_from": "api",
        "type": kind,
        "priority": priority(given),
        "status": status,
        "title": text(given.get("title")) or f"{TYPES[kind]} {name}",
        "note": text(given.get("note")),
        "due_at": moment(given.get("due_at")),
        "completed_at": at if status == "completed" else None,
        "skipped_at": at if status == "skipped" else None,
        "persona_ids": [],
        "playbook_step_ids": [],
        "starred_by_user_ids": [],
        "opportunity_id": text(given.get("opportunity_id")),
        **of_contact(contact),
    }


def of_contact(contact: Record | None) -> dict[str, Any]:
    """What a task takes over from its contact."""
    if contact is None:
        return {}
    names = ("person_id", "account_id", "organization_id")
    return {"contact_id": contact["id"], **{name: contact.get(name) for name in names}}


def priority(given: Mapping[str, Any]) -> str:
    """Whatever is none of the three is medium."""
    wanted = given.get("priority")
    return str(wanted) if wanted in PRIORITIES else "medium"


def shown(crm: Crm, record: Record) -> Record:
    """A task with its contact and account beside it."""
    account = crm.accounts.find(str(record["account_id"]))
    return {
        **record,
        "contact": crm.contacts.find(str(record["contact_id"])),
        "account": account_record.shown(account) if account else None,
    }


def in_full(crm: Crm, record: Record) -> Record:
    """A task as the routes of a single one show it."""
    return {**_DETAILS, **shown(crm, record), "note_text": record["note"]}
