"""The rule of the activity feed: a contact comes in, what happened to it in sequences goes out."""

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.asked import missing
from apollo_batch.sandbox.rule import Call, Rule

_MOST = 50


def activity(call: Call) -> Answer:
    """The newest first, fifty at most; there is no second page."""
    number = str(call.params.get("contact_id") or "")
    if not number:
        return missing("contact_id")
    if call.state.crm.contacts.find(number) is None:
        return told(404, {"error": "Contact not found"})
    sequence_id = str(call.params.get("sequence_id") or "")
    events = [
        {name: value for name, value in event.items() if name not in {"id", "contact_id"}}
        for event in reversed(list(call.state.crm.events))
        if event["contact_id"] == number and sequence_id in {"", event["sequence_id"]}
    ]
    events.sort(key=lambda event: str(event["occurred_at"]), reverse=True)
    body = {"contact_id": number, "events": events[: _most(call.params.get("per_page", _MOST))]}
    return told(200, body)


def _most(value: object) -> int:
    """Whatever is out of range is brought into it; what is no number counts as 1."""
    try:
        return min(max(int(str(value)), 1), _MOST)
    except ValueError:
        return 1


RULES = {
    "sequences.activity": Rule(
        activity,
        scope="api/v1/emailer_campaigns/activity_feed",
        takes=frozenset({"contact_id", "sequence_id", "per_page"}),
    ),
}
