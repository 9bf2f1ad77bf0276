"""What every setting is, by whose word, and what was said in vain: shown to the person who asks."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from apollo_batch.entrypoints import console
from apollo_batch.layers.force import InForce, in_force
from apollo_batch.layers.known import SETTINGS
from apollo_batch.layers.reading import all_said, own_of
from apollo_batch.layers.setting import Kind, Layer, Rule, Said, Setting, Value
from apollo_batch.settings import without_password

_WIDTH = max(map(len, SETTINGS)) + 2
_VALUE_WIDTH = 24


def print_settings(job: Path | None, *, origin: bool, as_json: bool) -> None:
    """Print every setting; `origin`: with who says it, and what was said besides."""
    said = all_said(os.environ)
    if job is not None:
        said = _nearest_first([*said, *_of_job(job, said)])
    found = in_force(said)
    if as_json:
        settings = {name: _as_json(each) for name, each in found.items()}
        document = {"schema": 1, "settings": settings}
        console.document(document)
        return
    for each in found.values():
        for line in _lines(each, origin=origin):
            console.result(console.printable(line))


def print_path() -> None:
    """Print where the user's own settings are, or would be."""
    console.result(str(own_of(os.environ)))


def _nearest_first(said: list[Said]) -> list[Said]:
    order = list(Layer)
    return sorted(said, key=lambda each: order.index(each.layer))


def _of_job(path: Path, said: list[Said]) -> Iterator[Said]:
    """Read what a job says of settings."""
    from apollo_batch.runner.reading import read_job

    zone = in_force(said)["zone"].value or "UTC"
    job = read_job(path, str(zone))
    told: dict[str, Value | None] = {
        "max_credits": job.limits.max_credits,
        "keep_credits": job.limits.keep_credits,
        "headroom": job.limits.headroom or None,
        "max_enroll": job.limits.max_enroll,
        "zone": job.zone if job.zone != zone else None,
    }
    for name, value in told.items():
        if value is not None:
            yield Said(name, value, Layer.JOB, f"{path}, {SETTINGS[name].elsewhere[Layer.JOB]}")


def _lines(found: InForce, *, origin: bool) -> Iterator[str]:
    setting = found.setting
    value = setting.default if found.value is None else _text(setting, found.value)
    line = f"{setting.name:<{_WIDTH}}{value:<{_VALUE_WIDTH}}"
    if not origin:
        yield line.rstrip()
        return
    yield f"{line}  {'; '.join(each.where for each in found.by) or 'default'}"
    for each in found.passed_over:
        besides = f"{_text(setting, each.value)} ({each.where})"
        yield f"{'':<{_WIDTH}}not in force: {besides}; {_WHY[setting.rule]}"


_WHY = {
    Rule.LEAST: "the least that anybody says holds",
    Rule.MOST: "the most that anybody says holds",
    Rule.SHARED: "only what all say who say anything holds",
    Rule.NEAREST: "whoever is nearer to the run is heard first",
}


def _text(setting: Setting, value: Value) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return without_password(str(value)) if setting.kind is Kind.PLACE else str(value)


def _as_json(found: InForce) -> dict[str, Any]:
    setting = found.setting
    return {
        "value": None if found.value is None else _plain(setting, found.value),
        "default": setting.default,
        "from": [{"layer": each.layer.value, "where": each.where} for each in found.by],
        "not_in_force": [
            {
                "value": _plain(setting, each.value),
                "layer": each.layer.value,
                "where": each.where,
                "why": _WHY[setting.rule],
            }
            for each in found.passed_over
        ],
    }


def _plain(setting: Setting, value: Value) -> Any:
    if isinstance(value, frozenset | tuple):
        return sorted(map(str, value))
    return value if isinstance(value, int) else _text(setting, value)
