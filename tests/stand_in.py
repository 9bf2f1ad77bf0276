"""A server in place of Apollo, or before the sandbox, that answers whatever a test wants."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from makers import Served


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content or "{}")


@dataclass(frozen=True)
class Said:
    """What is answered: bytes as they are, anything else as JSON."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


PROFILE = Said({"team_id": "64b000000000000000000001"})
"""What a stand-in for Apollo says of whose the key is."""


@contextmanager
def standing_in(answer: Callable[[Asked], Said]) -> Iterator[str]:
    """Serve these answers on this machine; gives the address."""

    class StandIn(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"] or 0))
            said = answer(Asked(self.command, self.path, content))
            body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            if any(name == "date" for name, _ in said.headers):
                self.send_response_only(said.status)
            else:
                self.send_response(said.status)
            for name, value in (*said.headers, ("content-length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PATCH = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), StandIn) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def passed_on(apollo: Served, asked: Asked) -> Said:
    """What the sandbox answers to a request; of its headers those that Apollo makes."""
    headers = {"x-api-key": apollo.key, "content-type": "application/json"}
    with requests.Session() as session:
        session.trust_env = False
        url = apollo.base_url + asked.path
        reply = session.request(asked.method, url, data=asked.content, headers=headers, timeout=10)
    mine = tuple((n, value) for n, value in reply.headers.items() if n.lower().startswith("x-"))
    return Said(reply.content, reply.status_code, mine)


@contextmanager
def refusing(what: str) -> Iterator[str]:
    """Serve, in place of Apollo, a 422 to every request that names this, and misses to others."""

    def answer(asked: Asked) -> Said:
        if asked.method == "GET":
            return PROFILE
        if what in json.dumps(asked.json):
            return Said({"error": f"{what} is not taken here"}, 422)
        misses = [None for _ in asked.json.get("details", ())]
        return Said({"matches": misses, "credits_consumed": 0})

    with standing_in(answer) as address:
        yield address
