"""Ready items in; those that the journal can answer, or that take over a look, and go no further."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection, RowMapping

from apollo_batch.catalogue.entry import Act, Once
from apollo_batch.journal import effects, looking
from apollo_batch.journal.going import Going
from apollo_batch.journal.questions import find, recall


def answered(c: Connection, going: Going, ready: Sequence[RowMapping], now: float) -> bool:
    """Let items end with what was bought or made before; whether any did."""
    asking = going.asking
    if asking.operation.act is Act.LOOK_UP:
        asked = [item["question"] for item in ready if item["known"]]
        bought = find(c, going.shelf, asked) if asked else {}
        if bought:
            pairs = [(item["id"], bought[q]) for item in ready if (q := item["question"]) in bought]
            recall(c, pairs)
        return bool(bought)
    if asking.once is not Once.EVER:
        return False
    subjects = [item["subject"] for item in ready if item["subject"]]
    met = effects.met(c, going.account, asking.operation.name, subjects)
    # An item on its second request has made its effect itself.
    others = [
        (item, row)
        for item in ready
        if (row := met.get(item["subject"])) is not None and row["item"] != item["id"]
    ]
    told = [(item["id"], row) for item, row in others if row["state"] != "sought"]
    if told:
        effects.answer(c, told, going.id_columns)
    for item, row in others:
        if row["state"] == "sought":
            looking.take_over(c, going, item, row, now)
    return bool(others)
