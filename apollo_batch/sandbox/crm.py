"""What the team itself has saved: tables of records, seeded once, changed by requests, kept."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from apollo_batch.sandbox.diary import Diary
from apollo_batch.sandbox.effects import Effects
from apollo_batch.sandbox.world import World

Record = dict[str, Any]
"""As Apollo spells it; every record has an `id`."""


class Table:
    """Records of one kind by their ids, in the order in which they were made."""

    def __init__(self, name: str, diary: Diary) -> None:
        self.name = name
        self._diary = diary
        self._records: dict[str, Record] = {}

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def find(self, number: str) -> Record | None:
        """Find a record by its id."""
        return self._records.get(number)

    def put(self, record: Record) -> Record:
        """Add a record, or write a changed one down; in the diary first."""
        self._diary.write([{"put": self.name, "record": record}])
        self._records[record["id"]] = record
        return record

    def drop(self, number: str) -> None:
        """Take a record out."""
        self._diary.write([{"drop": self.name, "id": number}])
        self._records.pop(number, None)

    def restore(self, line: Mapping[str, Any]) -> None:
        """Do again what a line of the diary tells."""
        if line.get("put") == self.name:
            self._records[line["record"]["id"]] = line["record"]
        elif line.get("drop") == self.name:
            self._records.pop(line["id"], None)

    def seed(self, records: Iterable[Record]) -> None:
        """Fill it with what was there before the first request; the diary knows nothing of it."""
        self._records |= {record["id"]: record for record in records}


class Crm:
    """The tables of one team."""

    def __init__(self, world: World, diary: Diary, now: Callable[[], float]) -> None:
        self.world = world
        self._now = now
        self._begun = time.time() - now()
        self._made = 0
        self.effects = Effects(diary)
        self._tables = {
            name: Table(name, diary)
            for name in (
                "users contacts accounts deals tasks labels contact_stages account_stages "
                "deal_stages custom_fields mailboxes schedules sequences events results"
            ).split()
        }

    def __getattr__(self, name: str) -> Table:
        try:
            return self.__dict__["_tables"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def restore(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Bring back what requests have changed."""
        for line in lines:
            self.effects.restore(line)
            table = self._tables.get(str(line.get("put") or line.get("drop") or ""))
            if table is not None:
                table.restore(line)
                self._made += "put" in line

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
