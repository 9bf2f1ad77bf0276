"""What environment and settings files come to for a run: read once at the door, handed down."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apollo_batch import keychain
from apollo_batch.codes import Code
from apollo_batch.errors import AccessError, UsageError
from apollo_batch.layers.force import InForce, in_force
from apollo_batch.layers.reading import Places, all_said

APOLLO = "https://api.apollo.io"
KEY_PAGE = "Apollo > Settings > Integrations > API"
_SHOWN, _LONG_ENOUGH = 4, 16
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Secret:
    """A key or token: it shows itself to nobody who does not ask for it by name."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the value; only the client that sends it asks."""
        return self._value

    @property
    def ending(self) -> str:
        """The last four letters, by which its owner knows it again; "" for one so short as to be told."""
        return self._value[-_SHOWN:] if len(self._value) >= _LONG_ENOUGH else ""

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True)
class Credential:
    """What proves to Apollo who is asking."""

    secret: Secret
    source: str
    """Where it was found, for messages."""
    bearer: bool = False
    """An OAuth token, sent as Authorization: Bearer, instead of a key."""


@dataclass(frozen=True)
class Policy:
    """The limits of organization, user, project and environment: a job may lower them, never raise."""

    max_credits: Decimal | None = None
    """Of one run."""
    max_credits_day: Decimal | None = None
    max_credits_month: Decimal | None = None
    keep_credits: Decimal | None = None
    """How much of the account's balance no run may touch."""
    headroom: Decimal = Decimal(0)
    """The share of each of Apollo's rate windows that every run leaves; a job may leave more."""
    max_enroll: int | None = None
    """The most contacts that a run may enroll."""
    trusted_hosts: frozenset[str] = field(default_factory=frozenset)
    webhook_hosts: frozenset[str] = field(default_factory=frozenset)
    do_not_contact: tuple[Path, ...] = ()
    """The lists of whom nothing may be asked, made or sent."""
    retention_days: int | None = None
    """For how many days cells and answers are kept; 0: until the output is written."""
    said_at: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where each of them that somebody says is said."""


@dataclass(frozen=True)
class Settings:
    """Everything a run needs to know of the place it runs in."""

    origin: str
    """Where Apollo is: scheme, host and port, no path."""
    credential: Credential | None
    policy: Policy

    def key(self) -> Credential:
        """Give the credential; AccessError where there is none."""
        if self.credential is None:
            raise no_key()
        return self.credential


def read_settings(environ: Mapping[str, str], places: Places | None = None) -> Settings:
    """Read key, address and policy from the environment and the settings files."""
    policy = policy_of(in_force(all_said(environ, places)))
    return Settings(
        origin=_origin(environ.get("APOLLO_BASE_URL", APOLLO), policy),
        credential=next(credentials(environ), None),
        policy=policy,
    )


def origin_of(environ: Mapping[str, str]) -> str:
    """Say where Apollo is, whatever the key."""
    policy = policy_of(in_force(all_said(environ)))
    return _origin(environ.get("APOLLO_BASE_URL", APOLLO), policy)


def state_place(flag: str | None, environ: Mapping[str, str]) -> Path | Secret:
    """Where the journal is: flag, else APOLLO_BATCH_STATE, else settings, else the platform's folder.

    The URL of a server is a secret: a password may be in it.
    """
    chosen = flag or environ.get("APOLLO_BATCH_STATE") or habit("state", environ)
    if chosen and ("://" in chosen or chosen.startswith(("postgres:", "postgresql:"))):
        return Secret(chosen)
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_state_dir("apollo-batch", appauthor=False))


def sandbox_folder(state: Path) -> Path:
    """Name the folder of the embedded sandbox beside a journal in a folder or a file."""
    base = state.with_name(state.name + ".d") if state.suffix == ".db" else state
    return base / "sandbox"


def habit(name: str, environ: Mapping[str, str]) -> str | None:
    """Say what holds of a setting that is no limit; None where nobody says anything."""
    value = in_force(all_said(environ))[name].value
    return None if value is None else str(value)


def without_password(word: str) -> str:
    """Take the password out of a URL that was typed; any other word stays as it is."""
    if "://" not in word:
        return word
    bare = re.sub(r"(://[^/@:\s]*):\S*@", r"\1@", word)
    return re.sub(r"([?&])(?:ssl)?password=[^&\s]*&?", r"\1", bare).rstrip("?&")


def credentials(environ: Mapping[str, str], *, keyring: bool = True) -> Iterator[Credential]:
    """Give every key and token there is, the one that is used first; AccessError where one is none.

    `keyring`: whether to look there too, which may have its owner asked to unlock it.
    """
    if environ.get("APOLLO_API_KEY", "").strip():
        yield checked(environ["APOLLO_API_KEY"], "APOLLO_API_KEY")
    if environ.get("APOLLO_API_KEY_FILE"):
        yield _in_file(Path(environ["APOLLO_API_KEY_FILE"]))
    if environ.get("APOLLO_OAUTH_TOKEN", "").strip():
        yield checked(environ["APOLLO_OAUTH_TOKEN"], "APOLLO_OAUTH_TOKEN", bearer=True)
    if keyring and (value := keychain.kept()) is not None:
        yield checked(value, keychain.CALLED)


def _in_file(path: Path) -> Credential:
    try:
        return checked(path.read_text(encoding="utf-8"), f"APOLLO_API_KEY_FILE ({path})")
    except (OSError, UnicodeDecodeError) as problem:
        raise AccessError(
            Code.API_KEY_FILE,
            f"APOLLO_API_KEY_FILE names {path}, which cannot be read: "
            f"{getattr(problem, 'strerror', None) or 'not a text file'}.",
            fix="Name a file that holds the key and nothing else.",
        ) from None


def checked(text: str, source: str, *, bearer: bool = False) -> Credential:
    """See that what was found can be a key; AccessError, which does not show it, where it cannot."""
    value = text.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", value):
        raise AccessError(
            Code.API_KEY_MALFORMED,
            f"What {source} holds is not a key: it is empty or has spaces or line breaks in it.",
            fix=f"Copy the key again from {KEY_PAGE}.",
        )
    return Credential(Secret(value), source, bearer=bearer)


def no_key() -> AccessError:
    """Say that there is no key, and where one comes from."""
    return AccessError(
        Code.API_KEY_MISSING,
        "No Apollo API key was found.",
        fix=f"Make one in {KEY_PAGE}, then: apollo-batch auth set, or export APOLLO_API_KEY=…  "
        "(or try everything without a key: add --sandbox)",
    )


def _origin(text: str, policy: Policy) -> str:
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = (parts.hostname or "").lower()
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    local = host in _LOOPBACK and parts.scheme in {"http", "https"}
    apollo = f"{parts.scheme}://{host}" == APOLLO and port in {None, 443}
    trusted = parts.scheme == "https" and host in policy.trusted_hosts
    if not plain or not (local or apollo or trusted):
        raise UsageError(
            Code.ADDRESS_REFUSED,
            "APOLLO_BASE_URL may name Apollo itself, this machine, or an https host that your "
            "own settings list under trusted_hosts; the key goes nowhere else.",
            fix=f"Unset APOLLO_BASE_URL, or set it to {APOLLO} or http://127.0.0.1:PORT.",
        )
    if apollo:
        return APOLLO
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def policy_of(found: Mapping[str, InForce]) -> Policy:
    """Pick out of what is in force what limits a run."""
    limits = {f.name for f in fields(Policy)} & found.keys()
    said: dict[str, Any] = {name: found[name].value for name in limits if found[name].by}
    return Policy(**said, said_at={name: found[name].by[0].where for name in said})
