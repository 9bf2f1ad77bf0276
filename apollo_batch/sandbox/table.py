"""Records of one kind: kept by id, found by what they say, searched as an index knows them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from apollo_batch.sandbox.index import Index
from apollo_batch.sandbox.lagging import Lagging

Record = dict[str, Any]
"""As Apollo spells it; every record has an `id`."""

Writes = Callable[[str, "Table", Record, Mapping[str, Any]], None]
"""Told what is about to be done to a record of a table, before it is."""


class Source(Protocol):
    """Records that are there from the beginning, too many to make before somebody asks."""

    def ids(self) -> list[str]: ...

    def find(self, number: str) -> Record | None: ...


class Table:
    """Records of one kind by their ids, in the order in which they were made."""

    def __init__(
        self, name: str, writes: Writes, lagging: Lagging, indexed: Iterable[str] = ()
    ) -> None:
        self.name = name
        self.source: Source | None = None
        self._writes = writes
        self._lagging = lagging
        self._index = Index(indexed)
        self._records: dict[str, Record] = {}
        self._gone: set[str] = set()

    def __iter__(self) -> Iterator[Record]:
        self._complete()
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        unmade = set(self.source.ids() if self.source else ()) - self._gone
        return len(self._records.keys() | unmade)

    def find(self, number: str) -> Record | None:
        """Find a record by its id."""
        record = self._records.get(number)
        if record is None and self.source and number not in self._gone:
            record = self.source.find(number)
            if record is not None:
                self._keep(record)
        return record

    def saying(self, field: str, value: object) -> list[Record]:
        """The records made so far whose indexed field says this, oldest first."""
        return [self._records[number] for number in self._index.saying(field, value)]

    def count(self, field: str, value: object) -> int:
        """How many of the records made so far say this in an indexed field."""
        return self._index.count(field, value)

    def was_dropped(self, number: str) -> bool:
        """Whether there was such a record once."""
        return number in self._gone

    def searchable(self) -> Iterator[Record]:
        """Every record as a search has it: an index that lags has some otherwise than they are."""
        self._complete()
        numbers = dict.fromkeys((*self._records, *self._lagging.changed()))
        known = (self._lagging.known(number, self._records.get(number)) for number in numbers)
        yield from (record for record in known if record is not None)

    def put(self, record: Record, kind: str = "", **about: Any) -> Record:
        """Add a record, or write a changed one down; in the diary first.

        `kind` says in the books what was done to it, where that is more than created or updated;
        `about` is what else they say.
        """
        before = self.find(record["id"])
        self._writes(kind or ("updated" if before else "created"), self, record, about)
        self._lagging.note(record["id"], before, record)
        self._keep(record)
        return record

    def drop(self, number: str) -> None:
        """Take a record out."""
        record = self.find(number)
        if record is not None:
            self._writes("dropped", self, record, {})
            self._lagging.note(number, record, None)
            self._forget(number)

    def restore(self, line: Mapping[str, Any]) -> None:
        """Do again what a line of the diary tells."""
        if line.get("put") == self.name:
            self._keep(line["record"])
        elif line.get("drop") == self.name:
            self._forget(line["id"])

    def seed(self, records: Iterable[Record], *, gone: Iterable[str] = ()) -> None:
        """Fill it with what was there before the first request; the diary knows nothing of it."""
        for record in records:
            self._keep(record)
        self._gone.update(gone)

    def _keep(self, record: Record) -> None:
        self._records[record["id"]] = record
        self._gone.discard(record["id"])
        self._index.add(record)

    def _forget(self, number: str) -> None:
        self._records.pop(number, None)
        self._gone.add(number)
        self._index.remove(number)

    def _complete(self) -> None:
        """Make what nobody has asked for yet, so that the oldest come first."""
        if self.source is None:
            return
        oldest = [number for number in self.source.ids() if self.find(number)]
        self._records = {number: self._records[number] for number in oldest} | self._records
        self.source = None
