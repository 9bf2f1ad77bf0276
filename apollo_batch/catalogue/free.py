"""Free questions that need no id: what may be asked at any time, and the least that is read of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apollo_batch.catalogue.addresses import Address, at
from apollo_batch.catalogue.entry import Act, Operation, Place
from apollo_batch.catalogue.operations import OPERATIONS

_FEW = 5


@dataclass(frozen=True)
class Question:
    """One free question, and what of its answer the product reads."""

    address: Address
    results_at: str | None
    """The answer's key that holds the records; "" for the answer itself; None: it is no list."""
    fields: frozenset[str]
    """What is read of a record: without it the product cannot do its work."""
    query: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    operation: Operation | None = None
    """The search that asks it, too; it knows all the fields that there are."""


def _list(address: str, results_at: str | None, fields: str, **query: object) -> Question:
    return Question(at(address), results_at, frozenset(fields.split()), query)


def _search(name: str, **asked: object) -> Question:
    operation = OPERATIONS[name]
    (route,) = operation.routes
    said = {"page": 1, "per_page": _FEW, **asked}
    named = operation.fields & {"id", "name"}
    if route.options_in is Place.BODY:
        return Question(route.address, route.results_at, named, body=said, operation=operation)
    return Question(route.address, route.results_at, named, query=said, operation=operation)


QUESTIONS = (
    _list("users.profile", None, "id team_id"),
    _list("users.search", "users", "id email", page=1, per_page=_FEW),
    _list("email_accounts.list", "email_accounts", "id email"),
    _list("contact_stages.list", "contact_stages", "id name"),
    _list("account_stages.list", "account_stages", "id name"),
    _list("deal_stages.list", "opportunity_stages", "id name"),
    _list("labels.list", "", "id name modality"),
    _list("typed_custom_fields.list", "typed_custom_fields", "id name type modality"),
    _list("schedules.list", "emailer_schedules", "id name"),
    Question(at("usage.credits"), None, frozenset({"credit_usage_stats"}), body={}),
    _search("people.search", person_titles=["director"]),
    _search("contacts.search", q_keywords="a"),
    _search("accounts.search", q_organization_name="a"),
    *(
        _search(operation.name)
        for operation in OPERATIONS.values()
        if operation.act is Act.SEARCH
        and not operation.price.base
        and frozenset() in operation.enough
    ),
)
"""None of them costs anything or changes anything."""
