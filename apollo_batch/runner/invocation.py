"""One invocation of `run` or `plan`, from file names to a settled run: each stage one function."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from apollo_batch.apollo.lookups import Asks
from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError, OutputError, UsageError
from apollo_batch.files import private_copy, sha256
from apollo_batch.job.load import load
from apollo_batch.job.names import Directory
from apollo_batch.job.wanted import Job
from apollo_batch.journal import earlier, entering, runs, waiting
from apollo_batch.journal.earlier import Endings, Past
from apollo_batch.journal.names import Names
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.remembered import Same
from apollo_batch.journal.store import Store
from apollo_batch.journal.suppress import suppress
from apollo_batch.journal.waiting import Part
from apollo_batch.runner import sparing
from apollo_batch.runner.again import surveyed
from apollo_batch.runner.allowed import allowed, most_enrolled
from apollo_batch.runner.balances import note_balance
from apollo_batch.runner.columns import as_told, columns_of
from apollo_batch.runner.directory import looked_up
from apollo_batch.runner.place import Place
from apollo_batch.runner.plan import Basis, Plan, barred_of, make_plan, shelf_of
from apollo_batch.runner.rows import Rows, rows_of
from apollo_batch.runner.saved import Saved
from apollo_batch.runner.steps import onward_of
from apollo_batch.runner.strangers import see_that_hosts_are_listed
from apollo_batch.runner.survey import Choice, Survey, survey
from apollo_batch.runner.workers import give_up_the_dead

_LOOKS = 5


@dataclass(frozen=True)
class Wish:
    """What a person typed, as far as a run is concerned."""

    job: Path
    input: Path | None
    """None: the job starts from a search."""
    encoding: str | None = None
    rows: Sequence[tuple[int, int]] = ()
    first: int | None = None
    period: str = ""
    fresh: bool = False
    resend_in_doubt: bool = False
    max_credits: Decimal | None = None
    max_enroll: int | None = None
    threads: int = 8
    zone: str = "UTC"
    """The time zone of what names none, in a job that names none."""
    patience: float | None = None
    """For how many seconds Apollo is waited for; None: as usual."""
    agreed: Saved | None = None
    """The saved plan that was handed in, and that says how far the run may go."""

    @property
    def name(self) -> str:
        """What to call what is worked on."""
        return self.input.name if self.input else self.job.name


@dataclass(frozen=True)
class Ready:
    """A job and a spreadsheet that fit together, and what a run of them would do."""

    wish: Wish
    job: Job
    rows: Rows
    shelf: Shelf
    plan: Plan
    run: str | None
    """The run it continues, if there is one."""
    basis: Basis
    earlier: Endings
    """What other runs of the job asked in vain."""
    notices: tuple[str, ...] = field(default=())
    most_enrolled: int | None = None
    """The most contacts that settings and job let it enroll; None: as many as a person names."""


def read(
    wish: Wish, path: Path | None, apollo: Asks | None = None, names: Names | None = None
) -> tuple[Job, Rows]:
    """Read job and spreadsheet and see that they fit; InvalidError where they do not.

    Names in the job are looked up where there is somebody to ask.
    """
    try:
        job = load(wish.job, wish.zone)
        directory = Directory()
        if apollo is not None:
            job, directory = looked_up(job, apollo, None if wish.fresh else names)
        return job, rows_of(job, path, encoding=wish.encoding, directory=directory)
    except InvalidError as problem:
        problem.job_file = wish.job if problem.problems else None
        raise


def tidy(place: Place) -> None:
    """Give up what processes that have ended left without an answer, of any run."""
    give_up_the_dead(place.store, place.clock.now())


def snapshot(store: Store, wish: Wish) -> Path | None:
    """Copy the input for this run alone, so that nobody can change it underneath."""
    if wish.input is None or not wish.input.is_file():
        return wish.input  # reading it says what is wrong
    copies = store.folder / "copies"
    try:
        for _ in range(_LOOKS):
            digest = sha256(wish.input)
            copy = private_copy(wish.input, copies / digest[:16] / wish.input.name)
            if sha256(copy) == digest:
                return copy
            copy.unlink()  # it was saved anew between the two looks
    except OSError as problem:
        raise OutputError(
            Code.NO_ROOM_FOR_COPY,
            f"{wish.input.name} could not be copied into {copies}: {problem.strerror}.",
            fix="Free some space or name another folder with --state.",
        ) from None
    raise InvalidError(
        Code.SHEET_BEING_WRITTEN,
        f"{wish.input.name} is being written at this moment.",
        fix="Try again later.",
    )


def prepare(place: Place, wish: Wish, path: Path | None, *, goes_on: bool = False) -> Ready:
    """Make the plan; it asks Apollo free questions only and writes nothing.

    `goes_on`: what was entered by the same command before need not be read again.
    """
    names = Names(place.store, place.account, place.clock.now())
    job, rows = read(wish, path, place.wire, names)
    see_that_hosts_are_listed(place, job)
    rows = replace(rows, suppression=place.suppression, salt=place.store.salt)
    shelf = shelf_of(job, job.steps[0], place)
    chosen = Choice(wish.rows, wish.first)
    found = _known(place, wish, job, rows, chosen) if goes_on and not wish.fresh else None
    if found is None:
        found = survey(job, rows.entries(), shelf.asking, period=wish.period, chosen=chosen)
    if not found.rows:
        raise InvalidError(
            Code.NO_ROWS,
            f"{wish.name} has column names and no rows below them.",
            fix="Fill it, or name the sheet that has the rows: input: {sheet: …}.",
        )
    if not chosen.met:
        raise UsageError(
            Code.ROWS_NOT_THERE,
            f"{wish.name} has no row where --rows looks for one; nothing was sent.",
            fix="Name rows as the spreadsheet counts them: the header is one of them.",
        )
    headroom = allowed(place.policy, job.limits, wish.max_credits).headroom
    basis = Basis(job, found, shelf, place.wire.limits(), rows.returned, headroom)
    run, plan, past = _weigh(place, wish, basis)
    most = most_enrolled(place.policy, job.limits)
    return Ready(wish, job, rows, shelf, plan, run, basis, past, rows.notices, most)


def _known(place: Place, wish: Wish, job: Job, rows: Rows, chosen: Choice) -> Survey | None:
    # Whom the do-not-contact list names by now, only the rows themselves tell.
    if rows.sheet is None or place.suppression is not None:
        return None
    reading = json.dumps(_reading(wish, job, rows))
    hash_ = sha256(rows.sheet.path)
    same = Same(place.account, hash_, _kept_of(job), wish.period, reading)
    return surveyed(place.store, same, job.steps[0].id, chosen)


def look_again(place: Place, ready: Ready) -> Ready:
    """Weigh the same rows anew: another process may have begun or moved the run meanwhile."""
    run, plan, past = _weigh(place, ready.wish, ready.basis)
    return replace(ready, run=run, plan=plan, earlier=past)


def _weigh(place: Place, wish: Wish, basis: Basis) -> tuple[str | None, Plan, Endings]:
    identity = basis.survey.identity
    run = None if wish.fresh else runs.current(place.store, place.account, identity)
    past: Endings = {}
    if run is None and not wish.fresh and basis.returned:
        same = Past(place.account, _kept_of(basis.job), wish.period, basis.shelf.since)
        past = earlier.endings(place.store, same)
    plan = make_plan(basis, place.store, run=run, resend=wish.resend_in_doubt, earlier=past)
    return run, plan, past


def _kept_of(job: Job) -> str:
    """Say a job as the journal keeps it: two runs with the same are runs of the same job."""
    columns = columns_of(job)
    told = {
        "canonical": job.canonical(),
        "kept": [*columns[""].kept],
        "finds": any(step.fans_out for step in job.steps),
        "searches": job.searches,
        "columns": as_told(columns),
    }
    return json.dumps(told)


def what_is_left(store: Store, ready: Ready, run: str) -> Plan:
    """Plan what a run has left to do, of the rows chosen; what was foretold of them still holds."""
    plan = make_plan(ready.basis, store, run=run, resend=False, earlier=ready.earlier)
    left = [each.of(_to_enroll(store, ready, run, each.step)) for each in ready.plan.rehearsals]
    return replace(plan, rehearsals=tuple(left))


def _to_enroll(store: Store, ready: Ready, run: str, step: str) -> set[str]:
    part = Part(run, step, ready.plan.survey.selection)
    return {params["contact_id"] for params in waiting.params_of(store, part)}


def begin(place: Place, ready: Ready, cap: Decimal | None) -> str:
    """Enter the run's rows, put its budget in force, and give its id."""
    now = place.clock.now()
    source = ready.rows.source(ready.wish.input)
    run = ready.run or runs.create(place.store, _new_run(place, ready, source), now)
    bound = ready.plan.survey.entries or ready.rows.entries()
    entering.enter(
        place.store,
        run,
        ready.shelf,
        bound,
        now,
        earlier=ready.earlier,
        onward=onward_of(ready.job, ready.job.steps[0]),
    )
    runs.set_out(
        place.store,
        run,
        place.account,
        cap=cap,
        selection=ready.plan.survey.selection,
        planned=None if ready.run else ready.plan.as_json() | {"limits": _limits(ready.basis)},
        source=source,
        now=now,
    )
    if ready.run:
        _spare(place, ready, run, now)
    if ready.wish.resend_in_doubt:
        runs.ask_again(place.store, run, ready.plan.survey.selection)
    note_balance(place, run, "before")
    return run


