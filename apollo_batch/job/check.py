"""A well-shaped job and the catalogue come in; what Apollo would not take goes out as problems."""

from collections.abc import Iterator

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.kinds import BadCellError, Kind, clean
from apollo_batch.catalogue.param import Param
from apollo_batch.errors import Problem
from apollo_batch.job import webhook
from apollo_batch.job.mistakes import secret, unknown_key
from apollo_batch.job.places import Loc, Place, Places
from apollo_batch.job.scalars import SMALL_AND_BARE, yes_or_no
from apollo_batch.job.shape import JobShape, SourceShape
from apollo_batch.job.suggest import did_you_mean
from apollo_batch.job.syntax import shown
from apollo_batch.reasons import sentence


def problems(job: JobShape, operation: Operation, places: Places) -> Iterator[Problem]:
    """Check everything that needs the catalogue and nothing else."""
    yield from _map(job, operation, places)
    yield from _options(job, operation, places)
    yield from _needs(job, operation, places)


def plain_name(key: str) -> str:
    """Take Apollo's own spelling of a list, `name[]`, for `name`."""
    return key.removesuffix("[]")


def _map(job: JobShape, operation: Operation, places: Places) -> Iterator[Problem]:
    takes = {param.name: param for param in operation.params if not param.option}
    sound = True
    for key, source in job.map.items():
        param = takes.get(plain_name(key))
        if param is None:
            sound = False
            yield _unknown(("map", key), operation, places)
        elif source.default is not None:
            yield from _default(("map", key), param, source, places)
    yield from _doubles("map", places)
    # A name that was refused may be the missing one: first things first.
    if sound:
        yield from _enough(operation, places)


def _unknown(loc: Loc, operation: Operation, places: Places) -> Problem:
    group, key = str(loc[0]), str(loc[1])
    if secret(key):
        return unknown_key(loc, places)
    place = places.key(loc)
    param = operation.param(plain_name(key))
    if param is not None:
        why = "is the same for every row" if param.option else "comes from a column"
        home = "options" if param.option else "map"
        return place.problem(f"{shown(key)} {why}.", f"Put it below `{home}:`.")
    names = [param.name for param in operation.params if param.option == (group == "options")]
    listed = f"It takes {', '.join(names)}." if names else "Take it out."
    noun = "option" if group == "options" else "parameter"
    message = f"{operation.name} takes no {noun} {shown(key)}."
    return place.problem(message, did_you_mean(plain_name(key), names) or listed)


def _doubles(group: str, places: Places) -> Iterator[Problem]:
    """Refuse `name` beside `name[]`: two spellings of one parameter."""
    first: dict[str, Place] = {}
    for loc, place in places.keys.items():
        if len(loc) == 2 and loc[0] == group:
            name = plain_name(str(loc[1]))
            if name in first:
                message = f"{shown(name)} stands here again, after line {first[name].line}."
                yield place.problem(message, "Keep one of the two.")
            first[name] = place


def _default(loc: Loc, param: Param, source: SourceShape, places: Places) -> Iterator[Problem]:
    place = places.value((*loc, "default"))
    try:
        says = clean(param.kind, source.default or "")
    except BadCellError as trouble:
        yield place.problem(f"This default does not fit: {sentence(trouble.reason)}")
        return
    if not says:
        message = f"{shown(source.default or '')} says nothing as a value of `{param.name}`."
        yield place.problem(message, "Take `default` out; empty cells are left out anyway.")


def _enough(operation: Operation, places: Places) -> Iterator[Problem]:
    mapped = {plain_name(str(loc[1])) for loc in places.keys if len(loc) == 2 and loc[0] == "map"}
    if not any(combination <= mapped for combination in operation.enough):
        order = [param.name for param in operation.params]
        ways = "; ".join(
            " + ".join(sorted(combination, key=order.index)) for combination in operation.enough
        )
        message = f"These parameters can never be enough for {operation.name}."
        yield places.key(("map",)).problem(message, f"Map one of these: {ways}.")


def _options(job: JobShape, operation: Operation, places: Places) -> Iterator[Problem]:
    takes = {param.name: param for param in operation.params if param.option}
    for key, value in (job.options or {}).items():
        loc = ("options", key)
        param = takes.get(plain_name(key))
        if param is None:
            yield _unknown(loc, operation, places)
        elif param.kind is Kind.FLAG:
            yield from _flag(value, places.value(loc))
        elif param.kind is Kind.WEBHOOK:
            yield from webhook.problems(str(value), places.value(loc))
    yield from _doubles("options", places)


def _flag(value: str, place: Place) -> Iterator[Problem]:
    try:
        yes_or_no(value)
    except ValueError:
        yield place.problem(f"{shown(value)} is neither true nor false.", SMALL_AND_BARE)


def _needs(job: JobShape, operation: Operation, places: Places) -> Iterator[Problem]:
    given = {
        plain_name(str(loc[1])) for loc in places.keys if len(loc) == 2 and loc[0] == "options"
    }
    for key, value in (job.options or {}).items():
        option, place = plain_name(key), places.key(("options", key))
        if value != "true":
            continue
        needed = operation.exclusive.get(option, frozenset())
        if needed and not needed & given:
            yield webhook.missing(option, place)
        if option in operation.price.unbounded and not places.says("limits", "most_per_row"):
            message = f"Apollo names no price for `{option}` beforehand, so nobody could hold it."
            yield place.problem(message, "Add `limits: {most_per_row: 20}`, or what you would pay.")
