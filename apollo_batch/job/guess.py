"""An operation and a sheet come in; which column fills which parameter, as far as that shows, goes out.

A wrong column is worse than none. So a name must be one of those that are known, its cells must be of
the kind that is meant, and a column without a known name counts only where its cells leave no doubt.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param
from apollo_batch.job import synonyms, values
from apollo_batch.job.cleaners import CLEANERS
from apollo_batch.job.recognise import Column, is_salutation, squashed, usable
from apollo_batch.job.sight import Sight

_SHOW_THEMSELVES = {
    "email": Kind.EMAIL,
    "person page": Kind.PERSON_URL,
    "company page": Kind.COMPANY_URL,
    "domain": Kind.DOMAIN,
}
"""What the cells of a column can tell without its name."""
_MUST_SHOW = {Kind.ID, Kind.HASHED_EMAIL}
"""A name alone is not enough for these: Salesforce has a Contact ID, too."""
_OF_MAIL = frozenset({"mail", "email", "courriel", "correo"})
_CLEANERS = {
    Kind.EMAIL: "email",
    Kind.PERSON_URL: "linkedin_url",
    Kind.COMPANY_URL: "linkedin_url",
    Kind.DOMAIN: "domain",
}
_OF_PEOPLE_ALONE = {"email", "hashed_email", "linkedin_url", "id"}
_HALF = 0.5


@dataclass(frozen=True)
class Chosen:
    """The column that fills a parameter."""

    column: Column
    clean: str = ""
    """What is done to its cells first."""


def guess(operation: Operation, sight: Sight) -> dict[str, Chosen]:
    """Choose a column for each parameter of which that can be told."""
    choosing = _Choosing(operation, sight)
    choosing.by_name(reluctant=False)
    choosing.by_cells()
    choosing.drop_what_is_said_better()
    choosing.split_names()
    if not enough(operation, choosing.chosen):
        choosing.domain_of_addresses()
        choosing.by_name(reluctant=True)
    order = [param.name for param in operation.params]
    return dict(sorted(choosing.chosen.items(), key=lambda pair: order.index(pair[0])))


def enough(operation: Operation, given: Iterable[str]) -> bool:
    """Whether a row that fills these parameters can be sent."""
    names = set(given)
    return any(each <= names for each in operation.enough)


def suggested(sight: Sight, people: Operation, companies: Operation) -> Operation | None:
    """Say what the rows are to be looked up as: people or companies; None: nobody can tell."""
    as_people = _telling(people, sight)
    if enough(people, as_people) and (sight.of_people or as_people & _OF_PEOPLE_ALONE):
        return people
    return companies if enough(companies, _telling(companies, sight)) else None


def _telling(operation: Operation, sight: Sight) -> set[str]:
    """The parameters that are filled from columns which are not empty."""
    return {name for name, each in guess(operation, sight).items() if sight.tells(each.column)}


def meaning_of(operation: Operation, param: Param) -> str:
    """Say what a column has to hold for a parameter."""
    about = operation.name.partition(".")[0]
    return synonyms.MEANS_OF.get((about, param.name), synonyms.MEANS.get(param.name, param.name))


class _Choosing:
    """One look over the parameters of an operation; a column is taken once."""

    def __init__(self, operation: Operation, sight: Sight) -> None:
        self.operation = operation
        self.sight = sight
        self.chosen: dict[str, Chosen] = {}

    def by_name(self, *, reluctant: bool) -> None:
        """Take the columns whose names are known, and whose cells do not belie them."""
        needed = frozenset[str]().union(*self.operation.enough)
        for param in self._open():
            if _is_reluctant(param) is reluctant and (not reluctant or param.name in needed):
                self._take(param, self._called(param), partial(_fits, param))

    def by_cells(self) -> None:
        """Take columns of unknown names whose cells leave no doubt, if there is one only."""
        for param in self._open():
            meaning = meaning_of(self.operation, param)
            if param.kind is Kind.DOMAIN and enough(self.operation, self.chosen):
                continue  # it might be anybody's: a competitor's, a reseller's
            if _SHOW_THEMSELVES.get(meaning) is param.kind:
                named = self.sight.held.get(meaning, ())
                clear = [each for each in self._free() if _is_clear(param, each)]
                if len(clear) == 1 and not any(each.cells for each in named):
                    self._take(param, clear, lambda _: True)

    def drop_what_is_said_better(self) -> None:
        """Leave out what other parameters say more surely."""
        for name, ways in synonyms.INSTEAD.items():
            told = {n for n, each in self.chosen.items() if self.sight.tells(each.column)}
            if any(told >= set(way) for way in ways):
                self.chosen.pop(name, None)

    def split_names(self) -> None:
        """Take a full name apart: where two are wanted, and where it is written Muster, Ada."""
        parts = [self.operation.param(each) for each in ("first_name", "last_name")]
        whole = next(iter(self.sight.held.get("full name", ())), None)
        if whole is None or not all(parts) or {"first_name", "last_name"} & self.chosen.keys():
            return
        turned = whole.share(lambda cell: "," in cell) > _HALF and bool(whole.cells)
        wanted = self.operation.param("name") is None and self.operation.act is Act.CREATE
        if (turned or wanted) and whole.holds(Kind.NAME):
            self.chosen.pop("name", None)
            for name in ("first_name", "last_name"):
                self.chosen[name] = Chosen(whole, name)

    def domain_of_addresses(self) -> None:
        """Take a company's domain from the addresses of its people, where nothing else tells it."""
        addresses = [*self.sight.held.get("email", ())]
        if self.operation.param("email") is None:
            for param in self._open():
                if param.kind is Kind.DOMAIN and not param.either:
                    self._take(param, addresses, lambda each: each.holds(Kind.EMAIL))

    def _open(self) -> list[Param]:
        return [
            param
            for param in self.operation.params
            if param.in_map
            and param.kind is not Kind.FIELDS
            and not param.ours
            and param.name not in self.chosen
        ]

    def _free(self) -> list[Column]:
        taken = {each.column.index for each in self.chosen.values()}
        return [each for each in self.sight.columns if each.index not in taken]

    def _called(self, param: Param) -> list[Column]:
        meaning = meaning_of(self.operation, param)
        if meaning != param.name or meaning in synonyms.HEADERS:
            return [*self.sight.held.get(meaning, ())]
        return [each for each in self.sight.columns if squashed(each.name) == squashed(meaning)]

    def _take(
        self, param: Param, columns: Iterable[Column], fits: Callable[[Column], bool]
    ) -> None:
        free = self._free()
        found = next((each for each in columns if each in free and fits(each)), None)
        if found is not None:
            self.chosen[param.name] = Chosen(found, cleaner_for(param, found))


