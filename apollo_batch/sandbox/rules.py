"""The one table of rules: what is asked at each of the catalogue's addresses, and who answers."""

from collections.abc import Iterator
from dataclasses import dataclass

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.team import QUESTIONS
from apollo_batch.sandbox import organizations, people, team
from apollo_batch.sandbox.rule import Rule

RULES: dict[str, Rule] = {**people.RULES, **organizations.RULES, **team.RULES}


@dataclass(frozen=True)
class Door:
    """An address and the rule behind it."""

    route: str
    """Method and path as the catalogue has them; twins and aliases share it."""
    rule: Rule


def doors() -> dict[tuple[str, str], Door]:
    """Every method and path that is answered."""
    found: dict[tuple[str, str], Door] = {}
    for method, path, rule in _addresses():
        door = Door(f"{method} {path}", rule)
        found |= dict.fromkeys(((method, path), *rule.also), door)
    return found


def rate_classes() -> dict[str, str]:
    """Every scope to its rate class."""
    return {rule.scope: rule.rate_class for _, _, rule in _addresses()}


def _addresses() -> Iterator[tuple[str, str, Rule]]:
    for operation in OPERATIONS.values():
        for route in operation.routes:
            yield route.method, route.path, RULES[f"{operation.name} {route.name}"]
    for question in QUESTIONS:
        yield question.method, question.path, RULES[question.path]
