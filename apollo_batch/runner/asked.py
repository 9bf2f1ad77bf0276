"""What a run was asked to do, as the journal keeps it: the settings that its summary names."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apollo_batch.catalogue.paths import Step
from apollo_batch.model import Params

Setting = tuple[str, str]


def steps_of(record: Mapping[str, Any]) -> list[str]:
    """Name the operation of each step."""
    return [step["operation"] for step in _job(record)["steps"]]


def label_of(run: str) -> str:
    """Name the list that a run puts on it what it creates, where the job says so."""
    return f"apollo-batch {run}"


def labels(record: Mapping[str, Any]) -> bool:
    """Whether what a run creates goes on a list that is named after it."""
    return any(step.get("label_run") for step in _job(record)["steps"])


def options_of(job: str) -> Params:
    """What a run's requests say once for all rows, from its job as the journal keeps it."""
    options: Params = _told(job)["steps"][0]["options"]
    return options


def keep_of(job: str) -> dict[str, tuple[Step, ...]]:
    """The new columns of a run and where their values stand, from its job."""
    kept = _told(job)["steps"][0]["keep"].items()
    return {column: tuple(Step(key, i, every=e) for key, i, e in path) for column, path in kept}


def ids_kept(record: Mapping[str, Any]) -> list[str]:
    """Name the columns that keep the id of a row's record."""
    return [
        column
        for step in _job(record)["steps"]
        for column, path in step["keep"].items()
        if path == [["id", None, False]]
    ]


def settings_of(record: Mapping[str, Any]) -> Iterator[Setting]:
    """Say each setting that shaped a run's rows, in the order in which a job file names them."""
    job, planned = _job(record), json.loads(record["planned"])
    yield from _reading(json.loads(record["reading"]))
    if any(word is True for word in job["input"]):
        yield "Hidden rows", "included"
    for step in job["steps"]:
        yield "Operation", step["operation"]
        yield "Route", "; ".join(planned.get("requests", ()))
        for name, (column, default, cleaners, *_) in step["map"].items():
            yield f"Sent as {name}", _source(column, default, cleaners)
        for name, value in (step["options"] | step.get("constants", {})).items():
            yield f"Option {name}", _said(value)
        if step.get("most_records"):
            yield "Records at the most", f"{step['most_records']:,}"
        for column, path in step["keep"].items():
            yield f"Kept as {column}", ".".join(_word(*word) for word in path)
    for column, condition, operand, reason in job["skip"]:
        yield f"Left out as {reason}", f"{column}: {condition} {_operand(operand)}"
    for name, value in planned.get("limits", {}).items():
        yield f"Limit {name}", value
    yield "Rows", _ranges(json.loads(record["selection"]))
    if record["period"]:
        yield "Period", record["period"]


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


def _source(column: str, default: str | None, cleaners: Sequence[str]) -> str:
    cleaned = f", cleaned: {', '.join(cleaners)}" if cleaners else ""
    instead = f", or {default!r} where that is empty" if default else ""
    return f"column {column}{cleaned}{instead}"


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
