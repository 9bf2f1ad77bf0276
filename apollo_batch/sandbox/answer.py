"""What a rule says: an answer's status and body, and what it costs now or later."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apollo_batch.sandbox.books import Bill, Later

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """A reply before it is put on the wire."""

    status: int
    body: bytes
    media_type: str = JSON
    bills: Sequence[Bill] = ()
    later: Sequence[Later] = ()
    result: Mapping[str, Any] | None = None
    """What is still to come, as it is kept until it is polled."""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0
    """How long it takes before the reply leaves."""


def told(status: int, body: object) -> Answer:
    """Answer with a value as JSON; half a character that came in leaves as a question mark."""
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(errors="replace"))


def plain(status: int, text: str, media_type: str = TEXT) -> Answer:
    """Answer with text."""
    return Answer(status, text.encode(), media_type)


def failed(status: int, code: str, message: str) -> Answer:
    """Answer as the enrichment routes refuse a request."""
    return told(status, {"status": "failed", "error_code": code, "error_message": message})


def not_found() -> Answer:
    return told(404, {"status": 404, "error": "Not Found"})


def bad_request() -> Answer:
    """Answer that the body is no JSON object."""
    return told(400, {"status": 400, "error": "Bad Request"})


def invalid(text: str) -> Answer:
    """Answer as Apollo refuses a value."""
    return told(422, {"error": text})


def exhausted() -> Answer:
    """Answer as Apollo does when the team's credits are gone."""
    upgrade = "<a href='https://app.apollo.io/#/settings/plans/upgrade'>Upgrade your plan</a>"
    details = {
        "code": "BILLING.LIMIT.CREDITS_EXHAUSTED",
        "message": "Your team has used all of its credits for this billing cycle.",
    }
    return told(
        422, {"error": f"You have insufficient credits! {upgrade}", "error_details": details}
    )


def limited(path: str, *, times: int, per: str, retry_after: int) -> Answer:
    """Answer that a window is full."""
    message = (
        f"The maximum number of api calls allowed for {path} is {times} times per {per}. "
        "Please upgrade your plan from https://app.apollo.io/#/settings/plans/upgrade."
    )
    body = json.dumps({"message": message}).encode()
    return Answer(429, body, headers={"retry-after": str(retry_after)})
