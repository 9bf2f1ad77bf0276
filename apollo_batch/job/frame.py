"""The keys of a job beside its parameters come in; those that do not fit together go out as problems."""

from collections.abc import Iterator

from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job import enrolling, keeping_old
from apollo_batch.job.asked import Asked
from apollo_batch.job.places import Places
from apollo_batch.job.shape import OF_A_SHEET, OF_A_STEP
from apollo_batch.job.syntax import shown
from apollo_batch.suggest import did_you_mean


def incomplete(places: Places) -> Iterator[Problem]:
    """Name what a job lacks that it cannot be without, or has beside a search."""
    if places.says("steps"):
        yield from _beside_steps(places)
    if places.says("source"):
        for key in OF_A_SHEET:
            if places.says(key):
                message = f"A job that starts from a search has no `{key}`: no sheet is read."
                home = "Put it below `source:`." if key in {"operation", "options"} else None
                yield places.key((key,)).problem(
                    Code.KEY_ELSEWHERE, message, home or "Take it out."
                )
        return
    if places.says("steps"):
        return
    if not places.says("operation"):
        yield places.value(()).problem(
            Code.KEY_MISSING, "`operation` is missing here.", "Add `operation: people.enrich`."
        )
    if not places.says("map"):
        yield places.value(()).problem(
            Code.KEY_MISSING, "`map` is missing here.", "Add `map:` and what belongs below it."
        )


def _beside_steps(places: Places) -> Iterator[Problem]:
    """Refuse what stands beside the steps and belongs to one of them."""
    if not places.says("steps", 0):
        fix = "Write `- id: person` and what belongs to it below it."
        yield places.key(("steps",)).problem(Code.KEY_MISSING, "There is no step here.", fix)
        return
    for key in OF_A_STEP:
        # What a search that the job starts from brings is kept by the job.
        if places.says(key) and not (key == "keep" and places.says("source")):
            message = f"A job with `steps` has no `{key}` of its own."
            yield places.key((key,)).problem(
                Code.KEY_ELSEWHERE, message, "Put it into one of the steps."
            )


def fits(asked: Asked) -> bool:
    """Whether the operation can stand where the job has it."""
    return not asked.searches or asked.operation.act is Act.SEARCH


def problems(asked: Asked) -> Iterator[Problem]:
    """Check the keys that only some operations know."""
    operation, places = asked.operation, asked.places
    if not fits(asked):
        message = f"{operation.name} is no search, so a job cannot start from it."
        fix = "Write `operation:` and `map:` instead of `source:`."
        yield places.value(("source", "operation")).problem(Code.NO_SUCH_START, message, fix)
    if not asked.searches and not any(param.in_map for param in operation.params):
        message = f"{operation.name} takes nothing from a row."
        fix = f"Write `source: {{operation: {operation.name}}}` instead; it needs no sheet."
        yield places.value(("operation",)).problem(Code.NO_SUCH_START, message, fix)
    yield from _mode(asked)
    if places.says("keep_old") and not keeping_old.possible(operation):
        message = f"{operation.name} changes nothing that could be read beforehand."
        yield places.key(("keep_old",)).problem(
            Code.KEY_WITHOUT_EFFECT, message, "Take `keep_old` out."
        )
    yield from enrolling.problems(asked)
    if places.says("per_row") and operation.act is not Act.SEARCH:
        message = f"{operation.name} is no search: one row brings one record."
        yield places.key(("per_row",)).problem(
            Code.KEY_WITHOUT_EFFECT, message, "Take `per_row` out."
        )


def _mode(asked: Asked) -> Iterator[Problem]:
    mode, operation, places = asked.shape.mode, asked.operation, asked.places
    if mode is None or mode in operation.modes:
        return
    if not operation.modes:
        yield places.key(("mode",)).problem(
            Code.UNKNOWN_MODE, f"{operation.name} knows no modes.", _no_mode(operation)
        )
        return
    known = f"Use one of: {', '.join(operation.modes)}."
    message = f"There is no mode {shown(mode)}."
    yield places.value(("mode",)).problem(
        Code.UNKNOWN_MODE, message, did_you_mean(mode, operation.modes) or known
    )


def _no_mode(operation: Operation) -> str:
    return "Put it below `options:`." if operation.param("mode") else "Take `mode` out."
