"""A job and a spreadsheet become a plan: what a run would ask, skip, and cost at the most."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apollo_batch.apollo.wire import Balance
from apollo_batch.catalogue.entry import Act, Once, Route
from apollo_batch.job.bind import Binding
from apollo_batch.job.wanted import Job, Step
from apollo_batch.journal import tell, waiting
from apollo_batch.journal.budget import most_per_item
from apollo_batch.journal.earlier import Endings
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.runs import Entry
from apollo_batch.journal.store import Store
from apollo_batch.model import Outcome, Params
from apollo_batch.packing import Asking, lot, request_count, same, subject
from apollo_batch.sheets.read import Sheet

_DAY = 86_400.0
_SMALL = 20_000
_SPANS = {"minute": 60.0, "hour": 3_600.0, "day": _DAY}

Ranges = list[tuple[int, int]]


@dataclass(frozen=True)
class Survey:
    """What one pass over the rows found, before anything is asked."""

    rows: int
    skips: Mapping[str, int]
    questions: tuple[str, ...]
    """What is to be asked or done, each once, of the rows chosen."""
    subjects: tuple[str, ...]
    """What effects are to be made to, of the rows chosen."""
    lots: Mapping[tuple[str, str], int]
    """Route and who may share a request, to how many rows chosen take one."""
    repeats: int
    """Rows that share another row's question."""
    unchosen: int
    """Rows outside --rows and --first."""
    selection: Ranges
    identity: str
    """The same job over the same named cells has the same; flags are no part of it."""
    entries: tuple[Entry, ...] | None = None
    """Every row bound, for a sheet small enough to hold; else it is bound once more."""


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

    @property
    def requests(self) -> int:
        """How many requests at the most."""
        return sum(self.routes.values())

    def as_json(self) -> dict[str, Any]:
        """The figures, for the journal and for --json."""
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
        }


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def asking_of(step: Step) -> Asking:
    """Say what is the same for every item of a step."""
    return Asking(
        step.id,
        step.operation,
        step.route,
        dict(step.options),
        mode=step.mode,
        kept=frozenset(path[0].key for path in step.keep.values()),
        keep_old=step.keep_old,
        most_records=step.most_records,
    )


def shelf_of(job: Job, step: Step, account: str, now: float) -> Shelf:
    """Say which earlier answers would do for a step."""
    kept = frozenset(path[0].key for path in step.keep.values())
    return Shelf(account, asking_of(step), kept, now - job.limits.reuse_days * _DAY)


def survey(
    job: Job, bound: Iterable[Entry], asking: Asking, *, period: str, chosen: "Choice"
) -> Survey:
    """Count every bound row once; constant memory but for a hash per question."""
    count = _Count(job, asking, period, chosen)
    for entry in bound:
        count.take(entry)
    return count.survey()


class _Count:
    """One pass over the rows."""

    def __init__(self, job: Job, asking: Asking, period: str, chosen: "Choice") -> None:
        self._asking = asking
        self._chosen = chosen
        self._identity = hashlib.sha256(json.dumps([job.canonical(), period]).encode())
        self._skips: Counter[str] = Counter()
        self._asked: dict[str, bool] = {}
        self._subjects: set[str] = set()
        self._lots: Counter[tuple[str, str]] = Counter()
        self._small: list[Entry] = []
        self._rows = self._repeats = self._unchosen = 0

    def take(self, entry: Entry) -> None:
        """Count one row."""
        bound = entry.bound
        self._rows += 1
        self._identity.update(json.dumps([bound.row, *entry.cells]).encode())
        self._chosen.see(bound.row)
        if self._rows <= _SMALL:
            self._small.append(entry)
        if isinstance(bound, Outcome):
            self._skips[bound.reason] += 1
            return
        key = same(self._asking, bound.params)
        repeat = key in self._asked
        taken = self._asked.setdefault(key, self._chosen.takes(bound.row))
        self._repeats += repeat and taken
        self._unchosen += not taken
        if taken and not repeat:
            self._count_requests(bound.params)

    def _count_requests(self, params: Params) -> None:
        operation = self._asking.operation
        for leg in self._asking.course(params):
            self._lots[leg.route, lot(operation, leg, params)] += 1
        if self._asking.once is Once.EVER and (made := subject(operation, params)):
            self._subjects.add(made)

    def survey(self) -> Survey:
        """Say what was counted."""
        return Survey(
            rows=self._rows,
            skips=dict(self._skips.most_common()),
            questions=tuple(key for key, taken in self._asked.items() if taken),
            subjects=tuple(self._subjects),
            lots=dict(self._lots),
            repeats=self._repeats,
            unchosen=self._unchosen,
            selection=self._chosen.ranges(),
            identity=self._identity.hexdigest(),
            entries=tuple(self._small) if self._rows <= _SMALL else None,
        )


