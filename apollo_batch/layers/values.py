"""A word for a setting, from a file or a variable, comes in; its value goes out, or a complaint."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from apollo_batch.clock import seconds_of
from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.layers.setting import Kind, Setting, Value

_MOST = 10**12
"""More of anything nobody means, and no database counts."""
_NUMBERS = {Kind.CREDITS, Kind.SHARE, Kind.COUNT}


def value_of(setting: Setting, raw: object, folder: Path) -> Value:
    """Read what a file says; InvalidError says what it should be, and never what it is.

    `folder`: where a file that it names is looked for.
    """
    value = _read(setting, raw, folder)
    if value is None:
        quotes = "" if setting.kind in _NUMBERS else ", in quotes"
        raise InvalidError(
            Code.SETTINGS_VALUE,
            f"{setting.name} is {_wanted(setting)}{quotes}.",
            fix=f"Write it like {setting.name} = {setting.example}",
        )
    return value


def value_of_text(setting: Setting, text: str, folder: Path) -> Value:
    """Read what a variable says."""
    value = _read(setting, _number_in(text) if setting.kind in _NUMBERS else text, folder)
    if value is None:
        raise InvalidError(
            Code.SETTINGS_VALUE,
            f"{setting.name} is {_wanted(setting)}.",
            fix="Correct it, or unset it.",
        )
    return value


def _number_in(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _read(setting: Setting, raw: object, folder: Path) -> Value | None:
    if setting.kind in _NUMBERS:
        return _number(setting, raw)
    if setting.kind is Kind.HOSTS:
        return _hosts(raw)
    return _words(setting, raw, folder) if isinstance(raw, str) and raw.strip() else None


def _words(setting: Setting, text: str, folder: Path) -> Value | None:
    if setting.kind is Kind.LIST:
        return (folder.absolute() / Path(text).expanduser(),)
    if setting.kind is Kind.PLACE:
        return text if _is_server(text) else str(folder.absolute() / Path(text).expanduser())
    if setting.kind is Kind.DURATION:
        return None if seconds_of(text) is None else text
    fits = _is_zone(text) if setting.kind is Kind.ZONE else text in setting.choices
    return text if fits else None


def _number(setting: Setting, raw: object) -> Decimal | int | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    number = Decimal(str(raw))
    if not number.is_finite() or not 0 <= number <= _MOST:
        return None
    if setting.kind is Kind.SHARE:
        return number if number < 1 else None
    if setting.kind is Kind.COUNT:
        return _count(setting, number)
    return number


def _count(setting: Setting, number: Decimal) -> int | None:
    least = 0 if setting.most is None else 1
    most = number if setting.most is None else setting.most
    return int(number) if number == int(number) and least <= number <= most else None


def _hosts(raw: object) -> frozenset[str] | None:
    hosts: list[Any] = raw if isinstance(raw, list) else [None]
    names = [host.lower() for host in hosts if isinstance(host, str)]
    return frozenset(names) if len(names) == len(hosts) else None


def _is_server(text: str) -> bool:
    return "://" in text or text.startswith(("postgres:", "postgresql:"))


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return False
    return True


def _wanted(setting: Setting) -> str:
    wanted = {
        Kind.CREDITS: "a number, 0 or more",
        Kind.SHARE: "a number, 0 or more and less than 1",
        Kind.COUNT: "a whole number, 0 or more",
        Kind.HOSTS: "a list of host names",
        Kind.LIST: "the name of a file",
        Kind.WORD: f"{' or '.join(setting.choices)}",
        Kind.ZONE: "the name of a time zone, like Europe/Berlin",
        Kind.DURATION: "a duration, like 30s, 10m or 2h",
        Kind.PLACE: "the name of a folder, a FILE.db or a server's address",
    }
    if setting.most is not None:
        return f"a whole number from 1 to {setting.most}"
    return wanted[setting.kind]
