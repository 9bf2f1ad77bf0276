"""The rules of phone calls and conversations: a call is answered for, and none is kept."""

from datetime import UTC, datetime
from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.filters import words_of
from apollo_batch.sandbox.ids import bad_path_id
from apollo_batch.sandbox.pages import page_of
from apollo_batch.sandbox.rule import Call, flag

_UNHEARD = (
    "voice_setting_id recording_url twilio_call_sid call_identifier agent_call_sid "
    "transcription_too_long twilio_recording_sid outreach_task_id salesforce_id hubspot_id "
    "conference_id opportunity_id parallel_dial_item_id"
).split()
_SAID = (
    "account_id contact_id phone_call_outcome_id phone_call_purpose_id from_number to_number "
    "start_time end_time note status"
).split()


def search_calls(call: Call) -> Answer:
    """Find phone calls; here the numbers of the page are text."""
    page = page_of(call.params)
    if isinstance(page, Answer):
        return page
    block = page.block(0) | {"page": str(page.number), "per_page": str(page.size)}
    body = {
        "pagination": block,
        "breadcrumbs": [],
        "phone_calls": [],
        "faceting": {"phone_call_stats_facets": []},
        "pipeline_total": 0,
        "num_fetch_result": None,
    }
    return told(200, body)


def note_call(call: Call) -> Answer:
    """Write down a call that was made elsewhere."""
    return told(200, {"phone_call": _call_record(call, call.state.crm.new_id("phone call"))})


def correct_call(call: Call) -> Answer:
    """Write something else down of a call."""
    key = call.path["id"]
    trouble = bad_path_id("id", key)
    return trouble or told(200, {"phone_call": _call_record(call, key)})


def search_conversations(_call: Call) -> Answer:
    """Find recorded conversations."""
    body = {
        "pagination": {"page": 1, "per_page": 25, "total_entries": 0, "total_pages": 0},
        "breadcrumbs": {},
        "num_fetch_result": 25,
        "playlist_clip_ids": [],
        "conversations": [],
    }
    return told(200, body)


def conversation(_call: Call) -> Answer:
    """Show a recorded conversation."""
    return told(404, {"error": "Conversation not found or access denied."})


def export(call: Call) -> Answer:
    """Pack the conversations of some days."""
    ends = []
    for name in ("start_time", "end_time"):
        at = _moment(call.params.get(name))
        if at is None:
            return invalid(f"{name} is not a valid ISO-8601 date.")
        ends.append(at)
    if ends[0] >= ends[1]:
        return invalid("start_time must be less than end_time.")
    return told(404, {"error": "Unable to find conversations within the given time range."})


def exported(_call: Call) -> Answer:
    """Say where a package is."""
    return told(404, {"error": "Export not found or access denied."})


def _call_record(call: Call, key: str) -> dict[str, Any]:
    said = {name: str(call.params[name]) for name in _SAID if call.params.get(name)}
    users = words_of(call.params.get("user_id"))
    length = str(call.params.get("duration", ""))
    return {
        "id": key,
        "user_id": users[0] if users else call.state.crm.me,
        **dict.fromkeys((*_SAID, *_UNHEARD)),
        **said,
        "inbound": False,
        "need_recording_upload": True,
        "logged": flag(call.params.get("logged")),
        "voicemail_dropped": False,
        "transcribed": False,
        "transcribing": False,
        "transcription_progress": 0,
        "note_text": said.get("note", ""),
        "contact": call.state.crm.contacts.find(said.get("contact_id", "")),
        "account": call.state.crm.accounts.find(said.get("account_id", "")),
        "duration": int(length) if length.isdecimal() and len(length) < 10 else None,
    }


def _moment(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC) if at else None
