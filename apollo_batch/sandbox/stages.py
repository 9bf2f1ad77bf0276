"""The rules of stages: which there are for contacts, for accounts and for deals."""

from collections.abc import Callable

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.rule import Call, Rule


def _all(table: str, name: str) -> Callable[[Call], Answer]:
    def every(call: Call) -> Answer:
        return told(200, {name: list(call.state.crm.table(table))})

    return every


RULES = {
    "contact_stages.list": Rule(
        _all("contact_stages", "contact_stages"), scope="api/v1/contact_stages/index"
    ),
    "account_stages.list": Rule(
        _all("account_stages", "account_stages"), scope="api/v1/account_stages/index"
    ),
    "deal_stages.list": Rule(
        _all("deal_stages", "opportunity_stages"), scope="deals/api/v1/opportunity_stages/index"
    ),
}
