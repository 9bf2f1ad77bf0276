"""Rows that have come to a later step in; which of them the do-not-contact list names, out."""

from collections.abc import Iterator

from apollo_batch.job.flow import above, stages
from apollo_batch.job.tie import Passing
from apollo_batch.journal.onward import Onward, waiting
from apollo_batch.journal.store import Store
from apollo_batch.journal.suppress import Barred
from apollo_batch.model import Params, Row, RowNumber
from apollo_batch.runner.rows import Rows
from apollo_batch.runner.suppression import Suppression
from apollo_batch.runner.survey import Survey


def row_of(passing: Passing, came: Onward) -> Row:
    """Put together what a row has by the time that it comes to a step."""
    return passing.row(RowNumber(came.row), came.cells, came.answers)


def listed(suppression: Suppression, passing: Passing, came: Onward, params: Params) -> str | None:
    """Say what of a row is on the list: what would be sent, its cells, or who was found for it."""
    operation = passing.binding.operation
    note = suppression.finds(operation, params)
    if note is None and operation.by_id:
        note = suppression.finds_cell(passing.binding.columns, came.cells)
        note = note or suppression.finds_answer(came.told)
    return note


def barred(store: Store, rows: Rows, survey: Survey, run: str, *, resend: bool) -> Iterator[Barred]:
    """Say of each later step which of the rows that wait there are on the list by now."""
    if rows.suppression is None:
        return
    passings, sheets = rows.passings(), above(rows.job)
    for stage in stages(rows.job):
        if stage.before is None:
            continue
        step, passing, notes = stage.step, passings[stage.step.id], {}
        for came, params in waiting(store, run, step.id, stage.sheet, sheets):
            note = listed(rows.suppression, passing, came, params)
            if note is None and step.operation.by_id:
                # The journal keeps the cells that are named; all were looked at just now.
                note = survey.suppressed.get(came.root)
            if note is not None:
                notes[came.row] = note
        yield Barred(run, step.id, step.operation, notes, survey.selection, resend)
