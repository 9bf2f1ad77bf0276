"""Companies in Apollo's own data."""

import re

from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.entry import (
    Find,
    Operation,
    Pairing,
    Place,
    Price,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param, Target

# The bulk route leaves these out of its records ("Bulk Organization Enrichment" page).
_ONLY_SINGLE = frozenset(
    "annual_revenue annual_revenue_printed total_funding total_funding_printed "
    "latest_funding_stage latest_funding_round_date funding_events technology_names "
    "current_technologies suborganizations".split()
)
_ONLY_BULK = frozenset({"subsidiary_rollups"})
_BOTH = frozenset(
    "id name primary_domain website_url blog_url linkedin_url linkedin_uid twitter_url "
    "facebook_url angellist_url crunchbase_url phone primary_phone sanitized_phone founded_year "
    "industry industries secondary_industries industry_tag_id industry_tag_hash keywords "
    "estimated_num_employees departmental_head_count organization_headcount_six_month_growth "
    "organization_headcount_twelve_month_growth organization_headcount_twenty_four_month_growth "
    "owned_by_organization owned_by_organization_id owned_by_chain ultimate_parent_organization "
    "languages num_languages num_retail_locations retail_location_count num_suborganizations "
    "raw_address street_address city state postal_code country publicly_traded_symbol "
    "publicly_traded_exchange short_description seo_description alexa_ranking logo_url "
    "snippets_loaded account_id account".split()
)

ENRICH_ORGANIZATIONS = Operation(
    name="organizations.enrich",
    does="Look companies up by domain, website, LinkedIn address or name.",
    routes=(
        Route(
            name="bulk",
            address=at("organizations.bulk_enrich"),
            items_at="details",
            cap=10,
            results_at="organizations",
            pairing=Pairing.BY_IDENTITY,
            charged_at="unique_enriched_records",
            lacks=_ONLY_SINGLE,
        ),
        Route(
            name="single",
            address=at("organizations.enrich"),
            items_in=Place.QUERY,
            results_at="organization",
            pairing=Pairing.SOLE,
            lacks=_ONLY_BULK,
        ),
    ),
    params=(
        Param("domain", "The company's domain; the surest key.", Kind.DOMAIN),
        Param("linkedin_url", "Address of the LinkedIn company page.", Kind.COMPANY_URL),
        Param("name", "The company's name.", Kind.TEXT),
        Param("website", "The company's web address.", Kind.URL),
    ),
    enough=(
        frozenset({"domain"}),
        frozenset({"linkedin_url"}),
        frozenset({"website"}),
        frozenset({"name"}),
    ),
    price=Price(per="company"),
    repeat=Repeat.PAID,
    find=Find.BALANCE,
    fields=_BOTH | _ONLY_SINGLE | _ONLY_BULK,
    identity={
        "domain": ("primary_domain", "website_url"),
        "website": ("website_url", "primary_domain"),
        "linkedin_url": ("linkedin_url",),
        "name": ("name",),
    },
    substance=("name", "primary_domain", "website_url", "linkedin_url"),
)

GET_ORGANIZATIONS = Operation(
    name="organizations.get",
    does="Read companies' records by Apollo's ids of them.",
    routes=(
        Route(
            name="single",
            address=at("organizations.get"),
            results_at="organization",
            pairing=Pairing.SOLE,
            gone=re.compile(r"does not exist|obsolete data|not a valid ID", re.IGNORECASE),
        ),
    ),
    params=(Param("id", "Apollo's id of the company.", Kind.ID, target=Target.ORGANIZATION),),
    enough=(frozenset({"id"}),),
    price=Price(per="company"),
    repeat=Repeat.PAID,
    find=Find.BALANCE,
    fields=_BOTH | _ONLY_SINGLE | _ONLY_BULK,
    identity={"id": ("id",)},
    substance=("name", "primary_domain", "website_url", "linkedin_url"),
)
