"""The people and companies of the world that the team has saved: made when somebody asks."""

from collections.abc import Sequence

from apollo_batch.sandbox import fields, phones
from apollo_batch.sandbox.account_record import account
from apollo_batch.sandbox.contact_record import contact
from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.ids import well_formed
from apollo_batch.sandbox.inhabitants import Company, Person
from apollo_batch.sandbox.world import World


class SavedPeople:
    """The contacts that were there before the first request."""

    def __init__(self, world: World, owners: Sequence[str], stages: Sequence[str]) -> None:
        self._world = world
        self._owners = owners
        self._stages = stages

    def ids(self) -> list[str]:
        return [self._world.id_of("contact", n) for n in self._world.saved("contact")]

    def find(self, number: str) -> Record | None:
        person = self._world.person_by_contact(number) if well_formed(number) else None
        return None if person is None else self._contact(person)

    def _contact(self, person: Person) -> Record:
        place, moment = person.place, _moment(2026, person.number)
        return contact(
            {
                "id": person.contact_id,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "name": person.name,
                "title": person.title,
                "headline": f"{person.title} at {person.company.name}",
                "linkedin_url": person.linkedin_url,
                "person_id": person.id,
                "organization_id": person.company.id,
                "organization_name": person.company.name,
                "account_id": person.company.account_id,
                "owner_id": self._owners[person.number % len(self._owners)],
                "creator_id": self._owners[0],
                "contact_stage_id": self._stages[person.number % len(self._stages)],
                "email": person.email,
                "email_status": person.email_status,
                "email_true_status": person.email_status.capitalize(),
                "present_raw_address": f"{place.city}, {place.country}",
                "city": place.city,
                "state": place.state,
                "country": place.country,
                "created_at": moment,
                "updated_at": moment,
            }
        )


class SavedCompanies:
    """The accounts that were there before the first request."""

    def __init__(
        self, world: World, team_id: str, owners: Sequence[str], stages: Sequence[str]
    ) -> None:
        self._world = world
        self._team_id = team_id
        self._owners = owners
        self._stages = stages

    def ids(self) -> list[str]:
        return [self._world.id_of("account", n) for n in self._world.saved("account")]

    def find(self, number: str) -> Record | None:
        company = self._world.company_by_account(number) if well_formed(number) else None
        return None if company is None else self._account(company)

    def _account(self, company: Company) -> Record:
        moment = _moment(2025, company.number)
        phone = fields.phone(company)
        return account(
            {
                "id": company.account_id,
                "domain": company.domain,
                "name": company.name,
                "team_id": self._team_id,
                "organization_id": company.id,
                "account_stage_id": self._stages[company.number % len(self._stages)],
                "creator_id": self._owners[0],
                "owner_id": self._owners[company.number % len(self._owners)],
                "phone": phone,
                "sanitized_phone": phones.sanitize(phone),
                "linkedin_url": company.linkedin_url,
                "created_at": moment,
                "updated_at": moment,
            }
        )


def contact_of(crm: Crm, person: Person) -> Record | None:
    """The contact that a person of the world is saved as; the oldest, where there are several."""
    saved = crm.contacts.find(person.contact_id) if person.contact_id else None
    return saved or next(iter(crm.contacts.saying("person_id", person.id)), None)


def account_of(crm: Crm, company: Company) -> Record | None:
    """The account that a company of the world is saved as; the oldest, where there are several."""
    saved = crm.accounts.find(company.account_id) if company.account_id else None
    return saved or next(iter(crm.accounts.saying("organization_id", company.id)), None)


def make_staff(crm: Crm, company: Company) -> None:
    """See to it that everyone of a company who is saved has their contact made."""
    for person in crm.world.staff(company):
        if person.contact_id:
            crm.contacts.find(person.contact_id)


def _moment(year: int, number: int) -> str:
    day, minute = number % 28 + 1, number % 60
    return f"{year}-{number % 9 + 1:02d}-{day:02d}T{number % 24:02d}:{minute:02d}:12.{number % 1000:03d}Z"
