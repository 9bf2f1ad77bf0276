"""Rows that may be there already: one statement for both databases, each with its own words."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.engine import Connection

Build = Callable[[Any], Executable]
"""Makes a statement with the `insert` of a database, whose `on_conflict` it may use."""


class Insertion:
    """A statement that inserts rows, and says what becomes of those that are there."""

    def __init__(self, build: Build) -> None:
        self._built = functools.cache(lambda dialect: build(_insert_of(dialect)))

    def run(self, c: Connection, values: Mapping[str, object]) -> None:
        """Carry it out."""
        c.execute(self._built(c.dialect.name), dict(values))


def _insert_of(dialect: str) -> Any:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert
