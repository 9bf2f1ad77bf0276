"""The rule of leaving: contacts and sequences come in; finished, halted or out they go out."""

from typing import Any

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.asked import listed, missing
from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.rule import Call, Rule
from apollo_batch.sandbox.standing import (
    enter,
    happened,
    leave,
    members,
    shown,
    stamp,
    steps_of,
    within,
)

_FINISH, _REMOVE, _STOP = "mark_as_finished", "remove", "stop"
_COUNTED = "active paused finished bounced spam_blocked hard_bounced not_sent".split()


def remove_contacts(call: Call) -> Answer:
    """Take contacts out of sequences, or end their way through them; unknown ones are left out."""
    crm, params = call.state.crm, call.params
    sequence_ids = listed(params.get("emailer_campaign_ids"))
    contact_ids = listed(params.get("contact_ids"))
    mode = str(params.get("mode"))
    for name, given in (
        ("emailer_campaign_ids", sequence_ids),
        ("contact_ids", contact_ids),
        ("mode", mode in {_FINISH, _REMOVE, _STOP}),
    ):
        if not given:
            return missing(name)
    sequences = [s for number in sequence_ids if (s := crm.sequences.find(number))]
    known = [number for number in contact_ids if crm.contacts.find(number)]
    for sequence in sequences:
        for number in known:
            _end(call, number, sequence, mode)
    contacts = [shown(contact) for n in known if (contact := crm.contacts.find(n))]
    return told(200, {"contacts": contacts, **_around(crm, sequences)})


def _end(call: Call, number: str, sequence: Record, mode: str) -> None:
    crm = call.state.crm
    contact = crm.contacts.find(number)
    standing = within(contact, sequence["id"]) if contact else None
    if contact is None or standing is None or _over(standing, mode):
        return
    about = {"sequence": sequence["id"], "contact": number}
    if mode == _REMOVE:
        crm.contacts.put(leave(contact, sequence["id"]), "removed", **about)
        happened(crm, number, sequence, "removed")
    elif mode == _FINISH:
        done: dict[str, Any] = {"status": "finished", "inactive_reason": "manually finished"}
        done |= {"finished_at": stamp(crm), "current_step_id": None, "current_step_position": None}
        crm.contacts.put(enter(contact, standing | done), "finished", **about)
        happened(crm, number, sequence, "completed", reason="manually finished")
    else:
        halted = {"status": "paused", "inactive_reason": "manually paused"}
        halted |= {"paused_at": stamp(crm)}
        crm.contacts.put(enter(contact, standing | halted), "stopped", **about)
        happened(crm, number, sequence, "paused", reason="manually paused")


def _over(standing: Record, mode: str) -> bool:
    """Whether there is nothing left to do."""
    finished = bool(standing["status"] == "finished")
    halted = (standing["status"], standing["inactive_reason"]) == ("paused", "manually paused")
    return {_REMOVE: False, _FINISH: finished, _STOP: halted or finished}[mode]


def _around(crm: Crm, sequences: list[Record]) -> dict[str, Any]:
    ids = {sequence["id"] for sequence in sequences}
    loading = dict.fromkeys(
        "active failed paused finished bounced hard_bounced spam_blocked not_sent".split(),
        "loading",
    )
    everybody = list(members(crm, ids))
    return {
        "emailer_campaigns": [{"id": sequence["id"]} for sequence in sequences],
        "num_contacts": len({contact["id"] for contact, _ in everybody}),
        "contact_statuses": loading | {"failed": 0},
        "emailer_steps": [
            _counted(step, [standing for _, standing in everybody])
            for sequence in sequences
            for step in steps_of(sequence)
        ],
    }


def _counted(step: Record, standings: list[Record]) -> Record:
    """A step, with how many are at it."""
    here = [s["status"] for s in standings if s["current_step_id"] == step["id"]]
    told_of = {name: value for name, value in step.items() if name != "touch"}
    return told_of | {"counts": {name: here.count(name) for name in _COUNTED}}


RULES = {
    "sequences.remove_contacts": Rule(
        remove_contacts,
        scope="api/v1/emailer_campaigns/remove_or_stop_contact_ids",
        takes=frozenset({"emailer_campaign_ids", "contact_ids", "mode", "stop_reason"}),
    ),
}
