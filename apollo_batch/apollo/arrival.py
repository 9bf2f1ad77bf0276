"""Did it arrive, and what does the reply's status mean? A decision, taken for others to act on."""

from dataclasses import dataclass

from apollo_batch.apollo.client import Reply
from apollo_batch.apollo.reading import UnreadableError, error_text, read_json
from apollo_batch.model import Arrival, Halt

_KEYS = "Apollo > Settings > Integrations > API"


@dataclass(frozen=True)
class Finding:
    """What a reply's status tells before its content is read."""

    arrival: Arrival
    halt: Halt | None = None
    message: str = ""


def judge(reply: Reply, scope: str) -> Finding:
    """Weigh a reply by its status ("Status codes and errors" page).

    408 and 5xx may have been carried out, and charged; other 4xx have done nothing.
    """
    status = reply.status
    if 200 <= status < 300:
        return Finding(Arrival.DONE)
    if 400 <= status < 500 and status != 408:
        return _refused(reply, error_text(reply.body), scope)
    if 300 <= status < 400:
        words = f"Something between you and Apollo sent the request elsewhere (status {status})."
    else:
        words = f"Apollo answered with status {status}."
    return Finding(Arrival.UNKNOWN, message=words)


def _refused(reply: Reply, said: str, scope: str) -> Finding:
    match reply.status:
        case 401:
            return _unauthorized(said, reply)
        case 403:
            return Finding(Arrival.REFUSED, Halt.ACCESS, _forbidden(said, scope))
        case 429:
            return Finding(Arrival.LIMITED, message=said)
        case 400:
            return Finding(Arrival.REFUSED, Halt.BUG, f"Apollo does not take this request: {said}")
        case 422 if _out_of_credits(reply):
            return Finding(Arrival.REFUSED, Halt.CREDITS, f"Apollo says: {said}")
    return Finding(Arrival.REFUSED, message=said)


def _unauthorized(said: str, reply: Reply) -> Finding:
    try:
        data = read_json(reply.body)
    except UnreadableError:
        data = None
    code = data.get("error_code") if isinstance(data, dict) else None
    if code == "INVALID_ACCESS_TOKEN":
        words = "The access token is wrong or has expired; get a new one from your integration."
    elif isinstance(data, dict) and "another user" in said:
        return Finding(Arrival.REFUSED, message=said)  # about a record, not about the key
    else:
        words = f"Apollo does not know this API key. Make or copy one in {_KEYS}."
    return Finding(Arrival.REFUSED, Halt.ACCESS, words)


def _forbidden(said: str, scope: str) -> str:
    lower = said.lower()
    if "paid plan" in lower or "free plan" in lower:
        return f"Apollo offers this on paid plans only. Apollo says: {said}"
    if "permission" in lower:
        return (
            "The user behind this API key has no right to this; ask your Apollo administrator. "
            f"Apollo says: {said}"
        )
    return (
        f"This API key may not use {scope}. Give it that scope, or use a master key: {_KEYS}. "
        f"Apollo says: {said}"
    )


def _out_of_credits(reply: Reply) -> bool:
    text = reply.body.decode("utf-8", "replace").lower()
    return "credits_exhausted" in text or "insufficient credits" in text
