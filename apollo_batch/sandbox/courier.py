"""Results that are due come in; they go to webhook addresses on this machine, and nowhere else."""

import asyncio
import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from apollo_batch.sandbox.books import Books
from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.hooks import DELIVERED, FAILED, UNDER_WAY, on_this_machine

Payload = Callable[[Record], dict[str, Any]]
_TIMEOUT = 5.0


class Courier:
    """Sends every result when it is due, as often as it is told to."""

    def __init__(self, crm: Crm, books: Books, scale: float, copies: int) -> None:
        self._crm = crm
        self._books = books
        self._scale = scale
        self._copies = copies
        self._waiting: list[Record] = []
        self._trips: set[asyncio.Task[None]] = set()
        self._ended = False

    def accept(self, result: Record) -> None:
        """Take a result over, if it goes to this machine and has not gone there yet."""
        if result["webhook_status"] == UNDER_WAY and on_this_machine(result["webhook_url"]):
            self._waiting.append(result)

    def set_out(self, payload: Payload) -> None:
        """Start on a trip with each result that has been taken over."""
        waiting, self._waiting = self._waiting, []
        for result in waiting:
            trip = asyncio.get_running_loop().create_task(self._deliver(result, payload))
            self._trips.add(trip)
            trip.add_done_callback(self._trips.discard)

    def give_up(self) -> None:
        """Deliver nothing any more."""
        self._ended = True
        self._waiting = []

    async def _deliver(self, result: Record, payload: Payload) -> None:
        await asyncio.sleep(result["seconds"] / self._scale)
        while not self._ended:
            self._books.collect()
            if not self._books.pending(result["id"]):
                break
            await asyncio.sleep(0.01)
        for _ in range(self._copies):
            if self._ended:
                return
            reason = await asyncio.to_thread(_post, result["webhook_url"], payload(result))
            if not self._ended:
                status = FAILED if reason else DELIVERED
                result = result | {"webhook_status": status, "failure_reason": reason}
                self._crm.results.put(result)


def _post(url: str, body: Mapping[str, Any]) -> str | None:
    """Send it; what went wrong, as Apollo says it, if anything did."""
    parts = urlsplit(url)
    # The name of this machine is not looked up either.
    host = "127.0.0.1" if parts.hostname == "localhost" else str(parts.hostname)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, host, parts.port)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body).encode(), headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"Webhook error: {type(error).__name__}"
    finally:
        connection.close()
    return None if 200 <= status < 300 else f"Webhook error: {status}"


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
    # A server on this machine has a certificate of its own making, if any.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT, context=context)
