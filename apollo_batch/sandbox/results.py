"""What a request asks to have found out later, and what its answer says of that."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.books import Bill, Later
from apollo_batch.sandbox.hooks import before_delivery, reachable
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
_SOONEST = 30.0
_NOBODY = "nobody"
_ACCEPTED = {
    "status": "accepted",
    "message": "Waterfall enrichment request accepted. "
    "Results will be sent to the provided webhook URL.",
}
_REFUSED = {
    "status": "failed",
    "message": "Waterfall enrichment could not be started: insufficient credits.",
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
        if not (self.phone or self.waterfall) or reachable(self.webhook_url):
            return None
        error = f"Please add a valid 'webhook_url' parameter when using '{name}'"
        return told(400, {"error": error})


def request_id() -> int:
    """A signed 64-bit number that no double holds, negative half of the time."""
    size = 2**53 + 1 + secrets.randbelow(2**63 - 2**53 - 2)
    return size if secrets.randbits(1) else -size


@dataclass(frozen=True)
class Promise:
    """What a request will bring: said now, charged then, and told to whoever polls."""

    told: Mapping[str, Any]
    later: Sequence[Later] = ()
    result: Mapping[str, Any] | None = None


def promised(
    state: State, flags: Flags, people: Sequence[tuple[Person, str]], number: int
) -> Promise:
    """What a request with these flags brings for the people it has found."""
    told_now: dict[str, Any] = {}
    later: list[Later] = []
    if flags.waterfall:
        refused = state.books.left < _price(flags)
        told_now["waterfall"] = _REFUSED if refused else _ACCEPTED
        later = [] if refused else _waterfall(state, flags, people, number)
    if flags.phone and not flags.waterfall_phone and people:
        fresh = [pair for pair in people if not state.books.awaited(pair[0].id, "phone")]
        told_now["phone_enrichment"] = _phone_words(fresh)
        later += _phone(fresh, number)
    if state.results_after is not None:
        later = [replace(one, seconds=state.results_after) for one in later]
    return Promise(told_now, later, _result(state, flags, later) if later else None)


def _phone_words(people: Sequence[tuple[Person, str]]) -> dict[str, str]:
    if not people:
        return {"status": "skipped", "message": _SKIPPED}
    # The id of a job, which is not the id to poll with.
    return {"status": "pending", "message": _PENDING, "request_id": secrets.token_hex(12)}


def _phone(people: Sequence[tuple[Person, str]], number: int) -> list[Later]:
    return [
        Later(
            Bill(person.id, _MOBILE if person.has_mobile else Decimal(0), f"phone {asked}"),
            kind="phone",
            request_id=str(number),
            seconds=_seconds(person),
        )
        for person, asked in people
    ]


def _waterfall(
    state: State, flags: Flags, people: Sequence[tuple[Person, str]], number: int
) -> list[Later]:
    if not people:
        nothing = Bill(_NOBODY, Decimal(0), "waterfall")
        return [Later(nothing, "waterfall", str(number), _SOONEST)]
    later = []
    for person, asked in people:
        credits_ = Decimal(0)
        if flags.waterfall_email and vendors_find_email(state.world.seed, person):
            credits_ += _WATERFALL_EMAIL
        if flags.waterfall_phone and person.has_mobile:
            credits_ += _WATERFALL_PHONE
        bill = Bill(person.id, credits_, f"waterfall {asked}")
        later.append(Later(bill, "waterfall", str(number), _seconds(person)))
    return later


def vendors_find_email(seed: int, person: Person) -> bool:
    return draw(seed, "waterfall", person.number) % 2 == 1


def _result(state: State, flags: Flags, later: Sequence[Later]) -> Mapping[str, Any]:
    """What is kept until it is polled; the rest is worked out when it is told."""
    kinds = {one.kind for one in later}
    return {
        "id": later[0].request_id,
        "kind": "waterfall" if "waterfall" in kinds else "phone",
        "people": list(dict.fromkeys(one.bill.what for one in later if one.bill.what != _NOBODY)),
        "emails": "waterfall" in kinds and flags.waterfall_email,
        "phones": "phone" in kinds or flags.waterfall_phone,
        "webhook_url": flags.webhook_url,
        "asked_at": state.crm.epoch(),
        "seconds": max(one.seconds for one in later),
        **before_delivery(flags.webhook_url),
    }


def _price(flags: Flags) -> Decimal:
    """What one person may cost."""
    email = _WATERFALL_EMAIL if flags.waterfall_email else Decimal(0)
    return email + (_WATERFALL_PHONE if flags.waterfall_phone else Decimal(0))


def _seconds(person: Person) -> float:
    # Half a minute to three and a half, as users report.
    return _SOONEST + draw("delay", person.number) % 181
