"""A contact's record in; how far a sequence has got with it, and whether it may leave, out."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.apollo.enrolled import status_in
from apollo_batch.apollo.sought import SKEW_SECONDS, moment_of
from apollo_batch.model import Chunk, Status, Verdict

_UNDER_WAY = {"active", "paused"}
_FIRST_STEPS = {None, 1}


def standing(chunk: Chunk, data: Any) -> list[Verdict]:
    """Say of a contact whether it may be taken out: only the enrollment meant, and not once mailed."""
    (item,) = chunk.items
    record = data.get("contact")
    if not isinstance(record, dict) or record.get("id") != item.params["contact_id"]:
        return [Verdict(item.id, Status.FAILED, "no_record")]
    status = status_in(record, item.params["sequence_id"])
    if status is None:
        return [Verdict(item.id, Status.SUCCEEDED, "already_there")]
    if _is_another(status, *item.expects.get("standing", (None, None))):
        note = "It was taken out and enrolled anew."
        return [Verdict(item.id, Status.SKIPPED, "changed_since", note)]
    if not _untouched(status):
        return [Verdict(item.id, Status.SKIPPED, "mailed", _how_far(status))]
    return [Verdict(item.id, Status.SUCCEEDED, "", then=item.course[1:])]


def _is_another(status: Mapping[str, Any], meant: str | None, ended: float | None) -> bool:
    """Whether it is not the enrollment of the undone run, which had ended at that moment.

    Its id tells; where an answer did not say it, when it began.
    """
    if meant and status.get("id"):
        return bool(status["id"] != meant)
    began = moment_of(status.get("added_at"))
    return began is not None and ended is not None and began > ended + SKEW_SECONDS


def _untouched(status: Mapping[str, Any]) -> bool:
    """Whether a sequence has sent nothing to a contact yet, for all that its record shows."""
    begins = status.get("current_step_position") in _FIRST_STEPS
    return status.get("status") in _UNDER_WAY and begins and not status.get("finished_at")


def _how_far(status: Mapping[str, Any]) -> str:
    step = status.get("current_step_position")
    words = [
        f"It stands as {status['status']}" if status.get("status") else "Its standing is not shown",
        f"at step {step}" if step else "",
        f"({status['inactive_reason']})" if status.get("inactive_reason") else "",
    ]
    return f"{' '.join(word for word in words if word)}."
