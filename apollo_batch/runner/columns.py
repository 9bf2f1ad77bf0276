"""A job in; the new columns that its output has on each of its sheets out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apollo_batch.job.flow import stages
from apollo_batch.job.wanted import Job

TITLE = "Apollo Found"
STATUSES = ("Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits")


@dataclass(frozen=True)
class Columns:
    """The new columns of one sheet."""

    steps: Sequence[str] = ()
    """The steps that its rows go through."""
    kept: Sequence[str] = ()
    ends: bool = True
    """Whether its rows have an end to be told: what a search found as its last step has none."""

    @property
    def of_steps(self) -> dict[str, str]:
        """Name the column of each step, where there are several."""
        return {step: step_column(step) for step in self.steps} if len(self.steps) > 1 else {}

    @property
    def names(self) -> list[str]:
        """Name all of them, in their order."""
        return [*(STATUSES if self.ends else ()), *self.of_steps.values(), *self.kept]


@dataclass
class _Sheet:
    steps: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def title(number: int) -> str:
    """Name the sheet of what the first, second … search of a job found."""
    return TITLE if number == 1 else f"{TITLE} {number}"


def step_column(step: str) -> str:
    """Name the column that says what became of a row in a step."""
    return f"Apollo Step {step}"


def columns_of(job: Job) -> dict[str, Columns]:
    """Say which columns each sheet gets: the input's own is "", the others are named by step."""
    sheets = {"": _Sheet()}
    for stage in stages(job):
        step, sheet = stage.step, stage.sheet
        sheets[sheet].steps.append(step.id)
        home = sheets.setdefault(step.id, _Sheet()) if step.fans_out else sheets[sheet]
        home.kept += step.keep
    return {
        name: Columns(sheet.steps, sheet.kept, ends=not name or bool(sheet.steps))
        for name, sheet in sheets.items()
    }


def as_told(columns: Mapping[str, Columns]) -> dict[str, Any]:
    """Write columns down for the journal."""
    return {name: {"steps": [*c.steps], "kept": [*c.kept]} for name, c in columns.items()}


def told(job: Mapping[str, Any]) -> dict[str, Columns]:
    """Read what `as_told` wrote."""
    written = job.get("columns") or {"": {"steps": [], "kept": job.get("kept", [])}}
    return {
        name: Columns(each["steps"], each["kept"], ends=not name or bool(each["steps"]))
        for name, each in written.items()
    }
