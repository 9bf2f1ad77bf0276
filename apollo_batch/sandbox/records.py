"""A person or a company of the world comes in, its record as Apollo spells it goes out, encoded."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from apollo_batch.sandbox import fields
from apollo_batch.sandbox.account_record import shown
from apollo_batch.sandbox.crm import Crm
from apollo_batch.sandbox.inhabitants import Company, Person, draw
from apollo_batch.sandbox.saved import account_of, contact_of
from apollo_batch.sandbox.world import World


class Form(StrEnum):
    """Which of its routes' shapes a record takes."""

    SINGLE = "single"
    BULK = "bulk"
    IN_PERSON = "in_person"
    IN_BULK_PERSON = "in_bulk_person"


def encode(value: object) -> bytes:
    """Spell a value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


class Records:
    """Encodes records; companies only once, as every colleague's record repeats theirs."""

    def __init__(self, world: World, crm: Crm) -> None:
        self._world = world
        self._crm = crm
        self._companies: dict[tuple[int, Form], bytes] = {}
        self._people: dict[tuple[int, Form, bool, bool], bytes] = {}

    def company(self, company: Company, form: Form) -> bytes:
        """Encode a company as a route of this form answers it."""
        known = self._companies.get((company.number, form))
        if known is None:
            known = encode(self._company(company, form))
            self._companies[company.number, form] = known
        # Whom the team has saved changes from request to request: it is never kept encoded.
        return self._with_account(known, company) if form in _SHOWS_ACCOUNT else known

    def person(self, person: Person, form: Form, *, personal: bool, no_email: bool) -> bytes:
        """Encode a person; `personal` with private addresses, `no_email` as waterfall does."""
        key = (person.number, form, personal, no_email)
        known = self._people.get(key)
        if known is None:
            known = self._person(person, form, personal=personal, no_email=no_email)
            if len(self._people) > 4096:
                self._people.clear()
            self._people[key] = known
        if form is Form.BULK:
            return self._with_account(known, person.company)
        contact = contact_of(self._crm, person) if form is Form.SINGLE else None
        if contact is None:
            return known
        return _with(_with(known, "contact_id", encode(contact["id"])), "contact", encode(contact))

    def only_company(self, company: Company, form: Form) -> bytes:
        """Encode the answer for an unknown address at a known company."""
        blank = {**_BLANK, "organization_id": company.id, "match_confidence": "none"}
        return _with(encode(blank), "organization", self.company(company, _inside(form)))

    def nobody(self) -> bytes:
        """Encode what a waterfall request shows for somebody unknown."""
        return encode({**_BLANK, "organization_id": None, "match_confidence": "none"})

    def stub(self, first_name: str, words: str) -> bytes:
        """Encode the hollow record that weak details buy."""
        return encode(
            {
                **_BLANK,
                "id": self.stub_id(words),
                "first_name": first_name,
                "last_name": None,
                "name": first_name,
                "organization_id": None,
                "revealed_for_current_team": True,
            }
        )

    def stub_id(self, words: str) -> str:
        """The id of a hollow record: none that belongs to anybody."""
        return "".join(f"{draw(self._world.seed, 'stub', part, words):08x}" for part in range(3))

    def _person(self, person: Person, form: Form, *, personal: bool, no_email: bool) -> bytes:
        record = fields.person_fields(person)
        if no_email:
            del record["email"], record["email_status"]
        if personal:
            # Apollo keeps quiet about private addresses of people in GDPR countries.
            record["personal_emails"] = [] if person.place.gdpr else [person.personal_email]
        return _with(encode(record), "organization", self.company(person.company, _inside(form)))

    def _company(self, company: Company, form: Form) -> dict[str, Any]:
        record = fields.company_fields(company)
        if form is Form.IN_BULK_PERSON:
            return record
        record |= self._ownership(company)
        if form is not Form.BULK:
            record |= fields.finance(company) | self._subsidiaries(company)
        if form is Form.IN_PERSON:
            return record
        record |= fields.size(company)
        if form is Form.BULK:
            record |= fields.intent() | self._rollup(company)
        return record

    def _with_account(self, known: bytes, company: Company) -> bytes:
        account = account_of(self._crm, company)
        if account is None:
            return known
        known = _with(known, "account_id", encode(account["id"]))
        return _with(known, "account", encode(shown(account)))

    def _ownership(self, company: Company) -> dict[str, Any]:
        owner = None if company.owner is None else self._world.company(company.owner)
        owned_by = None if owner is None else fields.name_and_site(owner)
        return {
            "owned_by_organization_id": owner.id if owner else None,
            "owned_by_organization": owned_by,
            "owned_by_chain": [owned_by] if owned_by else [],
            "ultimate_parent_organization": owned_by,
            "num_suborganizations": len(self._world.subsidiaries(company)),
            "short_description": f"{company.name} of {company.place.city}.",
            "seo_description": f"{company.name}: {company.industry}.",
        }

    def _subsidiaries(self, company: Company) -> dict[str, Any]:
        return {
            "suborganizations": [fields.name_and_site(c) for c in self._world.subsidiaries(company)]
        }

    def _rollup(self, company: Company) -> dict[str, Any]:
        owned = self._world.subsidiaries(company)
        return {
            "subsidiary_rollups": {
                "total_estimated_employee_count": sum(c.employees for c in owned),
                "countries": sorted({c.place.country for c in owned}),
                "industries": sorted({c.industry for c in owned}),
            }
        }


_SHOWS_ACCOUNT = frozenset({Form.SINGLE, Form.BULK})
_BLANK: Mapping[str, Any] = dict.fromkeys(
    "id first_name last_name name linkedin_url title email_status photo_url twitter_url "
    "github_url facebook_url extrapolated_email_confidence headline email".split()
) | {"first_name": "", "last_name": "", "name": ""}


def _with(record: bytes, name: str, inner: bytes) -> bytes:
    return record[:-1] + b',"' + name.encode() + b'":' + inner + b"}"


def _inside(form: Form) -> Form:
    return Form.IN_PERSON if form is Form.SINGLE else Form.IN_BULK_PERSON
