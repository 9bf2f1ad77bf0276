"""The journal's record of a run becomes figures: for people, for machines, for analysts."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from apollo_batch.apollo.decode import NOT_REVEALED
from apollo_batch.codes import Code
from apollo_batch.errors import EXIT_ORDER, Exit, UsageError
from apollo_batch.journal import changed, enrolling, late, tell
from apollo_batch.journal.found import sheets_of
from apollo_batch.journal.outcomes import Told, outcomes
from apollo_batch.journal.store import Store, open_store
from apollo_batch.journal.undoing import undone_by
from apollo_batch.model import Status
from apollo_batch.reasons import REASONS, sentence
from apollo_batch.runner.columns import told
from apollo_batch.settings import state_place
from apollo_batch.suggest import SLIPS, distance

if TYPE_CHECKING:
    import pandas as pd

_BUDGETS = ("budget", "budget_day", "budget_month", "balance_kept", "enroll_budget")
_STOP_EXITS = dict.fromkeys(_BUDGETS, Exit.BUDGET) | {
    "pilot": Exit.BUDGET,
    "stop_if": Exit.BUDGET,
    "credits_exhausted": Exit.BUDGET,
    "no_access": Exit.ACCESS,
    "out_of_reach": Exit.OUT_OF_REACH,
    "limited": Exit.OUT_OF_REACH,
    "answers_changed": Exit.OUT_OF_REACH,
    "job_refused": Exit.ROWS_FAILED,
    "stopped": Exit.INTERRUPTED,
}


@dataclass(frozen=True)
class Figures:
    """A run in numbers; they balance: the statuses add up to the rows."""

    run: str
    record: Mapping[str, Any]
    statuses: Mapping[Status, int]
    reasons: Mapping[str, int]
    not_revealed: int
    row_credits: Decimal
    """What the rows are known to have cost; the rest of the bill has no row."""
    bill: tell.Bill
    budget: Mapping[str, Any]
    balances: Mapping[str, Mapping[str, Any]]
    planned: Mapping[str, Any] = field(default_factory=dict)
    sheets: Mapping[str, int] = field(default_factory=dict)
    """Steps that search, each with how many records it found; they are among the rows."""
    unknown: Mapping[str, int] = field(default_factory=dict)
    """What of Apollo's answers this version does not know, and how often it was there."""
    by_sheet: Mapping[str, Mapping[Status, int]] = field(default_factory=dict)
    """The statuses of the input's rows, "", and of what each search found that goes on."""
    charges: Mapping[str, Decimal] = field(default_factory=dict)
    """What each step was charged."""
    enrolled: int = 0
    """How many contacts a run that enrolls has enrolled, or may have."""
    waits: late.Waits = field(default_factory=late.Waits)
    """What its rows still wait for."""

    @property
    def rows(self) -> int:
        """How many rows the run has."""
        return sum(self.statuses.values())

    @property
    def output(self) -> Path | None:
        """Where its output was written last."""
        return Path(self.record["output_path"]) if self.record["output_path"] else None

    @property
    def finds(self) -> bool:
        """Whether what was found has a sheet of its own."""
        return bool(json.loads(self.record["job"]).get("finds"))

    @property
    def searches(self) -> bool:
        """Whether it starts from a search of its own, and has no other rows."""
        return bool(json.loads(self.record["job"]).get("searches"))

    @property
    def own_statuses(self) -> Mapping[Status, int]:
        """The statuses of the rows themselves, without the records found for them."""
        return self.by_sheet.get("", {})

    @property
    def ended(self) -> Mapping[Status, int]:
        """The statuses of all that has an end of its own, on whatever sheet."""
        return Counter(self.own_statuses) + Counter(self.found_ended)

    @property
    def found_ended(self) -> Mapping[Status, int]:
        """The statuses of found records that go on, on all their sheets."""
        each = (Counter(n) for sheet, n in self.by_sheet.items() if sheet)
        return sum(each, Counter[Status]())

    @property
    def charged(self) -> Decimal:
        """The whole bill: what Apollo said, and price times found where it said nothing."""
        return self.bill.reported + self.bill.derived

    @property
    def exit_code(self) -> Exit:
        """What the process ends with, if nothing else went wrong."""
        apply = {_STOP_EXITS[stop] for stop in [self.record["stop"]] if stop in _STOP_EXITS}
        if self.statuses.get(Status.IN_DOUBT):
            apply.add(Exit.IN_DOUBT)
        if self.statuses.get(Status.FAILED):
            apply.add(Exit.ROWS_FAILED)
        return next((code for code in EXIT_ORDER if code in apply), Exit.OK)