def _spare(place: Place, ready: Ready, run: str, now: float) -> None:
    """Leave out whoever has come onto the do-not-contact list since the run began."""
    found, resend = ready.plan.survey, ready.wish.resend_in_doubt
    suppress(place.store, barred_of(ready.basis, run, resend=resend), now)
    for barred in sparing.barred(place.store, ready.rows, found, run, resend=resend):
        suppress(place.store, barred, now)


def _limits(basis: Basis) -> dict[str, str]:
    limits = vars(basis.job.limits) | {"headroom": basis.headroom or None}
    return {name: str(value) for name, value in limits.items() if value is not None}


def _new_run(place: Place, ready: Ready, source: dict[str, str]) -> runs.NewRun:
    return runs.NewRun(
        account=place.account,
        identity=ready.plan.survey.identity,
        period=ready.wish.period,
        job_name=ready.job.name,
        job=_kept_of(ready.job),
        job_path=str(ready.wish.job),
        input_path=source["input_path"],
        input_hash=source["input_hash"],
        reading=json.dumps(_reading(ready.wish, ready.job, ready.rows)),
    )


def _reading(wish: Wish, job: Job, rows: Rows) -> dict[str, str | int | None]:
    """Say how the input is read."""
    return {
        "sheet": rows.sheet_name,
        "table": job.table,
        "header_row": job.header_row,
        "encoding": wish.encoding,
    }
