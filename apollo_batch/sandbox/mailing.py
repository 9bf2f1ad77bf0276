"""Time passes: whoever was paused until now goes on, and whoever is active is sent the first e-mail."""

from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.standing import enter, happened, steps_of, within

_BY_ITSELF = "auto_email"


def sleep_until(crm: Crm, contact: Record, standing: Record, moment: float) -> None:
    """Note when a contact that waits in a sequence goes on by itself."""
    about = {"contact_id": contact["id"], "sequence_id": standing["emailer_campaign_id"]}
    crm.sleepers.put({"id": standing["id"], **about, "until": moment})


def wake(crm: Crm) -> None:
    """Let everybody go on whose time has come by the sandbox's clock."""
    now = crm.epoch()
    for sleeper in crm.sleepers:
        if sleeper["until"] <= now:
            crm.sleepers.drop(sleeper["id"])
            _go_on(crm, sleeper)


def mail(crm: Crm, contact: Record, sequence: Record) -> None:
    """Send the first e-mail of a sequence to a contact that stands active in it; nobody gets it twice."""
    standing = within(contact, sequence["id"])
    steps = steps_of(sequence)
    if standing is None or standing["status"] != "active" or not contact["email"]:
        return
    if not steps or steps[0]["type"] != _BY_ITSELF:
        return
    if crm.mails.find(standing["id"]) is None:
        about = {"contact_id": contact["id"], "sequence_id": sequence["id"]}
        sent = {"to": contact["email"], "sent_at": crm.moment()}
        crm.mails.put({"id": standing["id"], **about, **sent})


def _go_on(crm: Crm, sleeper: Record) -> None:
    contact = crm.contacts.find(sleeper["contact_id"])
    sequence = crm.sequences.find(sleeper["sequence_id"])
    standing = within(contact, sleeper["sequence_id"]) if contact else None
    if contact is None or sequence is None or standing is None or not sequence["active"]:
        return
    if (standing["id"], standing["status"]) == (sleeper["id"], "paused"):
        awake = enter(contact, standing | {"status": "active", "paused_at": None})
        contact = crm.contacts.put(awake, "resumed", sequence=sequence["id"])
        happened(crm, contact["id"], sequence, "resumed")
        mail(crm, contact, sequence)
