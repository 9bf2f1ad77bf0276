"""A contact comes in; it goes out joined to the person, company and account it is recognised as."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.inhabitants import Company, Person
from apollo_batch.sandbox.rule import State
from apollo_batch.sandbox.saved import account_of
from apollo_batch.sandbox.world import World

# What a change of it makes Apollo look again.
_TELLING = frozenset(
    "email name first_name last_name organization_name website_url linkedin_url person_id "
    "organization_id account_id".split()
)
_EMPLOYER = frozenset({"organization_name", "website_url"})


def linked(state: State, record: Record, given: Mapping[str, Any]) -> Record:
    """Join a contact to whom and what Apollo knows; what the request itself says is left alone."""
    if not given.keys() & _TELLING:
        return record
    world = state.world
    employer = company_named(world, record["organization_name"], given.get("website_url"))
    person = _person(world, record, employer)
    if person and not record["person_id"]:
        record["person_id"] = person.id
    company = employer or (person.company if person else None) or _by_address(world, record)
    chosen = state.crm.accounts.find(str(given["account_id"])) if given.get("account_id") else None
    if chosen and company is None:
        record["organization_id"] = record["organization_id"] or chosen["organization_id"]
    # Where somebody works is looked up once, and again when another employer is named.
    moved = employer is not None and not _EMPLOYER.isdisjoint(given)
    if company and (moved or not record["organization_id"]) and not given.get("organization_id"):
        record["organization_id"] = company.id
    if company and not record["organization_name"] and "organization_name" not in given:
        record["organization_name"] = company.name
    account = account_of(state.crm, company) if company else None
    if account and (moved or not record["account_id"]) and "account_id" not in given:
        record["account_id"] = account["id"]
    return record


def company_named(world: World, name: object, website: object) -> Company | None:
    """The company of this name, or else of this site."""
    found = world.company_by_name(str(name or ""))
    return found or world.company_by_domain(host(str(website or "")))


def host(website: str) -> str:
    """The bare host of a site's address."""
    try:
        parts = urlsplit(website if "//" in website else f"//{website}")
        return (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _by_address(world: World, record: Record) -> Company | None:
    return world.company_by_domain((record["email"] or "").rpartition("@")[2])


def _person(world: World, record: Record, employer: Company | None) -> Person | None:
    by_id = world.person_by_id(record["person_id"]) if record["person_id"] else None
    if by_id or record["person_id"]:
        return by_id
    found = world.person_by_email(record["email"] or "")
    found = found or world.person_by_linkedin(record["linkedin_url"] or "")
    company = employer or _by_address(world, record)
    if found or company is None or not record["name"]:
        return found
    return world.person_at(company, record["name"])
