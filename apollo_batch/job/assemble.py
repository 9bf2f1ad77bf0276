"""A job file whose every word is checked comes in, the Job goes out."""

from dataclasses import replace
from pathlib import Path

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.kinds import Kind, clean
from apollo_batch.job import keep
from apollo_batch.job.check import plain_name
from apollo_batch.job.places import Places
from apollo_batch.job.shape import JobShape, LimitsShape, SkipShape
from apollo_batch.job.wanted import Job, Limits, SkipRule, Source, Step
from apollo_batch.packing import choose_route


def job(shape: JobShape, operation: Operation, places: Places, name: str) -> Job:
    """Put a Job together; everything in it must have passed `check` and `keep`."""
    step = _step(shape, operation)
    route_note = (step.route_note,) if step.route_note else ()
    return Job(
        name=shape.name or Path(name).stem,
        steps=(step,),
        sheet=shape.input.sheet if shape.input else None,
        header_row=shape.input.header_row if shape.input else None,
        table=shape.input.table if shape.input else None,
        include_hidden=shape.include_hidden,
        skip=tuple(_rule(rule) for rule in shape.skip or []),
        limits=_limits(shape.limits),
        notices=(*route_note, *keep.notices(step.keep, operation)),
        places=places,
    )


def with_path(wanted: Job, path: Path) -> Job:
    """Remember which file a job was read from."""
    return replace(wanted, path=path)


def _step(shape: JobShape, operation: Operation) -> Step:
    kept = keep.parsed(shape.keep or {})
    route = choose_route(operation, {path[0].key for path in kept.values()})
    route = route or operation.routes[0]
    return Step(
        id=operation.name,
        operation=operation,
        route=route,
        route_note=keep.route_note(kept, operation, route),
        options={
            plain_name(key): _option(operation, plain_name(key), value)
            for key, value in (shape.options or {}).items()
        },
        sources={
            plain_name(key): Source(source.column, source.default, tuple(source.clean))
            for key, source in shape.map.items()
        },
        keep=kept,
    )


def _option(operation: Operation, name: str, value: str) -> bool | str:
    param = operation.param(name)
    if param is None or param.kind is Kind.FLAG:
        return value == "true"
    return clean(param.kind, value)


def _rule(rule: SkipShape) -> SkipRule:
    condition, operand = rule.asked()
    return SkipRule(rule.column, condition, operand, rule.reason)


def _limits(limits: LimitsShape | None) -> Limits:
    if limits is None:
        return Limits()
    return Limits(limits.max_credits, limits.reuse_days, limits.most_per_row)
