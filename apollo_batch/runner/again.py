"""A command that was typed before; what a pass over its rows would count, from the journal, out."""

from apollo_batch.journal import remembered
from apollo_batch.journal.remembered import Same
from apollo_batch.journal.store import Store
from apollo_batch.runner.survey import Choice, Survey


def surveyed(store: Store, same: Same, step: str, chosen: Choice) -> Survey | None:
    """Survey rows without reading them again; None where this was never entered whole.

    The journal has all that a run that goes on needs. Binding a hundred thousand rows only to find
    that out would take longer than to send the first of them.
    """
    record = remembered.entered(store, same)
    if record is None:
        return None
    rows = remembered.how_many(store, record["id"])
    if chosen.takes_all:
        chosen.see(1)
    else:
        for number in remembered.numbers(store, record["id"]):
            chosen.see(number)
    selection = chosen.ranges()
    counted = remembered.counted(store, record["id"], step, selection)
    return Survey(
        rows=rows,
        skips=counted.skips,
        questions=(),
        subjects=(),
        lots={},
        repeats=counted.repeats,
        unchosen=counted.unchosen,
        suppressed={},
        selection=selection,
        identity=record["identity"],
    )
