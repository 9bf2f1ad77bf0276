"""What `plan` does: what a run would ask, skip and cost, said in sentences or saved to agree to."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.clock import at, lasting
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.building import build_plan
from apollo_batch.entrypoints.consent import caps_in_force
from apollo_batch.entrypoints.foretelling import foretold
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.entrypoints.promising import in_period
from apollo_batch.errors import Exit
from apollo_batch.job.wanted import Step
from apollo_batch.runner import invocation, report, saved
from apollo_batch.runner.artifacts import see_that_it_is_apart
from apollo_batch.runner.bound import plan_to_save
from apollo_batch.runner.invocation import Ready, Wish
from apollo_batch.runner.rehearsing import rehearse

_TO_DO = {
    Act.LOOK_UP: "To ask",
    Act.SEARCH: "To search",
    Act.CREATE: "To create",
    Act.UPDATE: "To change",
    Act.ENROLL: "To enroll",
}


def plan_job(wish: Wish, manner: Manner) -> Exit:
    """Say what a run would do; nothing is paid for, nothing is written to Apollo."""
    if manner.artifacts is not None:
        see_that_it_is_apart(manner.artifacts)
    with place_for(manner.state, sandbox=manner.sandbox) as (place, _):
        wish, manner = in_period(wish, manner, place.clock.now())
        # What is bound is what was read: nobody can save the spreadsheet anew in between.
        path = wish.input if manner.plan is None else invocation.snapshot(place.store, wish)
        ready = rehearse(place, invocation.prepare(place, wish, path), console.say)
        cap = caps_in_force(place, ready).least
        if manner.plan is not None:
            saved.save(manner.plan, plan_to_save(place, ready, cap))
        lines = list(plan_lines(ready, cap))
        build_plan(manner.artifacts, ready, lines)
    if manner.as_json:
        source = str(wish.input) if wish.input else None
        document = {"schema": 1, "job": str(wish.job), "input": source}
        console.document(document | ready.plan.as_json())
    else:
        for line in lines:
            console.result(line)
    if manner.plan is not None:
        console.say(f"Saved as {console.short(manner.plan)}; it holds for 24 hours.")
    return Exit.OK


def plan_lines(ready: Ready, cap: Decimal | None) -> Iterator[str]:
    """Say a plan: first as a person would, then its figures, a line each."""
    yield foretold(ready, cap)
    plan, found = ready.plan, ready.plan.survey
    what = "a search" if ready.job.searches else _count(found.rows, "row")
    does = " ".join(dict.fromkeys(step.operation.does for step in ready.job.steps))
    yield f"{ready.wish.name}: {what}. {does}"
    yield from _steps(ready) if plan.legs else _requests(ready)
    for rehearsal in plan.rehearsals:
        yield from rehearsal.lines()
    yield from _times(ready)
    if found.repeats:
        yield f"Same as another row, so asked once: {_count(found.repeats, 'row')}."
    if plan.known and not ready.run:
        done = (
            "made by an earlier run" if plan.act.writes else "answered from the journal for nothing"
        )
        yield f"Known already: {plan.known}, {done}."
    if plan.taken_over and not ready.run:
        yield f"Taken over from an earlier run: {plan.taken_over}, as they ended then."
    if found.skips:
        yield f"Skipped before anything is sent: {_count(sum(found.skips.values()), 'row')}."
        for code, count in found.skips.items():
            where = _rows(found.where.get(code, ()), count)
            yield f"  {count:>6}  {code}: {report.sentence_of(code)}{where}"
    if found.unchosen:
        yield f"Left for another time (--rows, --first): {_count(found.unchosen, 'row')}."
    yield (
        f"Credits: at least 0, likely {report.plain(plan.likely)}, "
        f"at most {report.plain(plan.most)}."
        + (f" The budget stops it at {report.plain(cap)}." if cap is not None and plan.most else "")
    )
    if plan.seconds:
        yield f"Apollo's limits stretch this to about {lasting(plan.seconds)}."
    yield from plan.notes
    yield from ready.notices


def _times(ready: Ready) -> Iterator[str]:
    """Say what the plan has to do with the time of day."""
    for seconds in ready.plan.cooling_off.values():
        yield (
            f"Cooling off: whoever is enrolled is paused for {lasting(seconds)}; the first e-mail "
            f"to those enrolled now leaves at {at(seconds)} at the earliest."
        )
    if any(map(_has_moments, ready.job.steps)):
        yield f"Dates with a time that name no zone are taken as {ready.job.zone}."


def _has_moments(step: Step) -> bool:
    said = {*step.sources, *step.options, *step.constants}
    return any(p.kind is Kind.MOMENT and p.name in said for p in step.operation.params)


def _steps(ready: Ready) -> Iterator[str]:
    """Say of each step how far it may go; fewer rows come to it than may."""
    for leg in ready.plan.legs:
        requests = _count(sum(leg.requests.values()), "request")
        cost = f", {report.plain(leg.most)} credits" if leg.most else ""
        yield (
            f"  {leg.step} ({leg.operation}), {_TO_DO[leg.act].lower()}: up to {leg.rows:,} in "
            f"{requests}{cost}."
        )


def _requests(ready: Ready) -> Iterator[str]:
    plan, most = ready.plan, ready.job.steps[0].most_records
    if len(plan.routes) != 1:
        yield f"{_TO_DO[plan.act]}: {plan.to_ask}."
        for label, count in plan.routes.items():
            yield f"  {count:>6}  {'request' if count == 1 else 'requests'} to {label}"
        return
    (label,) = plan.routes
    up_to = "up to " if plan.requests > plan.to_ask else ""
    yield (
        f"{_TO_DO[plan.act]}: {plan.to_ask:,} in {up_to}{_count(plan.requests, 'request')} to {label}."
    )
    if most is not None and plan.act is Act.SEARCH:
        each = "" if ready.job.searches else " for each row"
        yield f"Records: {most:,} at the most{each}."


def _rows(named: Sequence[int], count: int) -> str:
    """Say where to look: the first rows that a reason leaves out, as the spreadsheet counts."""
    if not named:
        return ""
    more = f" and {count - len(named):,} more" if count > len(named) else ""
    return f" ({'row' if count == 1 else 'rows'} {', '.join(map(str, named))}{more})"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
