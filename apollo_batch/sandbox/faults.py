"""A script of trouble comes in; for each call, the trouble it shall meet goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.sandbox.inhabitants import draw


class Trouble(StrEnum):
    """What may go wrong; `_before` the call had its effect and was charged, or `_after`."""

    LIMITED = "429"
    ERROR_BEFORE = "500_before"
    ERROR_AFTER = "500_after"
    GATEWAY_HTML = "502_html"
    UNAVAILABLE_BEFORE = "503_before"
    UNAVAILABLE_AFTER = "503_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    HANG = "hang"
    """No answer and no effect; `hang_after` has one."""
    HANG_AFTER = "hang_after"
    TORN = "torn"
    """Carried out, but the reply breaks off in the middle."""
    HTML_200 = "html_200"
    """A page of somebody in between, with status 200; nothing was carried out."""
    SLOW = "slow"
    ECHO_KEY = "echo_key"
    """The reply repeats the caller's key."""
    NAN = "nan"
    """The reply holds NaN, which is no JSON."""
    DROP_NULL = "drop_null"
    REORDER = "reorder"
    EMPTY_BODY = "empty_body"


# Everything else happens to a reply, when the call was carried out.
PREVENTS = frozenset(
    {
        Trouble.LIMITED,
        Trouble.ERROR_BEFORE,
        Trouble.GATEWAY_HTML,
        Trouble.UNAVAILABLE_BEFORE,
        Trouble.RESET_BEFORE,
        Trouble.HANG,
        Trouble.HTML_200,
    }
)
# Said by somebody between the caller and Apollo.
FOREIGN = frozenset({Trouble.GATEWAY_HTML, Trouble.HTML_200})
_KEYS = {"route", "on", "every", "probability", "fault", "seconds"}
_FIX = "A fault looks like: {route: POST /people/bulk_match, on: [2], fault: 503_after}"


@dataclass
class Fault:
    """One line of the script, and how many calls it has seen."""

    trouble: Trouble
    route: str = "*"
    on: tuple[int, ...] = ()
    """Which of the calls it sees, the first is 1."""
    every: int | None = None
    probability: float | None = None
    seconds: float | None = None
    """How long it hangs or is slow; of the clock on the wall."""
    seen: int = 0

    def strikes(self, route: str, seed: int) -> bool:
        """Count a call, and say whether it is struck."""
        if self.route not in {"*", route}:
            return False
        self.seen += 1
        if self.on:
            return self.seen in self.on
        if self.every:
            return self.seen % self.every == 0
        if self.probability is not None:
            return draw(seed, self.trouble, route, self.seen) / 2**32 < self.probability
        return True


@dataclass
class Script:
    """All faults; the first one that strikes a call is the one it meets."""

    seed: int
    faults: list[Fault] = field(default_factory=list)

    def next(self, route: str) -> Fault | None:
        """The fault that the next call of a route meets; every fault counts every call."""
        struck = [fault for fault in self.faults if fault.strikes(route, self.seed)]
        return struck[0] if struck else None


def load(path: Path) -> list[Fault]:
    """Read a script from a YAML or JSON file."""
    try:
        lines = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(
            Code.FAULT_SCRIPT, f"The fault file {path} cannot be read: {error}.", fix=_FIX
        ) from error
    return parse(lines)


def parse(lines: object) -> list[Fault]:
    """Read a script; UsageError, with the number of the fault, where it makes no sense."""
    if not isinstance(lines, list):
        raise UsageError(Code.FAULT_SCRIPT, "Faults are a list.", fix=_FIX)
    return [_fault(number, line) for number, line in enumerate(lines, start=1)]


def _fault(number: int, line: object) -> Fault:
    # YAML 1.1 reads a bare `on` as true.
    pairs = line.items() if isinstance(line, dict) else [("", line)]
    line = {"on" if key is True else key: value for key, value in pairs}
    if not line.keys() <= _KEYS:
        raise UsageError(
            Code.FAULT_SCRIPT,
            f"Fault {number} has a key that is none of {sorted(_KEYS)}.",
            fix=_FIX,
        )
    try:
        return Fault(
            trouble=Trouble(str(line.get("fault"))),
            route=str(line.get("route", "*")),
            on=_calls(line.get("on", ())),
            every=_whole(line.get("every")),
            probability=_real(line.get("probability")),
            seconds=_real(line.get("seconds")),
        )
    except (TypeError, ValueError) as error:
        raise UsageError(
            Code.FAULT_SCRIPT, f"Fault {number} cannot be used: {error}.", fix=_FIX
        ) from error


def _calls(value: Any) -> tuple[int, ...]:
    calls: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    return tuple(int(call) for call in calls)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _real(value: Any) -> float | None:
    return None if value is None else float(value)
