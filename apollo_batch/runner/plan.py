"""A job and a spreadsheet become a plan: what a run would ask, skip, and cost at the most."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.wire import Balance
from apollo_batch.catalogue.entry import Act, Once, Route
from apollo_batch.job.wanted import Job, Step
from apollo_batch.journal import tell, waiting
from apollo_batch.journal.budget import most_per_item
from apollo_batch.journal.earlier import Endings
from apollo_batch.journal.limiter import share
from apollo_batch.journal.onward import PASSED_BY
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.store import Store
from apollo_batch.journal.suppress import Barred, would_leave
from apollo_batch.journal.waiting import Part
from apollo_batch.packing import Asking, request_count
from apollo_batch.runner.chain import Leg, coming, pages_of, weigh
from apollo_batch.runner.place import Place
from apollo_batch.runner.rehearsal import Rehearsal
from apollo_batch.runner.survey import Survey

_DAY = 86_400.0
_SPANS = {"minute": 60.0, "hour": 3_600.0, "day": _DAY}


@dataclass(frozen=True)
class Plan:
    """What a run would do."""

    survey: Survey
    known: int
    """Questions answered from the journal, for nothing; effects made by an earlier run."""
    taken_over: int
    """Questions that an earlier run of the job asked in vain, and that end as they did there."""
    to_ask: int
    routes: Mapping[str, int]
    """Method and path to how many requests, at the most."""
    act: Act
    most: Decimal
    likely: Decimal
    seconds: float | None
    """How long Apollo's limits will make it take; None where they are not known."""
    notes: tuple[str, ...]
    legs: tuple[Leg, ...] = ()
    """Each of the steps, where there are several; else none."""
    rehearsals: tuple[Rehearsal, ...] = ()
    """What is foretold of each step that enrolls, once it was looked at."""
    cooling_off: Mapping[str, int] = field(default_factory=dict)
    """For how many seconds whoever a step enrolls is paused first."""

    @property
    def left(self) -> bool:
        """Whether there is anything to ask in any step."""
        return bool(self.to_ask or any(leg.rows for leg in self.legs))

    @property
    def doing(self) -> tuple[tuple[Act, int], ...]:
        """What the steps do, and for how many rows at the most."""
        return tuple((leg.act, leg.rows) for leg in self.legs) or ((self.act, self.to_ask),)

    @property
    def enrolls(self) -> int | None:
        """How many contacts may be enrolled, but for those foretold to be left out; None: no step enrolls."""
        counts = [count for act, count in self.doing if act is Act.ENROLL]
        spared = sum(each.spared for each in self.rehearsals)
        return max(0, sum(counts) - spared) if counts else None

    @property
    def writes(self) -> bool:
        """Whether a step that has something to do changes anything at Apollo's."""
        return any(act.writes and count for act, count in self.doing)

    @property
    def requests(self) -> int:
        """How many requests at the most."""
        return sum(self.routes.values())

    def as_json(self) -> dict[str, Any]:
        """The figures, for the journal and for --json."""
        foretold = {each.step: each.as_json() for each in self.rehearsals}
        return {
            "rows": self.survey.rows,
            "skips": dict(self.survey.skips),
            "not_selected": self.survey.unchosen,
            "repeats": self.survey.repeats,
            "known": self.known,
            "taken_over": self.taken_over,
            "to_ask": self.to_ask,
            "requests": dict(self.routes),
            "credits": {"least": "0", "likely": _plain(self.likely), "most": _plain(self.most)},
            "seconds": self.seconds,
            **({"steps": {leg.step: leg.as_json() for leg in self.legs}} if self.legs else {}),
            **({"rehearsal": foretold} if foretold else {}),
            **({"cooling_off": dict(self.cooling_off)} if self.cooling_off else {}),
        }


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def asking_of(step: Step, salt: bytes = b"") -> Asking:
    """Say what is the same for every item of a step."""
    return Asking(
        step.id,
        step.operation,
        step.route,
        dict(step.options),
        mode=step.mode,
        kept=frozenset(path[0].key for path in step.picks.values()),
        keep_old=step.keep_old,
        most_records=step.most_records,
        salt=salt,
    )


def shelf_of(job: Job, step: Step, place: Place) -> Shelf:
    """Say which earlier answers would do for a step."""
    kept = frozenset(path[0].key for path in step.picks.values())
    since = place.clock.now() - job.limits.reuse_days * _DAY
    return Shelf(place.account, asking_of(step, place.store.salt), kept, since)


@dataclass(frozen=True)
class Basis:
    """All a plan rests on but the journal."""

    job: Job
    survey: Survey
    shelf: Shelf
    limits: Mapping[str, Mapping[str, Balance]]
    """Apollo's limits per route and window, as Apollo tells them now."""
    returned: bool = False
    """Whether the sheet is an earlier result come back, to be gone on with."""
    headroom: Decimal = Decimal(0)
    """The share of each of Apollo's rate windows that a run leaves to others of the team."""


