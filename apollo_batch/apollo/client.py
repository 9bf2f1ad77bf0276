"""The only room that speaks HTTP: a request goes out, a reply comes back, the key stays hidden."""

import base64
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from apollo_batch import __version__
from apollo_batch.apollo.deadline import POOLS, Watchdog, watched
from apollo_batch.model import Arrival
from apollo_batch.settings import Credential

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
TOTAL_SECONDS = 120.0
IDLE_SECONDS = 15.0
"""A connection idle for longer may have been closed at the far end: not used for a paid call."""
BODY_BYTES = 20 * 1024 * 1024
_HEADERS = {
    "user-agent": f"apollo-batch/{__version__}",
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "cache-control": "no-cache",
}


@dataclass(frozen=True)
class Request:
    """What to ask, before the key is put to it."""

    method: str
    path: str
    """Below the origin, `/api/v1` included."""
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    """Sent as JSON; None: no body."""


@dataclass(frozen=True)
class Reply:
    """What came back, key and token cut out."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)


class CallError(Exception):
    """No usable reply; `arrival` says whether the request may have been carried out."""

    def __init__(self, arrival: Arrival, message: str) -> None:
        super().__init__(message)
        self.arrival = arrival
        self.message = message


class Client:
    """Carries requests to one origin with one credential; used by many threads at once."""

    def __init__(
        self,
        origin: str,
        credential: Credential,
        environ: Mapping[str, str],
        *,
        total: float = TOTAL_SECONDS,
    ) -> None:
        self._origin = origin
        self._auth = _Auth(origin, credential)
        self._cut = _spellings(credential.secret.reveal())
        # Looked up once: a proxy and the certificates are honoured, netrc never.
        self._proxies = _proxies(origin, environ)
        self._certificates = (
            environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE") or True
        )
        self._total = total
        self._local = threading.local()
        self._watchdog = Watchdog()

    @property
    def loopback(self) -> bool:
        """Whether the far end is this machine, so that a scaled clock may be believed."""
        return urlsplit(self._origin).hostname in {"127.0.0.1", "localhost", "::1"}

    @property
    def proxy(self) -> str | None:
        """Where requests go first; None: straight to Apollo. A password may be in it."""
        return self._proxies.get("https")

    def call(self, request: Request) -> Reply:
        """Send once and wait for the whole reply.

        Raises CallError with NOT_SENT where no byte left, UNKNOWN where one may have.
        """
        try:
            with watched(self._watchdog, self._total), self._send(request) as response:
                return Reply(
                    response.status_code,
                    {k.lower(): self._clean(v) for k, v in response.headers.items()},
                    self._redact(_read(response)),
                )
        except (requests.RequestException, HTTPError, OSError, ValueError) as problem:
            # Until the connection stands, TLS included, no byte of the request can have left.
            arrival = Arrival.UNKNOWN if self._watchdog.reached else Arrival.NOT_SENT
            raise CallError(arrival, _words(arrival, problem, self._origin)) from None

    def _send(self, request: Request) -> requests.Response:
        line = self._line()
        body = None
        headers = dict(_HEADERS)
        if request.body is not None:
            headers["content-type"] = "application/json"
            body = json.dumps(request.body, ensure_ascii=False).encode()
        prepared = requests.PreparedRequest()
        prepared.prepare(
            method=request.method,
            url=self._origin + request.path,
            headers=headers,
            params=list(request.query),
            data=body,
            auth=self._auth,
        )
        # The adapter alone: no redirects to follow, no cookies to keep, no netrc to look into.
        return line.send(
            prepared,
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            verify=self._certificates,
            proxies=self._proxies,
        )

    def _line(self) -> HTTPAdapter:
        known = getattr(self._local, "line", None)
        if isinstance(known, HTTPAdapter) and not self._watchdog.idle(IDLE_SECONDS):
            return known
        if isinstance(known, HTTPAdapter):
            known.close()
        line = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
        line.poolmanager.pool_classes_by_scheme = POOLS
        self._local.line = line
        return line

    def _redact(self, body: bytes) -> bytes:
        for spelling in self._cut:
            body = body.replace(spelling, b"***")
        return body

    def _clean(self, header: str) -> str:
        return self._redact(header.encode("latin-1", "replace")).decode("latin-1")


class _Auth(requests.auth.AuthBase):
    """Puts the key to a request as its last step, and only to the one origin it is meant for."""

    def __init__(self, origin: str, credential: Credential) -> None:
        self._origin = origin
        self._credential = credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        parts = urlsplit(request.url or "")
        if f"{parts.scheme}://{parts.netloc}" != self._origin:
            raise ValueError("the request left for another host than the key is meant for")
        secret = self._credential.secret.reveal()
        if self._credential.bearer:
            request.headers["Authorization"] = f"Bearer {secret}"
        else:
            request.headers["x-api-key"] = secret
        return request


def _proxies(origin: str, environ: Mapping[str, str]) -> dict[str, str]:
    parts = urlsplit(origin)
    if parts.scheme == "http" or requests.utils.should_bypass_proxies(
        origin, no_proxy=environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    ):
        return {}
    proxy = environ.get("HTTPS_PROXY") or environ.get("https_proxy")
    return {"https": proxy} if proxy else {}


def _read(response: requests.Response) -> bytes:
    body: bytes = response.raw.read(BODY_BYTES + 1, decode_content=True)
    if len(body) > BODY_BYTES:
        raise requests.exceptions.ContentDecodingError("reply too large")
    response.raw.release_conn()
    return body


def _words(arrival: Arrival, problem: Exception, origin: str) -> str:
    kind = type(problem).__name__
    if arrival is Arrival.NOT_SENT:
        return f"Apollo could not be reached at {origin} ({kind}); nothing was sent."
    return f"The connection broke before the answer was complete ({kind})."


def _spellings(secret: str) -> tuple[bytes, ...]:
    plain = secret.encode()
    forms = {
        plain,
        quote(secret, safe="").encode(),
        quote(secret).encode(),
        json.dumps(secret)[1:-1].encode(),
        secret.replace("/", "\\/").encode(),
        base64.b64encode(plain).rstrip(b"="),
        base64.urlsafe_b64encode(plain).rstrip(b"="),
    }
    return tuple(sorted(forms, key=len, reverse=True))
