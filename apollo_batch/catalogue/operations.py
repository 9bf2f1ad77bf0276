"""The one table of operations; schema, completion, docs and `operations` are read off it."""

from apollo_batch.catalogue import (
    accounts,
    contact_views,
    contacts,
    deals,
    lists,
    memberships,
    sequences,
    tasks,
)
from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.organizations import ENRICH_ORGANIZATIONS, GET_ORGANIZATIONS
from apollo_batch.catalogue.people import ENRICH_PEOPLE, GET_PEOPLE
from apollo_batch.catalogue.searches import (
    LIST_JOB_POSTINGS,
    SEARCH_NEWS,
    SEARCH_ORGANIZATIONS,
    SEARCH_PEOPLE,
)

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        ENRICH_PEOPLE,
        ENRICH_ORGANIZATIONS,
        GET_PEOPLE,
        GET_ORGANIZATIONS,
        SEARCH_PEOPLE,
        SEARCH_ORGANIZATIONS,
        SEARCH_NEWS,
        LIST_JOB_POSTINGS,
        *contacts.OPERATIONS,
        *contact_views.OPERATIONS,
        *accounts.OPERATIONS,
        *deals.OPERATIONS,
        *tasks.OPERATIONS,
        *lists.OPERATIONS,
        *memberships.OPERATIONS,
        *sequences.OPERATIONS,
    )
}


def group_of(operation: Operation) -> str:
    """Say where people look for an operation: enrich, search, create, update, enroll or view."""
    if operation.act.writes and operation.param("sequence_id"):
        return "enroll"
    if operation.act.writes:
        return operation.act.value
    if operation.paging is not None and operation.paging.total_at is not None:
        return "search"
    # What is read of one record that is known: paid for in Apollo's own data, free in the team's.
    return "enrich" if operation.price.base else "view"


GROUPS = {
    name: [operation for operation in OPERATIONS.values() if group_of(operation) == name]
    for name in ("enrich", "search", "create", "update", "enroll", "view")
}
