"""Whom nothing is asked, made or sent any more: known by keyed hashes, written down by nobody."""

import hmac
from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import delete, insert, select

from apollo_batch.journal.schema import erased
from apollo_batch.journal.store import Store


class By(StrEnum):
    """By what a person is known again."""

    EMAIL = "email"
    HASHED_EMAIL = "hashed_email"
    ID = "id"
    NAME = "name"
    ASKED = "asked"
    """By the hash of what was asked about them, or made for them."""


def mark(salt: bytes, by: By, text: str) -> str:
    """Say, without saying it, by what a person is known again."""
    return hmac.digest(salt, f"{by} {text}".encode(), "sha256").hex()


def marks(store: Store) -> frozenset[str]:
    """Read the marks of all who were erased."""
    with store.read() as c:
        return frozenset(c.scalars(select(erased.c.mark)))


def add(store: Store, new: Collection[str], now: float) -> None:
    """Note the marks of somebody who was erased."""
    with store.write() as c:
        c.execute(delete(erased).where(erased.c.mark.in_(new)))
        c.execute(insert(erased), [{"mark": one, "at": now} for one in sorted(new)])
