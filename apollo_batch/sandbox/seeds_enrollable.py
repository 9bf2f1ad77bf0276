"""Forty-one contacts, the accounts of some, a list of ten: every reason to skip one is among them."""

from typing import Any

from apollo_batch.sandbox import names
from apollo_batch.sandbox.account_record import account
from apollo_batch.sandbox.contact_record import contact
from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.standing import begun, enter

_MADE = "2026-02-10T10:00:00.000Z"
_ADDED = "2026-03-01T08:00:00.000+00:00"
_ACCOUNTS = (
    ("Harbour Light Instruments", "harbour-light.example"),
    ("Quiet Mill Paper", "quiet-mill.example"),
    ("Seven Bridges Freight", "seven-bridges.example"),
)
_QUEUED, _SHARED = 2, 3
# What is special about a contact, for how many.
_GROUPS = (
    ("ready", 10),
    ("without_email", 3),
    ("unverified", 3),
    ("typed_unverified", 3),
    ("new_job", 3),
    ("owned_elsewhere", 3),
    ("queued", 3),
    ("active_elsewhere", 2),
    ("paused_elsewhere", 1),
    ("finished_elsewhere", 2),
    ("failed_elsewhere", 1),
    ("already_there", 2),
    ("colleague_inside", 1),
    ("colleague", 3),
    ("unsubscribed", 1),
)


def fill(crm: Crm, team_id: str) -> None:
    """Fill contacts, accounts and one list."""
    accounts = [_account(crm, team_id, number) for number in range(1, len(_ACCOUNTS) + 1)]
    crm.accounts.seed(accounts)
    kinds = [kind for kind, count in _GROUPS for _ in range(count)]
    contacts = [_contact(crm, n, kind) for n, kind in enumerate(kinds, start=1)]
    crm.contacts.seed(contacts)
    crm.labels.seed([_label(crm)])
    for one in contacts:
        crm.events.seed(_events(crm, one))


def numbers_of(kind: str) -> list[int]:
    """The numbers of a group's contacts."""
    kinds = [group for group, count in _GROUPS for _ in range(count)]
    return [number for number, group in enumerate(kinds, start=1) if group == kind]


def _contact(crm: Crm, number: int, kind: str) -> Record:
    first = names.FIRST_NAMES[number % len(names.FIRST_NAMES)]
    last = names.LAST_NAMES[(number * 7) % len(names.LAST_NAMES)]
    email = f"{first}.{last}{number}@client-{number:02d}.example".lower()
    known = {
        "id": crm.world.id_of("enrollable", number),
        "first_name": first,
        "last_name": last,
        "name": f"{first} {last}",
        "title": "Head of Purchasing",
        "email": email,
        "email_status": "verified",
        "email_true_status": "Verified",
        "organization_name": f"Client {number:02d}",
        "owner_id": crm.me,
        "creator_id": crm.me,
        "contact_stage_id": next(iter(crm.contact_stages))["id"],
        "label_ids": [crm.world.id_of("list of enrollable", 1)] if kind == "ready" else [],
        "present_raw_address": "Hamburg, Germany",
        "city": "Hamburg",
        "state": "Hamburg",
        "country": "Germany",
        "time_zone": "Europe/Berlin",
        "created_at": _MADE,
        "updated_at": _MADE,
        "contact_job_change_event": None,
        **_special(crm, kind),
    }
    return _standing(crm, contact(known), number, kind)


