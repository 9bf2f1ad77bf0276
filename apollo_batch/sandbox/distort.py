"""An answer comes in and leaves as a fault would have it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from apollo_batch.sandbox.answer import HTML, Answer, plain, told
from apollo_batch.sandbox.faults import Trouble

Change = Callable[[list[Any]], list[Any]]
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def instead(trouble: Trouble, failure: str) -> Answer | None:
    """The answer that replaces Apollo's own, where the fault does."""
    match trouble:
        case Trouble.ERROR_BEFORE | Trouble.ERROR_AFTER:
            return told(500, {"error": failure})
        case Trouble.UNAVAILABLE_BEFORE | Trouble.UNAVAILABLE_AFTER:
            return plain(503, _PAGE.format("Service Temporarily Unavailable"), HTML)
        case Trouble.GATEWAY_HTML:
            return plain(502, _PAGE.format("502 Bad Gateway"), HTML)
        case Trouble.HTML_200:
            return plain(200, _PAGE.format("Please sign in to this network"), HTML)
    return None


def distort(answer: Answer, trouble: Trouble, secret: str) -> Answer:
    """Spoil a reply."""
    match trouble:
        case Trouble.ECHO_KEY:
            return _edit(answer, {"received_headers": {"x-api-key": secret}})
        case Trouble.NAN:
            return _edit(answer, {"credits_consumed": float("nan")})
        case Trouble.DROP_NULL:
            return _rearrange(answer, lambda records: [r for r in records if r is not None])
        case Trouble.REORDER:
            return _rearrange(answer, lambda records: records[::-1])
        case Trouble.EMPTY_BODY:
            return replace(answer, body=b"")
    return answer


def _edit(answer: Answer, fields: dict[str, Any]) -> Answer:
    record = json.loads(answer.body or b"{}")
    if not isinstance(record, dict):
        return answer
    return replace(answer, body=json.dumps(record | fields).encode())


def _rearrange(answer: Answer, change: Change) -> Answer:
    record = json.loads(answer.body or b"{}")
    for name in ("matches", "organizations"):
        if isinstance(record, dict) and name in record:
            record[name] = change(record[name])
    return replace(answer, body=json.dumps(record).encode())
