"""The rules of building a sequence: its steps come in, and it is there, with nobody in it."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.rule import Call, flag

_COUNTED = (
    "scheduled delivered bounced hard_bounced opened replied clicked demoed unsubscribed "
    "spam_blocked"
).split()
_RATES = "bounce hard_bounce open click reply spam_block opt_out demo".split()


def create_sequence(call: Call) -> Answer:
    """Build a sequence."""
    steps = _records(call.params.get("emailer_steps"))
    trouble = _bad_steps(steps)
    if trouble:
        return invalid(trouble)
    sequence = _sequence(call, len(steps))
    built = [_step(call, sequence, n, step) for n, step in enumerate(steps, start=1)]
    call.state.crm.sequences.put({**sequence, "steps": built})
    body = {
        "emailer_campaign": sequence,
        "emailer_steps": built,
        "emailer_touches": [],
        "emailer_templates": [],
        "attachments": [],
    }
    return told(200, body)


def change_sequence(call: Call) -> Answer:
    """Change a sequence."""
    known = call.state.crm.sequences.find(call.path["id"])
    if known is None:
        return told(404, {"error": "Record not found."})
    if _has_empty_template(_records(call.params.get("emailer_steps"))):
        text = "Please make sure your template has a non-empty body before turning it on."
        return invalid(text)
    given = {name: call.params[name] for name in ("name", "active") if name in call.params}
    wishes: Record = {"name": str(given["name"])} if "name" in given else {}
    wishes |= {"active": flag(given["active"])} if "active" in given else {}
    known = call.state.crm.sequences.put(known | wishes)
    short = {name: known.get(name) for name in ("id", "name", "active")}
    body: Record = {
        **short,
        "archived": bool(known.get("archived")),
        "created_at": known.get("created_at"),
        "updated_at": call.state.crm.moment(),
        "num_steps": known.get("num_steps") or 0,
        "steps": [],
        "emailer_campaign": short,
        "emailer_steps": [],
        "emailer_touches": [],
    }
    return told(200, body)


def _records(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _bad_steps(steps: list[dict[str, Any]]) -> str | None:
    if any(step.get("wait_time") is None for step in steps):
        return "Wait time must not be empty"
    if _has_empty_template(steps):
        return "Please make sure your template has content before turning it on."
    return None


def _has_empty_template(steps: list[dict[str, Any]]) -> bool:
    touches = [touch for step in steps for touch in _records(step.get("emailer_touches"))]
    approved = [touch for touch in touches if touch.get("status") == "approved"]
    templates = [_records([touch.get("emailer_template")]) for touch in approved]
    return any(not template or not template[0].get("body_html") for template in templates)


def _sequence(call: Call, steps: int) -> Record:
    crm, params = call.state.crm, call.params
    key, schedule = crm.new_id("sequence"), params.get("emailer_schedule_id")
    return {
        "id": key,
        "name": str(params.get("name") or ""),
        "active": flag(params.get("active")),
        "archived": False,
        "created_at": crm.moment(),
        "last_used_at": None,
        "user_id": crm.me,
        "emailer_schedule_id": str(schedule) if schedule else None,
        "max_emails_per_day": None,
        "num_steps": steps,
        "label_ids": [],
        "folder_id": None,
        "creation_type": "new",
        **{f"unique_{name}": "loading" for name in _COUNTED},
        **{f"{name}_rate": "loading" for name in _RATES},
        "loaded_stats": True,
        "excluded_contact_stage_ids": [],
        "excluded_account_stage_ids": [],
        "mark_finished_if_reply": None,
        "mark_paused_if_ooo": None,
        "sharing_permission": {
            "visibility": "restricted",
            "access_type": None,
            "object_type": "EmailerCampaign",
            "object_id": key,
            "is_owner": True,
            "owner_id": crm.me,
            "sharing_accesses": [],
        },
    }


def _step(call: Call, sequence: Record, number: int, step: Mapping[str, Any]) -> dict[str, Any]:
    wait = step["wait_time"]
    return {
        "id": call.state.crm.new_id("emailer step"),
        "emailer_campaign_id": sequence["id"],
        "position": number,
        "type": str(step.get("type") or "auto_email"),
        "wait_time": wait if isinstance(wait, int) else 0,
        "wait_mode": str(step.get("wait_mode") or "day"),
    }
