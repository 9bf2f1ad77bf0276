"""The rules of sequences themselves: found, turned on, turned off, put away."""

from collections import Counter
from typing import Any

from apollo_batch.sandbox import paging
from apollo_batch.sandbox.answer import Answer, invalid, not_found, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.ids import misconfigured, well_formed
from apollo_batch.sandbox.mailing import mail
from apollo_batch.sandbox.rule import Call, Rule
from apollo_batch.sandbox.standing import INACTIVE, enter, happened, members, stamp, steps_of

# What a record holds for the sandbox alone.
_OURS = {"steps", "one_per_company"}
_STEP = "id emailer_campaign_id position wait_time type note".split()


def search(call: Call) -> Answer:
    """Find sequences by words of their names; archived ones are found too."""
    page = paging.read(call)
    if isinstance(page, Answer):
        return page
    wanted = str(call.params.get("q_name") or "")
    words = wanted.casefold().split()
    found = [s for s in call.state.crm.sequences if all(w in s["name"].casefold() for w in words)]
    crumb = {"label": "Name", "signal_field_name": "q_name"}
    crumb |= {"value": wanted, "display_name": wanted}
    scheduled = _scheduled(call)
    body = {
        "pagination": page.block(len(found)),
        "breadcrumbs": [crumb] if wanted else [],
        "emailer_campaigns": [_told(s, scheduled[s["id"]]) for s in page.of(found)],
        "num_fetch_result": None,
    }
    return told(200, body)


def activate(call: Call) -> Answer:
    """Turn a sequence on; whoever waited for it starts."""
    sequence = _at(call)
    if isinstance(sequence, Answer):
        return sequence
    if sequence["active"]:
        return invalid("The sequence is already active.")
    if not steps_of(sequence):
        text = "Please make sure you have added at least 1 step before turning on the sequence."
        return invalid(text)
    first = steps_of(sequence)[0]
    resumed = {"status": "active", "inactive_reason": None, "paused_at": None}
    resumed |= {"current_step_id": first["id"], "current_step_position": first["position"]}
    _move(call, sequence, resumed, "resumed", status="paused", only=INACTIVE)
    return _turned(call, sequence, {"active": True, "archived": False}, "activated")


def deactivate(call: Call) -> Answer:
    """Turn a sequence off; whoever is in it waits."""
    sequence = _at(call)
    if isinstance(sequence, Answer):
        return sequence
    if not sequence["active"]:
        return invalid("The sequence is already inactive.")
    paused = {"status": "paused", "inactive_reason": INACTIVE, "paused_at": stamp(call.state.crm)}
    _move(call, sequence, paused, "paused", status="active")
    return _turned(call, sequence, {"active": False}, "deactivated")


def archive(call: Call) -> Answer:
    """Put a sequence away; everybody in it has finished."""
    sequence = _at(call)
    if isinstance(sequence, Answer):
        return sequence
    finished = {"status": "finished", "finished_at": stamp(call.state.crm)}
    finished |= {"inactive_reason": "Sequence archived"}
    for status in ("active", "paused"):
        _move(call, sequence, finished, "completed", status=status)
    _turned(call, sequence, {"active": False, "archived": True}, "archived")
    body = {"id": sequence["id"], "active": False, "archived": True, "deleted": True}
    return told(200, {"emailer_campaign": body})


def _at(call: Call) -> Record | Answer:
    number = call.path["sequence_id"]
    if not well_formed(number):
        return misconfigured(number)
    return call.state.crm.sequences.find(number) or not_found()


def _move(
    call: Call,
    sequence: Record,
    fields: dict[str, Any],
    event: str,
    *,
    status: str,
    only: str | None = None,
) -> None:
    """Change how those stand who have a status, and for a certain reason where one is named."""
    crm = call.state.crm
    more = {"reason": why} if (why := fields["inactive_reason"]) else {}
    for contact, standing in list(members(crm, {sequence["id"]})):
        if standing["status"] == status and only in {None, standing["inactive_reason"]}:
            moved = enter(contact, standing | fields)
            crm.contacts.put(moved, event, sequence=sequence["id"])
            happened(crm, contact["id"], sequence, event, **more)
            mail(crm, moved, sequence)


def _turned(call: Call, sequence: Record, fields: dict[str, Any], kind: str) -> Answer:
    sequence = call.state.crm.sequences.put(sequence | fields, kind)
    short = {
        "id": sequence["id"],
        "unique_scheduled": _scheduled(call)[sequence["id"]],
        "active": sequence["active"],
    }
    steps = [{name: step.get(name) for name in _STEP} for step in steps_of(sequence)]
    return told(200, {"emailer_campaign": short, "emailer_steps": steps})


def _scheduled(call: Call) -> Counter[str]:
    """How many are on their way through each sequence."""
    crm = call.state.crm
    standings = (s for _, s in members(crm, {sequence["id"] for sequence in crm.sequences}))
    return Counter(s["emailer_campaign_id"] for s in standings if s["status"] == "active")


def _told(sequence: Record, scheduled: int) -> Record:
    record = {name: value for name, value in sequence.items() if name not in _OURS}
    return record | ({"unique_scheduled": scheduled} if sequence["loaded_stats"] else {})


RULES = {
    "sequences.search": Rule(
        search,
        scope="api/v1/emailer_campaigns/search",
        takes=frozenset({"q_name", "page", "per_page"}),
        gate="paid_plan",
    ),
}

ROUTES = {
    ("POST", "/emailer_campaigns/{sequence_id}/approve"): Rule(
        activate, scope="api/v1/emailer_campaigns/approve"
    ),
    ("POST", "/emailer_campaigns/{sequence_id}/abort"): Rule(
        deactivate, scope="api/v1/emailer_campaigns/abort"
    ),
    ("POST", "/emailer_campaigns/{sequence_id}/archive"): Rule(
        archive, scope="api/v1/emailer_campaigns/archive"
    ),
}
