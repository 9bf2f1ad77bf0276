"""The account's credits are asked for and written down: before a run, during it, and after it."""

import json
from contextlib import suppress
from threading import Lock

from apollo_batch.apollo.wire import Balance
from apollo_batch.catalogue.team import POOL
from apollo_batch.errors import BatchError
from apollo_batch.journal import floor, runs
from apollo_batch.journal.budget import ZERO, scopes_of
from apollo_batch.runner.place import Place

EVERY = 50
"""After so many paid calls the balance is asked for once more: others spend of it too."""


def note_balance(place: Place, run: str, moment: str) -> None:
    """Keep what Apollo shows of the account's credits; nothing, where this key may not know."""
    kinds = {
        kind: {"limit": str(b.limit), "used": str(b.used), "left": str(b.left)}
        for kind, b in ask(place)[0].items()
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


def ask(place: Place) -> tuple[dict[str, Balance], bool]:
    """Ask what is left, and let all runs go by it; whether that is more than was known."""
    spent = floor.spent_so_far(place.store, place.account)
    kinds = place.wire.balances()
    pool = kinds.get(POOL)
    if pool is None or pool.left is None:
        return kinds, False
    now = place.clock.now()
    return kinds, floor.note(place.store, place.account, spent=spent, left=pool.left, now=now)


def budgets(place: Place) -> dict[str, Balance]:
    """Say what the user's own budgets allow in this day and month, and what is used of them."""
    scopes = scopes_of(place.account, "", place.clock.now())
    caps = {"day": place.policy.max_credits_day, "month": place.policy.max_credits_month}
    used = {span: floor.used(place.store, scopes[f"budget_{span}"]) for span in caps}
    return {
        f"max_credits_{span}": Balance(
            cap, used[span], None if cap is None else max(cap - used[span], ZERO)
        )
        for span, cap in caps.items()
    }


class Lookout:
    """Asks for the balance now and then, for a run that is to leave some of it."""

    def __init__(self, place: Place, *, keeps: bool) -> None:
        self._place = place
        self._keeps = keeps
        self._calls = 0
        self._lock = Lock()

    def paid_call(self) -> None:
        """Count a call that may be charged; every so often, ask what is left before it goes."""
        with self._lock:
            self._calls += 1
            due = self._keeps and self._calls % EVERY == 0
        if due:
            self.has_more()

    def has_more(self) -> bool:
        """Whether there is more left than was known; where nobody tells, what was known holds."""
        with suppress(BatchError):
            return self._keeps and ask(self._place)[1]
        return False
