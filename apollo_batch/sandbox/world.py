"""The people and companies of a sandbox, each worked out from its number and the seed alone."""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from apollo_batch.sandbox import names
from apollo_batch.sandbox.inhabitants import COMPANY_PAGE, Company, Person, draw, plain
from apollo_batch.sandbox.names import Place

PEOPLE = 20_000
COMPANIES = 2_000
_KNOWN = len(names.KNOWN_COMPANIES)
_KNOWN_STAFF = 3
_SAVED_ONE_IN = {"contact": 12, "account": 10}
_ID_SPACE = 1 << 96
_SCATTER = 0x9E3779B97F4A7C15F39CC061
_GATHER = pow(_SCATTER, -1, _ID_SPACE)
_DIGITS = re.compile(r"[0-9]{1,6}$")
T = TypeVar("T")


class World:
    """Everyone there is; made on demand, found without an index of everyone."""

    def __init__(self, seed: int = 42) -> None:
        self.seed = seed
        self._people: dict[int, Person] = {}
        self._companies: dict[int, Company] = {}
        self._numbers_by_name: dict[str, int] = {}
        self._numbers_by_domain: dict[str, int] = {}
        self._hashes: dict[str, int] = {}
        self._numbers_saved: dict[str, list[int]] = {}

    def people(self) -> Iterator[Person]:
        """Everyone, in order of their numbers."""
        return map(self.person, range(PEOPLE))

    def person(self, number: int) -> Person:
        """Work out a person from their number, once."""
        if number not in self._people:
            self._people[number] = self._person(number)
        return self._people[number]

    def company(self, number: int) -> Company:
        """Work out a company from its number, once."""
        if number not in self._companies:
            self._companies[number] = self._company(number)
        return self._companies[number]

    def company_by_domain(self, domain: str) -> Company | None:
        """Find a company by its bare host."""
        if not self._numbers_by_domain:
            self._numbers_by_domain = {_domain(n): n for n in range(COMPANIES)}
        number = self._numbers_by_domain.get(domain.strip().lower())
        return None if number is None else self.company(number)

    def company_by_name(self, name: str) -> Company | None:
        """Find a company by its name, whatever the case."""
        if not self._numbers_by_name:
            self._numbers_by_name = {_company_name(n).casefold(): n for n in range(COMPANIES)}
        number = self._numbers_by_name.get(name.strip().casefold())
        return None if number is None else self.company(number)

    def company_by_linkedin(self, url: str) -> Company | None:
        """Find a company by its page, letter by letter as it is stored."""
        if not url.startswith(COMPANY_PAGE):
            return None
        return self.company_by_domain(f"{url.removeprefix(COMPANY_PAGE)}.example")

    def person_by_id(self, text: str) -> Person | None:
        """Find a person by Apollo's id."""
        number = self.number_of("person", text)
        return self.person(number) if number < PEOPLE else None

    def person_by_contact(self, text: str) -> Person | None:
        """Find a person by the id of the contact that they are saved as."""
        person = _at(self.number_of("contact", text), PEOPLE, self.person)
        return person if person and person.contact_id else None

    def company_by_account(self, text: str) -> Company | None:
        """Find a company by the id of the account that it is saved as."""
        company = _at(self.number_of("account", text), COMPANIES, self.company)
        return company if company and company.account_id else None

    def staff(self, company: Company) -> list[Person]:
        """Everyone who works there."""
        return [self.person(number) for number in _staff(company.number)]

    def saved(self, space: str) -> list[int]:
        """The numbers of the people (`contact`) or companies (`account`) the team has saved."""
        if space not in self._numbers_saved:
            everyone = range(PEOPLE if space == "contact" else COMPANIES)
            self._numbers_saved[space] = [n for n in everyone if self._saved(space, n)]
        return self._numbers_saved[space]

    def company_by_id(self, text: str) -> Company | None:
        """Find a company by Apollo's id."""
        number = self.number_of("organization", text)
        return self.company(number) if number < COMPANIES else None

    def person_by_hash(self, digest: str) -> Person | None:
        """Find a person by the MD5 or SHA-256 of their address."""
        if not self._hashes:
            for person in self.people():
                address = (person.email or "").encode()
                self._hashes[hashlib.md5(address, usedforsecurity=False).hexdigest()] = (
                    person.number
                )
                self._hashes[hashlib.sha256(address).hexdigest()] = person.number
        number = self._hashes.get(digest.lower())
        return None if number is None or self.person(number).email is None else self.person(number)

    def person_by_email(self, email: str) -> Person | None:
        """Find a person by their address, whatever the case."""
        local, _, domain = email.strip().lower().partition("@")
        company = self.company_by_domain(domain)
        if company is None:
            return None
        digits = _DIGITS.search(local)
        staff = _staff(company.number)
        guesses = [int(digits[0])] if digits else staff[:_KNOWN_STAFF]
        people = (self.person(number) for number in guesses if number in staff)
        return next((p for p in people if p.email == f"{local}@{domain}"), None)

    def person_by_linkedin(self, url: str) -> Person | None:
        """Find a person by their profile, letter by letter as it is stored."""
        digits = _DIGITS.search(url)
        known = range(len(names.KNOWN_PEOPLE))
        guesses = [int(digits[0])] if digits else known
        people = (self.person(number) for number in guesses if number < PEOPLE)
        return next((p for p in people if p.linkedin_url == url), None)

    def person_at(self, company: Company, name: str) -> Person | None:
        """Find somebody who works there, or has worked there, by their full name."""
        wanted = " ".join(name.split()).casefold()
        for number in (*_staff(company.number), *_alumni(company.number)):
            if " ".join(self._name(number)).casefold() == wanted:
                return self.person(number)
        return None

    def subsidiaries(self, company: Company) -> list[Company]:
        """The companies that it owns."""
        known = range(_KNOWN)
        return [self.company(n) for n in known if names.KNOWN_COMPANIES[n][4] == company.number]

    def id_of(self, space: str, number: int) -> str:
        """The 24-digit id of a thing; each kind of thing has a space of its own."""
        return f"{(number * _SCATTER + self._offset(space)) % _ID_SPACE:024x}"

    def number_of(self, space: str, text: str) -> int:
        """The number of the thing that has an id; a huge one where nothing in the space has it."""
        return (int(text, 16) - self._offset(space)) * _GATHER % _ID_SPACE

    def _offset(self, space: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.seed} {space}".encode()).digest()[:12])

    def _draw(self, *words: object) -> int:
        return draw(self.seed, *words)

    def _person(self, number: int) -> Person:
        if not 0 <= number < PEOPLE:
            raise IndexError(number)
        company = self.company(_employer(number))
        first, last = self._name(number)
        title, seniority, department = names.JOBS[self._draw("job", number) % len(names.JOBS)]
        email, status = self._email(number, first, last, company.domain)
        local = f"{plain(first)}.{plain(last)}".replace(" ", "")
        return Person(
            number=number,
            id=self.id_of("person", number),
            first_name=first,
            last_name=last,
            email=email,
            email_status=status,
            personal_email=f"{local}{number}@mailbox.example",
            has_mobile=self._draw("mobile", number) % 5 != 0,
            title=title,
            seniority=seniority,
            department=department,
            place=company.place,
            company=company,
            past=self._past(number),
            contact_id=self._saved("contact", number),
            linkedin_url=_profile(number, f"{first} {last}"),
        )

    def _name(self, number: int) -> tuple[str, str]:
        if number < len(names.KNOWN_PEOPLE):
            first, last = names.KNOWN_PEOPLE[number]
            return first.replace("_", " "), last.replace("_", " ")
        pick = self._draw("name", number)
        first = names.FIRST_NAMES[pick % len(names.FIRST_NAMES)]
        return first, names.LAST_NAMES[pick // 64 % len(names.LAST_NAMES)]

    def _email(self, number: int, first: str, last: str, domain: str) -> tuple[str | None, str]:
        pick = self._draw("email", number) % 100
        if pick < 4 and number >= len(names.KNOWN_PEOPLE):
            return None, "unavailable"
        suffix = "" if number < len(names.KNOWN_PEOPLE) else str(number)
        local = f"{plain(first)}.{plain(last)}{suffix}".replace(" ", "")
        return f"{local}@{domain}", "extrapolated" if pick < 12 else "verified"

    def _past(self, number: int) -> Company | None:
        past = _former_employer(number)
        return None if past is None else self.company(past)

    def _saved(self, space: str, number: int) -> str | None:
        one_in = _SAVED_ONE_IN[space]
        return self.id_of(space, number) if self._draw(space, number) % one_in == 0 else None

    def _company(self, number: int) -> Company:
        owner = None
        place = names.PLACES[self._draw("place", number) % len(names.PLACES)]
        if number < _KNOWN:
            _, _, city, country, owner = names.KNOWN_COMPANIES[number]
            place = Place(city, None, country, country in names.GDPR_COUNTRIES)
        size = self._draw("size", number)
        return Company(
            number=number,
            id=self.id_of("organization", number),
            name=_company_name(number),
            domain=_domain(number),
            place=place,
            industry=names.INDUSTRIES[self._draw("industry", number) % len(names.INDUSTRIES)],
            employees=10 + size % 4000,
            founded=1921 + size // 4000 % 100,
            account_id=self._saved("account", number),
            owner=owner,
        )


def _profile(number: int, name: str) -> str:
    suffix = "" if number < len(names.KNOWN_PEOPLE) else f"-{number}"
    return f"http://www.linkedin.com/in/{plain(name).replace(' ', '-')}{suffix}"


def _company_name(number: int) -> str:
    if number < _KNOWN:
        return names.KNOWN_COMPANIES[number][0]
    first, second = divmod(number, len(names.COMPANY_SECOND))
    return f"{names.COMPANY_FIRST[first]} {names.COMPANY_SECOND[second]}"


def _domain(number: int) -> str:
    if number < _KNOWN:
        return names.KNOWN_COMPANIES[number][1]
    return f"{_company_name(number).lower().replace(' ', '-')}.example"


# The first sixty people work three to a company; everyone else goes round the other companies.
_FIRST_OTHER = _KNOWN * _KNOWN_STAFF
_OTHERS = COMPANIES - _KNOWN


def _employer(number: int) -> int:
    if number < _FIRST_OTHER:
        return number // _KNOWN_STAFF
    return _KNOWN + (number - _FIRST_OTHER) % _OTHERS


def _staff(company: int) -> range:
    if company < _KNOWN:
        return range(company * _KNOWN_STAFF, (company + 1) * _KNOWN_STAFF)
    return range(_FIRST_OTHER + company - _KNOWN, PEOPLE, _OTHERS)


def _former_employer(number: int) -> int | None:
    """Every third person came from the company next door."""
    return (_employer(number) + 1) % COMPANIES if number % 3 == 0 else None


def _alumni(company: int) -> list[int]:
    return [n for n in _staff((company - 1) % COMPANIES) if n % 3 == 0]


def _at(number: int, most: int, made: Callable[[int], T]) -> T | None:
    return made(number) if number < most else None
