"""A run to be undone comes in; the run that takes it back, held, planned and carried out, goes out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from apollo_batch.apollo import lookups
from apollo_batch.catalogue.entry import Operation, Pairing
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.job.wanted import Job, Step
from apollo_batch.journal import runs, undoing, waiting
from apollo_batch.journal.going import Going
from apollo_batch.journal.waiting import Part
from apollo_batch.packing import request_count
from apollo_batch.runner.asked import steps_of, undone_run
from apollo_batch.runner.carrying import carry_alone
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.holding import holding
from apollo_batch.runner.invocation import tidy
from apollo_batch.runner.place import Place
from apollo_batch.runner.plan import shelf_of
from apollo_batch.runner.reading import day
from apollo_batch.runner.report import Figures, figures
from apollo_batch.runner.taking_back import TakingBack


@dataclass(frozen=True)
class Undone:
    """A run that somebody wants undone."""

    found: Figures
    operation: Operation
    """What it did."""

    @property
    def by(self) -> Operation | None:
        """What takes it back; None: nothing does."""
        return OPERATIONS.get(self.operation.undone_by)


@dataclass(frozen=True)
class Undoing:
    """A run that is being undone, and the run that does it; both are held."""

    place: Place
    undone: Undone
    run: str
    step: Step

    @property
    def found(self) -> Figures:
        """How far it is."""
        return figures(self.place.store, self.run)

    @property
    def left(self) -> int:
        """How many rows are still to be taken back."""
        return waiting.remaining(self.place.store, Part(self.run, self.step.id))

    @property
    def looks(self) -> bool:
        """Whether each row is looked at before it is taken back."""
        return self.step.keep_old

    def requests(self) -> dict[str, int]:
        """Count the requests to come at the most, by method and path."""
        counted: dict[str, int] = {}
        for (name, _), count in waiting.lots(
            self.place.store, Part(self.run, self.step.id)
        ).items():
            route = self.step.operation.route(name)
            label = f"{route.method} {route.path}"
            counted[label] = counted.get(label, 0) + request_count(count, route)
        return counted

    def look(self, watch: Watch) -> None:
        """Look at every row that is to be taken back; nothing is changed."""
        writing = [route.name for route in self.step.operation.routes if route.method != "GET"]
        carry_alone(self.place, self._job, self._going(writing), watch)

    def take_back(self, watch: Watch) -> None:
        """Take back what can be, now that somebody has agreed; each row is looked at right before."""
        _enter(self.place, self.undone, self.run, self.step, agreed=True)
        carry_alone(self.place, self._job, self._going(()), watch)

    @property
    def _job(self) -> Job:
        return _job(self.undone, self.step)

    def _going(self, held_back: list[str] | tuple[()]) -> Going:
        shelf = shelf_of(self._job, self.step, self.place)
        return Going(
            self.run,
            owner="",
            most=Decimal(0),
            shelf=shelf,
            headroom=self.place.policy.headroom,
            held_back=held_back,
        )


def undone(place: Place, run: str) -> Undone:
    """Find the run that is meant; UsageError where it cannot be undone from here."""
    found = figures(place.store, run)
    if found.record["account"] != place.account:
        raise UsageError(
            Code.OTHER_ACCOUNT,
            f"Run {found.run} was made with the key of another team, as far as Apollo tells.",
            fix="Undo it with the key it was made with.",
        )
    _see_that_it_is_there(found)
    if undone_run(found.record):
        raise UsageError(
            Code.CANNOT_UNDO,
            f"Run {found.run} is an undo itself.",
            fix="What it took back is done once more by a run of the job with --fresh.",
        )
    operations = list(steps_of(found.record).values())
    if len(operations) > 1:
        raise UsageError(
            Code.CANNOT_UNDO,
            f"Run {found.run} has several steps, and such a run cannot be undone yet.",
            fix="Its workbook says what each row did; jobs for the way back are in `jobs/`.",
        )
    return Undone(found, OPERATIONS[operations[0]])


def _see_that_it_is_there(found: Figures) -> None:
    if found.record["purged"]:
        raise UsageError(
            Code.RUN_PURGED,
            f"Run {found.run} was purged on {day(found.record['purged'])}: what it sent is not here "
            "any more, and cannot be taken back.",
            fix="Its workbook says what each row did; jobs for the way back are in `jobs/`.",
        )


@contextmanager
def undoing_of(place: Place, meant: Undone) -> Iterator[Undoing]:
    """Hold a run and the one that takes it back, with all rows seen anew; nothing is sent yet."""
    record, now = meant.found.record, place.clock.now()
    identity = undoing.identity_of(meant.found.run)
    with (
        holding(place.store, place.account, record["identity"], now),
        holding(place.store, place.account, identity, now),
    ):
        tidy(place)
        current = Undone(figures(place.store, meant.found.run), meant.operation)
        _see_that_it_is_there(current.found)  # others may have purged it since it was looked at
        step = _step(current)
        begun = runs.current(place.store, place.account, identity)
        run = begun or runs.create(place.store, _new_run(current, step), now)
        _enter(place, current, run, step, agreed=False)
        undertaken = Undoing(place, current, run, step)
        runs.set_out(
            place.store,
            run,
            place.account,
            cap=None,
            selection=[],
            planned=None if begun else {"requests": undertaken.requests()},
            source={name: current.found.record[name] for name in ("input_path", "input_hash")},
            now=now,
        )
        yield undertaken


def _step(undone: Undone) -> Step:
    """Make the step that takes a run back, as a job would have it."""
    operation = undone.by or undone.operation
    first = operation.routes[0]
    # Who is on a list is written down nowhere but there: nothing shows by whose doing.
    looks = first.pairing is not Pairing.NONE and any(r.views for r in operation.routes)
    return Step(operation.name, operation, first, sources={}, keep_old=looks)


def _job(undone: Undone, step: Step) -> Job:
    return Job(name=f"Undo of {undone.found.record['job_name']}", steps=(step,))


def _new_run(undone: Undone, step: Step) -> runs.NewRun:
    record, job = undone.found.record, _job(undone, step)
    told = {"canonical": job.canonical(), "kept": [], "finds": False, "undoes": undone.found.run}
    return runs.NewRun(
        account=record["account"],
        identity=undoing.identity_of(undone.found.run),
        period="",
        job_name=job.name,
        job=json.dumps(told),
        job_path="",
        input_path=record["input_path"],
        input_hash=record["input_hash"],
        reading=record["reading"],
    )


def _enter(place: Place, undone: Undone, run: str, step: Step, *, agreed: bool) -> None:
    taking = TakingBack(
        undone.operation,
        undone.by,
        undoing.Answers(place.store).body,
        _lists(place, undone.by),
        place.suppression,
    )
    now = place.clock.now()
    shelf = shelf_of(_job(undone, step), step, place)
    entries = ((done, taking.bound(done)) for done in undoing.done(place.store, undone.found.run))
    undoing.enter(place.store, run, shelf, entries, now, agreed=agreed)


def _lists(place: Place, by: Operation | None) -> lookups.Things:
    """Ask which lists there are, where a row may have been on one."""
    if by is None or by.param("label_names") is None:
        return ()
    return lookups.lists(place.wire) or ()
