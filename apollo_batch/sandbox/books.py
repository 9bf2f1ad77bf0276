"""Charges and requests come in; the balance, the ledger and the counts can be read at any time."""

import secrets
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apollo_batch.sandbox.diary import Diary
from apollo_batch.sandbox.limits import Window

_LOG_LENGTH = 100_000

# Credits of one billing cycle, by plan profile.
CREDITS = {
    "free": 10_000,
    "basic": 30_000,
    "professional": 48_000,
    "organization": 180_000,
    "unlimited": 1_000_000_000,
    "legacy": 30_000,
}


@dataclass(frozen=True, slots=True)
class Bill:
    """One charge: what for, how much, and the question whose answer it pays."""

    what: str
    """The id of the person or company."""
    credits: Decimal
    question: str


@dataclass(frozen=True)
class Later:
    """A result that is still to come, charged when it is there."""

    bill: Bill
    kind: str
    """phone or waterfall."""
    request_id: str
    """Of the request it belongs to, as text."""
    seconds: float
    """How long it takes, on the sandbox's clock."""


def number(credits: Decimal) -> int | float:
    """Credits as JSON spells them."""
    return int(credits) if credits == credits.to_integral_value() else float(credits)


class Books:
    """What this team has used and paid; the diary brings it back after a restart."""

    def __init__(self, limit: int, now: Callable[[], float], diary: Diary) -> None:
        self.limit = Decimal(limit)
        self.consumed = Decimal(0)
        self.team_id = ""
        self._now = now
        self._diary = diary
        self._charges: list[tuple[str, int, Bill]] = []
        self._asked: Counter[str] = Counter()
        self._pending: list[tuple[float, str, int, Later]] = []
        self._requests: dict[str, Counter[str]] = {}
        self._log: deque[dict[str, Any]] = deque(maxlen=_LOG_LENGTH)
        self._arrived = 0
        self._restore()

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.limit - self.consumed)

    def arrive(self) -> int:
        """Number a request, and charge for the results that have come in the meantime."""
        self._arrived += 1
        self.collect()
        return self._arrived

    def collect(self) -> None:
        """Charge for every pending result whose time has come."""
        now = self._now()
        due = [entry for entry in self._pending if entry[0] <= now]
        if due:
            self._pending = [entry for entry in self._pending if entry[0] > now]
        for _, route, request, later in due:
            self._diary.write([{"came": _key(later)}])
            if later.bill.credits:
                self.charge(route, request, [later.bill])

    def charge(self, route: str, request: int, bills: Sequence[Bill]) -> None:
        """Write bills into the ledger, in the diary first."""
        self._diary.write({"charge": _entry(route, request, bill)} for bill in bills)
        for bill in bills:
            self._book(route, request, bill)

    def expect(self, route: str, request: int, later: Iterable[Later]) -> None:
        """Note results that will be charged when they come."""
        for one in later:
            bill = _entry(route, request, one.bill)
            self._diary.write(
                [{"pending": bill, "kind": one.kind, "id": one.request_id, "seconds": one.seconds}]
            )
            self._pending.append((self._now() + one.seconds, route, request, one))

    def pending(self, request_id: str) -> bool:
        """Whether anything that a request is to bring has not come yet."""
        return any(e[3].request_id == request_id for e in self._pending)

    def awaited(self, what: str, kind: str) -> bool:
        """Whether a result of this kind is on its way for somebody already."""
        return any(e[3].bill.what == what and e[3].kind == kind for e in self._pending)

    def answer(self, request: int, route: str, status: int | None, fault: str | None) -> None:
        """Note how a request ended; without a status no answer left."""
        self._log.append({"n": request, "route": route, "status": status, "fault": fault})
        count = self._requests.setdefault(route, Counter(answered=0, limited=0, failed=0))
        if status == 429:
            count["limited"] += 1
        elif status is not None and status < 400:
            count["answered"] += 1
        else:
            count["failed"] += 1

    def read(self, windows: Iterable[Window]) -> dict[str, Any]:
        """Everything, as /sandbox/books tells it; times are seconds of the sandbox's clock."""
        self.collect()
        now = self._now()
        return {
            "team": self.team_id,
            "now": now,
            "credits": {
                "limit": number(self.limit),
                "consumed": number(self.consumed),
                "left": number(self.left),
            },
            "requests": {route: dict(count) for route, count in self._requests.items()},
            "charges": [
                {"n": n, **_entry(*charge)} for n, charge in enumerate(self._charges, start=1)
            ],
            "asked": dict(self._asked),
            "pending": [
                {
                    "due": due,
                    "kind": one.kind,
                    "request_id": one.request_id,
                    **_entry(route, request, one.bill),
                }
                for due, route, request, one in self._pending
            ],
            "windows": [_window(window, now) for window in windows],
            "log": list(self._log),
        }

    def _book(self, route: str, request: int, bill: Bill) -> None:
        self.consumed += bill.credits
        self._asked[bill.question] += 1
        self._charges.append((route, request, bill))

    def _restore(self) -> None:
        waiting: dict[str, tuple[str, int, Later]] = {}
        for line in self._diary.read():
            self.team_id = line.get("team", self.team_id)
            if "charge" in line:
                entry = line["charge"]
                self._book(entry["route"], entry["request"], _bill(entry))
            elif "pending" in line:
                entry, one = line["pending"], _later(line)
                waiting[_key(one)] = (entry["route"], entry["request"], one)
            elif "came" in line:
                waiting.pop(line["came"], None)
        for route, request, one in waiting.values():
            self._pending.append((self._now() + one.seconds, route, request, one))
        if not self.team_id:
            self.team_id = secrets.token_hex(12)
            self._diary.write([{"team": self.team_id}])


def _entry(route: str, request: int, bill: Bill) -> dict[str, Any]:
    return {
        "route": route,
        "request": request,
        "what": bill.what,
        "credits": number(bill.credits),
        "question": bill.question,
    }


def _bill(entry: dict[str, Any]) -> Bill:
    return Bill(entry["what"], Decimal(str(entry["credits"])), entry["question"])


def _later(line: dict[str, Any]) -> Later:
    return Later(_bill(line["pending"]), line["kind"], line["id"], line["seconds"])


def _key(later: Later) -> str:
    return f"{later.request_id} {later.kind} {later.bill.what}"


def _window(window: Window, now: float) -> dict[str, Any]:
    return {
        "route": window.route,
        "span": window.span,
        "opened": window.opened,
        "used": window.used,
        "cap": window.cap,
        "closed": window.closes if window.closes <= now else None,
    }