def make_plan(
    basis: Basis, store: Store, *, run: str | None, resend: bool, earlier: Endings
) -> Plan:
    """Weigh a survey against what the journal knows and what Apollo allows.

    `run` is the run it would continue; `resend` says whether its rows in doubt are asked again;
    `earlier` is what other runs of the job asked in vain.
    """
    job, found, shelf = basis.job, basis.survey, basis.shelf
    step = job.steps[0]
    known = _known(store, shelf, found, resend=resend)
    taken_over = sum(asked in earlier and asked not in known for asked in found.questions)
    to_ask = len(found.questions) - len(known) - taken_over
    counted: Mapping[tuple[str, str], int] = found.lots
    part = Part(run, step.id, found.selection, resend) if run is not None else None
    if part is not None:
        spared, requests = would_leave(store, barred_of(basis, part.run, resend=resend))
        to_ask = waiting.remaining(store, part) - spared
        counted = waiting.lots(store, part) - requests
    pages = pages_of(step) * to_ask
    if part is not None and step.operation.paging is not None:
        pages -= waiting.pages_asked(store, part)
    routes = _routes(step, counted, to_ask, pages)
    most_each = most_per_item(step.operation, step.options, job.limits.most_per_row)
    rate = tell.found_rate(store, shelf.account, step.operation.name) or Decimal(1)
    plan = Plan(
        survey=found,
        known=len(known),
        taken_over=taken_over,
        to_ask=to_ask,
        routes={label: count for label, (_, count) in routes.items()},
        act=step.operation.act,
        most=most_each * pages,
        likely=(step.operation.price.base * to_ask * rate).quantize(Decimal(1)),
        seconds=_seconds(routes.values(), basis),
        notes=(*job.notices, *_notes(job, sum(known.values()))),
        cooling_off={each.id: each.cooling_off for each in job.steps if each.cooling_off},
    )
    return plan if len(job.steps) == 1 else _with_steps(basis, store, plan, part)


def _with_steps(basis: Basis, store: Store, plan: Plan, part: Part | None) -> Plan:
    """Add what the later steps may ask and cost to the plan of the first."""
    job, found = basis.job, plan.survey
    rows = len(found.questions) + found.repeats + found.skips.get(PASSED_BY, 0)
    parts = (lambda step: replace(part, step=step.id)) if part is not None else None
    first = job.steps[0]
    legs = [
        Leg(
            first.id,
            plan.act,
            first.operation.name,
            plan.to_ask,
            plan.routes,
            plan.most,
            plan.likely,
        )
    ]
    requests = Counter(plan.routes)
    waits = [plan.seconds]
    for step, count in coming(job, store, rows, parts):
        leg, routes = weigh(job, step, count, asking_of(step))
        legs.append(leg)
        requests.update(leg.requests)
        waits.append(_seconds(routes.values(), basis))
    known = [wait for wait in waits if wait is not None]
    return replace(
        plan,
        legs=tuple(legs),
        routes=dict(requests),
        likely=plan.likely + sum((leg.likely for leg in legs[1:]), Decimal(0)),
        most=sum((leg.most for leg in legs), Decimal(0)),
        seconds=max(known) if len(known) == len(waits) else None,
    )


def barred_of(basis: Basis, run: str, *, resend: bool) -> Barred:
    """Say which rows of a run that goes on are on the do-not-contact list by now."""
    found, step = basis.survey, basis.job.steps[0]
    return Barred(run, step.id, step.operation, found.suppressed, found.selection, resend)


def _known(store: Store, shelf: Shelf, found: Survey, *, resend: bool) -> dict[str, bool]:
    """Pick what the journal knows already, each with whether the answer was purged."""
    asking = shelf.asking
    if asking.operation.act is Act.LOOK_UP:
        return waiting.known_questions(store, shelf, found.questions, in_doubt=not resend)
    if asking.once is not Once.EVER:
        return {}
    made = waiting.made_before(store, shelf.account, asking.operation.name, found.subjects)
    return dict.fromkeys(made, False)


def _notes(job: Job, purged: int) -> Iterator[str]:
    if purged:
        yield f"Of the answers known already {purged:,} were purged: those rows are skipped, not bought again."
    for step in job.steps:
        paging = step.operation.paging
        if paging is None or not paging.per_page:
            continue
        if (step.most_records or paging.most) >= paging.most:
            yield f"Apollo shows {paging.most:,} records of one search at the most."
            return


Asked = tuple[Route, int]
"""A route, and how many requests to it."""


def _routes(
    step: Step, counted: Mapping[tuple[str, str], int], to_ask: int, pages: int
) -> dict[str, Asked]:
    """Count the requests of each route: the items of a lot fill one after the other."""
    operation = step.operation
    if operation.act in {Act.LOOK_UP, Act.SEARCH}:
        asked = pages if operation.paging else to_ask
        label = f"{step.route.method} {step.route.path}"
        return {label: (step.route, request_count(asked, step.route))}
    routes: dict[str, Asked] = {}
    for (name, _), count in counted.items():
        route = operation.route(name)
        label = f"{route.method} {route.path}"
        before = routes.get(label, (route, 0))[1]
        routes[label] = route, before + request_count(count, route)
    return routes


def _seconds(routes: Iterable[Asked], basis: Basis) -> float | None:
    waits = [
        wait_for(count, basis.limits.get(route.address.scope), basis.headroom)
        for route, count in routes
    ]
    known = [wait for wait in waits if wait is not None]
    return max(known) if known else (None if waits else 0.0)


def wait_for(
    requests: int, spans: Mapping[str, Balance] | None, headroom: Decimal = Decimal(0)
) -> float | None:
    """Say how long Apollo's windows hold so many requests up; None where limits are unknown.

    A window's rest is used first; after that each full window costs its whole span. What is left
    to others counts as used.
    """
    if spans is None:
        return None
    longest = 0.0
    for name, window in spans.items():
        if window.limit is None or window.limit <= 0 or name not in _SPANS:
            continue
        limit = int(window.limit)
        ours = share(limit, headroom)
        left = limit if window.left is None else min(int(window.left), limit)
        beyond = requests - max(0, left - (limit - ours))
        if beyond > 0:
            longest = max(longest, -(-beyond // ours) * _SPANS[name])
    return longest
