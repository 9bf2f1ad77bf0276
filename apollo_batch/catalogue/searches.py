"""Searching Apollo's own data: people, companies, news, open jobs."""

from apollo_batch.catalogue import filters
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.entry import (
    FREE,
    Act,
    Operation,
    Paging,
    Pairing,
    Place,
    Price,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param, Target

_PAGE = 100
_NEWS_PAGE = 25
_JOBS_PAGE = 10_000
_PEOPLE_FIELDS = frozenset(
    "id first_name last_name_obfuscated title last_refreshed_at has_email has_city has_state "
    "has_country has_direct_phone organization".split()
)
_FIGURES = dict.fromkeys(
    "industry estimated_num_employees annual_revenue total_funding technology_names".split(),
    "organizations.enrich answers it, by the domain",
)
_COMPANY_FIELDS = frozenset(
    "id organization_id name website_url primary_domain domain linkedin_url linkedin_uid "
    "twitter_url facebook_url blog_url angellist_url phone primary_phone sanitized_phone "
    "founded_year languages alexa_ranking logo_url publicly_traded_symbol "
    "publicly_traded_exchange crunchbase_url owned_by_organization_id show_intent "
    "has_intent_signal_account intent_signal_account".split()
)

TO_BE_HAD = {"email": ("has_email", "true"), "phone": ("has_direct_phone", "Yes")}
"""What can be had of a person, to the field of a search for people that tells, and how it says so."""


def _any_of(names: tuple[Param, ...]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset({param.name}) for param in names if param.kind is not Kind.FLAG)


SEARCH_PEOPLE = Operation(
    name="people.search",
    does="Find people in Apollo's data; names and addresses come from people.enrich.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("people.search"),
            options_in=Place.BODY,
            results_at="people",
            pairing=Pairing.MANY,
        ),
    ),
    params=filters.PEOPLE,
    enough=_any_of(filters.PEOPLE),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=_PEOPLE_FIELDS,
    elsewhere=dict.fromkeys(
        ("last_name", "email", "linkedin_url", "phone_numbers"), "people.enrich answers it, by id"
    ),
    identity={},
    paging=Paging(_PAGE, total_at=""),
)

SEARCH_ORGANIZATIONS = Operation(
    name="organizations.search",
    does="Find companies in Apollo's data; figures come from organizations.enrich.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("organizations.search"),
            options_in=Place.BODY,
            # Companies that the team has saved stand apart from the others; there `id` is the
            # account's, and the company's own stands beside it.
            existing_at="accounts",
            same_as={"organization_id": "id"},
            results_at="organizations",
            pairing=Pairing.MANY,
            echoes=frozenset(param.name for param in filters.COMPANIES),
        ),
    ),
    params=filters.COMPANIES,
    enough=_any_of(filters.COMPANIES),
    price=Price(per="page"),
    repeat=Repeat.PAID,
    fields=_COMPANY_FIELDS,
    elsewhere=_FIGURES,
    identity={},
    paging=Paging(_PAGE),
)

SEARCH_NEWS = Operation(
    name="news.search",
    does="Find news about companies, by Apollo's ids of them.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("news.search"),
            options_in=Place.BODY,
            results_at="news_articles",
            pairing=Pairing.MANY,
        ),
    ),
    params=(
        Param(
            "organization_ids",
            "Apollo's ids of companies.",
            Kind.ID,
            either=True,
            many=True,
            target=Target.ORGANIZATION,
        ),
        filters.words("categories", "What the news is about: hires, investment, contract …"),
        filters.between("published_at", "When it was published.", Kind.DATE),
    ),
    enough=(frozenset({"organization_ids"}),),
    price=Price(per="page"),
    repeat=Repeat.PAID,
    fields=frozenset(
        "id url domain title snippet organization_ids published_at event_categories".split()
    ),
    identity={},
    paging=Paging(_NEWS_PAGE),
)

LIST_JOB_POSTINGS = Operation(
    name="organizations.job_postings",
    does="List the open jobs of companies, by Apollo's ids of them.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("organizations.job_postings"),
            items_in=Place.QUERY,
            results_at="organization_job_postings",
            pairing=Pairing.MANY,
        ),
    ),
    params=(
        Param(
            "organization_id",
            "Apollo's id of the company.",
            Kind.ID,
            either=True,
            target=Target.ORGANIZATION,
        ),
    ),
    enough=(frozenset({"organization_id"}),),
    price=Price(per="page"),
    repeat=Repeat.PAID,
    fields=frozenset("id title url city state country last_seen_at posted_at".split()),
    identity={},
    # One big page: the price is per page, however many there are on it.
    paging=Paging(_JOBS_PAGE, total_at=None, most=_JOBS_PAGE),
)
