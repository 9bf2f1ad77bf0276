"""Which created record belongs to which row: shown by all that tells rows apart, never guessed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from apollo_batch.apollo.pairing import Lost, Pairs, same_value
from apollo_batch.catalogue.entry import Operation
from apollo_batch.model import Params


def match(operation: Operation, asked: Sequence[Params], records: Sequence[Any]) -> Pairs:
    """Give every item the record that was made of it, or found in its place.

    Bulk creation answers in two lists without an index ("Bulk Create Contacts" page), so a row is
    known by its e-mail, else by name and company. Where two fit, neither is taken.
    """
    found: dict[int, int] = {}
    unsure: set[int] = set()
    real = [i for i, record in enumerate(records) if isinstance(record, dict)]
    for names in operation.subject:
        claims: defaultdict[int, list[int]] = defaultdict(list)
        for item, params in enumerate(asked):
            if item in found or item in unsure or not all(params.get(n) for n in names):
                continue
            for record in real:
                if record not in found.values() and _same(
                    operation, names, params, records[record]
                ):
                    claims[item].append(record)
        _take(claims, found, unsure)
    left = set(real) - set(found.values())
    lost = Lost.UNPAIRED if left else Lost.ABSENT
    return [found.get(i, Lost.UNPAIRED if i in unsure else lost) for i in range(len(asked))]


def _take(claims: Mapping[int, list[int]], found: dict[int, int], unsure: set[int]) -> None:
    for item, candidates in claims.items():
        rivals = sum(record in candidates for others in claims.values() for record in others)
        if len(candidates) == 1 and rivals == 1:
            found[item] = candidates[0]
        elif candidates:
            unsure.add(item)


def _same(
    operation: Operation, names: Sequence[str], params: Params, record: Mapping[str, Any]
) -> bool:
    return all(same_value(operation, name, params[name], record) for name in names)
