"""A run in; what may be said of its rows where a whole team reads along, and no more, out."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apollo_batch.journal import tell
from apollo_batch.journal.outcomes import Told, outcomes
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.reasons import APOLLOS, REASONS
from apollo_batch.runner import columns
from apollo_batch.runner.report import Figures, sentence_of

REVIEWED = (Status.IN_DOUBT, Status.FAILED)
"""What a person has to look at."""
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,60}")
_OTHER = "Apollo gave a reason of its own, which the workbook has."
_LEFT_OUT = "Left out by the job file."


@dataclass(frozen=True)
class Came:
    """What a row came to, named by its number alone."""

    name: str
    told: Told


def said(code: str) -> str:
    """Say a reason; words that are not ours are said only where they look like a code."""
    if code in REASONS:
        return sentence_of(code)
    ours = not code.startswith(APOLLOS)
    if _WORD.fullmatch(code.removeprefix(APOLLOS)):
        return sentence_of(code)
    return _LEFT_OUT if ours else _OTHER


def rows_of(store: Store, run: str) -> Iterator[Came]:
    """Go through a run's rows, and through the found records that go on."""
    record = tell.run_of(store, run)
    job = json.loads(record["job"]) if record is not None else {}
    for number, (sheet, of_it) in enumerate(columns.told(job).items()):
        if of_it.ends:
            where = f" of {columns.title(number)}" if sheet else ""
            for told in outcomes(store, run, sheet):
                yield Came(f"row {told.row}{where}", told)


def reasons_to_review(store: Store, run: str) -> Mapping[str, int]:
    """Count why rows failed or are in doubt."""
    found = (came.told for came in rows_of(store, run))
    return _most_first(said(told.reason) for told in found if told.status in REVIEWED)


def reasons_of(found: Figures) -> Mapping[str, int]:
    """Count why rows ended as they did, where the status alone does not say it."""
    count: Counter[str] = Counter()
    for code, rows in found.reasons.items():
        if code not in {"found", "no_match"}:
            count[said(code)] += rows
    return dict(count.most_common())


def _most_first(words: Iterator[str]) -> Mapping[str, int]:
    return dict(Counter(words).most_common())
