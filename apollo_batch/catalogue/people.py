"""People in Apollo's own data: looked up by what a spreadsheet knows of them."""

import re
from dataclasses import replace
from decimal import Decimal

from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.entry import (
    Find,
    Operation,
    Pairing,
    Price,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param, Target

_IDENTITY = (
    Param("id", "Apollo's id of the person; the surest key.", Kind.ID),
    Param("email", "The person's e-mail address.", Kind.EMAIL),
    Param("hashed_email", "MD5 or SHA-256 hash of the address.", Kind.HASHED_EMAIL),
    Param("linkedin_url", "Address of the public LinkedIn profile.", Kind.PERSON_URL),
    Param("first_name", "First name, together with the last name.", Kind.NAME),
    Param("last_name", "Last name, together with the first name.", Kind.NAME),
    Param("name", "Full name, instead of first and last name.", Kind.NAME),
    Param("organization_name", "Name of a present or past employer.", Kind.TEXT),
    Param("domain", "Domain of a present or past employer.", Kind.DOMAIN),
)

_OPTIONS = (
    Param(
        "reveal_personal_emails",
        "Also return private addresses; never those of people in GDPR regions.",
        Kind.FLAG,
        option=True,
    ),
    Param(
        "reveal_phone_number",
        "Also look for phone numbers: up to 8 credits more a person; the result comes later.",
        Kind.FLAG,
        option=True,
    ),
    Param(
        "run_waterfall_email",
        "Ask other sources for e-mails: no known most; the result comes later.",
        Kind.FLAG,
        option=True,
    ),
    Param(
        "run_waterfall_phone",
        "Ask other sources for phone numbers: no known most; the result comes later.",
        Kind.FLAG,
        option=True,
    ),
    Param(
        "webhook_url",
        "Your own public https address; Apollo demands one for results that come later.",
        Kind.WEBHOOK,
        option=True,
    ),
)

_FIELDS = frozenset(
    "id first_name last_name name title headline email email_status extrapolated_email_confidence "
    "personal_emails linkedin_url twitter_url github_url facebook_url photo_url city state country "
    "organization_id organization employment_history departments subdepartments functions "
    "seniority is_likely_to_engage show_intent intent_strength revealed_for_current_team "
    "contact_id contact account_id account match_confidence street_address postal_code "
    "formatted_address time_zone phone_numbers emails".split()
)

ENRICH_PEOPLE = Operation(
    name="people.enrich",
    does="Look people up by e-mail, LinkedIn address, or name and company.",
    routes=(
        Route(
            name="bulk",
            address=at("people.bulk_match"),
            items_at="details",
            cap=10,
            results_at="matches",
            pairing=Pairing.BY_POSITION,
            credits_at="credits_consumed",
            charged_at="unique_enriched_records",
            lacks=frozenset({"contact_id", "contact"}),
        ),
        Route(
            name="single",
            address=at("people.match"),
            results_at="person",
            pairing=Pairing.SOLE,
        ),
    ),
    params=_IDENTITY + _OPTIONS,
    # First name and company alone creates a billed empty record, a bare name finds nobody.
    enough=(
        frozenset({"id"}),
        frozenset({"email"}),
        frozenset({"hashed_email"}),
        frozenset({"linkedin_url"}),
        frozenset({"first_name", "last_name", "domain"}),
        frozenset({"first_name", "last_name", "organization_name"}),
        frozenset({"name", "domain"}),
        frozenset({"name", "organization_name"}),
    ),
    price=Price(
        per="person",
        extras={"reveal_phone_number": Decimal(8)},
        unbounded=frozenset({"run_waterfall_email", "run_waterfall_phone"}),
        instead={"reveal_phone_number": "run_waterfall_phone"},
    ),
    repeat=Repeat.PAID,
    find=Find.BALANCE,
    fields=_FIELDS,
    identity={
        "id": ("id",),
        "email": ("email", "personal_emails[]"),
        "hashed_email": ("email", "personal_emails[]"),
        "linkedin_url": ("linkedin_url",),
        "last_name": ("last_name",),
        "name": ("name",),
        "first_name": ("first_name",),
    },
    substance=("last_name", "email", "title", "linkedin_url"),
    exclusive={
        option: frozenset({"webhook_url"})
        for option in ("reveal_phone_number", "run_waterfall_email", "run_waterfall_phone")
    },
)

GET_PEOPLE = Operation(
    name="people.get",
    does="Read people's records by Apollo's ids of them; no e-mail addresses.",
    routes=(
        Route(
            name="single",
            address=at("people.get"),
            results_at="person",
            pairing=Pairing.SOLE,
            gone=re.compile(r"does not exist|obsolete data|not a valid ID", re.IGNORECASE),
        ),
    ),
    params=(replace(_IDENTITY[0], target=Target.PERSON),),
    enough=(frozenset({"id"}),),
    price=Price(per="person"),
    repeat=Repeat.PAID,
    find=Find.BALANCE,
    fields=_FIELDS,
    identity={"id": ("id",)},
    substance=("last_name", "email", "title", "linkedin_url"),
)