class Choice:
    """Which rows this invocation takes up: all, those of --rows, or the --first N."""

    def __init__(self, rows: Sequence[tuple[int, int]] = (), first: int | None = None) -> None:
        self._rows = list(rows)
        self._first = first
        self._seen = 0
        self._last = 0
        self.met = False
        """Whether any row that came by is one of those named."""

    def see(self, number: int) -> None:
        """Count a row as it comes by."""
        self.met = self.met or self._within(number)
        if self._first is not None and self._seen < self._first and self._within(number):
            self._seen += 1
            self._last = number

    def takes(self, number: int) -> bool:
        """Whether a row seen just now is taken up."""
        return self._within(number) and (self._first is None or number <= self._last)

    def ranges(self) -> Ranges:
        """The rows taken up, as ranges; [] for all."""
        if self._first is None:
            return self._rows
        every = self._rows or [(1, self._last)]
        return [(low, min(high, self._last)) for low, high in every if low <= self._last] or [
            (0, 0)
        ]

    def _within(self, number: int) -> bool:
        return not self._rows or any(low <= number <= high for low, high in self._rows)


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
    if run is not None:
        to_ask = waiting.remaining(store, run, found.selection, in_doubt=resend)
        counted = waiting.lots(store, run, found.selection)
    pages = _pages(step)
    routes = _routes(step, counted, to_ask, pages)
    most_each = most_per_item(step.operation, step.options, job.limits.most_per_row)
    rate = tell.found_rate(store, shelf.account, step.operation.name) or Decimal(1)
    return Plan(
        survey=found,
        known=len(known),
        taken_over=taken_over,
        to_ask=to_ask,
        routes={label: count for label, (_, count) in routes.items()},
        act=step.operation.act,
        most=most_each * to_ask * pages,
        likely=(step.operation.price.base * to_ask * rate).quantize(Decimal(1)),
        seconds=_seconds(routes.values(), basis.limits),
        notes=(*job.notices, *_ceiling(step)),
    )


def _known(store: Store, shelf: Shelf, found: Survey, *, resend: bool) -> set[str]:
    asking = shelf.asking
    if asking.operation.act is Act.LOOK_UP:
        return waiting.known_questions(store, shelf, found.questions, in_doubt=not resend)
    if asking.once is not Once.EVER:
        return set()
    return waiting.made_before(store, shelf.account, asking.operation.name, found.subjects)


def _pages(step: Step) -> int:
    """How many pages one item may take."""
    paging = step.operation.paging
    if paging is None or not paging.per_page:
        return 1
    return -(-paging.limit(step.most_records) // paging.size(step.most_records))


def _ceiling(step: Step) -> Iterator[str]:
    paging = step.operation.paging
    if paging is not None and paging.per_page and (step.most_records or paging.most) >= paging.most:
        yield f"Apollo shows {paging.most:,} records of one search at the most."


Asked = tuple[Route, int]
"""A route, and how many requests to it."""


def _routes(
    step: Step, counted: Mapping[tuple[str, str], int], to_ask: int, pages: int
) -> dict[str, Asked]:
    """Count the requests of each route: the items of a lot fill one after the other."""
    operation = step.operation
    if operation.act is Act.LOOK_UP:
        label = f"{step.route.method} {step.route.path}"
        return {label: (step.route, request_count(to_ask, step.route))}
    routes: dict[str, Asked] = {}
    for (name, _), count in counted.items():
        route = operation.route(name)
        label = f"{route.method} {route.path}"
        before = routes.get(label, (route, 0))[1]
        routes[label] = route, before + request_count(count, route) * pages
    return routes


def _seconds(routes: Iterable[Asked], limits: Mapping[str, Mapping[str, Balance]]) -> float | None:
    waits = [wait_for(count, limits.get(route.address.scope)) for route, count in routes]
    known = [wait for wait in waits if wait is not None]
    return max(known) if known else (None if waits else 0.0)


def wait_for(requests: int, spans: Mapping[str, Balance] | None) -> float | None:
    """Say how long Apollo's windows hold so many requests up; None where limits are unknown.

    A window's rest is used first; after that each full window costs its whole span.
    """
    if spans is None:
        return None
    longest = 0.0
    for name, window in spans.items():
        if window.limit is None or window.limit <= 0 or name not in _SPANS:
            continue
        left = window.left if window.left is not None else window.limit
        beyond = requests - int(min(left, window.limit))
        if beyond > 0:
            longest = max(longest, -(-beyond // int(window.limit)) * _SPANS[name])
    return longest


def entries(sheet: Sheet, binding: Binding) -> Iterator[Entry]:
    """Bind every row for the journal; all of them, whatever this invocation takes up."""
    for row in sheet.rows():
        text = "\x1f".join(row.cells)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        yield Entry(binding.cells(row), digest, binding.bind(row))
