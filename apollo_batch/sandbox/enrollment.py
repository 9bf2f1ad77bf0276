"""The rule of enrollment: contacts, a sequence and mailboxes come in; who is in goes out."""

from dataclasses import dataclass, replace
from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid, not_found, told
from apollo_batch.sandbox.asked import epoch, listed, moment
from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.ids import misconfigured, well_formed
from apollo_batch.sandbox.label_names import named
from apollo_batch.sandbox.mailing import mail, sleep_until
from apollo_batch.sandbox.rule import Call, Rule, flag
from apollo_batch.sandbox.skips import FLAGS, NOT_FOUND, skip_reason
from apollo_batch.sandbox.standing import begun, enter, happened, shown, stamp, steps_of

# Apollo's takes a second and more; long enough here for a second call to run into it.
_SECONDS = 0.03
_TAKES = FLAGS | {
    "emailer_campaign_id",
    "contact_ids",
    "label_names",
    "send_email_from_email_account_id",
    "send_email_from_email_address",
    "user_id",
    "status",
    "auto_unpause_at",
}
_CAMPAIGN = (
    "id name archived created_at emailer_schedule_id max_emails_per_day user_id active loaded_stats"
).split()
_STEP = "id emailer_campaign_id position wait_time type wait_mode".split()


@dataclass(frozen=True)
class Wish:
    """What a call to enroll asks for."""

    contact_ids: list[str]
    sequence: Record
    mailboxes: list[Record]
    """With several, they take turns."""
    address: str
    flags: frozenset[str]
    differing: dict[str, Any]
    """What the call itself says of how the contacts shall stand."""


def add_contacts(call: Call) -> Answer:
    """Enroll whoever nothing speaks against."""
    wish = _wish(call)
    if isinstance(wish, Answer):
        return wish
    crm = call.state.crm
    enrolled: list[Record] = []
    skipped = {}
    for number in wish.contact_ids:
        contact = crm.contacts.find(number)
        reason = _reason(crm, contact, wish)
        if contact is None or reason:
            skipped[number] = reason
        else:
            enrolled.append(_enroll(call, wish, contact, turn=len(enrolled)))
    if not call.alone:
        # Whoever calls twice at once hears of trouble, and the contacts are in.
        return told(500, {"error": "An error occurred. Please try again."})
    body = {
        "contacts": list(map(shown, enrolled)),
        "skipped_contact_ids": skipped,
        **_around(call, wish.sequence),
    }
    return replace(told(200, body), seconds=_SECONDS)


def _reason(crm: Crm, contact: Record | None, wish: Wish) -> str | None:
    return skip_reason(crm, contact, wish.sequence, wish.flags) if contact else NOT_FOUND


def _enroll(call: Call, wish: Wish, contact: Record, *, turn: int) -> Record:
    crm, sequence = call.state.crm, wish.sequence
    mailbox = wish.mailboxes[turn % len(wish.mailboxes)]
    known = wish.address in {mailbox["email"], *mailbox["aliases"]}
    address = wish.address if known else mailbox["email"]
    standing = begun(
        crm.new_id("standing"),
        sequence,
        mailbox,
        stamp(crm),
        **{"send_email_from_email_address": address, **wish.differing},
    )
    about = {"sequence": sequence["id"], "contact": contact["id"]}
    contact = crm.contacts.put(enter(contact, standing), "enrolled", **about)
    position = standing["current_step_position"]
    happened(crm, contact["id"], sequence, "enrolled", step_position=position or 1)
    if standing["status"] == "paused":
        reason = standing["inactive_reason"] or "manually paused"
        happened(crm, contact["id"], sequence, "paused", reason=reason)
    if standing["auto_unpause_at"]:
        sleep_until(crm, contact, standing, epoch(standing["auto_unpause_at"]))
    mail(crm, contact, sequence)
    return contact


def _wish(call: Call) -> Wish | Answer:
    params, crm = call.params, call.state.crm
    ids, names = listed(params.get("contact_ids")), listed(params.get("label_names"))
    sequence_id = call.path["sequence_id"]
    mailbox_ids = listed(params.get("send_email_from_email_account_id"))
    if not ids and not names:
        return invalid("Please specify either contact_ids or label_names.")
    if params.get("emailer_campaign_id") != sequence_id or not mailbox_ids:
        return invalid("Please specify a emailer_campaign_id and send_email_from_email_account_id.")
    if not well_formed(sequence_id):
        return misconfigured(sequence_id)
    sequence = crm.sequences.find(sequence_id)
    mailboxes = [m for number in mailbox_ids if (m := crm.mailboxes.find(number))]
    trouble = not_found() if sequence is None else _bad_mailboxes(mailbox_ids, mailboxes)
    if trouble or sequence is None:
        return trouble or not_found()
    return Wish(
        ids or _labelled(crm, names),
        sequence,
        mailboxes,
        str(params.get("send_email_from_email_address", "")),
        frozenset(name for name in FLAGS if flag(params.get(name))),
        _differing(call),
    )


def _bad_mailboxes(asked: list[str], mailboxes: list[Record]) -> Answer | None:
    known = {mailbox["id"] for mailbox in mailboxes}
    strange = next((number for number in asked if number not in known), None)
    if strange is not None:
        return misconfigured(strange)
    closed = [m["email"] for m in mailboxes if not m["active"] or m["revoked_at"]]
    if closed:
        return invalid(f"These mailboxes are no longer active. {', '.join(closed)}")
    aggregate = [m["id"] for m in mailboxes if m["type"] == "aggregate"]
    if aggregate:
        text = "Aggregate accounts are not supported for this sequence."
        return invalid(f"{text} These are the aggregate accounts: {', '.join(aggregate)}")
    return None


def _labelled(crm: Crm, names: list[str]) -> list[str]:
    """The contacts on any of the lists."""
    labels = [label["id"] for name in names if (label := named(crm, "contacts", name))]
    contacts = [c["id"] for number in labels for c in crm.contacts.saying("label_ids", number)]
    return list(dict.fromkeys(contacts))


def _differing(call: Call) -> dict[str, Any]:
    params, crm = call.params, call.state.crm
    differing: dict[str, Any] = {"added_by_user_id": str(params.get("user_id") or crm.me)}
    if params.get("status") == "paused":
        differing |= {"status": "paused", "paused_at": stamp(crm)}
        differing |= {"auto_unpause_at": moment(params.get("auto_unpause_at"))}
    return differing


def _around(call: Call, sequence: Record) -> dict[str, Any]:
    """What the reply says beside the contacts."""
    steps = steps_of(sequence)
    return {
        "emailer_campaign": {name: sequence[name] for name in _CAMPAIGN},
        "emailer_steps": [{name: step[name] for name in _STEP} for step in steps],
        "emailer_touches": [step["touch"] for step in steps if "touch" in step],
        "team": {"id": call.state.books.team_id, "sequences_finder_empty": False},
        "signals_hash": None,
    }


RULES = {
    "sequences.add_contacts": Rule(
        add_contacts, scope="api/v1/emailer_campaigns/add_contact_ids", takes=_TAKES
    ),
}
