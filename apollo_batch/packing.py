"""Which items may share a request, and which route carries them: `plan` and `dispatch` both ask."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from apollo_batch.catalogue.entry import Operation, Route
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.model import Params


@dataclass(frozen=True)
class Asking:
    """What is the same for every item of a step: whatever shares it may share a request."""

    step: str
    operation: Operation
    route: Route
    options: Params

    @property
    def chunk_size(self) -> int:
        """The most items in one request."""
        return self.route.cap

    @property
    def variant(self) -> str:
        """Which fields and reveals an answer to this carries: part of what makes it reusable."""
        return json.dumps([self.route.name, *self._reveals()])

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
        return [p.name for p in self.operation.params if p.option and p.kind is Kind.FLAG]


def choose_route(operation: Operation, kept: Iterable[str]) -> Route | None:
    """Take the first route that answers every kept field; None where no one route does."""
    fields = set(kept)
    return next((route for route in operation.routes if not fields & route.lacks), None)


def question(operation: Operation, params: Params) -> str:
    """Give two items the same key if, and only if, Apollo would be asked the same of both."""
    text = json.dumps([operation.name, params], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def request_count(items: int, route: Route) -> int:
    """How many requests so many items make when every chunk is full but the last."""
    return -(-items // route.cap)
