"""Changes come in; how a record stood when a slow index last looked goes out."""

import copy
import math
from collections.abc import Callable
from typing import Any

Version = tuple[float, dict[str, Any] | None]
"""Since when it stood so; None: it was not there."""


class Lagging:
    """An index that hears of every change some seconds of the sandbox's clock too late."""

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = now
        self._versions: dict[str, list[Version]] = {}

    def note(
        self, number: str, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        """Note that a record has changed; None: it was or is not there."""
        if self._seconds:
            versions = self._versions.setdefault(number, [(-math.inf, copy.deepcopy(before))])
            versions.append((self._now(), copy.deepcopy(after)))

    def known(self, number: str, current: dict[str, Any] | None) -> dict[str, Any] | None:
        """A record as the index has it; None where it does not know of it."""
        versions = self._versions.get(number)
        if versions is None:
            return current
        seen = self._now() - self._seconds
        while len(versions) > 1 and versions[1][0] <= seen:
            del versions[0]
        return versions[0][1]

    def changed(self) -> list[str]:
        """The records that the index may have otherwise than they are."""
        return list(self._versions)
