"""A contact's standing in a sequence: begun, changed and ended, with the events that tell of it."""

from collections.abc import Collection, Iterator
from typing import Any

from apollo_batch.sandbox.crm import Crm, Record

INACTIVE = "Sequence inactive"
_ONLY_HERE = ("facebook_url", "person_deleted", "call_opted_out")


def standings(contact: Record) -> list[Record]:
    """Every sequence that a contact is in, or has been through."""
    statuses: list[Record] = contact.get("contact_campaign_statuses") or []
    return statuses


def within(contact: Record, sequence_id: str) -> Record | None:
    """How a contact stands in one sequence."""
    mine = (s for s in standings(contact) if s["emailer_campaign_id"] == sequence_id)
    return next(mine, None)


def members(crm: Crm, sequence_ids: Collection[str]) -> Iterator[tuple[Record, Record]]:
    """Everybody who stands in one of the sequences, and how."""
    for sequence_id in sequence_ids:
        for contact in crm.contacts.saying("emailer_campaign_ids", sequence_id):
            standing = within(contact, sequence_id)
            if standing is not None:
                yield contact, standing


def steps_of(sequence: Record) -> list[Record]:
    steps: list[Record] = sequence.get("steps") or []
    return steps


def begun(
    number: str, sequence: Record, mailbox: Record, at: str, **differing: Any
) -> dict[str, Any]:
    """Make the record of a contact who enters a sequence."""
    steps = steps_of(sequence)
    first = steps[0] if steps and sequence["active"] else None
    return {
        "id": number,
        "emailer_campaign_id": sequence["id"],
        "send_email_from_user_id": mailbox["user_id"],
        "inactive_reason": None if sequence["active"] else INACTIVE,
        "status": "active" if sequence["active"] else "paused",
        "added_at": at,
        "added_by_user_id": mailbox["user_id"],
        "finished_at": None,
        "paused_at": None,
        "auto_unpause_at": None,
        "send_email_from_email_address": mailbox["email"],
        "send_email_from_email_account_id": mailbox["id"],
        "manually_set_unpause": None,
        "failure_reason": None,
        "current_step_id": first["id"] if first else None,
        "in_response_to_emailer_message_id": None,
        "cc_emails": None,
        "bcc_emails": None,
        "to_emails": None,
        "current_step_position": first["position"] if first else None,
        **differing,
    }


def shown(contact: Record) -> Record:
    """The contact as the routes of sequences show it, with fields that no other route has."""
    return {**dict.fromkeys(_ONLY_HERE), **contact}


def enter(contact: Record, standing: Record) -> Record:
    """The contact with one standing more, or a new one in place of the old."""
    sequence_id = standing["emailer_campaign_id"]
    others = [s for s in standings(contact) if s["emailer_campaign_id"] != sequence_id]
    return _with(contact, [*others, standing])


def leave(contact: Record, sequence_id: str) -> Record:
    """The contact without the sequence."""
    others = [s for s in standings(contact) if s["emailer_campaign_id"] != sequence_id]
    return _with(contact, others)


def happened(crm: Crm, contact_id: str, sequence: Record, kind: str, **more: Any) -> None:
    """Write down an event for the activity feed."""
    crm.events.put(
        {
            "id": crm.new_id("event"),
            "contact_id": contact_id,
            "type": kind,
            "occurred_at": crm.moment()[:19] + "Z",
            "sequence_id": sequence["id"],
            "sequence_name": sequence["name"],
            **more,
        }
    )


def stamp(crm: Crm) -> str:
    """Now, the other way in which Apollo spells it."""
    return crm.moment().replace("Z", "+00:00")


def _with(contact: Record, statuses: list[Record]) -> Record:
    ids = [standing["emailer_campaign_id"] for standing in statuses]
    return {**contact, "emailer_campaign_ids": ids, "contact_campaign_statuses": statuses}
