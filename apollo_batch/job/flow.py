"""The steps of a job in; whose rows each of them is for, and which step those come from, out.

A step is for the records of a search where it takes anything of them, or of what was done with
them; else for the rows that the job begins with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apollo_batch.job.wanted import Job, Step


class SideBySideError(Exception):
    """A step takes of what two searches found, neither of them for what the other found."""

    def __init__(self, step: Step, sheets: Sequence[str]) -> None:
        super().__init__(step.id)
        self.step = step
        self.sheets = sheets


@dataclass(frozen=True)
class Stage:
    """One step and where its rows come from."""

    step: Step
    sheet: str
    """Whose rows it is for: "" for the input's, else the step that found them."""
    before: str | None
    """The step that its rows come from; None: it is the first."""
    chain: tuple[str, ...] = ()
    """Every step that its rows go through before."""

    @property
    def of_records(self) -> bool:
        """Whether its rows are what the step before it found."""
        return self.sheet == self.before


def stages(job: Job) -> list[Stage]:
    """Say of every step whose rows it is for; SideBySideError where that cannot be."""
    made: list[Stage] = []
    above: dict[str, str] = {}
    start = job.steps[0].id if job.searches else ""
    for step in job.steps:
        sheets = [_sheet(name.partition(".")[0], made) for name in takes(step)]
        sheet = _deepest(step, [start if made else "", *sheets], above)
        before = next((s for s in reversed(made) if sheet in {s.step.id, s.sheet}), None)
        chain = (*before.chain, before.step.id) if before else ()
        made.append(Stage(step, sheet, before.step.id if before else None, chain))
        if step.fans_out:
            above[step.id] = sheet
    return made


def takes(step: Step) -> Iterator[str]:
    """Name what a step takes of earlier answers, as `step.field`."""
    yield from (source.column for source in step.sources.values() if source.answered)
    yield from (when.column for when in step.when if when.answered)


def above(job: Job) -> dict[str, str]:
    """Say of each sheet of found records for which sheet's rows they were found."""
    return {stage.step.id: stage.sheet for stage in stages(job) if stage.step.fans_out}


def _deepest(step: Step, sheets: Sequence[str], above: Mapping[str, str]) -> str:
    """Pick the sheet that is below all others."""
    chosen = max(sheets, key=lambda sheet: len(_way(sheet, above)))
    if not set(sheets) <= {chosen, *_way(chosen, above)}:
        raise SideBySideError(step, sorted({*sheets} - {""}))
    return chosen


def _way(sheet: str, above: Mapping[str, str]) -> list[str]:
    way = []
    while sheet:
        sheet = above[sheet]
        way.append(sheet)
    return way


def _sheet(step: str, made: Sequence[Stage]) -> str:
    """Say whose rows know what a step answered: what a search answers, its records do."""
    (stage,) = (each for each in made if each.step.id == step)
    return step if stage.step.fans_out else stage.sheet
