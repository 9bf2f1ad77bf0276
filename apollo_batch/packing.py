"""Which requests an item takes and which items may share one: `plan` and `dispatch` both ask."""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

from apollo_batch.catalogue.entry import Act, Mode, Once, Operation, Repeat, Route
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.model import Course, Leg, Params


@dataclass(frozen=True)
class Asking:
    """What is the same for every item of a step: whatever shares it may share a request."""

    step: str
    operation: Operation
    route: Route
    """The usual one; an item's own course may take others."""
    options: Params
    mode: Mode | None = None
    kept: frozenset[str] = frozenset()
    """The answer fields the job keeps."""
    keep_old: bool = False
    most_records: int | None = None
    """How many records a search may bring for one item."""
    salt: bytes = field(default=b"", repr=False)
    """The journal's own: no list of hashes made elsewhere says who stands in it."""

    @property
    def variant(self) -> str:
        """Which fields and reveals an answer to this carries: part of what makes it reusable."""
        return json.dumps([self.route.name, *self._reveals()])

    @property
    def once(self) -> Once:
        """How long an effect counts as made; what an update has set, another may set again."""
        return Once.RUN if self.mode is Mode.UPSERT else self.operation.once

    def course(self, params: Params) -> Course:
        """Choose the requests that an item takes."""
        names = frozenset(params)
        if self.operation.act is Act.LOOK_UP:
            return (Leg(self.route.name, tuple(sorted(names))),)
        legs = course(self.operation, names, mode=self.mode, kept=self.kept)
        if self.keep_old and self.operation.act is Act.UPDATE:
            return (*_before(self.operation, params), *legs)
        return legs

    def ways(self, params: Params) -> list[tuple[str, str]]:
        """Name every route that an item may take, each with who may share the request."""
        legs = self.course(params)
        if self.mode is Mode.UPSERT:
            # Whether a record is there already, nobody knows beforehand.
            legs += afresh(self.operation, params, kept=self.kept, keep_old=self.keep_old)
        return list(dict.fromkeys((leg.route, lot(self.operation, leg, params)) for leg in legs))

    def all_serving(self, kept: Iterable[str]) -> list[str]:
        """Name every variant whose answer would hold all this one would."""
        flags = self._flags()
        shown = [
            sorted(chosen)
            for count in range(len(flags) + 1)
            for chosen in combinations(flags, count)
        ]
        names = [route.name for route in self.operation.routes]
        return self.serving_variants(
            [json.dumps([name, *reveals]) for name in names for reveals in shown], kept
        )

    def serving_variants(self, variants: Iterable[str], kept: Iterable[str]) -> list[str]:
        """Pick, of the variants answered before, those whose answer holds all this one would."""
        fields = set(kept)
        wanted = set(self._reveals())
        served = []
        for variant in variants:
            name, *reveals = json.loads(variant)
            if wanted <= set(reveals) and not fields & self.operation.route(name).lacks:
                served.append(variant)
        return served

    def _reveals(self) -> list[str]:
        return sorted(name for name in self._flags() if self.options.get(name) is True)

    def _flags(self) -> list[str]:
        if self.operation.act is not Act.LOOK_UP:
            return []
        return [p.name for p in self.operation.params if p.option and p.kind is Kind.FLAG]


def choose_route(operation: Operation, kept: Iterable[str]) -> Route | None:
    """Take the first route that answers every kept field; None where no one route does."""
    fields = set(kept)
    return next((route for route in operation.routes if all(map(route.holds, fields))), None)


@lru_cache(maxsize=4_096)
def course(
    operation: Operation,
    names: frozenset[str],
    *,
    mode: Mode | None = None,
    kept: frozenset[str] = frozenset(),
) -> Course:
    """Choose the requests that say all a row names, and answer all a job keeps, at least cost.

    A route that carries a hundred rows costs each a hundredth of a request. Where nothing answers
    every kept field, they are left out of the choice.
    """
    ways = [r for r in operation.routes if _open(r, mode)]
    firsts = [r for r in ways if not r.only_after]
    for fields in (kept, frozenset[str]()):
        fitting = [
            chosen
            for first in firsts
            for chosen in _choices(first, [w for w in ways if _may_follow(operation, first, w)])
            if _covers(chosen, names, fields) and _each_says_something(chosen, names)
        ]
        if fitting:
            return _legs(min(fitting, key=_cost), names)
    raise KeyError(sorted(names))


def afresh(operation: Operation, params: Params, *, kept: frozenset[str], keep_old: bool) -> Course:
    """Choose the requests that update what creating has found there already."""
    return _afresh(operation, frozenset(params), kept, keep_old)


