"""A run whose spreadsheet was put elsewhere in; from now on the journal knows it to be there."""

from sqlalchemy import update

from apollo_batch.journal.schema import runs
from apollo_batch.journal.store import Store


def moved(store: Store, run: str, before: str, after: str) -> None:
    """Note that a run's input is at another place than before: what was written for it stays its own."""
    mine = (runs.c.id == run) & (runs.c.input_path == before)
    with store.write() as c:
        c.execute(update(runs).where(mine).values(input_path=after))
