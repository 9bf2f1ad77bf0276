"""The account's credits are asked for and written down, before a run and after it."""

import json

from apollo_batch.journal import runs
from apollo_batch.runner.place import Place


def note_balance(place: Place, run: str, moment: str) -> None:
    """Keep what Apollo shows of the account's credits; nothing, where this key may not know."""
    kinds = {
        kind: {"limit": str(b.limit), "used": str(b.used), "left": str(b.left)}
        for kind, b in place.wire.balances().items()
        if b.left is not None
    }
    if kinds:
        runs.note_balance(
            place.store,
            run,
            account=place.account,
            moment=moment,
            kinds=json.dumps(kinds),
            now=place.clock.now(),
        )
