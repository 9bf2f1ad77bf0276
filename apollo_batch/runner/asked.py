"""What a run was asked to do, as the journal keeps it: the settings that its summary names."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.paths import Step, parse
from apollo_batch.clock import lasting
from apollo_batch.job.wanted import kept_as
from apollo_batch.model import Params
from apollo_batch.runner.masking import host_only

Setting = tuple[str, str]


def steps_of(record: Mapping[str, Any]) -> dict[str, str]:
    """Name the operation of each step, in their order."""
    return {step["id"]: step["operation"] for step in _job(record)["steps"]}


def undone_run(record: Mapping[str, Any]) -> str | None:
    """Name the run that this one takes back; None: it takes back none."""
    found: str | None = json.loads(record["job"]).get("undoes")
    return found


def label_of(run: str) -> str:
    """Name the list that a run puts on it what it creates, where the job says so."""
    return f"apollo-batch {run}"


def labels(record: Mapping[str, Any]) -> bool:
    """Whether what a run creates goes on a list that is named after it."""
    return any(step.get("label_run") for step in _job(record)["steps"])


def options_of(job: str, step: str) -> Params:
    """What a step's requests say once for all rows, from its job as the journal keeps it."""
    options: Params = _step_of(_told(job), step)["options"]
    return options


def keep_of(job: str, step: str) -> dict[str, tuple[Step, ...]]:
    """All that is picked from a step's answers, by what it is kept as, from its job."""
    told = _step_of(_told(job), step)
    kept = told["keep"].items()
    own = {column: tuple(Step(key, i, every=e) for key, i, e in path) for column, path in kept}
    return own | {kept_as(name): parse(name.partition(".")[2]) for name in told.get("gives", ())}


def ids_kept(record: Mapping[str, Any], step: str) -> list[str]:
    """Name all under which the id of a row's record is kept in a step: columns, and for later."""
    told = _step_of(_job(record), step)
    columns = [name for name, path in told["keep"].items() if path == [["id", None, False]]]
    return columns + [kept_as(name) for name in told.get("gives", ()) if name == f"{step}.id"]


def _step_of(job: Mapping[str, Any], step: str) -> Mapping[str, Any]:
    return next(each for each in job["steps"] if each["id"] == step)


def settings_of(record: Mapping[str, Any]) -> Iterator[Setting]:
    """Say each setting that shaped a run's rows, in the order in which a job file names them."""
    job, planned = _job(record), json.loads(record["planned"])
    if undone := undone_run(record):
        yield "Takes back run", undone
    yield from _reading(json.loads(record["reading"]))
    if any(word is True for word in job["input"]):
        yield "Hidden rows", "included"
    for step in job["steps"]:
        if len(job["steps"]) > 1:
            yield "Step", step["id"]
        yield "Operation", step["operation"]
        yield "Route", "; ".join(_routes(planned, step["id"]))
        for name, (column, default, cleaners, _, *answered) in step["map"].items():
            kind = "answer" if answered else "column"
            yield f"Sent as {name}", _source(kind, column, default, cleaners)
        for column, condition, operand, _ in step.get("when", ()):
            yield "For rows of which", f"{column}: {condition} {_operand(operand)}"
        for name, value in (step["options"] | step.get("constants", {})).items():
            yield f"Option {name}", _said(_told_to_others(step["operation"], name, value))
        yield from _limits_of(step)
        for column, path in step["keep"].items():
            yield f"Kept as {column}", ".".join(_word(*word) for word in path)
    for column, condition, operand, reason in job["skip"]:
        yield f"Left out as {reason}", f"{column}: {condition} {_operand(operand)}"
    for name, value in planned.get("limits", {}).items():
        yield f"Limit {name}", value
    yield "Rows", _ranges(json.loads(record["selection"]))
    if record["period"]:
        yield "Period", record["period"]


def _told_to_others(operation: str, name: str, value: Any) -> Any:
    """Say an option as others may read it: what a webhook is called by is its owner's secret."""
    param = OPERATIONS[operation].param(name)
    return host_only(value) if param and param.kind is Kind.WEBHOOK else value


def _limits_of(step: Mapping[str, Any]) -> Iterator[Setting]:
    if step.get("cooling_off"):
        yield "Cooling off", lasting(step["cooling_off"])
    if step.get("most_records"):
        yield "Records at the most", f"{step['most_records']:,}"


def _job(record: Mapping[str, Any]) -> Any:
    return _told(record["job"])


def _told(job: str) -> Any:
    return json.loads(json.loads(job)["canonical"])


def _reading(reading: Mapping[str, Any]) -> Iterator[Setting]:
    named = {
        "Sheet": reading["sheet"],
        "Table": reading.get("table"),
        "Column names in row": reading["header_row"],
        "Encoding": reading["encoding"],
    }
    for name, value in named.items():
        if value:
            yield name, str(value)


def _routes(planned: Mapping[str, Any], step: str) -> Iterable[str]:
    steps: Mapping[str, Any] = planned.get("steps", {})
    of_it: Mapping[str, Any] = steps.get(step, planned)
    return list(of_it.get("requests", ()))


def _source(kind: str, column: str, default: str | None, cleaners: Sequence[str]) -> str:
    cleaned = f", cleaned: {', '.join(cleaners)}" if cleaners else ""
    instead = f", or {default!r} where that is empty" if default else ""
    return f"{kind} {column}{cleaned}{instead}"


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_said, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items())
    return value if isinstance(value, str) else json.dumps(value)


def _word(key: str, index: int | None, every: bool) -> str:
    if every:
        return f"{key}[]"
    return key if index is None else f"{key}[{index}]"


def _operand(operand: Any) -> str:
    return ", ".join(operand) if isinstance(operand, list) else str(operand).lower()


def _ranges(selection: Sequence[Sequence[int]]) -> str:
    said = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in selection)
    return said or "all"
