"""Results that come later are asked for, by every process that has the time, and land in their rows."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from apollo_batch.apollo.landing import Result, Waiting, landings
from apollo_batch.apollo.late import Asked
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.codes import Code
from apollo_batch.errors import AccessError, OutOfReachError
from apollo_batch.journal import landing, late
from apollo_batch.journal.answers import Wait
from apollo_batch.journal.landing import Landed
from apollo_batch.journal.late import Awaited, Whose
from apollo_batch.journal.settle import settle_all
from apollo_batch.journal.store import Store
from apollo_batch.model import Arrival, Halt, Settlement, Verdict
from apollo_batch.runner.asked import keep_of, options_of
from apollo_batch.runner.place import Place
from apollo_batch.runner.workers import come_to_work, give_up_the_dead

_CALLS = 4
"""Calls at once: the route's limits allow a few a second at the most."""
_PATIENCE = 60.0
"""So long a single round waits for room in the limits: a minute's window, and no hour's."""
_TROUBLES_IN_A_ROW = 3
_FIRST_SECONDS, _GROWTH, _LONGEST_SECONDS = 15.0, 1.5, 300.0
_SLICE_SECONDS = 0.5


@dataclass
class Harvest:
    """Asking for results on behalf of one run, or of all of an account."""

    place: Place
    run: str | None = None
    stopped: Callable[[], bool] = lambda: False
    """Whether somebody wants an end of it."""
    _silence: list[str] = field(default_factory=list)
    """What was said in place of the latest answers, until one came."""

    def once(self) -> None:
        """Ask once for each result that may be asked for by now; what has come lands.

        Raises AccessError where the key may not ask, OutOfReachError where Apollo is silent.
        """
        land(self.place.store, self.run)
        if late.waits(self.place.store, self.place.account, self.run).again is None:
            return
        give_up_the_dead(self.place.store, self.place.clock.now())
        self._round(self.place.clock.now() + _PATIENCE)
        self._raise_silence(1)

    def until(self, deadline: float) -> None:
        """Ask again and again until everything has come, or time is over."""
        pause = late.lasting(self.place.store, self.place.account, 1.0)
        wait = _FIRST_SECONDS
        while self._go_on(deadline, wait * pause):
            self._round(deadline)
            self._raise_silence(_TROUBLES_IN_A_ROW)
            wait = min(wait * _GROWTH, _LONGEST_SECONDS)

    def _go_on(self, deadline: float, wait: float) -> bool:
        """Sleep until the next round; False where nothing is to come, or no time is left."""
        land(self.place.store, self.run)
        again = late.waits(self.place.store, self.place.account, self.run).again
        now = self.place.clock.now()
        if again is None or now >= deadline:
            return False
        until = min(max(now + wait, again), deadline)
        return self._slept(until)

    def _slept(self, until: float) -> bool:
        """Sleep until a moment; False where somebody wanted an end before."""
        wake = threading.Condition()
        with wake:
            while (left := until - self.place.clock.now()) > 0 and not self.stopped():
                self.place.clock.wait(wake, min(left, _SLICE_SECONDS))
        return not self.stopped()

    def _round(self, patient_until: float) -> None:
        place = self.place
        land(place.store, self.run)
        owner, held = come_to_work(place.store)
        whose = Whose(place.account, owner, self.run, place.policy.headroom)
        due_by = place.clock.now()
        try:
            with ThreadPoolExecutor(_CALLS) as calls:
                while True:
                    awaited, wait = self._leave(whose, due_by)
                    self._settle(list(zip(awaited, calls.map(self._ask, awaited), strict=True)))
                    self._raise_silence(_TROUBLES_IN_A_ROW)
                    if not awaited and not self._room(wait, patient_until):
                        return
        finally:
            held.release()

    def _room(self, wait: Wait | None, patient_until: float) -> bool:
        """Wait for room in the limits, where it comes soon enough."""
        if wait is None or wait.until is None or wait.until > patient_until:
            return False
        return self._slept(wait.until)

    def _leave(self, whose: Whose, due_by: float) -> tuple[list[Awaited], Wait | None]:
        return late.ask_all(self.place.store, whose, self.place.clock.now(), due_by, _CALLS)

    def _ask(self, awaited: Awaited) -> Settlement:
        operation = OPERATIONS[awaited.operation]
        return self.place.wire.ask_late(
            Asked(
                operation,
                operation.route(awaited.route),
                options_of(awaited.job, awaited.step),
                awaited.request_id,
                awaited.answer,
            )
        )

    def _settle(self, settled: Sequence[tuple[Awaited, Settlement]]) -> None:
        if not settled:
            return
        answers = [(awaited.attempt, settlement) for awaited, settlement in settled]
        settle_all(self.place.store, answers, self.place.clock.now())
        land(self.place.store, self.run)
        for _, settlement in settled:
            if settlement.halt is Halt.ACCESS:
                raise AccessError(
                    Code.API_KEY_REFUSED,
                    settlement.message,
                    fix="With another key, run the same command again.",
                )
            if settlement.arrival in {Arrival.NOT_SENT, Arrival.UNKNOWN}:
                self._silence.append(settlement.message)
            else:
                self._silence.clear()

    def _raise_silence(self, enough: int) -> None:
        if len(self._silence) >= enough:
            raise OutOfReachError(
                Code.OUT_OF_REACH, self._silence[-1], fix="Run the same command again later."
            )


def land(store: Store, run: str | None = None) -> None:
    """Bring results that have come into all rows that wait for them, whoever asked."""
    while found := landing.landed(store, run):
        landing.land(store, [verdict for one in found for verdict in _verdicts(one)])


def _verdicts(found: Landed) -> list[Verdict]:
    operation = OPERATIONS[found.operation]
    route = operation.route(found.route)
    result = Result(operation, route, found.answer, found.late, found.result, found.message)
    rows = [
        Waiting(
            row.item,
            row.position,
            options_of(row.job, row.step),
            keep_of(row.job, row.step),
            row.note,
            pays=row.own,
        )
        for row in found.rows
    ]
    return landings(result, rows)
