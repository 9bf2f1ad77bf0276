"""The web server around a sandbox: uvicorn, kept quiet, in a thread."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import TypeVar

import uvicorn

from apollo_batch.sandbox.app import Apollo, build
from apollo_batch.sandbox.setup import Setup
from apollo_batch.sandbox.wire import Protocol

T = TypeVar("T")
_ASK_SECONDS = 30.0
_KEEP_ALIVE_SECONDS = 75
_BACKLOG = 2048


class Server(uvicorn.Server):
    """Says when it answers, and lets nothing hang when it ends."""

    def __init__(self, setup: Setup) -> None:
        self.apollo = Apollo(setup)
        self.answers = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(
            uvicorn.Config(
                build(self.apollo),
                http=Protocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                backlog=_BACKLOG,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=1,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.answers.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = None
        self.apollo.wire.close()
        await super().shutdown(sockets)

    def ask(self, question: Callable[[], T]) -> T:
        """Put a question to the sandbox from another thread, between two requests."""
        loop = self._loop
        if loop is None:
            return question()

        async def put() -> T:
            return question()

        return asyncio.run_coroutine_threadsafe(put(), loop).result(_ASK_SECONDS)
