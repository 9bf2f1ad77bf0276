"""A reply about a sequence in; who was enrolled, who was left out and why, who is still open out."""

from collections.abc import Iterator, Mapping
from typing import Any

from apollo_batch.apollo.kept import Keep, kept
from apollo_batch.apollo.reading import UnreadableError, read_json
from apollo_batch.apollo.sought import not_there
from apollo_batch.model import Chunk, ChunkItem, Leg, Status, Verdict
from apollo_batch.reasons import REASONS

_CONFIRM = (Leg("confirm"),)
_THERE = "contacts_already_exists_in_current_campaign"
NO_WORD = "apollo:left out without a word"


def enrolled(chunk: Chunk, data: Any, keep: Keep) -> list[Verdict]:
    """Say of every contact whether it was enrolled; one in neither list is looked up, not assumed."""
    contacts, more = _contacts(data.get("contacts"))
    skipped = more | _skips(data.get("skipped_contact_ids"))
    return [_verdict(item, contacts, skipped, keep) for item in chunk.items]


def member(chunk: Chunk, data: Any, keep: Keep) -> list[Verdict]:
    """Say whether a contact that Apollo's answer left open is in the sequence."""
    (item,) = chunk.items
    record = data.get("contact")
    shown = isinstance(record, dict) and record.get("id") == item.params["contact_id"]
    if shown and status_in(record, item.params["sequence_id"]) is not None:
        return [_in(item, record, keep, "Confirmed by the contact's record.")]
    if shown and item.since is not None and len(item.course) > 1:
        return [not_there(item)]
    return [Verdict(item.id, Status.IN_DOUBT, "unconfirmed", found=item.params["contact_id"])]


def _verdict(
    item: ChunkItem, contacts: Mapping[str, Any], skipped: Mapping[str, str], keep: Keep
) -> Verdict:
    number = item.params["contact_id"]
    if number in contacts:
        return _in(item, contacts[number], keep, "")
    if number in skipped:
        code = skipped[number]
        if code == NO_WORD and item.since is not None:
            # Maybe because a request of ours, whose answer was lost, had put it in.
            return Verdict(item.id, Status.SUCCEEDED, "", then=_CONFIRM)
        if code == _THERE and item.since is not None:
            return _in(item, {}, keep, "No answer came; Apollo has the contact in the sequence.")
        reason = code if code in REASONS or code.startswith("apollo:") else f"apollo:{code}"
        return Verdict(item.id, Status.SKIPPED, reason, found=number)
    return Verdict(item.id, Status.SUCCEEDED, "", then=_CONFIRM)


def _in(item: ChunkItem, record: Mapping[str, Any], keep: Keep, note: str) -> Verdict:
    status = status_in(record, item.params["sequence_id"]) or {}
    words = [note]
    if status.get("inactive_reason") == "Sequence inactive":
        words.append("The sequence is inactive: nothing is sent until somebody activates it.")
    elif status.get("auto_unpause_at"):
        words.append(f"Paused until {status['auto_unpause_at']}.")
    return Verdict(
        item.id,
        Status.SUCCEEDED,
        "enrolled",
        " ".join(word for word in words if word),
        kept=kept(record, keep),
        found=item.params["contact_id"],
        made=True,
    )


def status_in(record: Mapping[str, Any], sequence: str) -> Mapping[str, Any] | None:
    """Find how a contact stands in a sequence; None: it is not in it."""
    statuses = record.get("contact_campaign_statuses")
    for status in statuses if isinstance(statuses, list) else ():
        if isinstance(status, dict) and status.get("emailer_campaign_id") == sequence:
            return status
    ids = record.get("emailer_campaign_ids")
    return {} if isinstance(ids, list) and sequence in ids else None


def standing_id(body: bytes, contact: str, sequence: str) -> str | None:
    """Read which enrollment an answer tells of; None where it does not say."""
    try:
        data = read_json(body)
    except UnreadableError:
        return None
    told = data if isinstance(data, dict) else {}
    contacts = (
        dict(_by_id([told["contact"]])) if "contact" in told else _contacts(told.get("contacts"))[0]
    )
    found = status_in(contacts.get(contact, {}), sequence) or {}
    number = found.get("id")
    return number if isinstance(number, str) else None


def _contacts(found: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Read who was enrolled; some answers split the list, and name some that were left out."""
    if isinstance(found, dict):
        added, left_out = found.get("added"), found.get("skipped")
        return dict(_by_id(added)), {number: NO_WORD for number, _ in _by_id(left_out)}
    return dict(_by_id(found)), {}


def _by_id(found: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in found if isinstance(found, list) else ():
        if isinstance(one, str):
            yield one, {}
        elif isinstance(one, dict) and isinstance(one.get("id"), str):
            yield one["id"], one


def _skips(found: Any) -> dict[str, str]:
    """Read who was left out: by id with a reason, by reason with ids, or ids alone."""
    if isinstance(found, list):
        return {number: NO_WORD for number, _ in _by_id(found)}
    skips: dict[str, str] = {}
    for key, value in found.items() if isinstance(found, dict) else ():
        if isinstance(value, list):
            skips |= {number: key for number, _ in _by_id(value)}
        else:
            skips[key] = str(value)
    return skips
