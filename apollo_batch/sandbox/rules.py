"""The one table of rules: what is asked at each of the catalogue's addresses, and who answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from apollo_batch.catalogue.addresses import ADDRESSES
from apollo_batch.sandbox import (
    accounts,
    accounts_bulk,
    activity,
    by_id,
    contacts,
    contacts_bulk,
    contacts_search,
    custom_fields,
    deals,
    enrollment,
    labels,
    mailboxes,
    members,
    messages,
    news,
    organizations,
    people,
    removal,
    results_poll,
    searches,
    sequences,
    stages,
    task_changes,
    task_endings,
    tasks,
    team,
)
from apollo_batch.sandbox.elsewhere import ELSEWHERE
from apollo_batch.sandbox.rule import Rule

RULES: dict[str, Rule] = {
    **accounts.RULES,
    **accounts_bulk.RULES,
    **activity.RULES,
    **by_id.RULES,
    **contacts.RULES,
    **contacts_bulk.RULES,
    **contacts_search.RULES,
    **custom_fields.RULES,
    **deals.RULES,
    **enrollment.RULES,
    **labels.RULES,
    **mailboxes.RULES,
    **members.RULES,
    **messages.RULES,
    **news.RULES,
    **organizations.RULES,
    **people.RULES,
    **removal.RULES,
    **results_poll.RULES,
    **searches.RULES,
    **sequences.RULES,
    **stages.RULES,
    **task_endings.RULES,
    **tasks.RULES,
    **team.RULES,
}
"""By the catalogue's name of the address."""

_ELSEWHERE = {**ELSEWHERE, **sequences.ROUTES, **task_changes.ROUTES}

_WORD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Door:
    """An address and the rule behind it."""

    route: str
    """Method and path as the catalogue has them; twins and aliases share it."""
    rule: Rule


class Doors:
    """Every method and path that is answered."""

    def __init__(self) -> None:
        self._plain: dict[tuple[str, str], Door] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Door]] = []
        for route, rule in _addresses():
            door = Door(route, rule)
            method, _, path = route.partition(" ")
            for way in ((method, path), *rule.also):
                self._add(*way, door)

    def __iter__(self) -> Iterator[Door]:
        yield from self._plain.values()
        yield from (door for _, _, door in self._patterns)

    def find(self, method: str, path: str) -> tuple[Door, dict[str, str]] | None:
        """Find who answers at a path, and what stands there in place of the words in braces."""
        plain = self._plain.get((method, path))
        if plain is not None:
            return plain, {}
        for its_method, pattern, door in self._patterns:
            match = pattern.fullmatch(path)
            if match and its_method == method:
                return door, match.groupdict()
        return None

    def _add(self, method: str, path: str, door: Door) -> None:
        if "{" in path:
            pattern = _WORD.sub(r"(?P<\1>[^/]+)", path)
            self._patterns.append((method, re.compile(pattern), door))
        else:
            self._plain[method, path] = door


def rate_classes() -> dict[str, str]:
    """Every scope to its rate class."""
    return {rule.scope: rule.rate_class for _, rule in _addresses()}


def _addresses() -> Iterator[tuple[str, Rule]]:
    for name, address in ADDRESSES.items():
        if name in RULES:
            yield f"{address.method} {address.path}", RULES[name]
    for (method, path), rule in _ELSEWHERE.items():
        yield f"{method} {path}", rule