def _special(crm: Crm, kind: str) -> dict[str, Any]:
    """What keeps a contact of this kind out of a sequence, as far as its own record says it."""
    stranger = crm.world.id_of("user of another team", 1)
    event = {"id": crm.world.id_of("job change", 1), "status": "pending"}
    typed = {"email_true_status": "User Managed", "email_from_customer": True}
    guessed = {"email_status": "extrapolated", "extrapolated_email_confidence": 0.62}
    special: dict[str, dict[str, Any]] = {
        "without_email": {"email": None, "email_status": "unavailable"},
        "unverified": guessed,
        "typed_unverified": {**typed, "email_status": "unverified"},
        "unsubscribed": {"email_unsubscribed": True},
        "new_job": {"contact_job_change_event": event},
        "owned_elsewhere": {"owner_id": stranger},
        "queued": _employed(crm, _QUEUED),
        "colleague": _employed(crm, _SHARED),
        "colleague_inside": _employed(crm, _SHARED),
    }
    return special.get(kind, {})


def _employed(crm: Crm, number: int) -> dict[str, Any]:
    return {
        "account_id": crm.world.id_of("account of enrollable", number),
        "organization_id": crm.world.id_of("organization of enrollable", number),
        "organization_name": _ACCOUNTS[number - 1][0],
    }


def _standing(crm: Crm, record: Record, number: int, kind: str) -> Record:
    """The contact, with the sequence it is in, or has been through."""
    differing: dict[str, Any] = {
        "active_elsewhere": {},
        "already_there": {},
        "colleague_inside": {},
        "paused_elsewhere": {"status": "paused", "inactive_reason": "manually paused"},
        "finished_elsewhere": {"status": "finished", "inactive_reason": "Completed all steps"},
        "failed_elsewhere": {"status": "failed", "failure_reason": "hard_bounced"},
    }
    if kind not in differing:
        return record
    inside = {"already_there": 1, "colleague_inside": 6}.get(kind, 2)
    sequence = crm.sequences.find(crm.world.id_of("sequence", inside))
    mailbox = crm.mailboxes.find(crm.world.id_of("mailbox", 1))
    if sequence is None or mailbox is None:
        return record
    number_ = crm.world.id_of("standing", number)
    return enter(record, begun(number_, sequence, mailbox, _ADDED, **differing[kind]))


def _events(crm: Crm, record: Record) -> list[Record]:
    """What the activity feed tells of a contact who was enrolled before the first request."""
    events = []
    for standing in record["contact_campaign_statuses"]:
        sequence = crm.sequences.find(standing["emailer_campaign_id"]) or {}
        kinds = {"paused": ["paused"], "finished": ["completed"], "failed": ["failed"]}
        happened = ["enrolled", *kinds.get(standing["status"], [])]
        for day, kind in enumerate(happened, start=1):
            number = int(standing["id"], 16) % 10**9 * 10 + day
            events.append(
                {
                    "id": crm.world.id_of("seeded event", number),
                    "contact_id": record["id"],
                    "type": kind,
                    "occurred_at": f"2026-03-{day:02d}T08:00:00Z",
                    "sequence_id": standing["emailer_campaign_id"],
                    "sequence_name": sequence.get("name"),
                    **({"step_position": 1} if kind == "enrolled" else {}),
                }
            )
    return events


def _account(crm: Crm, team_id: str, number: int) -> Record:
    name, domain = _ACCOUNTS[number - 1]
    queue = {"id": crm.world.id_of("queue", 1), "name": "To be checked"}
    return account(
        {
            "id": crm.world.id_of("account of enrollable", number),
            "name": name,
            "domain": domain,
            "team_id": team_id,
            "organization_id": crm.world.id_of("organization of enrollable", number),
            "owner_id": crm.me,
            "creator_id": crm.me,
            "account_stage_id": next(iter(crm.account_stages))["id"],
            "phone": f"+1 415-555-010{number}",
            "sanitized_phone": f"+1415555010{number}",
            "created_at": _MADE,
            "updated_at": _MADE,
            **({"account_queues": [queue]} if number == _QUEUED else {}),
        }
    )


def _label(crm: Crm) -> Record:
    return {
        "id": crm.world.id_of("list of enrollable", 1),
        "modality": "contacts",
        "name": "Ready for outreach",
        "created_at": _MADE,
        "updated_at": _MADE,
        "user_id": crm.me,
        "book_of_business": None,
    }
