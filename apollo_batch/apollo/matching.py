"""Which created record belongs to which row: shown by all that tells rows apart, never guessed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from apollo_batch.apollo.pairing import SAME, Lost, Pairs, compare, is_key, same_value
from apollo_batch.catalogue.entry import Operation, Route
from apollo_batch.model import Params

Record = Mapping[str, Any]
_Test = Callable[[Params, Record], bool]


@dataclass
class _Found:
    """One record of Apollo's, in whichever of the two lists it stands, or in both."""

    record: Record
    made: int | None = None
    """Where it stands among the created ones, until a row has taken it."""
    there: int | None = None
    """Where it stands among those that were there, which several rows may have met."""
    met: bool = False
    """Whether a row is known to be its."""

    @property
    def place(self) -> int | None:
        """What the next row that is known to be its gets."""
        return self.made if self.made is not None else self.there

    def take(self) -> int | None:
        """Give a row its place."""
        place, self.made, self.met = self.place, None, True
        return place


def match(
    operation: Operation,
    route: Route,
    asked: Sequence[Params],
    made: Sequence[Any],
    there: Sequence[Any],
) -> Pairs:
    """Give every item the record that was made of it, or found in its place.

    Bulk creation answers in two lists without an index ("Bulk Create Contacts" page), so a row is
    known by its e-mail, else by name and company, else by all that both show. Where two fit,
    neither is taken; places count both lists in one.
    """
    found = _distinct(operation, made, there)
    places: dict[int, int | Lost] = {}
    for test in _tests(operation):
        _take(operation, asked, found, places, test)
    left = [item for item in range(len(asked)) if item not in places]
    unmet = [one for one in found if not one.met]
    if len(left) == len(unmet) == 1 and _may_be(operation, route, asked[left[0]], unmet[0].record):
        # Every record is some row's, and all the others have theirs.
        places[left[0]] = _known(unmet[0].take())
        unmet = []
    lost = Lost.UNPAIRED if unmet else Lost.ABSENT
    return [places.get(item, lost) for item in range(len(asked))]


def _distinct(operation: Operation, made: Sequence[Any], there: Sequence[Any]) -> list[_Found]:
    """Put what is said of one record together; one id that means two records means none."""
    found: dict[str, _Found] = {}
    torn: set[str] = set()
    for place, record in enumerate([*made, *there]):
        if not isinstance(record, dict):
            continue
        number = str(record.get("id") or place)
        one = found.setdefault(number, _Found(record))
        if _says_otherwise(operation, one.record, record):
            torn.add(number)
        if place < len(made):
            one.made = place
        else:
            one.there = place
    return [one for number, one in found.items() if number not in torn]


def _says_otherwise(operation: Operation, one: Record, other: Record) -> bool:
    fields = {path.partition(".")[0] for paths in operation.identity.values() for path in paths}
    return any(one.get(f) and other.get(f) and one[f] != other[f] for f in fields)


def _tests(operation: Operation) -> Iterator[_Test]:
    """Name what a row is known by, the surest first."""
    for names in operation.subject:
        yield partial(_says_it, operation, names)
    yield partial(_agrees, operation)


def _says_it(operation: Operation, names: Sequence[str], params: Params, record: Record) -> bool:
    return all(params.get(name) for name in names) and all(
        same_value(operation, name, params[name], record) for name in names
    )


def _agrees(operation: Operation, params: Params, record: Record) -> bool:
    compared = _compared(operation, params, record)
    return bool(compared) and all(compared.values())


def _take(
    operation: Operation,
    asked: Sequence[Params],
    found: Sequence[_Found],
    places: dict[int, int | Lost],
    test: _Test,
) -> None:
    claims = {
        item: candidates
        for item, params in enumerate(asked)
        if item not in places
        and (candidates := [f for f in found if _open_to(operation, f, params, test)])
    }
    for item, candidates in claims.items():
        rivals = sum(one is candidates[0] for others in claims.values() for one in others)
        shared = candidates[0].made is None
        mixed = _is_mixed(operation, asked, item, candidates[0].record)
        if len(candidates) == 1 and (rivals == 1 or shared) and not mixed:
            places[item] = _known(candidates[0].take())
        else:
            places[item] = Lost.UNPAIRED


def _open_to(operation: Operation, found: _Found, params: Params, test: _Test) -> bool:
    """Whether a record may be taken by a row; what was made of a row shows the row's own key."""
    if found.place is None or not test(params, found.record):
        return False
    compared = _compared(operation, params, found.record)
    keys = [same for name, same in compared.items() if is_key(operation, name)]
    return found.made is None or not keys or any(keys)


def _is_mixed(operation: Operation, asked: Sequence[Params], item: int, record: Record) -> bool:
    """Whether what a record says otherwise than its row is what another row says."""
    compared = _compared(operation, asked[item], record)
    wrong = [name for name, same in compared.items() if not same]
    return any(
        params.get(name) and same_value(operation, name, params[name], record)
        for name in wrong
        for place, params in enumerate(asked)
        if place != item
    )


def _compared(operation: Operation, params: Params, record: Record) -> dict[str, bool]:
    """Say of everything that both a row and a record show whether it is the same."""
    return {name: level == SAME for name, level in compare(operation, params, record)}


def _may_be(operation: Operation, route: Route, params: Params, record: Record) -> bool:
    """Whether a record says nothing against a row of which such answers show nothing."""
    fields = (f for name, fs in operation.identity.items() if params.get(name) for f in fs)
    return not any(map(route.holds, fields)) and not _compared(operation, params, record)


def contradicts(operation: Operation, params: Params, record: Record) -> bool:
    """Whether a record shows something of what an item says, and all of it otherwise."""
    compared = _compared(operation, params, record).values()
    return bool(compared) and not any(compared)


def proves(operation: Operation, params: Params, record: Record) -> bool:
    """Whether a record shows by itself that it was made of an item."""
    compared = dict(compare(operation, params, record))
    for names in operation.subject:
        if compared.keys() >= set(names):
            levels = [compared[name] for name in names]
            return all(levels) and levels.count(SAME) >= min(2, len(levels))
    if not operation.subject:
        # What else it shows Apollo may have worked out: an account's id for its company's.
        return compared.get(next(iter(operation.identity))) == SAME
    telling = [level for name, level in compared.items() if not _is_choice(operation, name)]
    return bool(telling) and all(level == SAME for level in telling)


def _is_choice(operation: Operation, name: str) -> bool:
    """Whether many records say the same there."""
    param = operation.param(name)
    return param is not None and bool(param.choices)


def _known(place: int | None) -> int | Lost:
    return Lost.UNPAIRED if place is None else place
