"""The rule of the news: what was written about companies."""

from apollo_batch.sandbox.answer import Answer, invalid
from apollo_batch.sandbox.articles import Article, article_fields, articles, newest_first
from apollo_batch.sandbox.filters import Filter, bounded, day, listed, understood, words_of
from apollo_batch.sandbox.ids import bad_ids
from apollo_batch.sandbox.pages import page_of, priced
from apollo_batch.sandbox.rule import Call, Rule

_MOST = 25


def _published_on(article: Article) -> str:
    return article.published_on


_FILTERS: dict[str, Filter[Article]] = {
    "categories": listed("Categories", lambda kinds: lambda article: article.category in kinds),
    "published_at": bounded("Published", day, _published_on),
}


def search(call: Call) -> Answer:
    """Find what was written about companies; the newest first."""
    ids = words_of(call.params.get("organization_ids"))
    if not ids:
        return invalid("organization_ids is required")
    page = bad_ids(ids) or page_of(call.params, most=_MOST, unasked=_MOST)
    if isinstance(page, Answer):
        return page
    world = call.state.world
    companies = [company for key in ids if (company := world.company_by_id(key))]
    about = newest_first(one for company in companies for one in articles(world, company))
    read = understood(_FILTERS, call.params)
    found = [one for one in about if all(wanted.keeps(one) for wanted in read.values())]
    shown = [article_fields(one) for one in page.of(found)]
    body = {"pagination": page.block(len(found)), "news_articles": shown}
    asked = {name: one.words for name, one in read.items()} | {"organization_ids": ids}
    return priced(call, body, page=page, shown=len(shown), asked=asked)


RULES = {
    "news.search": Rule(
        search,
        scope="api/v1/news_articles/search",
        takes=frozenset({"organization_ids", "page", "per_page", *_FILTERS}),
        rate_class="db_search",
        paid=True,
    )
}