def figures(store: Store, run: str) -> Figures:
    """Count a run up from the journal; UsageError where there is no such run."""
    record = tell.run_of(store, run)
    if record is None:
        raise _no_such_run(store, run)
    number = str(record["id"])
    count = _Count(starts=bool(json.loads(record["job"]).get("searches")))
    sheets = sheets_of(store, number)
    for sheet, columns in told(json.loads(record["job"])).items():
        if columns.ends:
            for one in outcomes(store, number, sheet):
                count.take(sheet, one)
        else:
            count.take_found(sheets.get(sheet, 0))
    return Figures(
        run=number,
        record=dict(record) | {"undone_by": undone_by(store, record["account"], number)},
        statuses=count.statuses,
        reasons={code: n for code, n in count.reasons.most_common() if n},
        sheets=sheets,
        unknown=changed.unknown(store, number),
        by_sheet=count.by_sheet,
        charges=tell.charges(store, number),
        enrolled=enrolling.enrolled(store, number),
        not_revealed=count.not_revealed,
        row_credits=count.credits,
        bill=tell.bill(store, number),
        budget=dict(tell.budget_of(store, number) or {}),
        balances=tell.balance_notes(store, number),
        planned=json.loads(record["planned"]),
        waits=late.waits(store, record["account"], number),
    )


class _Count:
    """One pass over the outcomes of all sheets."""

    def __init__(self, *, starts: bool) -> None:
        self._starts = starts
        self.statuses: Counter[Status] = Counter()
        self.by_sheet: dict[str, Counter[Status]] = {"": Counter()}
        self.reasons: Counter[str] = Counter()
        self.credits = Decimal(0)
        self.not_revealed = 0

    def take(self, sheet: str, one: Told) -> None:
        """Count one row."""
        self.credits += one.credits or Decimal(0)
        if self._starts and not sheet and one.status is Status.SUCCEEDED:
            return  # a search that a job starts from is no row; what it found is
        self.statuses[one.status] += 1
        self.by_sheet.setdefault(sheet, Counter())[one.status] += 1
        self.reasons[one.reason] += 1
        self.not_revealed += NOT_REVEALED in one.note

    def take_found(self, count: int) -> None:
        """Count records that have come to their end by being found."""
        self.statuses[Status.SUCCEEDED] += count
        self.reasons["found"] += count


def plain(number: Decimal | None) -> str | None:
    """Write a number of credits without exponent or trailing zeros."""
    if number is None:
        return None
    return format(number.normalize(), "f") if number else "0"


def sentence_of(code: str) -> str:
    """Say a reason as the workbook does: what happened, and what to do about it."""
    remedy = REASONS[code].remedy if code in REASONS else ""
    return f"{sentence(code)} {remedy}".strip()


@overload
def frame(run: str, /, *, state: str | None = None, found: str | None = None) -> "pd.DataFrame": ...


@overload
def frame(store: Store, run: str, /, *, found: str | None = None) -> "pd.DataFrame": ...


def frame(
    first: Store | str,
    second: str | None = None,
    /,
    *,
    state: str | None = None,
    found: str | None = None,
) -> "pd.DataFrame":
    """Give a run's outcomes as a table: one row each, with status, reason, note, credits, kept.

    A run's id alone reads the journal that the commands would read; `state` names another, as
    `--state` does. `found` names a step that searches: its records instead, each with the row that
    it was found `for`. UsageError where there is no such run or step.
    """
    if isinstance(first, Store):
        return _framed(first, str(second), found)
    store = open_store(state_place(state, os.environ))
    try:
        return _framed(store, first, found)
    finally:
        store.close()


def _framed(store: Store, run: str, found: str | None) -> "pd.DataFrame":
    from apollo_batch.runner import analysis

    record = tell.run_of(store, run)
    if record is None:
        raise _no_such_run(store, run)
    return analysis.framed(store, dict(record), found)


def _no_such_run(store: Store, run: str) -> UsageError:
    known = [str(record["id"]) for record in tell.all_runs(store)]
    alike = [each for each in known if each.startswith(run)]
    if run and alike:
        message = f"{len(alike)} runs begin with {run}."
        return UsageError(
            Code.UNKNOWN_RUN, message, fix=f"Write more of it: {' or '.join(alike[:5])}"
        )
    # Ids of one day are much alike: only a slip or two is a slip.
    meant = next((each for each in known if distance(run, each) <= SLIPS), None)
    lists = "`apollo-batch runs` lists them; runs made with --sandbox or --state need it here too."
    fix = f"Did you mean {meant}?" if meant else lists
    return UsageError(Code.UNKNOWN_RUN, f"There is no run {run} here.", fix=fix)
