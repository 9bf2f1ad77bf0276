"""An operation comes in; whether old values can be read before they are changed goes out."""

from apollo_batch.catalogue.entry import Act, Operation, Pairing


def possible(operation: Operation) -> bool:
    """Whether it changes records that one of its routes can read beforehand."""
    views = [route for route in operation.routes if route.views]
    # How far a sequence has got with a contact is nothing that could be put back.
    reads = any(view.pairing is not Pairing.STANDING for view in views)
    return operation.act is Act.UPDATE and reads
