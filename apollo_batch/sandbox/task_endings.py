"""The rules of tasks that end: completed or skipped, and only once."""

from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.asked import text
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.ids import misconfigured, well_formed
from apollo_batch.sandbox.rule import Call, Rule
from apollo_batch.sandbox.task_records import in_full


def complete(call: Call) -> Answer:
    """Complete a task; the reply still shows it as it was before."""
    record = _open(call, "non-admin users from completing")
    if isinstance(record, Answer):
        return record
    crm = call.state.crm
    before = in_full(crm, record)
    _end(call, record, "completed")
    contact = crm.contacts.find(str(record["contact_id"]))
    return told(200, {"task": before, "contact": contact})


def skip(call: Call) -> Answer:
    """Skip a task; the reply is short."""
    record = _open(call, "non-admins from skipping")
    if isinstance(record, Answer):
        return record
    after = _end(call, record, "skipped")
    short = {"id": after["id"], "status": after["status"], "note": after["note"]}
    return told(200, {"task": {**short, "completed": False}})


def foreign(call: Call, record: Record) -> bool:
    """Whether a task belongs to somebody whom the acting user may not stand in for."""
    user = record["user_id"]
    return user != call.state.crm.me and call.state.crm.users.find(user) is None


def _open(call: Call, doing: str) -> Record | Answer:
    """The task, if it can still end."""
    number = call.path["id"]
    if not well_formed(number):
        return misconfigured(number)
    record = call.state.crm.tasks.find(number)
    if record is None:
        return told(200, {"task": {"id": number, "deleted": True}})
    if foreign(call, record):
        whose = "This task belongs to another user."
        return invalid(f"{whose} Your admin has disabled {doing} other people's tasks.")
    if record["status"] != "scheduled":
        error = "This task is already completed / skipped."
        return told(422, {"error": error, "allow_moving_to_next_task": True})
    return record


def _end(call: Call, record: Record, status: str) -> Record:
    crm = call.state.crm
    note = text(call.params.get("note")) or record["note"]
    ended = {**record, "status": status, "note": note, f"{status}_at": crm.moment()}
    return crm.tasks.put(ended, status, contact=record["contact_id"])


RULES = {
    "tasks.complete": Rule(complete, scope="api/v1/tasks/complete", takes=frozenset({"note"})),
    "tasks.skip": Rule(skip, scope="api/v1/tasks/skip", takes=frozenset({"note", "on_task_page"})),
}
