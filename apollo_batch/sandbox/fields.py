"""A person or a company of the world comes in, the fields of its record go out."""

from typing import Any

from apollo_batch.sandbox.firmographics import firmographics
from apollo_batch.sandbox.inhabitants import Company, Person, draw


def person_fields(person: Person) -> dict[str, Any]:
    guessed = person.email_status == "extrapolated"
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": person.name,
        "linkedin_url": person.linkedin_url,
        "title": person.title,
        "email_status": person.email_status,
        "photo_url": None,
        "twitter_url": None,
        "github_url": None,
        "facebook_url": None,
        "extrapolated_email_confidence": 0.83 if guessed else None,
        "headline": f"{person.title} at {person.company.name}",
        "email": person.email,
        "organization_id": person.company.id,
        "employment_history": _employments(person),
        "state": person.place.state,
        "city": person.place.city,
        "country": person.place.country,
        "is_likely_to_engage": person.likely_to_engage,
        "show_intent": False,
        "departments": [person.department],
        "subdepartments": [],
        "functions": [person.department],
        "seniority": person.seniority,
        "revealed_for_current_team": True,
    }


def _employments(person: Person) -> list[dict[str, Any]]:
    jobs = [_employment(person, person.company, current=True)]
    if person.past:
        jobs.append(_employment(person, person.past, current=False))
    return jobs


def _employment(person: Person, company: Company, *, current: bool) -> dict[str, Any]:
    key = f"{person.id[:20]}{'0001' if current else '0002'}"
    return {
        "_id": key,
        "id": key,
        "key": key,
        "current": current,
        "organization_id": company.id,
        "organization_name": company.name,
        "title": person.title if current else "Consultant",
        "start_date": "2021-04-01" if current else "2016-01-01",
        "end_date": None if current else "2021-03-01",
    }


def company_fields(company: Company) -> dict[str, Any]:
    tag = industry_tag(company.industry)
    street = f"{company.number % 200 + 1} Sample Street"
    return {
        "id": company.id,
        "name": company.name,
        "website_url": company.website_url,
        "blog_url": None,
        "angellist_url": None,
        "linkedin_url": company.linkedin_url,
        "twitter_url": None,
        "facebook_url": None,
        "primary_phone": {"number": phone(company), "source": "Owler"},
        "languages": ["English"],
        "alexa_ranking": None,
        "phone": phone(company),
        "sanitized_phone": phone(company).replace("-", "").replace(" ", ""),
        "linkedin_uid": str(10_000_000 + company.number),
        "founded_year": company.founded,
        "publicly_traded_symbol": None,
        "publicly_traded_exchange": None,
        "logo_url": None,
        "crunchbase_url": None,
        "primary_domain": company.domain,
        "industry": company.industry,
        "keywords": company.industry.split(" & "),
        "estimated_num_employees": company.employees,
        "industries": [company.industry],
        "secondary_industries": [],
        "snippets_loaded": True,
        "industry_tag_id": tag,
        "industry_tag_hash": {company.industry: tag},
        "retail_location_count": 0,
        "raw_address": f"{street}, {company.place.city}, {company.place.country}",
        "street_address": street,
        "city": company.place.city,
        "state": company.place.state,
        "postal_code": f"{company.number * 37 % 100_000:05d}",
        "country": company.place.country,
    }


def industry_tag(industry: str) -> str:
    return f"{draw(industry):08x}{draw(industry, 2):08x}00000000"


def phone(company: Company) -> str:
    return f"+1 {200 + company.number % 700}-555-01{company.number % 100:02d}"


def name_and_site(company: Company) -> dict[str, Any]:
    return {"id": company.id, "name": company.name, "website_url": company.website_url}


def finance(company: Company) -> dict[str, Any]:
    holds = firmographics(company)
    latest = holds.rounds[0] if holds.rounds else None
    return {
        "annual_revenue": holds.revenue,
        "annual_revenue_printed": _millions(holds.revenue),
        "total_funding": holds.funding,
        "total_funding_printed": None if holds.funding is None else _millions(holds.funding),
        "latest_funding_round_date": _midnight(latest.on) if latest else None,
        "latest_funding_stage": latest.stage if latest else None,
        "funding_events": [
            {
                "id": f"{company.id[:20]}{3 + place:04d}",
                "date": _midnight(one.on),
                "news_url": None,
                "type": one.stage,
                "investors": "Example Ventures",
                "amount": _millions(one.amount),
                "currency": "$",
            }
            for place, one in enumerate(holds.rounds)
        ],
        "technology_names": [name for _, name, _ in holds.technologies],
        "current_technologies": [tool._asdict() for tool in holds.technologies],
    }


def _midnight(on: str) -> str:
    return f"{on}T00:00:00.000+00:00"


def _millions(amount: int) -> str:
    return f"{amount / 1e6:.1f}M"


# Nineteen, and one of them misspelt: that is how Apollo spells it.
_DEPARTMENTS = (
    "engineering operations support marketing human_resources sales finance consulting legal "
    "arts_and_design accounting business_development information_technology education "
    "media_and_commmunication product_management entrepreneurship data_science administrative"
).split()


def size(company: Company) -> dict[str, Any]:
    heads = {name: company.employees * (n + 1) // 190 for n, name in enumerate(_DEPARTMENTS)}
    return {
        "num_languages": 1,
        "num_retail_locations": 0,
        "departmental_head_count": heads,
        "organization_headcount_six_month_growth": company.number % 21 / 100 - 0.05,
        "organization_headcount_twelve_month_growth": company.number % 31 / 100 - 0.05,
        "organization_headcount_twenty_four_month_growth": company.number % 41 / 100,
    }


def intent() -> dict[str, Any]:
    return {"show_intent": False, "has_intent_signal_account": False, "intent_signal_account": None}


_OUTLINE = (
    "id name website_url blog_url angellist_url linkedin_url twitter_url facebook_url "
    "primary_phone languages alexa_ranking phone linkedin_uid founded_year publicly_traded_symbol "
    "publicly_traded_exchange logo_url crunchbase_url primary_domain"
).split()


def outline(company: Company) -> dict[str, Any]:
    """The few fields that records of others repeat."""
    record = company_fields(company)
    return {name: record[name] for name in _OUTLINE}
