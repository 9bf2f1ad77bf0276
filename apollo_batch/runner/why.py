"""A row of a run in; its story from cell to answer, line by line, out."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.journal.history import History, history_of
from apollo_batch.journal.outcomes import Told, outcomes
from apollo_batch.journal.store import Store
from apollo_batch.model import Arrival, Status
from apollo_batch.runner.masking import masked_note, masked_value
from apollo_batch.runner.reading import day
from apollo_batch.runner.report import Figures, plain, sentence_of

_OUTCOMES = {
    "sent": "sent; no answer yet",
    "lost": "sent; the program ended before the answer came",
    Arrival.DONE: "answered",
    Arrival.REFUSED: "refused",
    Arrival.LIMITED: "refused: the limit was reached; nothing was done",
    Arrival.NOT_SENT: "never left",
    Arrival.UNKNOWN: "sent; no usable answer came",
}


def why(store: Store, found: Figures, row: int, *, masks: bool = True) -> Iterator[str]:
    """Tell what became of a row and how; values are masked unless they are asked for."""
    story = history_of(store, found.run, row)
    if story is None:
        raise UsageError(
            Code.ROWS_NOT_THERE,
            f"Run {found.run} has no row {row}.",
            fix="Rows are numbered as the spreadsheet counts them; blank ones are no rows.",
        )
    yield f"Row {row} of run {found.run}, {found.record['job_name']}"
    if found.record["purged"]:
        yield f"Purged         on {day(found.record['purged'])}: cells and answers are not here any more"
    yield from _cells(story, masks=masks)
    if story.original is not None:
        yield f"Asked for      by row {story.original}, which asks the same"
    yield from _sent_as(story, masks=masks)
    for request in story.requests:
        yield from _request(request, story, masks=masks)
    if story.source is not None:
        asked = f"run {story.source['run']}, asked {_moment(story.source['sent_at'])}"
        yield f"Answered       from the journal: {asked}"
    yield from _end(store, found.run, story, masks=masks)


def _cells(story: History, *, masks: bool) -> Iterator[str]:
    shown = [_shown(cell, masks=masks) for cell in story.cells if cell]
    if shown:
        yield f"Cells          {' | '.join(shown)}"


def _sent_as(story: History, *, masks: bool) -> Iterator[str]:
    for name, value in json.loads(story.item["params"]).items():
        yield f"Sent as        {name}: {_shown(value, masks=masks)}"
    if story.item["found"]:
        yield f"Apollo's id    {story.item['found']}"


def _request(request: Any, story: History, *, masks: bool) -> Iterator[str]:
    lane = request["lane"].partition(" ")[2]
    outcome = _OUTCOMES.get(request["outcome"], request["outcome"])
    status = f", status {request['http']}" if request["http"] else ""
    count = len(json.loads(request["items"]))
    shared = f", with {count - 1} other rows" if count > 1 else ""
    yield f"{_moment(request['sent_at'])}  {lane}{shared}"
    took = f" after {request['done_at'] - request['sent_at']:.1f} s" if request["done_at"] else ""
    yield f"{'':15}{outcome}{took}{status}"
    if request["message"]:
        said = request["message"]
        yield f"{'':15}{masked_note(said, story.cells, about_a_cell=False) if masks else said}"
    bill = request["reported"] if request["reported"] is not None else request["derived"]
    if bill:
        yield f"{'':15}{plain(bill)} credits for the request"


def _end(store: Store, run: str, story: History, *, masks: bool) -> Iterator[str]:
    row = story.item["row"]
    told = next((one for one in outcomes(store, run) if one.row == row), None)
    if told is None:
        return
    if len(told.steps) > 1:
        for step, one in told.steps:
            yield f"Step           {step}: {one.status.words}: {sentence_of(one.reason)}"
    yield f"Ended          {told.status.words}: {sentence_of(told.reason)}"
    if told.note:
        yield f"Note           {_note(told, story) if masks else told.note}"
    if told.credits is not None:
        yield f"Credits        {plain(told.credits)}"
    for column, value in told.kept.items():
        if value:
            yield f"Kept           {column}: {_shown(value, masks=masks)}"


def _note(told: Told, story: History) -> str:
    # A row that lacks cells has their columns named in its note.
    about_a_cell = told.status is Status.SKIPPED and told.reason != "weak_identity"
    return masked_note(told.note, story.cells, about_a_cell=about_a_cell)


def _shown(value: Any, *, masks: bool) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())[:200]
    return masked_value(line) if masks else line


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d %b %H:%M:%S}"
