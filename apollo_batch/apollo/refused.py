"""A refusal in; what it means for the rows of its request out: one is gone, one is done already."""

import re
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.arrival import Finding
from apollo_batch.apollo.reading import UnreadableError, error_text, read_json
from apollo_batch.catalogue.entry import Act, Operation, Route
from apollo_batch.model import Arrival, Chunk, ChunkItem, Params, Settlement, Status, Verdict

_NO_ID = re.compile(r"misconfigured\. (\S+) is not a valid ID", re.IGNORECASE)


def refused(
    operation: Operation, route: Route, chunk: Chunk, finding: Finding, body: bytes
) -> Settlement:
    """Read a reply that is no success.

    Where one row was asked for and Apollo says that there is no such record, or that it is done,
    that is an answer like any other.
    """
    plain = Settlement(
        finding.arrival,
        halt=finding.halt,
        blamed=_blamed(operation, chunk, body),
        message=finding.message,
    )
    if finding.arrival is not Arrival.REFUSED or finding.halt is not None or len(chunk.items) > 1:
        return plain
    said, (item,) = finding.message, chunk.items
    if route.there is not None and route.there.search(said):
        verdict = _there(operation, item.id, said)
    elif route.gone is not None and route.gone.search(said) and not _of_another(route, item, said):
        verdict = _gone(operation, item.id, said)
    else:
        return plain
    return Settlement(Arrival.DONE, [verdict], derived=Decimal(0))


def _of_another(route: Route, item: ChunkItem, said: str) -> bool:
    """Whether the id that Apollo does not know is not the record's own, but an owner's or so."""
    own = [item.params.get(name) for name in route.needs]
    wrong = _misnamed(said)
    return wrong not in own and _says(item.params, wrong)


def _there(operation: Operation, item: int, said: str) -> Verdict:
    if operation.act is Act.CREATE:
        return Verdict(item, Status.SKIPPED, "already_exists", said, credits=Decimal(0))
    return Verdict(item, Status.SUCCEEDED, "already_there", said, credits=Decimal(0))


def _gone(operation: Operation, item: int, said: str) -> Verdict:
    if operation.act.writes:
        return Verdict(item, Status.FAILED, "no_record", said, credits=Decimal(0))
    return Verdict(item, Status.NO_MATCH, "no_match", said, credits=Decimal(0))


def _blamed(operation: Operation, chunk: Chunk, body: bytes) -> frozenset[int]:
    """Find the items that a refusal names by their ids ("Bulk Update Contacts" page)."""
    try:
        data = read_json(body)
    except UnreadableError:
        return frozenset()
    named = _named(data) if isinstance(data, dict) else set()
    ids = [name for name, fields in operation.identity.items() if fields == ("id",)]
    wrong = _misnamed(error_text(body))
    return frozenset(
        item.id
        for item in chunk.items
        if named & {item.params.get(name) for name in ids} or _says(item.params, wrong)
    )


def _misnamed(said: str) -> str | None:
    """Take the value that a refusal calls no id out of it ("Status codes and errors" page)."""
    found = _NO_ID.search(said)
    return found[1] if found else None


def _says(params: Params, value: str | None) -> bool:
    return value is not None and any(
        value in said if isinstance(said, list) else value == said for said in params.values()
    )


def _named(data: dict[str, Any]) -> set[object]:
    details = data.get("error_details")
    named = {details.get("contact_id")} if isinstance(details, dict) else set()
    deleted = data.get("deleted_contact_ids")
    return {*named, *(deleted if isinstance(deleted, list) else ())} - {None}
