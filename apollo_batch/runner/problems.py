"""A run's rows that came to nothing: which, why, and what to do about each."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from apollo_batch.journal import tell
from apollo_batch.journal.outcomes import Told, outcomes
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.runner import columns
from apollo_batch.runner.masking import masked, masked_note
from apollo_batch.runner.report import sentence_of

MOST = 200
_WORST_FIRST = (
    Status.IN_DOUBT,
    Status.FAILED,
    Status.SKIPPED,
    Status.NO_MATCH,
    Status.NOT_RUN,
)
_LONGEST_NOTE = 300


@dataclass(frozen=True)
class ProblemRow:
    """One such row, with nothing in it that tells whose it is."""

    row: int
    status: Status
    reason: str
    note: str
    where: str = ""
    """Of a found record, its sheet and the row that it was found for."""


@dataclass(frozen=True)
class Problems:
    """The first of them, and how many there are."""

    rows: tuple[ProblemRow, ...]
    count: int


def problems_of(store: Store, run: str, most: int = MOST) -> Problems:
    """Pick the rows that came to nothing, the worst kinds first, in the order of their sheets."""
    found: dict[Status, list[_Came]] = defaultdict(list)
    count = 0
    for came in _came(store, run):
        status = came.told.status
        if status in _WORST_FIRST:
            count += 1
            if len(found[status]) < most:
                found[status].append(came)
    picked = [came for status in _WORST_FIRST for came in found[status]][:most]
    cells = tell.named_cells(store, run, [came.told.row for came in picked if not came.sheet])
    return Problems(tuple(_problem(came, cells) for came in sorted(picked, key=_order)), count)


@dataclass(frozen=True)
class _Came:
    """What a row came to, and where it stands."""

    number: int
    """Of its sheet: 0 for the input's."""
    sheet: str
    """What the sheet is called; "" for the input's."""
    told: Told


def _came(store: Store, run: str) -> Iterator[_Came]:
    record = tell.run_of(store, run)
    job = json.loads(record["job"]) if record is not None else {}
    sheets = columns.told(job)
    for number, (sheet, of_it) in enumerate(sheets.items()):
        if of_it.ends:
            name = columns.title(number) if sheet else ""
            alone = number == 1 and bool(job.get("searches"))
            for told in outcomes(store, run, sheet):
                yield _Came(number, name, told if not alone else replace(told, parent=None))


def _order(came: _Came) -> tuple[int, int, int]:
    return came.number, came.told.parent or 0, came.told.row


def _problem(came: _Came, cells: Mapping[int, list[str]]) -> ProblemRow:
    told = came.told
    own = [*told.kept.values()] if came.sheet else cells.get(told.row, [])
    # A row that lacks cells has their columns named in its note.
    about_a_cell = told.status is Status.SKIPPED and told.reason != "weak_identity"
    note = masked_note(told.note, own, about_a_cell=about_a_cell)[:_LONGEST_NOTE]
    # No row has asked for what the search brought that the job starts from.
    where = came.sheet if told.parent is None else f"{came.sheet}, for row {told.parent}"
    return ProblemRow(told.row, told.status, masked(sentence_of(told.reason)), note, where)
