"""An item's requests in, the columns that the journal keeps of them out; and back."""

import json
from typing import Any

from apollo_batch.catalogue.entry import Operation
from apollo_batch.model import Course, Leg, Params
from apollo_batch.packing import gate, lot


def columns(operation: Operation, course: Course, params: Params) -> dict[str, Any]:
    """Say of an item's next request who may share it, and what has to wait for it."""
    if not course:
        return {"route": "", "course": "[]", "lot": "", "gate": ""}
    first = course[0]
    return {
        "route": first.route,
        "course": json.dumps([[leg.route, leg.names, leg.old] for leg in course]),
        "lot": lot(operation, first, params),
        "gate": gate(operation, first, params),
    }


def read(text: str) -> Course:
    """Read an item's requests as `columns` wrote them."""
    return tuple(Leg(route, tuple(names), old) for route, names, old in json.loads(text))
