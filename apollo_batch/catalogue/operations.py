"""The one table of operations; schema, completion, docs and `operations` are read off it."""

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.organizations import ENRICH_ORGANIZATIONS
from apollo_batch.catalogue.people import ENRICH_PEOPLE

OPERATIONS: dict[str, Operation] = {
    operation.name: operation for operation in (ENRICH_PEOPLE, ENRICH_ORGANIZATIONS)
}
