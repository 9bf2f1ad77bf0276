"""An answer in; what of it this version does not know, by name and number, out."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from apollo_batch.catalogue.answers import BESIDE, KIND_OF, UNKEPT, WORDS, WORDS_BESIDE
from apollo_batch.catalogue.entry import Operation, Route

_MOST_NAMES = 50
"""A map by ids in place of a record would bring one for each."""
# What is named may be written down: no value, no address, no id of anybody.
_NAME = re.compile(r"(?![0-9a-f]{24}$)[A-Za-z_][A-Za-z0-9_]{0,59}")
_WORD = re.compile(r"(?![0-9a-f]{24}$)[a-z][a-z0-9_]{0,59}")


def unfamiliar(operation: Operation, route: Route, data: Any) -> dict[str, int]:
    """Count fields and words that the catalogue does not tell of; of what is no name, only that."""
    if not isinstance(data, dict):
        return {}
    found: Counter[str] = Counter()
    for name in data.keys() - _beside(operation, route):
        found[f"field {_said(name, _NAME)}"] += 1
    found.update(_statuses(data))
    known = operation.fields | (route.answers or frozenset())
    for key, record in _records(route, data):
        kind = KIND_OF.get(key, "")
        for name in record.keys() - known - UNKEPT.get(kind, frozenset()):
            found[f"field {key or '[]'}.{_said(name, _NAME)}"] += 1
        found.update(_words(WORDS.get(kind, {}), record))
    return dict(found.most_common(_MOST_NAMES))


def unheard(reason: str) -> dict[str, int]:
    """Count a reason of Apollo's that is in no list of ours."""
    return {f"reason {_said(reason, _WORD)}": 1}


def _beside(operation: Operation, route: Route) -> set[str]:
    keys = (route.results_at, route.existing_at, route.credits_at, route.charged_at)
    total = operation.paging.total_at if operation.paging else None
    return {key for key in (*keys, total) if key is not None} | BESIDE.get(
        route.address.name, frozenset()
    )


def _records(route: Route, data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key in (route.results_at, route.existing_at):
        found = data.get(key) if key is not None else None
        for one in found if isinstance(found, list) else (found,):
            if key is not None and isinstance(one, dict):
                yield key, one


def _statuses(data: Mapping[str, Any]) -> Iterator[str]:
    for name, known in WORDS_BESIDE.items():
        block = data.get(name)
        if isinstance(block, dict):
            yield from _news(f"{name}.status", block.get("status"), known)


def _words(known: Mapping[str, Collection[str]], record: Mapping[str, Any]) -> Iterator[str]:
    for name, words in known.items():
        yield from _news(name, record.get(name), words)


def _news(name: str, value: Any, known: Collection[str]) -> Iterator[str]:
    # Apollo writes the same word in small letters here and with a capital there.
    if value is not None and str(value).casefold() not in known:
        yield f"value {name} {_said(value, _WORD)}"


def _said(value: Any, form: re.Pattern[str]) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else "(no plain word)"
