"""The whole catalogue in; a short text that changes with any fact in it, out."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.operations import OPERATIONS


@cache
def fingerprint() -> str:
    """Say what is known of Apollo's operations as one hash, the same on every machine."""
    return fingerprint_of(OPERATIONS.values())


def fingerprint_of(operations: Iterable[Operation]) -> str:
    """Say what these say, as one hash."""
    facts = json.dumps([_told(operation) for operation in operations], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()


def _told(fact: Any) -> Any:
    if dataclasses.is_dataclass(fact):
        names = (field.name for field in dataclasses.fields(fact))
        return {name: _told(getattr(fact, name)) for name in names}
    if isinstance(fact, Mapping):
        return {str(key): _told(value) for key, value in fact.items()}
    if isinstance(fact, set | frozenset):
        return sorted(json.dumps(_told(each), sort_keys=True) for each in fact)
    if isinstance(fact, list | tuple):
        return [_told(each) for each in fact]
    return _plain(fact)


def _plain(fact: Any) -> str | int | float | bool | None:
    if isinstance(fact, re.Pattern):
        return f"{fact.pattern} {fact.flags}"
    if isinstance(fact, Decimal):
        return str(fact.normalize())
    if fact is None or isinstance(fact, str | int | float):
        return fact
    raise TypeError(f"{type(fact).__name__} is no fact that a fingerprint can be taken of.")
