"""A company comes in, the jobs that it has posted go out."""

from dataclasses import dataclass
from typing import Any

from apollo_batch.sandbox import names
from apollo_batch.sandbox.firmographics import days_before
from apollo_batch.sandbox.inhabitants import Company, draw
from apollo_batch.sandbox.names import Place
from apollo_batch.sandbox.world import World

_MOST_OF_MOST = 8
# Some companies hire a lot, so that there is more than one page of something.
_BUSY_ONE_IN = 97
_BUSY = 120


@dataclass(frozen=True)
class Posting:
    """An open job."""

    id: str
    title: str
    place: Place
    posted_on: str
    """A date, as Apollo's filters spell it."""
    url: str


def postings(world: World, company: Company) -> tuple[Posting, ...]:
    """Work out the open jobs of a company, the newest first."""
    busy = is_busy(company)
    count = _BUSY if busy else draw(company.id, "postings") % _MOST_OF_MOST
    made = (_posting(world, company, number) for number in range(count))
    return tuple(sorted(made, key=lambda job: (job.posted_on, job.id), reverse=True))


def is_busy(company: Company) -> bool:
    """Whether a company hires, and is written about, more than others."""
    return company.number % _BUSY_ONE_IN == 3


def posting_fields(job: Posting) -> dict[str, Any]:
    return {
        "id": job.id,
        "title": job.title,
        "url": job.url,
        "city": job.place.city,
        "state": job.place.state,
        "country": job.place.country,
        "last_seen_at": f"{days_before(0)}T08:05:31.000+00:00",
        "posted_at": f"{job.posted_on}T07:30:00.000+00:00",
    }


def _posting(world: World, company: Company, number: int) -> Posting:
    pick = draw(company.id, "posting", number)
    at_home = pick % 4 != 0
    key = world.id_of("job posting", company.number * 1000 + number)
    return Posting(
        id=key,
        title=names.JOBS[pick // 4 % len(names.JOBS)][0],
        place=company.place if at_home else names.PLACES[pick // 64 % len(names.PLACES)],
        posted_on=days_before(pick // 1024 % 180),
        url=f"https://jobs.{company.domain}/{key}",
    )