def cleaner_for(param: Param, column: Column) -> str:
    """Name the cleaner that brings out more of a column's cells; "" where none does."""
    name = _CLEANERS.get(param.kind, "")
    if param.kind is Kind.DOMAIN:
        return "" if column.cells and column.shows(Kind.DOMAIN) else name
    if not name:
        return ""
    as_it_is = column.share(lambda cell: usable(param.kind, cell))
    cleaned = column.share(lambda cell: usable(param.kind, cell, CLEANERS[name]))
    return name if cleaned > as_it_is else ""


def _fits(param: Param, column: Column) -> bool:
    """Whether the cells of a column do not belie its name."""
    kind = Kind.TEXT if values.by_name(param) else param.kind
    if kind in _MUST_SHOW and not column.cells:
        return False
    if param.name == "title" and column.cells and column.share(is_salutation) > _HALF:
        return False
    name = cleaner_for(param, column)
    return column.holds(kind, CLEANERS[name]) if name else column.holds(kind)


def _is_clear(param: Param, column: Column) -> bool:
    if column.of_somebody_else or column.of_nobody or not column.shows(param.kind):
        return False
    return param.kind is not Kind.DOMAIN or _OF_MAIL.isdisjoint(column.words)


def _is_reluctant(param: Param) -> bool:
    """Whether a column is taken for it only where a row is not enough without."""
    return bool(param.choices) or (param.target is not None and param.target.named)
