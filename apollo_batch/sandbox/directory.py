"""A world comes in; everyone in it, ready to be searched, goes out."""

from collections.abc import Iterable
from functools import cached_property, lru_cache

from apollo_batch.sandbox.filters import Understood
from apollo_batch.sandbox.firmographics import Firmographics, firmographics
from apollo_batch.sandbox.inhabitants import Company, Person
from apollo_batch.sandbox.postings import Posting, postings
from apollo_batch.sandbox.world import COMPANIES, World


class Directory:
    """People and companies with what filters look at; worked out when a search first needs it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._holdings: dict[int, Firmographics] = {}
        self._jobs: dict[int, tuple[Posting, ...]] = {}

    @cached_property
    def companies(self) -> list[Company]:
        """Every company, in order of their numbers."""
        return [self._world.company(number) for number in range(COMPANIES)]

    @cached_property
    def people(self) -> list[Person]:
        """Everyone, in order of their numbers."""
        return list(self._world.people())

    @cached_property
    def words(self) -> list[str]:
        """What keywords are looked for in, by the number of the person."""
        return [
            f"{p.name} {p.title} {p.company.name} {p.company.industry}".casefold()
            for p in self.people
        ]

    def holdings(self, company: Company) -> Firmographics:
        """What a company earns, got and uses."""
        if company.number not in self._holdings:
            self._holdings[company.number] = firmographics(company)
        return self._holdings[company.number]

    def jobs(self, company: Company) -> tuple[Posting, ...]:
        """The open jobs of a company, the newest first."""
        if company.number not in self._jobs:
            self._jobs[company.number] = postings(self._world, company)
        return self._jobs[company.number]

    def find_companies(self, wanted: Iterable[Understood[Company]]) -> list[Company]:
        """Everyone whom all filters keep."""
        found = self.companies
        for one in wanted:
            found = [company for company in found if one.keeps(company)]
        return found

    def find_people(
        self, wanted: Iterable[Understood[Person]], employers: Iterable[Understood[Company]]
    ) -> list[Person]:
        """Everyone whom all filters keep, and whose employer they keep."""
        kept = {company.number for company in self.find_companies(employers)}
        found = self.people
        if len(kept) < COMPANIES:
            found = [person for person in found if person.company.number in kept]
        for one in wanted:
            found = [person for person in found if one.keeps(person)]
        return found


# A world outlives a reset, and so does its directory; a process serves one world, tests a few.
directory_of = lru_cache(maxsize=2)(Directory)
