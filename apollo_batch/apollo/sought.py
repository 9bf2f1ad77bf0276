"""Records in among which a lost request's own may be; whether it is there, or is to be sent again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from apollo_batch.apollo.pairing import same_value
from apollo_batch.catalogue.entry import Once, Operation
from apollo_batch.model import ChunkItem, Status, Verdict

Record = Mapping[str, Any]

LOOKS = 2
"""A search shows what was just made a little later: it is looked for twice before it is resent."""
MOST_LOOKS = 10
"""What may not be sent again is looked for so often; then a person has to."""
SKEW_SECONDS = 60.0
"""Our clock and Apollo's differ; so much older may still be ours."""
_SEVERAL = "Several records fit that were made since; nobody can say which is this row's."
_UNDATED = "A record fits that does not say when it was made."
_NOWHERE = "Apollo's answer did not show it; looked for {} times, and found nowhere."


def sought(
    operation: Operation, item: ChunkItem, records: Sequence[Any]
) -> Verdict | Sequence[Record]:
    """Look for what a request may have made of an item.

    Gives back the records that it may have made, none where there is no such record, or a verdict
    where nobody can tell. Of several, the rows that say less of theirs take what others leave.
    """
    fitting = [r for r in records if isinstance(r, dict) and _fits(operation, item, r)]
    ours = [record for record in fitting if made_since(record, item.since)]
    if len(ours) > 1 and operation.once is not Once.EVER:
        return _nobody_can_tell(item, _SEVERAL)
    if not ours and any(_made_at(record) is None for record in fitting):
        return _nobody_can_tell(item, _UNDATED)
    return ours


def unshown(data: Any, records: Sequence[Any], asked: object) -> str:
    """Say how many records a search did not show, among which what is sought may be; "" for none.

    `asked`: how many were asked for at once; None where all are shown. A full page that does not
    say how many there are in all may be the first of several.
    """
    block = data.get("pagination") if isinstance(data, dict) else None
    total = block.get("total_entries") if isinstance(block, dict) else None
    if isinstance(total, int):
        return f"{total - len(records):,}" if total > len(records) else ""
    return "perhaps" if isinstance(asked, int) and len(records) >= asked else ""


def _nobody_can_tell(item: ChunkItem, note: str) -> Verdict:
    return Verdict(item.id, Status.IN_DOUBT, "effect_unknown", note)


def made_since(record: Record, since: float | None) -> bool:
    """Whether a record was made after a request had left."""
    made = _made_at(record)
    return since is not None and made is not None and made >= since - SKEW_SECONDS


def _made_at(record: Record) -> float | None:
    """When a record was made; None where it does not say, or is no record at all."""
    if not isinstance(record.get("id"), str) or not record["id"]:
        return None
    return moment_of(record.get("created_at"))


def moment_of(text: Any) -> float | None:
    """Read a moment as Apollo spells it; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp()


def not_there(item: ChunkItem, *, resends: bool = True) -> Verdict:
    """Say what is next for an item whose effect was looked for in vain: look once more, or send.

    What may not be sent again is looked for until a person has to.
    """
    looks = item.looks + 1
    if looks < (LOOKS if resends else MOST_LOOKS):
        return Verdict(item.id, Status.SUCCEEDED, "", then=item.course, looks=looks)
    if resends:
        return Verdict(item.id, Status.SUCCEEDED, "", then=item.course[1:], looks=0)
    return Verdict(item.id, Status.IN_DOUBT, "unconfirmed", _NOWHERE.format(looks))


def _fits(operation: Operation, item: ChunkItem, record: Record) -> bool:
    names = telling(operation, item)
    return bool(names) and all(
        same_value(operation, name, item.params[name], record) for name in names
    )


def telling(operation: Operation, item: ChunkItem) -> list[str]:
    """Name what tells this row's record from others: its subject, or all that an answer echoes."""
    for names in operation.subject:
        if all(item.params.get(name) for name in names):
            return list(names)
    return [name for name in operation.identity if item.params.get(name)]
