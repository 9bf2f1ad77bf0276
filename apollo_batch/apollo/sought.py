"""Records in among which a lost request's own may be; whether it is there, or is to be sent again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from apollo_batch.apollo.pairing import same_value
from apollo_batch.catalogue.entry import Once, Operation
from apollo_batch.model import ChunkItem, Status, Verdict

LOOKS = 2
"""A search shows what was just made a little later: it is looked for twice before it is resent."""
SKEW_SECONDS = 60.0
"""Our clock and Apollo's differ; so much older may still be ours."""
_SEVERAL = "Several records fit that were made since; nobody can say which is this row's."


def sought(
    operation: Operation, item: ChunkItem, records: Sequence[Any]
) -> Verdict | Mapping[str, Any] | None:
    """Look for what a request may have made of an item.

    Gives back the record that it made, a verdict where nobody can tell, or None where there is no
    such record.
    """
    fitting = [r for r in records if isinstance(r, dict) and _fits(operation, item, r)]
    ours = [record for record in fitting if made_since(record, item.since)]
    if len(ours) > 1 and operation.once is not Once.EVER:
        return Verdict(item.id, Status.IN_DOUBT, "effect_unknown", _SEVERAL)
    return ours[0] if ours else None


def unshown(data: Any, records: Sequence[Any]) -> int:
    """Count what a search found and did not show; what it does not show may hold what is sought."""
    block = data.get("pagination") if isinstance(data, dict) else None
    total = block.get("total_entries") if isinstance(block, dict) else None
    return max(0, total - len(records)) if isinstance(total, int) else 0


def made_since(record: Mapping[str, Any], since: float | None) -> bool:
    """Whether a record was made after a request had left."""
    text = record.get("created_at")
    if since is None or not isinstance(text, str):
        return False
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return False
    made = made if made.tzinfo else made.replace(tzinfo=UTC)
    return made.timestamp() >= since - SKEW_SECONDS


def not_there(item: ChunkItem) -> Verdict:
    """Say what is next for an item whose effect was looked for in vain: look once more, or send."""
    if item.looks + 1 < LOOKS:
        return Verdict(item.id, Status.SUCCEEDED, "", then=item.course, looks=item.looks + 1)
    return Verdict(item.id, Status.SUCCEEDED, "", then=item.course[1:], looks=0)


def _fits(operation: Operation, item: ChunkItem, record: Mapping[str, Any]) -> bool:
    names = _telling(operation, item)
    return bool(names) and all(
        same_value(operation, name, item.params[name], record) for name in names
    )


def _telling(operation: Operation, item: ChunkItem) -> list[str]:
    """What tells this row's record from others: its subject, or all that an answer echoes."""
    for names in operation.subject:
        if all(item.params.get(name) for name in names):
            return list(names)
    return [name for name in operation.identity if item.params.get(name)]
