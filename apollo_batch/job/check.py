"""A well-shaped job and the catalogue come in; what Apollo would not take goes out as problems."""

from collections.abc import Iterator

from apollo_batch.catalogue.kinds import BadCellError, Kind
from apollo_batch.catalogue.param import Param
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job import options, values
from apollo_batch.job.asked import Asked
from apollo_batch.job.mistakes import unknown_parameter
from apollo_batch.job.parts import SourceShape
from apollo_batch.job.places import Loc, Place
from apollo_batch.job.spelling import FIELDS, Meant, meant
from apollo_batch.job.syntax import shown
from apollo_batch.reasons import REASONS, sentence

_MOST_WAYS = 8


def problems(asked: Asked) -> Iterator[Problem]:
    """Check everything that needs the catalogue and nothing else."""
    if not asked.searches:
        yield from _map(asked)
        yield from _doubles(asked, ("map",))
    yield from options.problems(asked)
    yield from _doubles(asked, asked.options_at)
    # A name that was refused may be the missing one: first things first.
    if _all_known(asked):
        yield from _enough(asked)


def _map(asked: Asked) -> Iterator[Problem]:
    for key, source in asked.columns.items():
        found = meant(asked.operation, key)
        if found is None or found.bound or not found.param.in_map:
            yield unknown_parameter(("map", key), "map", asked.operation, asked.places)
        elif found.param.kind is Kind.FIELDS:  # pragma: no cover - the shape has this key apart
            continue
        else:
            yield from _source(asked, ("map", key), found.param, source)
    if asked.says_fields() and asked.operation.param(FIELDS) is None:
        yield unknown_parameter(("map", FIELDS), "map", asked.operation, asked.places)


def _source(asked: Asked, loc: Loc, param: Param, source: SourceShape) -> Iterator[Problem]:
    if source.split is not None and not param.many:
        message = f"`{param.name}` takes one value, so there is nothing to split."
        yield asked.places.key((*loc, "split")).problem(
            Code.NOTHING_TO_SPLIT, message, "Take `split` out."
        )
    if source.default is not None:
        yield from _default(asked, loc, param, source)


def _default(asked: Asked, loc: Loc, param: Param, source: SourceShape) -> Iterator[Problem]:
    place = asked.places.value((*loc, "default"))
    text = source.default or ""
    parts = text.split(source.split) if source.split else [text]
    try:
        says = [values.single(param, part, asked.clock) for part in parts]
    except BadCellError as trouble:
        yield place.problem(
            Code.VALUE_DOES_NOT_FIT,
            f"This default does not fit: {sentence(trouble.reason)}",
            REASONS[trouble.reason].remedy,
        )
        return
    if not any(says):
        message = f"{shown(text)} says nothing as a value of `{param.name}`."
        yield place.problem(
            Code.VALUE_SAYS_NOTHING, message, "Take `default` out; empty cells are left out anyway."
        )


def _doubles(asked: Asked, group: Loc) -> Iterator[Problem]:
    """Refuse `name` beside `name[]`: two spellings of one parameter."""
    first: list[tuple[Meant, Place]] = []
    for loc, place in asked.places.keys.items():
        found = meant(asked.operation, str(loc[-1])) if loc[:-1] == group else None
        if found is None:
            continue
        for other, there in first:
            if found.param is other.param and _clash(found.bound, other.bound):
                message = f"{shown(found.param.name)} stands here again, after line {there.line}."
                yield place.problem(Code.SAID_TWICE, message, "Keep one of the two.")
        first.append((found, place))


def _clash(bound: str, other: str) -> bool:
    return bound == other or not bound or not other


def _all_known(asked: Asked) -> bool:
    return all(
        options.ours(asked, str(loc[-1])) or meant(asked.operation, str(loc[-1])) is not None
        for group in (("map",), asked.options_at)
        for loc in asked.places.keys
        if loc[:-1] == group
    )


def _enough(asked: Asked) -> Iterator[Problem]:
    operation, given = asked.operation, asked.given()
    if not asked.searches and not any(loc[:-1] == ("map",) for loc in asked.places.keys):
        if "map" in asked.shape.model_fields_set:
            message = "No column is named here."
            yield asked.places.key(("map",)).problem(
                Code.NOT_ENOUGH, message, "Write `parameter: Column` below it."
            )
        return
    if any(combination <= given for combination in operation.enough):
        return
    place = asked.places.key(("source",) if asked.searches else ("map",))
    message = f"These parameters can never be enough for {operation.name}."
    yield place.problem(Code.NOT_ENOUGH, message, _ways(asked, given))


def _ways(asked: Asked, given: set[str]) -> str:
    operation = asked.operation
    order = [param.name for param in operation.params]
    if len(operation.enough) == 1:
        lacking = sorted(operation.enough[0] - given, key=order.index)
        return f"Add {', '.join(lacking)}."
    ways = [" + ".join(sorted(each, key=order.index)) for each in operation.enough]
    more = "; …" if len(ways) > _MOST_WAYS else "."
    listed = "; ".join(ways[:_MOST_WAYS]) + more
    columns_only = all(not param.either for param in operation.params)
    return f"{'Map' if columns_only else 'Name'} one of these: {listed}"
