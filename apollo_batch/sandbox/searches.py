"""The rules of the searches in Apollo's own data: people and companies."""

from collections.abc import Mapping, Sequence
from typing import Any

from apollo_batch.sandbox import fields
from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.company_filters import company_filters
from apollo_batch.sandbox.directory import Directory, directory_of
from apollo_batch.sandbox.filters import breadcrumbs, understood, words_of
from apollo_batch.sandbox.firmographics import days_before
from apollo_batch.sandbox.ids import bad_ids
from apollo_batch.sandbox.inhabitants import Company, Person
from apollo_batch.sandbox.pages import page_of, priced
from apollo_batch.sandbox.person_filters import employer_filters, person_filters
from apollo_batch.sandbox.rule import Call, Rule, State
from apollo_batch.sandbox.world import World

_MOST_DOMAINS = 1000
# Users found that the people search heeds no more than these of the ids.
_HEEDED_IDS = 100
_IDS = "organization_ids"
_HEDGED = "Maybe: please request direct dial via people/bulk_match"
_SHOWN = (
    "id name website_url blog_url angellist_url linkedin_url twitter_url facebook_url "
    "primary_phone languages alexa_ranking phone linkedin_uid founded_year "
    "publicly_traded_symbol publicly_traded_exchange logo_url crunchbase_url primary_domain "
    "sanitized_phone"
).split()


def search_people(call: Call) -> Answer:
    """Find people, the saved ones too; tell no address, and not their last names."""
    page = _bad_values(call.params) or page_of(call.params)
    if isinstance(page, Answer):
        return page
    heeded = call.params.get(_IDS)
    params = {**call.params, _IDS: heeded[:_HEEDED_IDS] if isinstance(heeded, list) else None}
    fuzzy = params.get("include_similar_titles") not in (False, "false", "0")
    directory = directory_of(call.state.world)
    found = directory.find_people(
        understood(person_filters(directory, fuzzy=fuzzy), params).values(),
        understood(employer_filters(directory), params).values(),
    )
    people = [_person(person) for person in page.of(found)]
    return told(200, {"total_entries": len(found), "people": people})


def search_companies(call: Call) -> Answer:
    """Find companies; a page comes in two lists, the saved ones in one of their own."""
    page = _bad_values(call.params) or page_of(call.params)
    if isinstance(page, Answer):
        return page
    directory = directory_of(call.state.world)
    filters = company_filters(directory)
    read = understood(filters, call.params)
    found = directory.find_companies(read.values())
    shown = page.of(found)
    body = {
        "breadcrumbs": breadcrumbs(filters, read),
        "partial_results_only": False,
        "has_join": False,
        "disable_eu_prospecting": False,
        "partial_results_limit": 10_000,
        "pagination": page.block(len(found)),
        **_in_two_lists(call.state, shown),
        "num_fetch_result": None,
        "derived_params": None,
    }
    asked = {name: one.words for name, one in read.items()}
    return priced(call, body, page=page, shown=len(shown), asked=asked)


def _bad_values(params: Mapping[str, Any]) -> Answer | None:
    if len(words_of(params.get("q_organization_domains_list"))) > _MOST_DOMAINS:
        return invalid("Invalid parameters")
    names = (_IDS, "organization_industry_tag_ids")
    return bad_ids(value for name in names for value in words_of(params.get(name)))


def _person(person: Person) -> dict[str, Any]:
    in_a_state = person.place.state is not None
    last = person.last_name
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name_obfuscated": f"{last[:2]}***{last[-1]}",
        "title": person.title,
        "last_refreshed_at": f"{days_before(person.number % 60)}T04:17:09.318+00:00",
        "has_email": person.email is not None,
        "has_city": True,
        "has_state": in_a_state,
        "has_country": True,
        "has_direct_phone": "Yes" if person.has_mobile else _HEDGED,
        "organization": {
            "name": person.company.name,
            "has_industry": True,
            "has_phone": True,
            "has_city": True,
            "has_state": in_a_state,
            "has_country": True,
            "has_zip_code": True,
            "has_revenue": True,
            "has_employee_count": True,
        },
    }


def _in_two_lists(state: State, shown: Sequence[Company]) -> dict[str, Any]:
    accounts = {account.get("organization_id"): account for account in state.crm.accounts}
    saved, others = [], []
    for company in shown:
        record, account = _company(state.world, company), accounts.get(company.id)
        account_id = account["id"] if account else company.account_id
        if account_id:
            # Here the id is the account's, and the company's own stands beside it.
            own = {"id": account_id, "organization_id": company.id}
            saved.append(record | (account or {}) | own)
        else:
            others.append(record)
    in_order = {record.get("organization_id", record["id"]): record for record in saved + others}
    ids = [in_order[company.id]["id"] for company in shown]
    return {"accounts": saved, "organizations": others, "model_ids": ids}


def _company(world: World, company: Company) -> dict[str, Any]:
    """Neither industry nor size nor money: that is for the enrichment to tell."""
    known = fields.company_fields(company)
    owner = None if company.owner is None else world.company(company.owner)
    return {
        **{name: known[name] for name in _SHOWN},
        "primary_phone": {**known["primary_phone"], "sanitized_number": known["sanitized_phone"]},
        "owned_by_organization_id": owner.id if owner else None,
        **fields.intent(),
    }


# For the names of its filters alone.
_NOBODY = Directory(World())
_PAGE = frozenset({"page", "per_page"})

RULES = {
    "people.search": Rule(
        search_people,
        scope="api/v1/mixed_people/api_search",
        takes=_PAGE.union(
            {"include_similar_titles"},
            person_filters(_NOBODY, fuzzy=True),
            employer_filters(_NOBODY),
        ),
        rate_class="db_search",
        gate="work_email",
    ),
    "organizations.search": Rule(
        search_companies,
        scope="api/v1/mixed_companies/search",
        takes=_PAGE.union(company_filters(_NOBODY)),
        rate_class="db_search",
        paid=True,
        # Apollo's papers name both gates; the refusal that they print is that of the plan.
        gate="paid_plan",
    ),
}
