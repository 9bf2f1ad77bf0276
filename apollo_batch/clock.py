"""Time comes through one door: tests hold it still and read off how long anyone waited."""

import re
import threading
import time
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the engine asks of time."""

    def now(self) -> float:
        """Seconds since 1970, as the wall clock says."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, for deadlines and durations."""
        ...

    def wait(self, wake: threading.Condition, seconds: float) -> None:
        """Wait on a held condition until notified, at most so long."""
        ...


class SystemClock:
    """The machine's own clock, set by that of whoever keeps the journal."""

    def __init__(self, ahead: float = 0.0) -> None:
        self._ahead = ahead

    def now(self) -> float:
        return time.time() + self._ahead

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, wake: threading.Condition, seconds: float) -> None:
        wake.wait(max(0.0, seconds))


_DURATION = re.compile(r"\s*(\d{1,6})\s*([smhd])\s*", re.I)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def seconds_of(text: str) -> float | None:
    """Read a duration such as 30m; None where it is none."""
    match = _DURATION.fullmatch(text)
    return float(match[1]) * _UNITS[match[2].lower()] if match else None


def lasting(seconds: float) -> str:
    """Say a duration as people do."""
    if seconds < 90:
        return f"{max(1, round(seconds)) if seconds else 0} s"
    if seconds < 5_400:
        return f"{round(seconds / 60)} min"
    if seconds < 129_600:
        return f"{seconds / 3_600:.1f} h"
    return f"{seconds / 86_400:.1f} days"


def at(seconds: float) -> str:
    """Say when so many seconds will be over, as the clock on the wall shows it then."""
    now = datetime.now().astimezone()
    then = now + timedelta(seconds=seconds)
    if then.date() != now.date():
        return f"{then:%a %d %b %H:%M}"
    return f"{then:%H:%M:%S}" if seconds < 120 else f"{then:%H:%M}"
