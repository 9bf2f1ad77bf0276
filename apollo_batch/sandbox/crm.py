"""What the team itself has saved: tables of records, seeded once, changed by requests, kept."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from apollo_batch.sandbox.diary import Diary
from apollo_batch.sandbox.effects import Effects
from apollo_batch.sandbox.lagging import Lagging
from apollo_batch.sandbox.table import Record, Table
from apollo_batch.sandbox.world import World

__all__ = ["Crm", "Record", "Table"]

_TABLES = (
    "users contacts accounts deals tasks labels contact_stages account_stages deal_stages "
    "custom_fields mailboxes schedules sequences events results sleepers mails"
).split()
_INDEXED = {
    "contacts": (
        "email contact_emails name person_id organization_id account_id label_ids "
        "emailer_campaign_ids salesforce_id salesforce_lead_id salesforce_contact_id hubspot_id "
        "hubspot_vid outreach_id salesloft_id merged_crm_ids"
    ).split(),
    "accounts": (
        "domain name organization_id label_ids salesforce_id hubspot_id merged_crm_ids"
    ).split(),
    "labels": ["name"],
    "sequences": ["label_ids"],
}
# What is told of a record, or is on its way: no record that somebody has written.
_BESIDE = {"events", "results", "sleepers", "mails"}


class Crm:
    """The tables of one team."""

    def __init__(
        self, world: World, diary: Diary, now: Callable[[], float], *, lag: float = 0
    ) -> None:
        self.world = world
        self.effects = Effects()
        self._diary = diary
        self._now = now
        self._begun = time.time() - now()
        self._made = 0
        self._tables = {
            name: Table(name, self._write, Lagging(lag, now), _INDEXED.get(name, ()))
            for name in _TABLES
        }

    def __getattr__(self, name: str) -> Table:
        try:
            return self.__dict__["_tables"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def table(self, name: str) -> Table:
        """The table of this name; KeyError where there is none."""
        return self._tables[name]

    def restore(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Bring back what requests have changed."""
        for line in lines:
            table = self._tables.get(str(line.get("put") or line.get("drop") or ""))
            if table is not None:
                table.restore(line)
                if line["effect"]:
                    self.effects.add(line["effect"])
                self._made = max(self._made, line["made"])

    def read(self) -> dict[str, int]:
        """How many records each table has, as /sandbox/books tells it."""
        return {name: len(table) for name, table in self._tables.items()}

    @property
    def me(self) -> str:
        """The id of the user whom a key acts as: the workspace's oldest admin."""
        return self.world.id_of("user", 1)

    def new_id(self, space: str) -> str:
        """An id nobody has yet; each kind of record has a space of its own."""
        self._made += 1
        return self.world.id_of(f"new {space}", self._made)

    def epoch(self) -> float:
        """Now, on the sandbox's clock, in seconds since 1970."""
        return self._begun + self._now()

    def moment(self) -> str:
        """Now, on the sandbox's clock, as Apollo spells it."""
        at = datetime.fromtimestamp(self.epoch(), UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"

    def _write(self, kind: str, table: Table, record: Record, about: Mapping[str, Any]) -> None:
        # One line for the record and what was done to it: neither is ever there without the other.
        effect = None
        if table.name not in _BESIDE:
            effect = {**self.effects.entry(kind, table.name, record), **about}
        if kind == "dropped":
            told = {"drop": table.name, "id": record["id"]}
        else:
            told = {"put": table.name, "record": record}
        self._diary.write([{**told, "made": self._made, "effect": effect}])
        if effect:
            self.effects.add(effect)
