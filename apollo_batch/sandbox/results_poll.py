"""The rule of the poll route: a request's number comes in; its result, or when to ask again."""

import re

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.payloads import payload, second
from apollo_batch.sandbox.rule import Call, Rule

_NUMBER = re.compile(r"-?[0-9]{1,19}")
_LARGEST = 2**63
_AGAIN_SECONDS = 10
_KEPT_SECONDS = 30 * 24 * 3600


def poll(call: Call) -> Answer:
    """Find the result by the top-level number of the request that asked for it."""
    given, state = call.path["request_id"], call.state
    if not _NUMBER.fullmatch(given) or not -_LARGEST <= int(given) < _LARGEST:
        return told(400, {"error_code": "invalid_request_id"})
    result = state.crm.results.find(str(int(given)))
    if result is None:
        return told(404, {"error_code": "request_id_unknown"})
    if state.books.pending(result["id"]):
        waiting = {"error_code": "result_pending", "retry_after_seconds": _AGAIN_SECONDS}
        return told(404, waiting)
    came = result["asked_at"] + result["seconds"]
    if state.crm.epoch() - came > _KEPT_SECONDS:
        return told(410, {"error_code": "request_id_expired"})
    body = {
        "request_id": result["id"],
        "webhook_status": result["webhook_status"],
        "request_type": result["kind"],
        "last_dispatched_at": second(came),
        "failure_reason": result["failure_reason"],
        "webhook_result": payload(state, result),
    }
    return told(200, body)


RULES = {"webhook_result.get": Rule(poll, scope="api/v1/webhook_result/show")}
