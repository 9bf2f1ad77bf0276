"""What several places say of a setting comes in; what is in force, and by whose word, goes out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apollo_batch.layers.known import SETTINGS
from apollo_batch.layers.setting import Rule, Said, Setting, Value


@dataclass(frozen=True)
class InForce:
    """What holds of a setting."""

    setting: Setting
    value: Value | None
    """None: nobody says anything, and the default holds."""
    by: tuple[Said, ...] = ()
    """Whose word it is."""
    passed_over: tuple[Said, ...] = ()
    """What was said elsewhere and is not in force."""


def in_force(said: Iterable[Said]) -> dict[str, InForce]:
    """Say of every setting what holds; `said`: the nearest first."""
    told: dict[str, list[Said]] = {name: [] for name in SETTINGS}
    for each in said:
        told[each.name].append(each)
    return {name: force_of(SETTINGS[name], words) for name, words in told.items()}


def force_of(setting: Setting, said: Sequence[Said]) -> InForce:
    """Say of one setting what holds: of limits the strictest, of habits the nearest."""
    if not said:
        return InForce(setting, None)
    match setting.rule:
        case Rule.ALL:
            return InForce(setting, _together(said), tuple(said))
        case Rule.SHARED:
            return _shared(setting, said)
    values: list[Any] = [each.value for each in said]
    value = values[0]
    if setting.rule is not Rule.NEAREST:
        value = min(values) if setting.rule is Rule.LEAST else max(values)
    return _by(setting, value, said)


def _by(setting: Setting, value: Value, said: Sequence[Said]) -> InForce:
    first = next(each for each in said if each.value == value)
    return InForce(setting, value, (first,), tuple(each for each in said if each is not first))


def _together(said: Sequence[Said]) -> Value:
    files = (each.value for each in said if isinstance(each.value, tuple))
    return tuple(dict.fromkeys(file for them in files for file in them))


def _shared(setting: Setting, said: Sequence[Said]) -> InForce:
    sets = [each.value for each in said if isinstance(each.value, frozenset)]
    value = frozenset.intersection(*sets)
    by = tuple(each for each in said if each.value == value)
    return InForce(setting, value, by or tuple(said), tuple(s for s in said if by and s not in by))
