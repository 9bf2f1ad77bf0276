"""A company comes in, the news that are about it go out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apollo_batch.sandbox.firmographics import days_before
from apollo_batch.sandbox.inhabitants import Company, draw
from apollo_batch.sandbox.postings import is_busy
from apollo_batch.sandbox.world import COMPANIES, World

_MOST_OF_MOST = 5
_OF_BUSY = 40
_KINDS = (
    ("hires", "{} names a new managing director"),
    ("investment", "{} raises money to grow"),
    ("contract", "{} wins a contract of several years"),
    ("launches", "{} shows a new product"),
    ("expands_facilities", "{} opens another office"),
    ("partners_with", "{} agrees on a partnership"),
)
_PAPERS = ("daily-sample.example", "trade-wire.example", "industry-post.example")


@dataclass(frozen=True)
class Article:
    """Something that was in the news."""

    id: str
    about: tuple[Company, ...]
    category: str
    title: str
    paper: str
    published_on: str
    """A date, as Apollo's filters spell it."""


def articles(world: World, company: Company) -> list[Article]:
    """Work out what was written about a company, also where another one comes first."""
    neighbour = world.company((company.number - 1) % COMPANIES)
    mentions = (one for one in _written(world, neighbour) if company in one.about)
    return [*_written(world, company), *mentions]


def newest_first(found: Iterable[Article]) -> list[Article]:
    """Order articles, each once however many of the companies it is about."""
    once = {article.id: article for article in found}
    return sorted(once.values(), key=lambda one: (one.published_on, one.id), reverse=True)


def article_fields(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "url": f"https://{article.paper}/news/{article.id}",
        "domain": article.paper,
        "title": article.title,
        "snippet": f"{article.title}, the company said in {article.about[0].place.city}.",
        "organization_ids": [company.id for company in article.about],
        "published_at": f"{article.published_on}T00:00:00.000+00:00",
        "event_categories": [article.category],
    }


def _written(world: World, company: Company) -> list[Article]:
    count = _OF_BUSY if is_busy(company) else draw(company.id, "articles") % _MOST_OF_MOST
    return [_article(world, company, number) for number in range(count)]


def _article(world: World, company: Company, number: int) -> Article:
    pick = draw(company.id, "article", number)
    category, title = _KINDS[pick % len(_KINDS)]
    # Every fourth is about the company next door as well.
    next_door = (world.company((company.number + 1) % COMPANIES),) if pick // 8 % 4 == 0 else ()
    return Article(
        id=world.id_of("news article", company.number * 1000 + number),
        about=(company, *next_door),
        category=category,
        title=title.format(company.name),
        paper=_PAPERS[pick // 32 % len(_PAPERS)],
        published_on=days_before(pick // 128 % 900),
    )
