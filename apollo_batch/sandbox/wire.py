"""An answer comes in and leaves on the socket: whole, torn, late, or not at all."""

import asyncio
import contextlib
import socket
import struct
from asyncio import AbstractEventLoop
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from apollo_batch.sandbox.answer import Answer
from apollo_batch.sandbox.faults import Fault, Trouble

_HANG_SECONDS = 300.0
_SLOW_SECONDS = 2.0


class Protocol(H11Protocol):
    """Tells each request which connection it came by, so that a fault can cut it."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, "connection": self}, _loop)


class Wire:
    """Carries answers; `close` ends whatever hangs."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._closing = asyncio.Event()

    def close(self) -> None:
        self._closing.set()

    async def carry(
        self, answer: Answer, fault: Fault | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let an answer leave as its fault has it."""
        if self._latency or answer.seconds:
            await asyncio.sleep(self._latency + answer.seconds)
        match fault and fault.trouble:
            case Trouble.RESET_BEFORE | Trouble.RESET_AFTER:
                _reset(scope)
            case Trouble.HANG | Trouble.HANG_AFTER:
                await self._hang(fault, receive)
                _reset(scope)
            case Trouble.TORN:
                await _tear(answer, scope, send)
            case trouble:
                if fault and trouble is Trouble.SLOW:
                    await self._idle(fault.seconds or _SLOW_SECONDS)
                await _response(answer)(scope, receive, send)
                return
        await _gone(receive)

    async def _hang(self, fault: Fault | None, receive: Receive) -> None:
        waits = [asyncio.create_task(_gone(receive)), asyncio.create_task(self._closing.wait())]
        seconds = fault.seconds if fault and fault.seconds is not None else _HANG_SECONDS
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _idle(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    return Response(answer.body, answer.status, headers, media_type=answer.media_type)


def _reset(scope: Scope) -> None:
    transport = scope["state"]["connection"].transport
    # Closing with no time to linger makes the kernel send a reset instead of an orderly end.
    linger = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


async def _tear(answer: Answer, scope: Scope, send: Send) -> None:
    response = _response(answer)
    half = response.body[: len(response.body) // 2]
    start = {
        "type": "http.response.start",
        "status": answer.status,
        "headers": response.raw_headers,
    }
    await send(start)
    await send({"type": "http.response.body", "body": bytes(half), "more_body": True})
    scope["state"]["connection"].transport.close()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
