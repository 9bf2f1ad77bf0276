"""A run's rows that came to nothing: which, why, and what to do about each."""

from collections import defaultdict
from dataclasses import dataclass

from apollo_batch.journal import tell
from apollo_batch.journal.outcomes import Told, outcomes
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
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


@dataclass(frozen=True)
class Problems:
    """The first of them, and how many there are."""

    rows: tuple[ProblemRow, ...]
    count: int


def problems_of(store: Store, run: str, most: int = MOST) -> Problems:
    """Pick the rows that came to nothing, the worst kinds first, in the order of the sheet."""
    found: dict[Status, list[Told]] = defaultdict(list)
    count = 0
    for told in outcomes(store, run):
        if told.status in _WORST_FIRST:
            count += 1
            if len(found[told.status]) < most:
                found[told.status].append(told)
    picked = [told for status in _WORST_FIRST for told in found[status]][:most]
    cells = tell.named_cells(store, run, [told.row for told in picked])
    rows = [_problem(told, cells.get(told.row, [])) for told in picked]
    return Problems(tuple(sorted(rows, key=lambda one: one.row)), count)


def _problem(told: Told, cells: list[str]) -> ProblemRow:
    # A row that lacks cells has their columns named in its note.
    about_a_cell = told.status is Status.SKIPPED and told.reason != "weak_identity"
    note = masked_note(told.note, cells, about_a_cell=about_a_cell)
    return ProblemRow(told.row, told.status, masked(sentence_of(told.reason)), note[:_LONGEST_NOTE])
