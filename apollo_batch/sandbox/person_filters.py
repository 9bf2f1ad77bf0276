"""A directory comes in, the filters that look at people go out, by Apollo's names."""

from apollo_batch.sandbox.company_filters import (
    Wanted,
    at_domains,
    company_filters,
    industry_filters,
    technology_filters,
)
from apollo_batch.sandbox.directory import Directory
from apollo_batch.sandbox.filters import Filter, Test, inside, listed, worded
from apollo_batch.sandbox.inhabitants import Company, Person
from apollo_batch.sandbox.titles import similar, strict

_DOMAINS = "q_organization_domains_list"
_COMPANIES_ONLY = {_DOMAINS, "organization_not_locations", "latest_funding_date_range"}
# What the filter calls the statuses that records spell otherwise.
_STATUSES = {"verified": "verified", "unverified": "extrapolated", "unavailable": "unavailable"}


def person_filters(directory: Directory, *, fuzzy: bool) -> dict[str, Filter[Person]]:
    """Every filter of people themselves; `fuzzy` where similar titles will do."""

    def titled(titles: Wanted) -> Test[Person]:
        fits = similar(titles) if fuzzy else strict(titles)
        return lambda person: fits(person.title)

    def with_words(text: str) -> Test[Person]:
        words = text.casefold().split()
        return lambda person: all(word in directory.words[person.number] for word in words)

    def located(places: Wanted) -> Test[Person]:
        holds = inside(places)
        return lambda person: holds(person.place)

    return {
        "person_titles": listed("Titles", titled),
        "q_keywords": worded("Keywords", with_words),
        "person_locations": listed("Locations", located),
        "person_seniorities": listed("Seniority", _senior),
        "person_departments": listed("Departments", _in_departments),
        "contact_email_status": listed("Email Status", _reachable),
        _DOMAINS: listed("Company Domains", _employed_at),
    }


def employer_filters(directory: Directory) -> dict[str, Filter[Company]]:
    """Every filter of people's present employers."""
    known = company_filters(directory) | technology_filters(directory) | industry_filters()
    return {name: one for name, one in known.items() if name not in _COMPANIES_ONLY}


def _senior(seniorities: Wanted) -> Test[Person]:
    return lambda person: person.seniority in seniorities


def _in_departments(departments: Wanted) -> Test[Person]:
    wanted = {name.removeprefix("master_") for name in departments}
    return lambda person: person.department in wanted


def _reachable(statuses: Wanted) -> Test[Person]:
    wanted = {_STATUSES.get(status) for status in statuses}
    engaged = "likely to engage" in statuses
    return lambda person: person.email_status in wanted or (engaged and person.likely_to_engage)


def _employed_at(domains: Wanted) -> Test[Person]:
    """An employer of the past will do."""
    fits = at_domains(domains)
    return lambda person: fits(person.company) or (person.past is not None and fits(person.past))
