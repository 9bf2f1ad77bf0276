"""The shape of a rule: a call comes in, an answer goes out, and nothing else happens."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apollo_batch.sandbox.answer import Answer
from apollo_batch.sandbox.books import Books
from apollo_batch.sandbox.courier import Courier
from apollo_batch.sandbox.crm import Crm
from apollo_batch.sandbox.limits import Limiter
from apollo_batch.sandbox.records import Records
from apollo_batch.sandbox.world import World


@dataclass(frozen=True)
class State:
    """Everything a rule may look at; a reset makes it anew."""

    world: World
    records: Records
    crm: Crm
    books: Books
    courier: Courier
    limiter: Limiter
    price: Decimal
    """Of one person or company."""
    rate_classes: Mapping[str, str]
    """Scope of every route to its rate class."""
    results_after: float | None = None
    """Seconds until a result that comes later is there; None: as it happens."""


@dataclass(frozen=True)
class Call:
    """One request, let in."""

    state: State
    method: str
    params: Mapping[str, Any]
    """Query and body in one bag, as Rails merges them; the body wins."""
    query: Mapping[str, Any]
    path: Mapping[str, str] = field(default_factory=dict)
    """What stands in the address where the catalogue has a word in braces."""
    alone: bool = True
    """Whether no other call to the very same address is under way."""


@dataclass(frozen=True)
class Rule:
    """How one route behaves."""

    answer: Callable[[Call], Answer]
    scope: str
    """What a 403, the limits and the usage question call it."""
    takes: frozenset[str] = frozenset()
    rate_class: str = "default"
    paid: bool = False
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Parameter that is a list of records: what each of them takes."""
    gate: str = ""
    """`paid_plan`: closed to free plans; `work_email`: closed to free accounts without one."""
    failure: str = "An error occurred. Please try again."
    """What a 500 says."""
    master_only: bool = False
    """No scope opens it."""
    stranger: Answer | None = None
    """Told to whoever shows no good key, instead of the 401; any good key will do then."""
    also: tuple[tuple[str, str], ...] = ()
    """Other methods and paths that reach it; words in braces as in the catalogue."""


def flag(value: object) -> bool:
    """Read a flag as a query or a body spells it."""
    return value is True or (isinstance(value, str) and value.lower() in {"true", "1"})


def question(known: Mapping[str, str]) -> str:
    """Name what was asked: the same for the same details, whatever their case."""
    plain = {name: value.casefold() for name, value in known.items()}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def texts(details: Mapping[str, Any], names: frozenset[str]) -> dict[str, str]:
    """Pick the parameters that say something."""
    return {name: str(details[name]).strip() for name in names if details.get(name)}
