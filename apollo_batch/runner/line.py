"""A line to Apollo in; whether it is reached, by which key, and what is left there, out."""

import socket
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from apollo_batch.apollo.wire import Probe, Wire
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.free import QUESTIONS
from apollo_batch.catalogue.team import HEALTH
from apollo_batch.errors import AccessError, BatchError, Exit
from apollo_batch.model import Arrival, Halt
from apollo_batch.runner.checkup import Checked, Level, broken, doubtful, failed, well
from apollo_batch.runner.scopes import USEFUL
from apollo_batch.settings import KEY_PAGE

_SKEW_SECONDS = 120
_MASTERS_IN_PRACTICE = at("users.search").scope
_CONNECT_SECONDS = 5.0
_NET = "See that this machine is online, and that a firewall lets it through."


def way(origin: str, proxy: str | None, environ: Mapping[str, str]) -> Iterator[Checked]:
    """See to certificates, then to the proxy or the name, as far as the first that fails."""
    certificates = _certificates(environ)
    yield certificates
    if certificates.level is Level.OK:
        yield _proxy(proxy) if proxy else _name(urlsplit(origin).hostname or "")


def _certificates(environ: Mapping[str, str]) -> Checked:
    named = environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE")
    if not named:
        return well("certificates", "Those that come with the program.")
    if not Path(named).exists():
        says = f"SSL_CERT_FILE or REQUESTS_CA_BUNDLE names {named}, which is not there."
        return broken("certificates", says, "Name the file, or unset it.", Exit.OUT_OF_REACH)
    return well("certificates", f"Those in {named}.")


def _name(host: str) -> Checked:
    if _resolves(host):
        return well("name", f"{host} has an address; no proxy is in between.")
    return broken("name", f"The name {host} has no address here.", _NET, Exit.OUT_OF_REACH)


def _proxy(named: str) -> Checked:
    fix = "Correct or unset HTTPS_PROXY."
    try:
        there = urlsplit(named if "://" in named else f"http://{named}")
        host, port = there.hostname, there.port or 80
    except ValueError:
        host, port = None, 0
    if not host:
        return broken("proxy", "HTTPS_PROXY is no address.", fix, Exit.OUT_OF_REACH)
    try:
        socket.create_connection((host, port), _CONNECT_SECONDS).close()
    except OSError:
        says = f"HTTPS_PROXY names {host}:{port}, where nobody answers."
        return broken("proxy", says, fix, Exit.OUT_OF_REACH)
    return well("proxy", f"{host}:{port}, as HTTPS_PROXY says.")


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False


def reach(wire: Wire, now: float) -> Iterator[Checked]:
    """See whether Apollo answers, and what time it is there."""
    probe = wire.probe(HEALTH)
    if probe.arrival in {Arrival.NOT_SENT, Arrival.UNKNOWN}:
        yield broken("reach", probe.message, _NET, Exit.OUT_OF_REACH)
        return
    yield well("reach", "Apollo answers.")
    yield _clock(probe, now)


def _clock(probe: Probe, now: float) -> Checked:
    if probe.date is None:
        return well("clock", "Apollo does not say what time it is.")
    apart = round(now - probe.date)
    if abs(apart) > _SKEW_SECONDS:
        how = f"{abs(apart):,} seconds {'ahead of' if apart > 0 else 'behind'} Apollo's"
        return doubtful("clock", f"This machine's clock is {how}.", "Have it set by the network.")
    return well("clock", "This machine's clock and Apollo's agree.")


def team(wire: Wire) -> Checked:
    """See whether Apollo knows the key, and whose it is."""
    try:
        found = wire.team()
    except AccessError as problem:
        return broken("team", problem.message, f"Copy the key from {KEY_PAGE}.", Exit.ACCESS)
    except BatchError as problem:
        return failed("team", problem)
    return well("team", f"Team {found}." if found else "Apollo knows the key, not naming its team.")


def account(wire: Wire, scopes: Collection[str], *, least: bool) -> Iterator[Checked]:
    """See what the key may do of what a job needs, and what limits and credits leave.

    `least`: whether the key is one that could do with less.
    """
    if scopes:
        yield _scopes(wire, scopes)
        if least:
            yield _privilege(wire, scopes)
    yield _limits(wire, scopes)
    yield _credits(wire)


def _scopes(wire: Wire, needed: Collection[str]) -> Checked:
    """Ask what is free of all that is needed; the rest shows only when it is used."""
    seen = set()
    for question in QUESTIONS:
        if question.address.scope in needed:
            probe = wire.probe(question.address, question.query, question.body)
            if probe.halt is Halt.ACCESS:
                return broken("scopes", probe.message, f"Open {KEY_PAGE}.", Exit.ACCESS)
            seen.add(question.address.scope)
    unseen = ", ".join(sorted(set(needed) - seen))
    said = [f"The job may need {', '.join(sorted(needed))}."]
    said += [f"The key may use {', '.join(sorted(seen))}."] if seen else []
    said += [f"Whether it may use {unseen} shows only when it is used."] if unseen else []
    return well("scopes", " ".join(said))


def _privilege(wire: Wire, needed: Collection[str]) -> Checked:
    """Say whether the key could do more than the job needs."""
    if not wire.is_master():
        return well("least privilege", "The key is no master key, or Apollo does not say.")
    if _MASTERS_IN_PRACTICE in needed:
        says = f"The key is a master key; {_MASTERS_IN_PRACTICE} is reported to want one."
        return well("least privilege", says)
    return doubtful(
        "least privilege",
        f"The key is a master key and may do everything; this job can do with {len(needed)} scopes.",
        f"Make a key in {KEY_PAGE} with the scopes above, and with these for limits and balance: "
        f"{', '.join(sorted(USEFUL))}.",
    )


def _limits(wire: Wire, needed: Collection[str]) -> Checked:
    told = wire.limits()
    if not told:
        return well("limits", "Apollo does not tell this key its limits; a master key may ask.")
    names = set(needed) & set(told) if needed else set(told)
    full = [
        f"{name} a {span}"
        for name in sorted(names)
        for span, window in told[name].items()
        if window.left is not None and window.left <= 0
    ]
    if full:
        says = f"Used up: {', '.join(full[:5])}."
        return doubtful("limits", says, "A run waits until there is room; or start it later.")
    return well("limits", f"Room in every window of {len(names):,} routes.")


def _credits(wire: Wire) -> Checked:
    pool = wire.balances().get("lead_credit")
    if pool is None or pool.left is None:
        return well("credits", "Apollo does not tell this key the balance, or it has no limit.")
    if pool.left <= 0:
        fix = "Buy credits or wait for the next billing cycle; what is free works."
        return doubtful("credits", "The team has no credits left.", fix)
    return well("credits", f"{pool.left:,} left.")
