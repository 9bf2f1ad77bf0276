"""The rules of a task that is viewed and changed, at addresses that the catalogue leaves out."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.asked import listed, moment, text
from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.ids import misconfigured, well_formed
from apollo_batch.sandbox.rule import Call, Rule
from apollo_batch.sandbox.task_endings import foreign
from apollo_batch.sandbox.task_records import PRIORITIES, TYPES, in_full, of_contact, priority

_TEXTS = frozenset({"user_id", "note", "title", "call_script"})


def get(call: Call) -> Answer:
    """View a task."""
    text = "This task or emailer message has been deleted. Please refresh your page."
    record = _at(call, text)
    if isinstance(record, Answer):
        return record
    return told(200, {"task": in_full(call.state.crm, record)})


def update(call: Call) -> Answer:
    """Change a task; priority and creator are set anew where the call does not name them."""
    record = _at(call, "This task has been deleted. Please refresh your page.")
    if isinstance(record, Answer):
        return record
    if foreign(call, record):
        whose = "This task belongs to another user."
        error = f"{whose} You do not have permissions to modify other people's tasks."
        return told(401, {"error": error})
    crm, given = call.state.crm, call.params
    contact = crm.contacts.find(str(given.get("contact_id")))
    if given.get("contact_id") and contact is None:
        return misconfigured(given["contact_id"])
    changes = _open(crm, given) if record["status"] == "scheduled" else _ended(given)
    record = {**record, **changes, **of_contact(contact)}
    crm.tasks.put(record, contact=record["contact_id"])
    return told(200, {"task": in_full(crm, record)})


def _at(call: Call, gone: str) -> Record | Answer:
    number = call.path["id"]
    if not well_formed(number):
        return misconfigured(number)
    return call.state.crm.tasks.find(number) or invalid(gone)


def _open(crm: Crm, given: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {name: text(given[name]) for name in _TEXTS if name in given}
    creator = text(given.get("creator_id")) or crm.me
    changes |= {"priority": priority(given), "creator_id": creator}
    if "relevant_fields" in given:
        changes["relevant_fields"] = listed(given["relevant_fields"])
    if str(given.get("type")) in TYPES:
        changes["type"] = given["type"]
    if "due_at" in given:
        changes["due_at"] = moment(given["due_at"])
    status = given.get("status")
    if status in ("completed", "skipped"):
        changes |= {"status": status, f"{status}_at": crm.moment()}
    return changes


def _ended(given: Mapping[str, Any]) -> dict[str, Any]:
    # Of `priority_cd`, heard here too, it is told nowhere which number means what.
    changes = {"note": text(given["note"])} if "note" in given else {}
    return changes | (
        {"priority": given["priority"]} if given.get("priority") in PRIORITIES else {}
    )


ROUTES = {
    ("GET", "/tasks/{id}"): Rule(get, scope="api/v1/tasks/show"),
    ("PATCH", "/tasks/{id}"): Rule(
        update,
        scope="api/v1/tasks/update",
        takes=_TEXTS
        | {
            "relevant_fields",
            "creator_id",
            "contact_id",
            "type",
            "priority",
            "priority_cd",
            "status",
            "due_at",
        },
        also=(("PUT", "/tasks/{id}"),),
    ),
}
