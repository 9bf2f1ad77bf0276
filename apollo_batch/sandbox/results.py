"""What a request asks to have found out later, and what its answer says of that."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.books import Bill, Later
from apollo_batch.sandbox.inhabitants import Person, draw
from apollo_batch.sandbox.rule import Call, State, flag

CONTROLS = frozenset(
    {
        "reveal_personal_emails",
        "reveal_phone_number",
        "run_waterfall_email",
        "run_waterfall_phone",
        "webhook_url",
    }
)
_MOBILE = Decimal(8)
# Waterfall prices are the vendors' own; these are within what is reported.
_WATERFALL_EMAIL = Decimal(20)
_WATERFALL_PHONE = Decimal(45)
_ACCEPTED = {
    "status": "accepted",
    "message": "Waterfall enrichment request accepted. "
    "Results will be sent to the provided webhook URL.",
}
_PENDING = (
    "Phone enrichment is processing asynchronously. Retrieve the result by polling "
    "GET /api/v1/webhook_result/{request_id} with the top-level `request_id` field from this "
    "response. Retry after ~10 seconds."
)
_SKIPPED = "Phone enrichment of the matched people is already running."


@dataclass(frozen=True)
class Flags:
    """The control flags; whatever comes later is heard in the query only."""

    personal_emails: bool
    phone: bool
    waterfall_email: bool
    waterfall_phone: bool
    webhook_url: str

    @classmethod
    def read(cls, call: Call) -> "Flags":
        return cls(
            personal_emails=flag(call.params.get("reveal_personal_emails")),
            phone=flag(call.query.get("reveal_phone_number")),
            waterfall_email=flag(call.query.get("run_waterfall_email")),
            waterfall_phone=flag(call.query.get("run_waterfall_phone")),
            webhook_url=str(call.query.get("webhook_url", "")),
        )

    @property
    def waterfall(self) -> bool:
        return self.waterfall_email or self.waterfall_phone

    def trouble(self) -> Answer | None:
        """The 400 for a result that has nowhere to go."""
        name = "reveal_phone_number" if self.phone else "run_waterfall"
        name += "" if self.phone else "_email" if self.waterfall_email else "_phone"
        if not (self.phone or self.waterfall) or _is_https(self.webhook_url):
            return None
        error = f"Please add a valid 'webhook_url' parameter when using '{name}'"
        return told(400, {"error": error})


def request_id() -> int:
    """A signed 64-bit number that no double holds, negative half of the time."""
    size = 2**53 + 1 + secrets.randbelow(2**63 - 2**53 - 2)
    return size if secrets.randbits(1) else -size


def later_results(
    state: State, flags: Flags, people: Sequence[tuple[Person, str]]
) -> tuple[dict[str, Any], list[Later]]:
    """The answer's words on what is still to come, and what that will cost."""
    if not people:
        return ({"waterfall": _ACCEPTED}, []) if flags.waterfall else ({}, [])
    told_now: dict[str, Any] = {}
    later: list[Later] = []
    if flags.waterfall:
        told_now["waterfall"] = _ACCEPTED
        later += _waterfall(state, flags, people)
    if flags.phone and not flags.waterfall_phone:
        fresh = [pair for pair in people if not state.books.awaited(pair[0].id, "phone")]
        told_now["phone_enrichment"], more = _phone(fresh)
        later += more
    return told_now, later


def _phone(people: Sequence[tuple[Person, str]]) -> tuple[dict[str, str], list[Later]]:
    if not people:
        return {"status": "skipped", "message": _SKIPPED}, []
    job = secrets.token_hex(12)
    later = [
        Later(
            Bill(person.id, _MOBILE if person.has_mobile else Decimal(0), f"phone {asked}"),
            kind="phone",
            request_id=job,
            seconds=_seconds(person),
        )
        for person, asked in people
    ]
    return {"status": "pending", "message": _PENDING, "request_id": job}, later


def _waterfall(state: State, flags: Flags, people: Sequence[tuple[Person, str]]) -> list[Later]:
    job = secrets.token_hex(12)
    later = []
    for person, asked in people:
        credits_ = Decimal(0)
        if flags.waterfall_email and draw(state.world.seed, "waterfall", person.number) % 2:
            credits_ += _WATERFALL_EMAIL
        if flags.waterfall_phone and person.has_mobile:
            credits_ += _WATERFALL_PHONE
        bill = Bill(person.id, credits_, f"waterfall {asked}")
        later.append(Later(bill, "waterfall", job, _seconds(person)))
    return later


def _seconds(person: Person) -> float:
    # Half a minute to three and a half, as users report.
    return 30.0 + draw("delay", person.number) % 181


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
