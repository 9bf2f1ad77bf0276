"""A job as the rest of the house reads it: every name in it is already checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from apollo_batch.catalogue import paths
from apollo_batch.catalogue.entry import Mode, Operation, Route
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.job.places import Loc, Places

REUSE_DAYS = 90


class Condition(StrEnum):
    """How a rule looks at a cell; conditions are data, not a language."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    BLANK = "blank"
    FILLED = "filled"
    MATCHES = "matches"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Rehearse(StrEnum):
    """Which contacts are looked at before they are enrolled."""

    AUTO = "auto"
    ALL = "all"
    OFF = "off"


Value = bool | int | float | str | list[Any] | dict[str, Any]
"""As Apollo gets it: a flag, a text, a list, a range or a set of custom fields."""

Operand = str | tuple[str, ...] | Decimal | bool


@dataclass(frozen=True)
class Source:
    """Where a parameter's value comes from."""

    column: str
    """The sheet's column, or `step.field` where an earlier step answers it."""
    default: str | None = None
    """Taken where the cell says nothing."""
    cleaners: tuple[str, ...] = ()
    """Names of `cleaners.CLEANERS`, run in this order before the parameter's own cleaning."""
    split: str = ""
    """What stands between the values of a cell that fills a list; "": it holds one value."""
    answered: bool = False
    """Whether an earlier step answers it."""


@dataclass(frozen=True)
class When:
    """What must hold of a row for a step to be for it."""

    column: str
    condition: Condition
    operand: Operand
    answered: bool = False
    """Whether an earlier step answers it."""
    reason: str = "when_not_met"
    """Why a row is left out for which it does not hold."""


@dataclass(frozen=True)
class SkipRule:
    """Rows to leave out before anything is sent."""

    column: str
    condition: Condition
    operand: Operand
    reason: str = "job_skip"


@dataclass(frozen=True)
class Limits:
    """How far a run of this job may go."""

    max_credits: Decimal | None = None
    keep_credits: Decimal | None = None
    """How much of the account's balance to leave; it only adds to what the user's settings keep."""
    reuse_days: int = REUSE_DAYS
    """How long a paid answer serves again; 0 buys anew."""
    most_per_row: Decimal | None = None
    """The most credits to hold for a row whose price Apollo does not say beforehand."""
    max_enroll: int | None = None
    """The most contacts a run may enroll; it only lowers what the person says."""
    headroom: Decimal = Decimal(0)
    """The share of each of Apollo's rate windows that is left to others of the team."""


@dataclass(frozen=True)
class StopIf:
    """What ends a run early, once there are enough rows to judge by."""

    match_rate_below: Decimal | None = None
    """The share of rows looked up that Apollo knows."""
    error_rate_above: Decimal | None = None
    """The share of rows that failed or are in doubt."""
    credits_per_row_above: Decimal | None = None
    """What the run has cost for each row of its first step."""


@dataclass(frozen=True)
class Step:
    """One operation and what it gets: the same for every row, and per row."""

    id: str
    operation: Operation
    route: Route
    sources: Mapping[str, Source]
    """Parameter to its column; a custom field as `typed_custom_fields.ID`, or `.LABEL` until its
    id is known."""
    options: Mapping[str, Value] = field(default_factory=dict)
    """What a request says once for all its rows: the parameters that no column may fill."""
    constants: Mapping[str, Value] = field(default_factory=dict)
    """Parameters of a row that are the same for every row; a cell that says something wins."""
    keep: Mapping[str, tuple[paths.Step, ...]] = field(default_factory=dict)
    """New column to the path of its value in the answer, in the file's order."""
    route_note: str | None = None
    """Why the preferred route was not taken."""
    mode: Mode | None = None
    """What creating does where the record is there; None where the operation knows no modes."""
    label_run: bool = False
    """Whether what is created goes on a list that is named after the run."""
    keep_old: bool = False
    """Whether the old values are read before they are changed."""
    most_records: int | None = None
    """How many records a search may bring for one row, or for the job; None: all there are."""
    rehearse: Rehearse = Rehearse.AUTO
    """Which contacts are looked at before they are enrolled; it changes nothing that is sent."""
    cooling_off: int = 0
    """For how many seconds whoever is enrolled is sent nothing; 0: it begins at once."""
    when: tuple[When, ...] = ()
    """Where one does not hold, a row passes this step by."""
    gives: Mapping[str, tuple[paths.Step, ...]] = field(default_factory=dict)
    """What later steps take of its answers: `step.field` to the path."""
    options_at: Loc = ("options",)
    """Where the file says the options, from the step on."""
    places: Places = field(default_factory=Places, repr=False, compare=False)
    """Where its words stand; ways begin at the step."""

    @property
    def picks(self) -> dict[str, tuple[paths.Step, ...]]:
        """All that is picked from an answer: its own columns, and what later steps take."""
        return {**self.keep, **{kept_as(name): path for name, path in self.gives.items()}}

    @property
    def fans_out(self) -> bool:
        """Whether each record that it brings is a row of its own."""
        return self.operation.paging is not None


