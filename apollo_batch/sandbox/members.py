"""The rule of the team's members: who they are, those who have left too."""

from apollo_batch.sandbox import paging
from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.rule import Call, Rule


def search(call: Call) -> Answer:
    """The members, page by page; here, and hardly anywhere else, the page's numbers are text."""
    page = paging.read(call)
    if isinstance(page, Answer):
        return page
    users = list(call.state.crm.users)
    block = page.block(len(users))
    block |= {name: str(block[name]) for name in ("page", "per_page")}
    body = {"pagination": block, "users": page.of(users), "num_fetch_result": None}
    return told(200, body)


RULES = {
    "users.search": Rule(
        search,
        scope="api/v1/users/search",
        takes=frozenset({"page", "per_page"}),
        gate="paid_plan",
        also=(("POST", "/users/search"),),
    ),
}
