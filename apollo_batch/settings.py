"""What the environment and the user's own settings say: read once at the door, handed down."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from apollo_batch.codes import Code
from apollo_batch.errors import AccessError, InvalidError, UsageError

APOLLO = "https://api.apollo.io"
KEY_PAGE = "Apollo > Settings > Integrations > API"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_CAPS = ("max_credits", "max_credits_day", "max_credits_month", "keep_credits")
_KNOWN = {*_CAPS, "headroom", "trusted_hosts", "do_not_contact"}


class Secret:
    """A key or token: it shows itself to nobody who does not ask for it by name."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the value; only the client that sends it asks."""
        return self._value

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
    """The user's own limits: a job file may lower them, never raise them."""

    max_credits: Decimal | None = None
    """Of one run."""
    max_credits_day: Decimal | None = None
    max_credits_month: Decimal | None = None
    keep_credits: Decimal | None = None
    """How much of the account's balance no run may touch."""
    headroom: Decimal = Decimal(0)
    """The share of each of Apollo's rate windows that every run leaves; a job may leave more."""
    trusted_hosts: frozenset[str] = field(default_factory=frozenset)
    do_not_contact: Path | None = None
    """The list of whom nothing may be asked, made or sent; None: there is no such list."""


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
            raise AccessError(
                Code.API_KEY_MISSING,
                "No Apollo API key was found.",
                fix=f"Make one in {KEY_PAGE}, then: export APOLLO_API_KEY=…  "
                "(or try everything without a key: add --sandbox)",
            )
        return self.credential


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read key, address and policy from the environment and the user's settings file."""
    policy = _policy(environ)
    return Settings(
        origin=_origin(environ.get("APOLLO_BASE_URL", APOLLO), policy),
        credential=_credential(environ),
        policy=policy,
    )


def state_place(flag: str | None, environ: Mapping[str, str]) -> Path | Secret:
    """Where the journal is: the flag, else APOLLO_BATCH_STATE, else the platform's folder.

    The URL of a server is a secret: a password may be in it.
    """
    chosen = flag or environ.get("APOLLO_BATCH_STATE")
    if chosen and ("://" in chosen or chosen.startswith(("postgres:", "postgresql:"))):
        return Secret(chosen)
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_state_dir("apollo-batch", appauthor=False))


def without_password(word: str) -> str:
    """Take the password out of a URL that was typed; any other word stays as it is."""
    if "://" not in word:
        return word
    bare = re.sub(r"(://[^/@:\s]*):\S*@", r"\1@", word)
    return re.sub(r"([?&])(?:ssl)?password=[^&\s]*&?", r"\1", bare).rstrip("?&")


def _credential(environ: Mapping[str, str]) -> Credential | None:
    if environ.get("APOLLO_API_KEY", "").strip():
        return _checked(environ["APOLLO_API_KEY"], "APOLLO_API_KEY")
    if environ.get("APOLLO_API_KEY_FILE"):
        path = Path(environ["APOLLO_API_KEY_FILE"])
        try:
            return _checked(path.read_text(encoding="utf-8"), f"APOLLO_API_KEY_FILE ({path})")
        except (OSError, UnicodeDecodeError) as problem:
            raise AccessError(
                Code.API_KEY_FILE,
                f"APOLLO_API_KEY_FILE names {path}, which cannot be read: "
                f"{getattr(problem, 'strerror', None) or 'not a text file'}.",
                fix="Name a file that holds the key and nothing else.",
            ) from None
    if environ.get("APOLLO_OAUTH_TOKEN", "").strip():
        return _checked(environ["APOLLO_OAUTH_TOKEN"], "APOLLO_OAUTH_TOKEN", bearer=True)
    return _keyring()


def _checked(text: str, source: str, *, bearer: bool = False) -> Credential:
    value = text.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", value):
        raise AccessError(
            Code.API_KEY_MALFORMED,
            f"What {source} holds is not a key: it is empty or has spaces or line breaks in it.",
            fix=f"Copy the key again from {KEY_PAGE}.",
        )
    return Credential(Secret(value), source, bearer=bearer)


def _keyring() -> Credential | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        value = keyring.get_password("apollo-batch", "api_key")
    except (KeyringError, RuntimeError):
        return None
    return _checked(value, "the system's keyring") if value else None


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


def _policy(environ: Mapping[str, str]) -> Policy:
    path = _settings_file(environ)
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidError(
            Code.SETTINGS_UNREADABLE, f"{path}: {problem}.", fix="Mend the file, or move it away."
        ) from None
    except OSError as problem:
        # A limit that was meant and cannot be read must not turn into no limit.
        if isinstance(problem, FileNotFoundError) and not environ.get("APOLLO_BATCH_SETTINGS"):
            return Policy()
        raise InvalidError(
            Code.SETTINGS_UNREADABLE,
            f"Your settings in {path} cannot be read: {problem.strerror}.",
            fix="They may hold a limit on credits: see that the file is there and readable.",
        ) from None
    unknown = sorted(set(found) - _KNOWN)
    if unknown:
        raise InvalidError(
            Code.SETTINGS_UNKNOWN,
            f"{path}: nothing is called {unknown[0]!r} here.",
            fix=f"Known are {', '.join(sorted(_KNOWN))}.",
        )
    caps = {name: _cap(name, found.get(name), path) for name in _CAPS}
    return Policy(
        **caps,
        headroom=_share(found.get("headroom", 0), path),
        trusted_hosts=_hosts(found.get("trusted_hosts", []), path),
        do_not_contact=_list(found.get("do_not_contact"), path),
    )


def _settings_file(environ: Mapping[str, str]) -> Path:
    if environ.get("APOLLO_BATCH_SETTINGS"):
        return Path(environ["APOLLO_BATCH_SETTINGS"])
    import platformdirs

    return Path(platformdirs.user_config_dir("apollo-batch", appauthor=False)) / "settings.toml"


def _cap(name: str, value: object, path: Path) -> Decimal | None:
    if value is None:
        return None
    number = _number(value)
    if number is None or number < 0:
        raise InvalidError(Code.SETTINGS_VALUE, f"{path}: {name} is a number, 0 or more.")
    return number


def _share(value: object, path: Path) -> Decimal:
    number = _number(value)
    if number is None or not 0 <= number < 1:
        raise InvalidError(
            Code.SETTINGS_VALUE, f"{path}: headroom is a number, 0 or more and less than 1."
        )
    return number


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


def _hosts(value: object, path: Path) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(host, str) for host in value):
        raise InvalidError(
            Code.SETTINGS_VALUE, f"{path}: trusted_hosts is a list of host names in quotes."
        )
    return frozenset(host.lower() for host in value)


def _list(value: object, path: Path) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise InvalidError(
            Code.SETTINGS_VALUE, f"{path}: do_not_contact is the name of a file in quotes."
        )
    return path.absolute().parent / Path(value).expanduser()
