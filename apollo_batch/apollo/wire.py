"""A chunk goes out, a settlement comes back; free questions about the team are asked here too."""

import random
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from apollo_batch.apollo.arrival import judge
from apollo_batch.apollo.client import CallError, Client, Reply, Request
from apollo_batch.apollo.decode import A_WEB_PAGE, decode, unreadable
from apollo_batch.apollo.encode import PREFIX, encode, encode_question
from apollo_batch.apollo.kept import Keep
from apollo_batch.apollo.late import Asked, read_late
from apollo_batch.apollo.reading import (
    UnreadableError,
    read_json,
    retry_after,
    sent_at,
    time_scale,
    windows,
)
from apollo_batch.apollo.refused import refused
from apollo_batch.catalogue.addresses import Address, at
from apollo_batch.catalogue.entry import Operation, Route
from apollo_batch.catalogue.team import BALANCES, LIMITS, MASTERS, PROFILE
from apollo_batch.codes import Code
from apollo_batch.errors import AccessError, OutOfReachError
from apollo_batch.model import Arrival, Chunk, Halt, Settlement

_TRIES = 3
_BASE_SECONDS = 0.5
_MOST_SECONDS = 60.0


class Wire:
    """Carries chunks to Apollo, one attempt each; what is free is asked again."""

    def __init__(self, client: Client, sleep: Callable[[float], None]) -> None:
        self._client = client
        self._until_answered = Retrying(
            stop=stop_after_attempt(_TRIES),
            wait=_backoff,
            retry=retry_if_exception_type(CallError),
            sleep=sleep,
            reraise=True,
        )

    @property
    def loopback(self) -> bool:
        """Whether this machine stands in for Apollo, so that nothing of people leaves it."""
        return self._client.loopback

    def send(self, operation: Operation, route: Route, chunk: Chunk, keep: Keep) -> Settlement:
        """Send a chunk and read its reply; whatever happens is a settlement, never an exception."""
        try:
            reply = self._client.call(encode(operation, route, chunk))
        except CallError as problem:
            return Settlement(problem.arrival, message=problem.message)
        finding = judge(reply, route.address.scope)
        if finding.arrival is Arrival.DONE:
            settlement = _read(operation, route, chunk, reply, keep)
        else:
            settlement = refused(operation, route, chunk, finding, reply.body)
        return self._with_reply(settlement, reply)

    def ask_late(self, asked: Asked) -> Settlement:
        """Ask for a result that comes later; whatever happens is a settlement."""
        address = at("webhook_result.get")
        path = address.path.format(request_id=quote(asked.request_id, safe=""))
        request = Request(address.method, PREFIX + path)
        try:
            reply = self._client.call(request)
        except CallError as problem:
            return Settlement(problem.arrival, message=problem.message)
        settlement = read_late(asked, reply.status, reply.body)
        if settlement is None:
            finding = judge(reply, address.scope)
            settlement = Settlement(finding.arrival, halt=finding.halt, message=finding.message)
        return self._with_reply(settlement, reply)

    def _with_reply(self, settlement: Settlement, reply: Reply) -> Settlement:
        return replace(
            settlement,
            http=reply.status,
            body=zlib.compress(reply.body, 1),
            headers=_worth_keeping(reply.headers),
            readings=windows(reply.headers),
            retry_after=retry_after(reply.headers),
            time_scale=time_scale(reply.headers) if self._client.loopback else 1.0,
        )

    def answers(self) -> bool:
        """Ask a free question, once; whether Apollo answers at all, be it with a no."""
        try:
            reply = self._client.call(encode_question(PROFILE))
            arrival = judge(reply, PROFILE.scope).arrival
            if arrival is Arrival.DONE:
                read_json(reply.body)
        except (CallError, UnreadableError):
            return False
        return arrival is not Arrival.UNKNOWN

    def probe(
        self,
        address: Address,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> "Probe":
        """Ask a free question, once, and tell all that came of it."""
        try:
            reply = self._client.call(encode_question(address, query, body))
        except CallError as problem:
            return Probe(problem.arrival, problem.message)
        finding = judge(reply, address.scope)
        told = Probe(finding.arrival, finding.message, finding.halt, date=sent_at(reply.headers))
        if finding.arrival is not Arrival.DONE:
            return told
        try:
            return replace(told, data=read_json(reply.body))
        except UnreadableError as problem:
            return Probe(Arrival.UNKNOWN, unreadable(reply.body, problem))

    def team(self) -> str | None:
        """Ask for the team's id; None where Apollo does not tell this key.

        Raises AccessError where Apollo does not know the key, OutOfReachError where it is silent.
        """
        data = self._ask(PROFILE, needed=True)
        found = data.get("team_id") if isinstance(data, dict) else None
        return found if isinstance(found, str) and found else None

    def is_master(self) -> bool | None:
        """Say whether the key may do all there is; None where that does not show."""
        # Nobody has this id: who may ask is told so, who may not is refused before.
        nobody = replace(MASTERS, path=MASTERS.path.format(id="0" * 24))
        probe = self.probe(nobody)
        if probe.halt is Halt.ACCESS:
            return False
        return True if probe.arrival in {Arrival.DONE, Arrival.REFUSED} else None

    def balances(self) -> dict[str, "Balance"]:
        """Ask for the credit balances by kind of credit; {} where this key may not know."""
        data = self._ask(BALANCES)
        stats = data.get("credit_usage_stats") if isinstance(data, dict) else None
        kinds = stats.items() if isinstance(stats, dict) else ()
        return {kind: _balance(value) for kind, value in kinds if isinstance(value, dict)}

    def limits(self) -> dict[str, dict[str, "Balance"]]:
        """Ask for limit, use and rest per route and window; {} where this key may not know."""
        data = self._ask(LIMITS)
        table: dict[str, dict[str, Balance]] = {}
        for key, spans in data.items() if isinstance(data, dict) else ():
            if isinstance(spans, dict):
                table[_route_name(key)] = {
                    span: _balance(value)
                    for span, value in spans.items()
                    if isinstance(value, dict)
                }
        return table

    def ask(
        self,
        address: Address,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Ask a free question; None where Apollo does not tell this key.

        Raises AccessError where Apollo does not know the key, OutOfReachError where it is silent.
        """
        return self._ask(address, query, body, needed=True, strict=True)

    def _ask(
        self,
        question: Address,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        needed: bool = False,
        strict: bool = False,
    ) -> Any:
        try:
            request = encode_question(question, query, body)
            reply = self._until_answered(self._client.call, request)
        except CallError as problem:
            if needed:
                raise OutOfReachError(
                    Code.OUT_OF_REACH, problem.message, fix="Run the same command again."
                ) from None
            return None
        finding = judge(reply, question.scope)
        if reply.status == 401 and finding.halt is Halt.ACCESS:
            raise AccessError(
                Code.API_KEY_REFUSED,
                finding.message,
                fix="With another key, run the same command again.",
            )
        if strict and finding.arrival in {Arrival.LIMITED, Arrival.UNKNOWN}:
            raise OutOfReachError(
                Code.OUT_OF_REACH, finding.message, fix="Run the same command again later."
            )
        try:
            return read_json(reply.body) if finding.arrival is Arrival.DONE else None
        except UnreadableError:
            return None


def _read(operation: Operation, route: Route, chunk: Chunk, reply: Reply, keep: Keep) -> Settlement:
    try:
        settlement = decode(operation, route, chunk, reply.body, keep)
    except Exception as problem:  # noqa: BLE001 - a paid answer is kept even where we cannot read it
        return Settlement(
            Arrival.UNKNOWN,
            message=f"A bug of ours: this answer could not be read ({type(problem).__name__}).",
        )
    if settlement.arrival is Arrival.UNKNOWN and "html" in reply.headers.get("content-type", ""):
        return replace(settlement, message=A_WEB_PAGE, missing="", unknown={})
    return settlement


@dataclass(frozen=True)
class Probe:
    """What came of one free question."""

    arrival: Arrival
    message: str = ""
    halt: Halt | None = None
    data: Any = None
    """The answer, where there is one."""
    date: float | None = None
    """What time it was for whoever answered; None where it is not said."""


@dataclass(frozen=True)
class Balance:
    """How much of something there is, was used, and is left; None where it is not limited."""

    limit: Decimal | None
    used: Decimal | None
    left: Decimal | None


def _balance(value: Mapping[str, Any]) -> Balance:
    def number(name: str) -> Decimal | None:
        found = value.get(name)
        plain = isinstance(found, int | Decimal) and not isinstance(found, bool)
        return Decimal(found) if plain else None  # type: ignore[arg-type]

    return Balance(number("limit"), number("consumed"), number("left_over"))


def _route_name(key: str) -> str:
    # The keys are strings that hold a JSON list: '["api/v1/people", "bulk_match"]'.
    try:
        controller, action = read_json(key.encode())
    except (UnreadableError, ValueError, TypeError):
        return key
    return f"{controller}/{action}"


def _backoff(state: RetryCallState) -> float:
    # Full jitter, so that many clients do not come back at the same instant.
    ceiling = min(_MOST_SECONDS, _BASE_SECONDS * 2.0**state.attempt_number)
    return random.uniform(0, ceiling)  # noqa: S311 - not a secret


def _worth_keeping(headers: Mapping[str, str]) -> dict[str, str]:
    kept = ("x-request-id", "x-http-request-id", "x-transaction-id", "retry-after", "content-type")
    return {
        name: value
        for name, value in headers.items()
        if name in kept or name.startswith(("x-rate-limit", "x-minute", "x-hourly", "x-24"))
    }
