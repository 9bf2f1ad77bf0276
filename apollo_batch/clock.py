"""Time comes through one door: tests hold it still and read off how long anyone waited."""

import threading
import time
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
