"""A database's URL comes in; where it is, what to call it and which folder goes with it, out."""

from hashlib import sha256
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.settings import Secret

_SCHEMES = {"postgresql", "postgres", "postgresql+psycopg"}
_EXAMPLE = "postgresql://USER@HOST/DATABASE"


def address_of(url: Secret) -> URL:
    """Read a URL; UsageError, which does not quote it, where it is none of PostgreSQL's."""
    try:
        address = make_url(url.reveal())
        int(address.port or 0)
    except (ArgumentError, ValueError):
        raise _unreadable() from None
    if address.drivername not in _SCHEMES or "@" in (address.host or ""):
        raise _unreadable()
    return address


def _unreadable() -> UsageError:
    return UsageError(
        Code.JOURNAL_URL,
        "The journal's URL is none that can be read.",
        fix=f"Write it like {_EXAMPLE}; in a password write @ as %40, / as %2F, : as %3A.",
    )


def place_of(address: URL) -> str:
    """Call a database by its URL, without the password and whatever else it says."""
    plain = URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database
    )
    return plain.render_as_string()


def folder_of(address: URL) -> Path:
    """Name the folder of this machine for what lies beside a database: copies, logs, locks."""
    import platformdirs

    where = (address.host, address.port, address.database, *map(str, _sockets(address)))
    mark = sha256(repr(where).encode()).hexdigest()[:16]
    return Path(platformdirs.user_state_dir("apollo-batch", appauthor=False)) / "servers" / mark


def _sockets(address: URL) -> list[object]:
    return [address.query.get(name) for name in ("host", "port")]
