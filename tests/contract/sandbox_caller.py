"""Calls a running sandbox over a real socket, the way any client of Apollo would."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from apollo_batch.sandbox.serve import Running, Setup, running

BULK = "/people/bulk_match"
MATCH = "/people/match"
ORGANIZATION = "/organizations/enrich"
ORGANIZATIONS = "/organizations/bulk_enrich"
HOOK = "https://hooks.example.com/7f3c"


@dataclass
class Caller:
    """A client with a key in its hand."""

    sandbox: Running
    session: requests.Session

    def post(self, path: str, body: Any = None, *, key: str | None = None, **query: Any):
        return self.ask("POST", path, json=body, params=query, headers=self._credentials(key))

    def get(self, path: str, *, key: str | None = None, **query: Any):
        return self.ask("GET", path, params=query, headers=self._credentials(key))

    def patch(self, path: str, body: Any, *, method: str = "PATCH"):
        return self.ask(method, path, json=body, headers=self._credentials(None))

    def effects(self) -> list[tuple[str, str, str]]:
        """What has been done to which table's records, about whom or what."""
        ledger = self.sandbox.books()["effects"]
        return [(entry["kind"], entry["table"], entry["subject"]) for entry in ledger]

    def ask(self, method: str, path: str, *, prefix: str = "/api/v1", **how: Any):
        return self.session.request(
            method, f"{self.sandbox.base_url}{prefix}{path}", timeout=10, **how
        )

    def charged(self) -> float:
        return self.sandbox.books()["credits"]["consumed"]

    def _credentials(self, key: str | None) -> dict[str, str]:
        return {"x-api-key": self.sandbox.key if key is None else key}


@contextlib.contextmanager
def calling(**wishes: Any) -> Iterator[Caller]:
    with running(Setup(**wishes)) as sandbox, requests.Session() as session:
        session.trust_env = False
        yield Caller(sandbox, session)
