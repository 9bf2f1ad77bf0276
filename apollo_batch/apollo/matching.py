"""Which created record belongs to which row: shown by all that tells rows apart, never guessed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from apollo_batch.apollo.pairing import Lost, Pairs, same_value, shows
from apollo_batch.catalogue.entry import Operation
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
    operation: Operation, asked: Sequence[Params], made: Sequence[Any], there: Sequence[Any]
) -> Pairs:
    """Give every item the record that was made of it, or found in its place.

    Bulk creation answers in two lists without an index ("Bulk Create Contacts" page), so a row is
    known by its e-mail, else by name and company, else by all that both show. Where two fit,
    neither is taken; places count both lists in one.
    """
    found = _distinct(made, there)
    places: dict[int, int | Lost] = {}
    for test in _tests(operation):
        _take(asked, found, places, test)
    left = [item for item in range(len(asked)) if item not in places]
    unmet = [one for one in found if not one.met]
    if len(left) == len(unmet) == 1 and may_be(operation, asked[left[0]], unmet[0].record):
        # Every record is some row's, and all the others have theirs.
        places[left[0]] = _known(unmet[0].take())
        unmet = []
    lost = Lost.UNPAIRED if unmet else Lost.ABSENT
    return [places.get(item, lost) for item in range(len(asked))]


def _distinct(made: Sequence[Any], there: Sequence[Any]) -> list[_Found]:
    found: dict[str, _Found] = {}
    for place, record in enumerate([*made, *there]):
        if not isinstance(record, dict):
            continue
        one = found.setdefault(str(record.get("id") or place), _Found(record))
        if place < len(made):
            one.made = place
        else:
            one.there = place
    return list(found.values())


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
    return bool(compared) and all(compared)


def _take(
    asked: Sequence[Params], found: Sequence[_Found], places: dict[int, int | Lost], test: _Test
) -> None:
    claims = {
        item: candidates
        for item, params in enumerate(asked)
        if item not in places
        and (candidates := [f for f in found if f.place is not None and test(params, f.record)])
    }
    for item, candidates in claims.items():
        rivals = sum(one is candidates[0] for others in claims.values() for one in others)
        shared = candidates[0].made is None
        if len(candidates) == 1 and (rivals == 1 or shared):
            places[item] = _known(candidates[0].take())
        else:
            places[item] = Lost.UNPAIRED


def _compared(operation: Operation, params: Params, record: Record) -> list[bool]:
    """Say of everything that both a row and a record show whether it is the same."""
    return [
        same_value(operation, name, params[name], record)
        for name in operation.identity
        if params.get(name) and shows(operation, name, record)
    ]


def may_be(operation: Operation, params: Params, record: Record) -> bool:
    """Whether a record shows nothing that an item says, or some of it the same."""
    compared = _compared(operation, params, record)
    return not compared or any(compared)


def _known(place: int | None) -> int | Lost:
    return Lost.UNPAIRED if place is None else place
