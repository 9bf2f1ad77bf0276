"""The steps of a job come in; what does not fit together between them goes out as problems."""

from collections.abc import Iterator, Mapping, Sequence

from apollo_batch.catalogue import paths
from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.catalogue.searches import SEARCH_PEOPLE
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job.asked import SOURCE, Asked
from apollo_batch.job.headers import normal
from apollo_batch.job.places import Loc, Place, Places
from apollo_batch.job.spelling import FIELDS, meant
from apollo_batch.job.syntax import shown
from apollo_batch.suggest import did_you_mean


def problems(steps: Sequence[Asked], places: Places) -> Iterator[Problem]:
    """Check ids, what a step takes of those before it, and columns that several would fill."""
    starts = any(each.searches for each in steps)
    if starts and places.says("skip"):
        return  # told already: a search has no rows to leave out
    yield from _ids(steps, starts=starts)
    yield from _columns(steps)
    for each in steps:
        for loc, name in _taken(each):
            yield from _answer(each, name, each.places.value(loc))
            yield from _other_id(each, loc, name)
        yield from _to_be_had(each)
        if starts and each.step is not None:
            yield from _no_sheet(each)


def _ids(steps: Sequence[Asked], *, starts: bool) -> Iterator[Problem]:
    seen = {SOURCE} if starts else set()
    for each in steps:
        if each.step is None:
            continue
        if each.id in seen:
            message = f"Another step is called {shown(each.id)}."
            yield each.places.value(("id",)).problem(
                Code.STEP_TWICE, message, "Give each step an id of its own."
            )
        seen.add(each.id)


def _columns(steps: Sequence[Asked]) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    ours = {normal(f"Apollo Step {each.id}") for each in steps}
    for each in steps:
        for column in each.shape.keep or {}:
            if normal(column) in ours:
                message = f"The column {shown(column)} says what became of a row in a step."
                yield each.places.key(("keep", column)).problem(
                    Code.COLUMN_TAKEN, message, "Give it another name."
                )
            other = taken.setdefault(normal(column), each.id)
            if other != each.id:
                message = f"The step {other} fills a column {shown(column)} already."
                place = each.places.key(("keep", column))
                yield place.problem(Code.COLUMN_TAKEN, message, "Give this one another name.")


def _taken(asked: Asked) -> Iterator[tuple[Loc, str]]:
    for key, source in asked.columns.items():
        if source.from_:
            yield ("map", key, "from"), source.from_
    for label, source in asked.field_columns.items():
        if source.from_:
            yield ("map", FIELDS, label, "from"), source.from_
    for number, rule in enumerate((asked.step.when if asked.step else None) or []):
        if rule.from_:
            yield _rule_at(asked.places, number, "from"), rule.from_


def _to_be_had(asked: Asked) -> Iterator[Problem]:
    """See that a search has found whoever is asked for: nothing else tells what there is for nothing."""
    if asked.step is None or not asked.step.only_if_available:
        return
    place = asked.places.key(("only_if_available",))
    if asked.operation is not ENRICH_PEOPLE:
        message = f"{asked.operation.name} buys nobody's address or number."
        yield place.problem(Code.KEY_WITHOUT_EFFECT, message, "Take `only_if_available` out.")
    elif asked.earlier.get(asked.found_by) is not SEARCH_PEOPLE:
        message = "Apollo says for nothing what it has of a person only when a search finds them."
        fix = (
            "Take the id from a people.search before this step: `map: {id: {from: people.id}}`. "
            "Over a sheet of people found, `skip` rows by its `has_email` column."
        )
        yield place.problem(Code.AVAILABILITY_UNKNOWN, message, fix)


def _rule_at(places: Places, number: int, key: str) -> Loc:
    listed: Loc = ("when", number, key)
    return listed if places.says(*listed) else ("when", key)


def _answer(asked: Asked, name: str, place: Place) -> Iterator[Problem]:
    """Check what one value is taken from."""
    step, _, field = name.partition(".")
    if asked.step is None:
        message = "A job of one operation has no earlier step to take a value from."
        yield place.problem(Code.UNKNOWN_STEP, message, "Name a column, or write `steps:`.")
    elif step not in asked.earlier:
        yield _unknown_step(step, asked.earlier, place)
    else:
        try:
            first = paths.parse(field)[0].key
        except ValueError:
            message = f"{shown(field)} is not the path of a field."
            yield place.problem(Code.BAD_PATH, message, "Write it like person.email or company.id.")
            return
        operation = asked.earlier[step]
        if first not in operation.fields:
            yield _unknown_field(step, first, operation, place)


def _other_id(asked: Asked, loc: Loc, name: str) -> Iterator[Problem]:
    """Refuse a field that says the same as what is wanted in some of a search's records only."""
    step, _, field = name.partition(".")
    key = meant(asked.operation, str(loc[1])) if loc[0] == "map" else None
    if key is None or step not in asked.earlier:
        return
    wanted, operation = key.param.name.removesuffix("s"), asked.earlier[step]
    if any(route.same_as.get(wanted) == field for route in operation.routes):
        message = f"Of what the team has saved, {operation.name} answers another id as `{field}`."
        fix = f"Write `{step}.{wanted}`, which all its records have."
        yield asked.places.value(loc).problem(Code.FIELD_NOT_ANSWERED, message, fix)


def _unknown_step(step: str, earlier: Mapping[str, Operation], place: Place) -> Problem:
    known = f"The steps before it: {', '.join(earlier)}." if earlier else "It is the first step."
    message = f"No step before this one is called {shown(step)}."
    return place.problem(Code.UNKNOWN_STEP, message, did_you_mean(step, earlier) or known)


def _unknown_field(step: str, field: str, operation: Operation, place: Place) -> Problem:
    some = ", ".join(sorted(operation.fields)[:12])
    message = f"{operation.name}, the step {step}, does not answer {shown(field)}."
    known = f"It answers {some}, …; `apollo-batch operations {operation.name}` has them all."
    return place.problem(
        Code.FIELD_NOT_ANSWERED, message, did_you_mean(field, operation.fields) or known
    )


def _no_sheet(asked: Asked) -> Iterator[Problem]:
    message = "This job starts from a search: there is no sheet to have a column."
    for key, source in asked.columns.items():
        if source.column:
            place = asked.places.value(("map", key))
            yield place.problem(
                Code.COLUMN_WITHOUT_SHEET, message, "Take the value `from` an earlier step."
            )
    for number, rule in enumerate((asked.step.when if asked.step else None) or []):
        if rule.column:
            place = asked.places.value(_rule_at(asked.places, number, "column"))
            yield place.problem(
                Code.COLUMN_WITHOUT_SHEET, message, "Look at an answer instead: `from: step.field`."
            )
