"""Rows that were bound in; what one pass over them counts, before anything is asked, out."""

import hmac
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from apollo_batch.catalogue.entry import Once
from apollo_batch.job.bind import Binding
from apollo_batch.job.wanted import Job
from apollo_batch.journal.entering import Entry
from apollo_batch.model import Item, Outcome, Params, Row, RowNumber, Status
from apollo_batch.packing import Asking, same, subject
from apollo_batch.runner.suppression import Suppression
from apollo_batch.sheets.read import Sheet
from apollo_batch.skips import listed_as

_SMALL = 20_000
_NAMED = 3
"""So many rows of each reason are named."""

Ranges = list[tuple[int, int]]


@dataclass(frozen=True)
class Survey:
    """What one pass over the rows found, before anything is asked."""

    rows: int
    skips: Mapping[str, int]
    questions: tuple[str, ...]
    """What is to be asked or done, each once, of the rows chosen."""
    subjects: tuple[str, ...]
    """What effects are to be made to, of the rows chosen."""
    lots: Mapping[tuple[str, str], int]
    """Route and who may share a request, to how many rows chosen take one."""
    repeats: int
    """Rows that share another row's question."""
    unchosen: int
    """Rows outside --rows and --first."""
    suppressed: Mapping[int, str]
    """Rows on the do-not-contact list, and what of them is on it."""
    selection: Ranges
    identity: str
    """The same job over the same named cells has the same; flags are no part of it."""
    entries: tuple[Entry, ...] | None = None
    """Every row bound, for a sheet small enough to hold; else it is bound once more."""
    where: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The first rows that each reason leaves out, as far as they were looked at."""


def survey(
    job: Job, bound: Iterable[Entry], asking: Asking, *, period: str, chosen: "Choice"
) -> Survey:
    """Count every bound row once; constant memory but for a hash per question."""
    count = _Count(job, asking, period, chosen)
    for entry in bound:
        count.take(entry)
    return count.survey()


def identity_of(
    canonical: str, period: str, rows: Iterable[tuple[int, Sequence[str]]], salt: bytes
) -> str:
    """Say what tells a job over rows from every other: the same job over the same named cells."""
    identity = _begun(canonical, period, salt)
    for number, cells in rows:
        identity.update(_line(number, cells))
    return identity.hexdigest()


def _begun(canonical: str, period: str, salt: bytes) -> hmac.HMAC:
    return hmac.new(salt, json.dumps([canonical, period]).encode(), "sha256")


def _line(number: int, cells: Sequence[str]) -> bytes:
    return json.dumps([number, *cells]).encode()


class _Count:
    """One pass over the rows."""

    def __init__(self, job: Job, asking: Asking, period: str, chosen: "Choice") -> None:
        self._asking = asking
        self._chosen = chosen
        self._identity = _begun(job.canonical(), period, asking.salt)
        self._skips: Counter[str] = Counter()
        self._where: dict[str, list[int]] = {}
        self._asked: dict[str, bool] = {}
        self._subjects: set[str] = set()
        self._lots: Counter[tuple[str, str]] = Counter()
        self._suppressed: dict[int, str] = {}
        self._small: list[Entry] = []
        self._rows = self._repeats = self._unchosen = 0

    def take(self, entry: Entry) -> None:
        """Count one row."""
        bound = entry.bound
        self._rows += 1
        self._identity.update(_line(bound.row, entry.cells))
        self._chosen.see(bound.row)
        if self._rows <= _SMALL:
            self._small.append(entry)
        if isinstance(bound, Outcome):
            self._skips[bound.reason] += 1
            if self._skips[bound.reason] <= _NAMED:
                self._where.setdefault(bound.reason, []).append(bound.row)
            if bound.reason in {"suppressed", "erased"}:
                self._suppressed[bound.row] = bound.note
            return
        key = same(self._asking, bound.params)
        repeat = key in self._asked
        taken = self._asked.setdefault(key, self._chosen.takes(bound.row))
        self._repeats += repeat and taken
        self._unchosen += not taken
        if taken and not repeat:
            self._count_requests(bound.params)

    def _count_requests(self, params: Params) -> None:
        self._lots.update(self._asking.ways(params))
        operation = self._asking.operation
        if self._asking.once is Once.EVER and (
            made := subject(operation, params, self._asking.salt)
        ):
            self._subjects.add(made)

    def survey(self) -> Survey:
        """Say what was counted."""
        return Survey(
            rows=self._rows,
            skips=dict(self._skips.most_common()),
            where=self._where,
            questions=tuple(key for key, taken in self._asked.items() if taken),
            subjects=tuple(self._subjects),
            lots=dict(self._lots),
            repeats=self._repeats,
            unchosen=self._unchosen,
            suppressed=self._suppressed,
            selection=self._chosen.ranges(),
            identity=self._identity.hexdigest(),
            entries=tuple(self._small) if self._rows <= _SMALL else None,
        )


class Choice:
    """Which rows this invocation takes up: all, those of --rows, or the --first N."""

    def __init__(self, rows: Sequence[tuple[int, int]] = (), first: int | None = None) -> None:
        self._rows = list(rows)
        self._first = first
        self._seen = 0
        self._last = 0
        self.met = False
        """Whether any row that came by is one of those named."""

    @property
    def takes_all(self) -> bool:
        """Whether no row is left for another time."""
        return not self._rows and self._first is None

    def see(self, number: int) -> None:
        """Count a row as it comes by."""
        self.met = self.met or self._within(number)
        if self._first is not None and self._seen < self._first and self._within(number):
            self._seen += 1
            self._last = number

    def takes(self, number: int) -> bool:
        """Whether a row seen just now is taken up."""
        return self._within(number) and (self._first is None or number <= self._last)

    def ranges(self) -> Ranges:
        """The rows taken up, as ranges; [] for all."""
        if self._first is None:
            return self._rows
        every = self._rows or [(1, self._last)]
        return [(low, min(high, self._last)) for low, high in every if low <= self._last] or [
            (0, 0)
        ]

    def _within(self, number: int) -> bool:
        return not self._rows or any(low <= number <= high for low, high in self._rows)


def entries(
    sheet: Sheet,
    binding: Binding,
    suppression: Suppression | None = None,
    *,
    salt: bytes,
    by_id: bool,
) -> Iterator[Entry]:
    """Bind every row for the journal; all of them, whatever this invocation takes up.

    `by_id`: a step of the job may say by an id alone whom it changes or enrolls.
    """
    for row in sheet.rows():
        text = "\x1f".join(row.cells)
        digest = hmac.digest(salt, text.encode("utf-8", "surrogatepass"), "sha256").hex()
        bound = binding.bind(row)
        if suppression is not None and isinstance(bound, Item):
            bound = _unless_listed(suppression, binding, row, bound, by_id=by_id)
        yield Entry(binding.cells(row), digest, bound)


def _unless_listed(
    suppression: Suppression, binding: Binding, row: Row, item: Item, *, by_id: bool
) -> Item | Outcome:
    """Leave a row out whom the do-not-contact list names, in what is sent or in its cells."""
    note = suppression.finds(binding.operation, item.params)
    if note is None and by_id and not binding.operation.withdraws:
        note = suppression.finds_cell(binding.columns, row.cells)
    return item if note is None else spared(item.row, note)


def spared(row: RowNumber, note: str) -> Outcome:
    """End a row that is on the do-not-contact list; `note` says what of it."""
    return Outcome(row, Status.SKIPPED, listed_as(note), note)
