"""A server's address comes in; a way to speak to PostgreSQL, in our manners, goes out."""

import importlib.util
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Engine

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.journal.schema import metadata

# Whoever is frozen in a transaction loses it before others lose their patience. A machine that has
# vanished is noticed within two minutes.
_MANNERS = (
    "SET lock_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '20s'",
    "SET statement_timeout = 0",
    "SET tcp_keepalives_idle = 60",
    "SET tcp_keepalives_interval = 15",
    "SET tcp_keepalives_count = 4",
    "SET client_min_messages = warning",
    # A commit that is only promised may be lost at a power cut, and these are paid answers.
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'",
)


def see_that_it_is_there() -> None:
    """Refuse an address of a server where nothing is installed to speak to one."""
    if importlib.util.find_spec("psycopg") is None:
        raise UsageError(
            Code.DRIVER_MISSING,
            "A journal on a PostgreSQL server needs psycopg, which is not installed.",
            fix="pip install 'apollo-batch[postgres]'",
        )


def engine_to(address: URL) -> Engine:
    """Make the pool of connections to a server; none is opened yet."""
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "application_name": "apollo-batch"},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def vacuum(engine: Engine) -> None:
    """Free the room of what was deleted; what it held is overwritten as the room is used."""
    with engine.connect() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.exec_driver_sql(f"VACUUM {names}")


def _prepare(connection: Any, _record: object) -> None:
    from psycopg.types.string import StrDumper

    class Plain(StrDumper):
        """Writes texts without the one character that PostgreSQL cannot hold."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))

    connection.adapters.register_dumper(str, Plain)
    for manner in _MANNERS:
        connection.execute(manner)