@lru_cache(maxsize=4_096)
def _afresh(
    operation: Operation, names: frozenset[str], kept: frozenset[str], keep_old: bool
) -> Course:
    ways = [r for r in operation.routes if r.only_after and not r.pairing.looks_for_effects]
    said = frozenset(n for n in names if any(way.takes(n) for way in ways))
    for fields in (kept, frozenset[str]()):
        fitting = [
            chosen
            for chosen in _subsets(ways)
            if chosen and _covers(chosen, said, fields) and _each_says_something(chosen, said)
        ]
        if fitting:
            legs = _legs(min(fitting, key=_cost), said)
            return (*(_before(operation, {}) if keep_old else ()), *legs)
    return ()


def _open(route: Route, mode: Mode | None) -> bool:
    return route.mode in {None, mode} and not route.pairing.looks_for_effects


def _may_follow(operation: Operation, first: Route, other: Route) -> bool:
    if other is first:
        return False
    # A record is created once; whatever else a row says is written to what was created.
    return other.only_after or operation.act is Act.UPDATE


def _choices(first: Route, others: list[Route]) -> Iterable[tuple[Route, ...]]:
    return ((first, *more) for more in _subsets(others))


def _subsets(routes: list[Route]) -> Iterable[tuple[Route, ...]]:
    return (c for count in range(len(routes) + 1) for c in combinations(routes, count))


def _covers(routes: tuple[Route, ...], names: frozenset[str], fields: frozenset[str]) -> bool:
    said = all(any(route.takes(name) for route in routes) for name in _left(routes, names))
    return said and all(any(route.holds(field) for route in routes) for field in fields)


def _each_says_something(routes: tuple[Route, ...], names: frozenset[str]) -> bool:
    if not _left(routes, names):
        return len(routes) == 1 or all(route.method == "GET" for route in routes[1:])
    legs = zip(routes, _legs(routes, names), strict=True)
    return all(leg.names or route.method == "GET" for route, leg in legs)


def _left(routes: tuple[Route, ...], names: frozenset[str]) -> frozenset[str]:
    """Take away what requests say in any case, such as the id in their path."""
    return names.difference(*(route.needs for route in routes))


def _cost(routes: tuple[Route, ...]) -> tuple[float, int]:
    return sum(1 / route.cap for route in routes), len(routes)


def _legs(routes: tuple[Route, ...], names: frozenset[str]) -> Course:
    left = set(_left(routes, names))
    legs = []
    for route in routes:
        mine = {name for name in left if route.takes(name)}
        left -= mine
        legs.append(Leg(route.name, tuple(sorted(mine))))
    return tuple(legs)


def _before(operation: Operation, params: Params) -> Course:
    views = (route for route in operation.routes if route.views)
    mine = (v for v in views if v.of is None or params.get(v.of[0]) == v.of[1])
    return tuple(Leg(view.name, old=True) for view in mine)


def repeat_of(operation: Operation, route: Route) -> Repeat:
    """Say what sending a request to a route twice would do; reading on the way is harmless."""
    # What comes after is a look, or writes the same values once more.
    harmless = route.method == "GET" or route.only_after
    return Repeat.SAFE if operation.act.writes and harmless else operation.repeat


def question(operation: Operation, params: Params, salt: bytes = b"") -> str:
    """Give two items the same key if, and only if, Apollo would be asked the same of both."""
    return _digest([operation.name, params], salt)


def subject(operation: Operation, params: Params, salt: bytes = b"") -> str:
    """Say what an effect of the operation is made to; "" where nothing tells two apart."""
    for names in operation.subject:
        if all(params.get(name) for name in names):
            return _digest([[name, _folded(params[name])] for name in names], salt)
    return ""


def same(asking: Asking, params: Params) -> str:
    """Give two rows the same key where one request is to serve both."""
    if asking.operation.act in {Act.CREATE, Act.ENROLL} and asking.once is Once.EVER:
        mine = subject(asking.operation, params, asking.salt)
        return mine or question(asking.operation, params, asking.salt)
    return question(asking.operation, params, asking.salt)


def lot(operation: Operation, leg: Leg, params: Params) -> str:
    """Give two items the same key if, and only if, they may share a request."""
    route = operation.route(leg.route)
    if route.cap == 1:
        return route.name
    said = {
        name: params[name] for name in route.shared if name in params and _said(leg, route, name)
    }
    return f"{route.name} {_digest(said)}" if said else route.name


def _said(leg: Leg, route: Route, name: str) -> bool:
    return name in leg.names or name in route.needs


def gate(operation: Operation, leg: Leg, params: Params) -> str:
    """Give two items the same key where their requests may not be under way at once; "" else."""
    name = operation.route(leg.route).one_at_a_time
    return f"{name} {params.get(name)}" if name else ""


def request_count(items: int, route: Route) -> int:
    """How many requests so many items make when every chunk is full but the last."""
    return -(-items // route.cap)


def _digest(value: Any, salt: bytes = b"") -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hmac.digest(salt, text.encode(), "sha256").hex()[:32]


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    if isinstance(value, list):
        return sorted(map(str, map(_folded, value)))
    return dict(value) if isinstance(value, Mapping) else value
