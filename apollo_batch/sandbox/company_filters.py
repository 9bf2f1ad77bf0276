"""A directory comes in, the filters that look at companies go out, by Apollo's names."""

from collections.abc import Callable

from apollo_batch.sandbox.directory import Directory
from apollo_batch.sandbox.fields import industry_tag
from apollo_batch.sandbox.filters import (
    Filter,
    Test,
    among,
    bounded,
    day,
    headcount,
    inside,
    listed,
    whole,
    worded,
)
from apollo_batch.sandbox.inhabitants import Company
from apollo_batch.sandbox.postings import Posting
from apollo_batch.sandbox.titles import similar

Wanted = tuple[str, ...]


def company_filters(directory: Directory) -> dict[str, Filter[Company]]:
    """Every filter of the company search."""
    return _identity() | _size(directory) | _funding(directory) | _hiring(directory)


def technology_filters(directory: Directory) -> dict[str, Filter[Company]]:
    """The filters of technology that only the people search knows."""
    return {
        "currently_using_all_of_technology_uids": listed(
            "Technologies", lambda uids: _using(directory, lambda has: set(uids) <= has)
        ),
        "currently_not_using_any_of_technology_uids": listed(
            "Not Technologies", lambda uids: _using(directory, lambda has: has.isdisjoint(uids))
        ),
    }


def industry_filters() -> dict[str, Filter[Company]]:
    """The filter of industries; only Apollo's own clients send it."""

    def tagged(tags: Wanted) -> Test[Company]:
        return lambda company: industry_tag(company.industry) in tags

    return {"organization_industry_tag_ids": listed("Industry", tagged)}


def at_domains(domains: Wanted) -> Test[Company]:
    """Test for a bare host, whatever its case."""
    wanted = {domain.lower() for domain in domains}
    return lambda company: company.domain in wanted


def _identity() -> dict[str, Filter[Company]]:
    def with_ids(ids: Wanted) -> Test[Company]:
        wanted = set(ids)
        return lambda company: company.id in wanted

    def named(part: str) -> Test[Company]:
        return lambda company: part.casefold() in company.name.casefold()

    def tagged(tags: Wanted) -> Test[Company]:
        return lambda company: any(tag.casefold() in company.industry for tag in tags)

    def located(places: Wanted) -> Test[Company]:
        holds = inside(places)
        return lambda company: holds(company.place)

    def located_elsewhere(places: Wanted) -> Test[Company]:
        holds = inside(places)
        return lambda company: not holds(company.place)

    return {
        "organization_ids": listed("Companies", with_ids),
        "q_organization_domains_list": listed("Company Domains", at_domains),
        "q_organization_name": worded("Company Name", named),
        "q_organization_keyword_tags": listed("Company Keywords", tagged),
        "organization_locations": listed("Company Locations", located),
        "organization_not_locations": listed("Not Company Locations", located_elsewhere),
    }


def _size(directory: Directory) -> dict[str, Filter[Company]]:
    def revenue(company: Company) -> int:
        return directory.holdings(company).revenue

    def heads(company: Company) -> int:
        return company.employees

    return {
        "organization_num_employees_ranges": headcount("# Employees", heads),
        "revenue_range": bounded("Revenue", whole, revenue),
        "currently_using_any_of_technology_uids": listed(
            "Technologies", lambda uids: _using(directory, lambda has: not has.isdisjoint(uids))
        ),
    }


def _funding(directory: Directory) -> dict[str, Filter[Company]]:
    def total(company: Company) -> int | None:
        return directory.holdings(company).funding

    def latest_amount(company: Company) -> int | None:
        rounds = directory.holdings(company).rounds
        return rounds[0].amount if rounds else None

    def latest_date(company: Company) -> str | None:
        rounds = directory.holdings(company).rounds
        return rounds[0].on if rounds else None

    return {
        "latest_funding_amount_range": bounded("Last Funding Amount", whole, latest_amount),
        "total_funding_range": bounded("Total Funding", whole, total),
        "latest_funding_date_range": bounded("Last Funding Date", day, latest_date),
    }


def _hiring(directory: Directory) -> dict[str, Filter[Company]]:
    """Each looks at the open jobs of a company on its own."""

    def titled(titles: Wanted) -> Test[Posting]:
        fits = similar(titles)
        return lambda job: fits(job.title)

    def located(places: Wanted) -> Test[Posting]:
        holds = inside(places)
        return lambda job: holds(job.place)

    def posted_on(job: Posting) -> str:
        return job.posted_on

    def how_many(company: Company) -> int:
        return len(directory.jobs(company))

    jobs = {
        "q_organization_job_titles": listed("Job Titles", titled),
        "organization_job_locations": listed("Job Locations", located),
        "organization_job_posted_at_range": bounded("Jobs Posted", day, posted_on),
    }
    lifted = {name: among(one, directory.jobs) for name, one in jobs.items()}
    return lifted | {"organization_num_jobs_range": bounded("# Jobs", whole, how_many)}


def _using(directory: Directory, fits: Callable[[set[str]], bool]) -> Test[Company]:
    def uses(company: Company) -> bool:
        return fits({tool.uid for tool in directory.holdings(company).technologies})

    return uses
