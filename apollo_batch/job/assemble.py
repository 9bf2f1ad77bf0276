"""A job file whose every word is checked comes in, the Job goes out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from apollo_batch.catalogue import paths
from apollo_batch.catalogue.entry import Mode
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param
from apollo_batch.clock import seconds_of
from apollo_batch.job import keep, values
from apollo_batch.job.asked import Asked
from apollo_batch.job.parts import LimitsShape, SourceShape
from apollo_batch.job.places import Places
from apollo_batch.job.rule_shapes import SkipShape, WhenShape
from apollo_batch.job.spelling import DEDUPE, FIELDS, LABEL_RUN, meant
from apollo_batch.job.wanted import (
    Condition,
    Job,
    Limits,
    Rehearse,
    SkipRule,
    Source,
    Step,
    StopIf,
    Value,
    When,
)
from apollo_batch.packing import choose_route

_EMAIL = "email"


def job(asked: Sequence[Asked], name: str, places: Places) -> Job:
    """Put a Job together; everything in it must have passed the checks."""
    shape, steps = asked[0].shape, tuple(map(_step, asked))
    notices = (note for step in steps for note in _notices(step))
    return Job(
        name=shape.name or Path(name).stem,
        steps=steps,
        sheet=shape.input.sheet if shape.input else None,
        header_row=shape.input.header_row if shape.input else None,
        table=shape.input.table if shape.input else None,
        searches=asked[0].searches,
        zone=shape.zone,
        time=shape.time,
        include_hidden=shape.include_hidden,
        skip=tuple(_rule(rule) for rule in shape.skip or []),
        limits=_limits(shape.limits),
        pilot=shape.pilot,
        stop_if=StopIf(**shape.stop_if.model_dump()) if shape.stop_if else None,
        notices=tuple(notices),
        places=places,
    )


def with_path(wanted: Job, path: Path) -> Job:
    """Remember which file a job was read from."""
    return replace(wanted, path=path)


def _notices(step: Step) -> Iterator[str]:
    if step.route_note:
        yield step.route_note
    yield from keep.notices(step.keep, step.operation)


def _step(asked: Asked) -> Step:
    shape, operation = asked.shape, asked.operation
    kept, gives = keep.parsed(shape.keep or {}), keep.parsed(asked.taken)
    route = choose_route(operation, {path[0].key for path in (kept | gives).values()})
    route = route or operation.routes[0]
    if asked.names_whom and _EMAIL in operation.fields and route.holds(_EMAIL):
        gives[f"{asked.id}.{_EMAIL}"] = paths.parse(_EMAIL)
    said = _said(asked)
    return Step(
        id=asked.id,
        operation=operation,
        route=route,
        route_note=keep.route_note(kept | gives, operation, route),
        options={param.name: value for param, value in said if param.option},
        constants={param.name: value for param, value in said if not param.option},
        sources=dict(_sources(asked)),
        keep=kept,
        mode=_mode(asked),
        label_run=asked.options.get(LABEL_RUN) == "true",
        keep_old=shape.keep_old,
        most_records=shape.source.max_records if shape.source else shape.per_row,
        when=(*map(_when, (asked.step.when if asked.step else None) or []), *_to_be_had(asked)),
        rehearse=Rehearse(shape.rehearse or Rehearse.AUTO),
        cooling_off=int(seconds_of(shape.cooling_off or "") or 0),
        gives=gives,
        options_at=asked.options_at,
        places=asked.places,
    )


def _sources(asked: Asked) -> Iterator[tuple[str, Source]]:
    for key, source in asked.columns.items():
        found = meant(asked.operation, key)
        if found is not None:
            yield found.param.name, _source(source)
    for label, source in asked.field_columns.items():
        yield f"{FIELDS}.{label}", _source(source)


def _source(source: SourceShape) -> Source:
    return Source(
        source.column or source.from_,
        source.default,
        tuple(source.clean),
        source.split or "",
        answered=bool(source.from_),
    )


def _to_be_had(asked: Asked) -> Iterator[When]:
    for name, word in asked.to_be_had():
        yield When(name, Condition.IS, word, answered=True, reason="not_available")


def _when(rule: WhenShape) -> When:
    condition, operand = rule.asked()
    return When(rule.column or rule.from_, condition, operand, bool(rule.from_))


def _said(asked: Asked) -> list[tuple[Param, Value]]:
    """Read what is the same for every row; the two ends of a range may stand apart."""
    said: dict[str, tuple[Param, Value]] = {}
    for key, written in asked.options.items():
        found = meant(asked.operation, key)
        if found is None:  # ours: paging was refused, and what runs the dedupe is the mode
            continue
        param, value = found.param, _value(asked, found.param, found.bound, written)
        before = said.get(param.name)
        if before is not None and isinstance(before[1], dict) and isinstance(value, dict):
            value = before[1] | value
        said[param.name] = param, value
    return list(said.values())


def _value(asked: Asked, param: Param, bound: str, written: Any) -> Value:
    if param.kind is Kind.FIELDS:
        return dict(written)
    if param.span:
        ends = {bound: written} if bound else written
        return {end: values.bound(param, ends[end]) for end in values.ENDS if end in ends}
    if param.many:
        each = written if isinstance(written, list) else [written]
        return list(dict.fromkeys(values.single(param, text, asked.clock) for text in each))
    return values.single(param, written, asked.clock)


def _mode(asked: Asked) -> Mode | None:
    if asked.shape.mode is not None:
        return Mode(asked.shape.mode)
    if not asked.operation.modes:
        return None
    dedupe = asked.options.get(DEDUPE)
    return Mode.CREATE if dedupe == "false" else asked.operation.modes[0]


def _rule(rule: SkipShape) -> SkipRule:
    condition, operand = rule.asked()
    return SkipRule(rule.column, condition, operand, rule.reason)


def _limits(limits: LimitsShape | None) -> Limits:
    if limits is None:
        return Limits()
    return Limits(
        max_credits=limits.max_credits,
        keep_credits=limits.keep_credits,
        reuse_days=limits.reuse_days,
        most_per_row=limits.most_per_row,
        max_enroll=limits.max_enroll,
        headroom=limits.headroom or Decimal(0),
    )
