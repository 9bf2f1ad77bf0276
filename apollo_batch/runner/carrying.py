"""A run that was begun in; everything sent and settled, or the reason why it stopped, out."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.paths import parse
from apollo_batch.errors import AccessError
from apollo_batch.job.flow import above, stages
from apollo_batch.job.wanted import Job, Step
from apollo_batch.journal.budget import most_per_item
from apollo_batch.journal.entering import Into
from apollo_batch.journal.going import Going
from apollo_batch.model import Chunk, Settlement
from apollo_batch.runner.allowed import allowed
from apollo_batch.runner.asked import label_of
from apollo_batch.runner.balances import Lookout, note_balance
from apollo_batch.runner.engine import Watch, carry_out
from apollo_batch.runner.invocation import Ready, tidy
from apollo_batch.runner.patience import Patience
from apollo_batch.runner.place import Place
from apollo_batch.runner.plan import shelf_of
from apollo_batch.runner.pump import Pump
from apollo_batch.runner.steps import Link, Steps, onward_of
from apollo_batch.runner.thresholds import Thresholds
from apollo_batch.runner.workers import come_to_work

_ID = parse("id")
_THREADS = 8
_NO_ROWS = ((0, 0),)


def carry(
    place: Place,
    ready: Ready,
    run: str,
    watch: Watch,
    note: Callable[[Chunk, Settlement], None] | None = None,
    *,
    most_enrolled: int | None = None,
    held_back: Collection[str] = (),
) -> None:
    """Send what is to be sent and settle what comes back, until nothing is left or it stops.

    `held_back`: steps that nothing is sent for now.
    """
    owner, held = come_to_work(place.store)
    try:
        goings = [
            replace(going, owner=owner, most_enrolled=most_enrolled if enrolls else None)
            for going, enrolls in _goings(place, ready, run, held_back)
        ]
        lookout = Lookout(place, keeps=any(g.keep is not None and g.most > 0 for g in goings))
        steps = _steps(place, ready, run, goings, lookout)
        carrier = _Carrier(place, ready.job, note, lookout)
        end = carry_out(steps, carrier, watch, place.clock, ready.wish.threads)
        # Whoever stops a run waits for nothing more; a key withdrawn meanwhile hides no results.
        with suppress(AccessError):
            if watch.stop_signal is None and end != "out_of_reach":
                note_balance(place, run, "after")
    finally:
        held.release()


def carry_alone(place: Place, job: Job, going: Going, watch: Watch) -> None:
    """Send and settle what the one step of a job may send, under a name of this process."""
    (step,) = job.steps
    owner, held = come_to_work(place.store)
    try:
        going, patience = replace(going, owner=owner), Patience(None, place.clock.now())
        pump = Pump(
            place.store, going, step.picks, place.clock, lambda: tidy(place), patience=patience
        )
        steps = Steps(place.store, going.run, {step.id: pump}, [])
        carry_out(steps, _Carrier(place, job, None), watch, place.clock, _THREADS)
    finally:
        held.release()


@dataclass(frozen=True)
class _Carrier:
    """Carries a step's chunks, and tells whoever wants to know."""

    place: Place
    job: Job
    note: Callable[[Chunk, Settlement], None] | None
    lookout: Lookout | None = None

    def send(self, chunk: Chunk) -> Settlement:
        if self.lookout is not None:
            self.lookout.paid_call()
        step = self.job.step(chunk.step)
        route = step.operation.route(chunk.route)
        settlement = self.place.wire.send(step.operation, route, chunk, step.picks)
        if self.note is not None:
            self.note(chunk, settlement)
        return settlement

    def knock(self) -> bool:
        return self.place.wire.answers()


def _steps(
    place: Place, ready: Ready, run: str, goings: Sequence[Going], lookout: Lookout
) -> Steps:
    job, patience = ready.job, Patience(ready.wish.patience, place.clock.now())
    by_step = {going.asking.step: going for going in goings}
    pumps = {
        step.id: Pump(
            place.store,
            by_step[step.id],
            step.picks,
            place.clock,
            lambda: tidy(place),
            patience=patience,
            has_more=lookout.has_more,
        )
        for step in job.steps
    }
    passings = ready.rows.passings()
    links = [
        Link(
            stage.before,
            stage.sheet,
            Into(run, by_step[stage.step.id].shelf, onward_of(job, stage.step)),
            passings[stage.step.id],
            above(job),
            place.suppression,
        )
        for stage in stages(job)
        if stage.before is not None
    ]
    wanted = job.stop_if
    thresholds = Thresholds(place.store, run, wanted, job.steps) if wanted else None
    return Steps(place.store, run, pumps, links, thresholds)


def _goings(
    place: Place, ready: Ready, run: str, held_back: Collection[str]
) -> Iterator[tuple[Going, bool]]:
    """Say how far each step of a run may go, and whether it enrolls."""
    for stage in stages(ready.job):
        going = _going(place, ready, run, stage.step)
        if stage.step.id in held_back:
            going = replace(going, selection=_NO_ROWS)
        enrolls = stage.step.operation.act is Act.ENROLL
        yield replace(going, before=stage.chain), enrolls


def _going(place: Place, ready: Ready, run: str, step: Step) -> Going:
    limits = allowed(place.policy, ready.job.limits, ready.wish.max_credits)
    return Going(
        run=run,
        owner="",
        most=most_per_item(step.operation, step.options, ready.job.limits.most_per_row),
        shelf=shelf_of(ready.job, step, place),
        selection=tuple(ready.plan.survey.selection),
        day=limits.day,
        month=limits.month,
        keep=limits.keep,
        headroom=ready.basis.headroom,
        id_columns=[column for column, path in step.picks.items() if path == _ID],
        label=label_of(run) if step.label_run else "",
        cooling_off=step.cooling_off,
    )