def kept_as(name: str) -> str:
    """Say under which name an answer is kept for later steps: one that no column can have."""
    return f"\x1f{name}"


@dataclass(frozen=True)
class Job:
    """What a job file asks for."""

    name: str
    steps: tuple[Step, ...]
    path: Path | None = None
    """The file it was read from."""
    sheet: str | None = None
    """None: the first visible sheet."""
    header_row: int | None = None
    """None: the first row that looks like a header."""
    table: str | None = None
    """Only the rows of this table; None: all of the sheet."""
    searches: bool = False
    """Whether the job starts from a search of its own instead of a spreadsheet."""
    zone: str = "UTC"
    """The time zone of cells that name none."""
    time: str | None = None
    """The time of day for a date without one; None: such a cell is refused."""
    include_hidden: bool = False
    """Whether rows that the workbook hides are taken as well."""
    skip: tuple[SkipRule, ...] = ()
    limits: Limits = field(default_factory=Limits)
    pilot: int | None = None
    """How many rows are asked first, before it is decided whether the rest follows."""
    stop_if: StopIf | None = None
    notices: tuple[str, ...] = ()
    """What a person should know before the run, though nothing is wrong."""
    places: Places = field(default_factory=Places, repr=False, compare=False)

    def step(self, id: str) -> Step:
        """Find a step by its id; KeyError where there is none."""
        return {step.id: step for step in self.steps}[id]

    def canonical(self) -> str:
        """Say what the job asks in one stable text; its name, limits, pilot, `stop_if` and layout are no part."""
        asked: dict[str, Any] = {
            "input": [self.sheet, self.header_row, self.table, self.include_hidden],
            "skip": [_rule(rule) for rule in self.skip],
            "steps": [_step(step) for step in self.steps],
        }
        if self.searches:
            asked["searches"] = True
        if any(param.kind is Kind.MOMENT for step in self.steps for param in step.operation.params):
            asked["time"] = [self.zone, self.time]
        return json.dumps(asked, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _rule(rule: SkipRule) -> list[Any]:
    return [rule.column, rule.condition, _plain(rule.operand), rule.reason]


def _plain(operand: Operand) -> Any:
    return str(operand.normalize()) if isinstance(operand, Decimal) else operand


def _from(source: Source) -> list[str]:
    return ["from"] if source.answered else []


def _step(step: Step) -> dict[str, Any]:
    more = {
        "constants": dict(step.constants),
        "mode": step.mode,
        "label_run": step.label_run,
        "keep_old": step.keep_old,
        "most_records": step.most_records,
        "cooling_off": step.cooling_off,
        "when": [[w.column, w.condition, _plain(w.operand), w.answered] for w in step.when],
        "gives": sorted(step.gives),
    }
    return {name: value for name, value in more.items() if value} | {
        "id": step.id,
        "operation": step.operation.name,
        "options": dict(step.options),
        "map": {
            name: [source.column, source.default, source.cleaners, source.split, *_from(source)]
            for name, source in step.sources.items()
        },
        "keep": {
            column: [[word.key, word.index, word.every] for word in path]
            for column, path in step.keep.items()
        },
    }
