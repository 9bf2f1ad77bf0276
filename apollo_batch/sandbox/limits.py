"""Rate windows as Apollo keeps them: fixed, per route, opened by the first call that needs one."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

Caps = tuple[int | None, int | None, int | None]
"""A minute, an hour, a day; None: not limited."""

SPANS = (("minute", 60.0), ("hour", 3600.0), ("day", 86400.0))
_HEADERS = {
    "minute": ("x-rate-limit-minute", "x-minute-usage", "x-minute-requests-left"),
    "hour": ("x-rate-limit-hourly", "x-hourly-usage", "x-hourly-requests-left"),
    "day": ("x-rate-limit-24-hour", "x-24-hour-usage", "x-24-hour-requests-left"),
}
_UNLIMITED: Caps = (None, None, None)
_PAID_ENRICHMENT: Caps = (1000, None, None)
_PAID_SEARCH: Caps = (200, 6000, 50000)
_REPORT: Caps = (None, 5, None)
_BASIC: dict[str, Caps] = {
    "enrichment": _PAID_ENRICHMENT,
    "enrichment_bulk": _PAID_ENRICHMENT,
    "db_search": _PAID_SEARCH,
    "default": (200, 400, 2000),
    "report": _REPORT,
}

# "Rate limits" page, August 2026.
PROFILES: dict[str, dict[str, Caps]] = {
    "free": {
        "enrichment": (50, 200, 600),
        "enrichment_bulk": (20, 100, 600),
        "db_search": (50, 200, 600),
        "default": (50, 200, 600),
        "report": _REPORT,
    },
    "basic": _BASIC,
    "professional": _BASIC,
    "organization": _BASIC | {"default": (200, 600, 6000)},
    "unlimited": dict.fromkeys(_BASIC, _UNLIMITED),
    # An older plan: the bulk routes get half the minute of the single ones, hour and day in full.
    "legacy": _BASIC | {"enrichment_bulk": (500, None, None)},
}


@dataclass
class Window:
    """One window of one route: open from its first call until its span is over."""

    route: str
    span: str
    opened: float
    closes: float
    cap: int | None
    used: int = 0

    @property
    def full(self) -> bool:
        return self.cap is not None and self.used >= self.cap


@dataclass(frozen=True)
class Denial:
    """A window is full: nothing was counted, come back later."""

    window: Window
    retry_after: int
    """Whole seconds of the sandbox's own clock until every full window has reopened."""


@dataclass
class Limiter:
    """Counts calls per route; `now` is the sandbox's clock, which may run faster than ours."""

    caps: dict[str, Caps]
    """By the rate class of a route."""
    now: Callable[[], float]
    opened: list[Window] = field(default_factory=list)
    """Every window there ever was, for the books."""
    _open: dict[tuple[str, str], Window] = field(default_factory=dict)

    def ask(self, route: str) -> Denial | None:
        """Say whether a call has room in every window; count nothing."""
        now = self.now()
        full = [w for span, _ in SPANS if (w := self._current(route, span, now)) and w.full]
        if not full:
            return None
        last = max(full, key=lambda window: window.closes)
        return Denial(last, max(1, math.ceil(last.closes - now)))

    def count(self, route: str, rate_class: str) -> None:
        """Count a call, opening the windows it falls outside of."""
        now = self.now()
        for (span, seconds), cap in zip(SPANS, self.caps[rate_class], strict=True):
            window = self._current(route, span, now)
            if window is None:
                window = Window(route, span, opened=now, closes=now + seconds, cap=cap)
                self._open[route, span] = window
                self.opened.append(window)
            window.used += 1

    def headers(self, route: str, rate_class: str) -> dict[str, str]:
        """What an authorised answer says of the windows."""
        now = self.now()
        told = {}
        for (span, _), cap in zip(SPANS, self.caps[rate_class], strict=True):
            limit, usage, left = _HEADERS[span]
            if cap is None:
                told[limit] = ""
                continue
            window = self._current(route, span, now)
            used = window.used if window else 0
            told |= {limit: str(cap), usage: str(used), left: str(cap - used)}
        return told

    def usage(self, route: str, rate_class: str) -> dict[str, dict[str, int | None]]:
        """What the usage question says of a route, longest span first."""
        now = self.now()
        told: dict[str, dict[str, int | None]] = {}
        for (span, _), cap in zip(SPANS, self.caps[rate_class], strict=True):
            window = self._current(route, span, now)
            used = window.used if window else 0
            left = None if cap is None else cap - used
            told[span] = {"limit": cap, "consumed": used, "left_over": left}
        return dict(reversed(told.items()))

    def _current(self, route: str, span: str, now: float) -> Window | None:
        window = self._open.get((route, span))
        return window if window and now < window.closes else None
