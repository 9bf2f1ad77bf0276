"""A run that was begun in; everything sent and settled, or the reason why it stopped, out."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from apollo_batch.catalogue.paths import parse
from apollo_batch.errors import AccessError
from apollo_batch.journal.budget import most_per_item
from apollo_batch.journal.going import Going
from apollo_batch.model import Chunk, Settlement
from apollo_batch.runner.asked import label_of
from apollo_batch.runner.balances import note_balance
from apollo_batch.runner.engine import Watch, carry_out
from apollo_batch.runner.invocation import Ready, tidy
from apollo_batch.runner.patience import Patience
from apollo_batch.runner.place import Place
from apollo_batch.runner.pump import Pump
from apollo_batch.runner.workers import come_to_work

_ID = parse("id")


def carry(
    place: Place,
    ready: Ready,
    run: str,
    watch: Watch,
    note: Callable[[Chunk, Settlement], None] | None = None,
    *,
    most_enrolled: int | None = None,
) -> None:
    """Send what is to be sent and settle what comes back, until nothing is left or it stops."""
    keep = ready.job.steps[0].keep
    owner, held = come_to_work(place.store)
    try:
        going = replace(_going(place, ready, run), owner=owner, most_enrolled=most_enrolled)
        patience = Patience(ready.wish.patience, place.clock.now())
        pump = Pump(place.store, going, keep, place.clock, lambda: tidy(place), patience=patience)
        end = carry_out(pump, _Carrier(place, ready, note), watch, place.clock, ready.wish.threads)
        # Whoever stops a run waits for nothing more; a key withdrawn meanwhile hides no results.
        with suppress(AccessError):
            if watch.stop_signal is None and end != "out_of_reach":
                note_balance(place, run, "after")
    finally:
        held.release()


@dataclass(frozen=True)
class _Carrier:
    """Carries a step's chunks, and tells whoever wants to know."""

    place: Place
    ready: Ready
    note: Callable[[Chunk, Settlement], None] | None

    def send(self, chunk: Chunk) -> Settlement:
        step = self.ready.job.steps[0]
        route = step.operation.route(chunk.route)
        settlement = self.place.wire.send(step.operation, route, chunk, step.keep)
        if self.note is not None:
            self.note(chunk, settlement)
        return settlement

    def knock(self) -> bool:
        return self.place.wire.answers()


def _going(place: Place, ready: Ready, run: str) -> Going:
    """Say how far a run's step may go."""
    step = ready.job.steps[0]
    return Going(
        run=run,
        owner="",
        most=most_per_item(step.operation, step.options, ready.job.limits.most_per_row),
        shelf=ready.shelf,
        selection=tuple(ready.plan.survey.selection),
        day=place.policy.max_credits_day,
        month=place.policy.max_credits_month,
        headroom=ready.basis.headroom,
        id_columns=[column for column, path in step.keep.items() if path == _ID],
        label=label_of(run) if step.label_run else "",
    )
