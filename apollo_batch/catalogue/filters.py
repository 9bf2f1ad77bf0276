"""What Apollo's own data can be searched by: the filters of people and of companies."""

from collections.abc import Sequence
from dataclasses import replace

from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param, Target

SENIORITIES = "owner founder c_suite partner vp head director manager senior entry intern".split()
EMAIL_STATUSES = ("verified", "unverified", "likely to engage", "unavailable")
_DOMAINS = 1_000
# More were seen to be ignored by the search for people, without a word.
_HEEDED_IDS = 100


def words(name: str, does: str, *, choices: Sequence[str] = (), kind: Kind = Kind.TEXT) -> Param:
    """Describe a filter that takes any of several values."""
    return Param(name, does, kind, either=True, many=True, choices=tuple(choices))


def word(name: str, does: str, kind: Kind = Kind.TEXT) -> Param:
    """Describe a filter that takes one value."""
    return Param(name, does, kind, either=True)


def between(name: str, does: str, kind: Kind = Kind.WHOLE) -> Param:
    """Describe a filter that takes a range."""
    return Param(name, does, kind, option=True, span=True)


_COMPANY = (
    words(
        "organization_num_employees_ranges",
        'Headcounts of the company, each like "1,10".',
        kind=Kind.EMPLOYEES,
    ),
    words("organization_locations", "Where the company has its head office."),
    between("revenue_range", "The company's yearly revenue; digits only."),
    words(
        "currently_using_any_of_technology_uids",
        "Technologies, any of them in use; google_analytics for Google Analytics.",
        kind=Kind.TECHNOLOGY,
    ),
    Param(
        "organization_ids",
        "Apollo's ids of companies.",
        Kind.ID,
        either=True,
        many=True,
        target=Target.ORGANIZATION,
    ),
    Param(
        "q_organization_domains_list",
        "Domains of companies, up to 1,000.",
        Kind.DOMAIN,
        either=True,
        many=True,
        most=_DOMAINS,
    ),
    words("q_organization_job_titles", "Titles the company is hiring for."),
    words("organization_job_locations", "Where the company is hiring."),
    between("organization_num_jobs_range", "How many open jobs the company has."),
    between("organization_job_posted_at_range", "When its jobs were posted.", Kind.DATE),
    words("q_organization_keyword_tags", "Words for the company's business."),
    word("q_organization_name", "A part of the company's name."),
    between("latest_funding_amount_range", "Money of the latest funding round; digits only."),
    between("total_funding_range", "Money of all funding rounds; digits only."),
)

PEOPLE = (
    words("person_titles", "Job titles, any of them; similar ones count too."),
    Param(
        "include_similar_titles",
        "false: only titles exactly as they are written.",
        Kind.FLAG,
        option=True,
    ),
    word("q_keywords", "A word anywhere in the record."),
    words("person_locations", "Where the person lives."),
    words("person_seniorities", "How senior the person is.", choices=SENIORITIES),
    words(
        "contact_email_status",
        "How sure Apollo is of the e-mail address.",
        choices=EMAIL_STATUSES,
    ),
    *(replace(p, most=_HEEDED_IDS) if p.name == "organization_ids" else p for p in _COMPANY),
    words(
        "currently_using_all_of_technology_uids",
        "Technologies, all of them in use.",
        kind=Kind.TECHNOLOGY,
    ),
    words(
        "currently_not_using_any_of_technology_uids",
        "Technologies, none of them in use.",
        kind=Kind.TECHNOLOGY,
    ),
)

COMPANIES = (
    *_COMPANY,
    words("organization_not_locations", "Where the head office must not be."),
    between("latest_funding_date_range", "When the latest funding round was.", Kind.DATE),
)
