"""An operation comes in; whether old values can be read before they are changed goes out."""

from apollo_batch.catalogue.entry import Act, Operation


def possible(operation: Operation) -> bool:
    """Whether it changes records that one of its routes can read beforehand."""
    reads = any(route.name == "view" for route in operation.routes)
    return operation.act is Act.UPDATE and reads
