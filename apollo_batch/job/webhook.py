"""The address that Apollo demands for results that come later comes in, what is wrong goes out."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from apollo_batch.catalogue.kinds import Kind, clean
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job.places import Place
from apollo_batch.job.syntax import shown

# Whoever knows or guesses the address of such a bin reads what Apollo sends there.
_PUBLIC_BINS = (
    "webhook.site",
    "requestbin.com",
    "requestbin.net",
    "requestbin.io",
    "pipedream.com",
    "pipedream.net",
    "m.pipedream.net",
    "hookbin.com",
    "beeceptor.com",
    "requestcatcher.com",
    "typedwebhook.tools",
    "ptsv3.com",
    "putsreq.com",
    "mockbin.org",
    "httpbin.org",
    "postman-echo.com",
)
_AT_HOME = (
    ".local",
    ".localhost",
    ".localdomain",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".home.arpa",
    ".corp",
)


def missing(option: str, place: Place) -> Problem:
    """Say why an option needs an address though nothing has to listen there."""
    message = (
        f"`{option}` needs `webhook_url`: Apollo demands a public https address of your own. "
        "Nothing needs to listen there; the results are fetched later anyway."
    )
    fix = "Add `webhook_url: https://hooks.acme.example/apollo` with a host of yours."
    return place.problem(Code.WEBHOOK_MISSING, message, fix)


def problems(address: str, place: Place) -> Iterator[Problem]:
    """Refuse what Apollo does not take, and what would show people's data to anybody."""
    host = _host(address)
    if host is None:
        message = "Apollo sends results to a public https address only."
        yield place.problem(
            Code.WEBHOOK_REFUSED,
            message,
            "Write an address of your own, like https://hooks.acme.example.",
        )
    elif "@" in urlsplit(address).netloc:
        message = "The address names a user: Apollo, and whoever reads the job, would see it."
        yield place.problem(
            Code.WEBHOOK_REFUSED, message, "Leave out what stands before the @, and the @ itself."
        )
    elif any(host == known or host.endswith(f".{known}") for known in _PUBLIC_BINS):
        message = f"{shown(host)} is public: whoever has the address could read personal data."
        yield place.problem(Code.WEBHOOK_REFUSED, message, "Use an address on a host of your own.")


def _host(address: str) -> str | None:
    """Name the host of a public https address; None where it is none."""
    try:
        clean(Kind.WEBHOOK, address)
        parts = urlsplit(address)
        port, host = parts.port, (parts.hostname or "").lower().rstrip(".")
    except ValueError:
        return None
    odd = "\\" in address or any(letter.isspace() for letter in address)
    local = host.endswith(_AT_HOME) or "." not in host
    return None if odd or port == 0 or local or _is_number(host) else host


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
