"""Ids of contacts come in; what Apollo shows of them, for nothing, goes out, as far as that is allowed."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from apollo_batch.apollo import lookups
from apollo_batch.apollo.contacts_seen import (
    PAGE,
    Account,
    Contact,
    Probes,
    UnseenError,
    account,
    contact,
    on_list,
)
from apollo_batch.apollo.wire import Probe
from apollo_batch.catalogue.addresses import Address
from apollo_batch.errors import OutOfReachError
from apollo_batch.runner.place import Place

_FEW = 20
"""So many are looked at one by one before lists are thought of."""
_SAMPLES = 3
"""After so many contacts whose lists brought nothing, the others' would not either."""
_WORTH = 5
"""How many contacts a page has to save the look at, for it to be worth asking for."""
_FAILURES = 3
_SHORTEST, _LONGEST = 2.0, 30.0
"""How long a full window is left alone before it is tried again."""

Found = TypeVar("Found")


@dataclass
class LookingUp:
    """Looks contacts and accounts up; when Apollo has had enough, it stops."""

    place: Place
    threads: int
    patience: float
    """For how many seconds a full window is waited for."""
    over: str = ""
    """Why nothing more is asked; "": it may be."""
    asked: list[str] = field(default_factory=list)
    """Every call so far."""
    failures: int = 0
    wake: threading.Condition = field(default_factory=threading.Condition)

    def contacts(self, numbers: Sequence[str], most: int) -> dict[str, Contact | None]:
        """Look contacts up by hundreds where they are on lists, the others one by one.

        With more than `most` of those, none is. Those missing from the answer were not shown.
        """
        seen: dict[str, Contact | None] = {}
        if len(numbers) > _FEW:
            self._from_lists(numbers, seen)
        left = [number for number in numbers if number not in seen]
        if len(left) <= most:
            self._each(contact, left, seen)
        return seen

    def accounts(self, numbers: Collection[str]) -> dict[str, Account | None]:
        """Look accounts up one by one."""
        seen: dict[str, Account | None] = {}
        self._each(account, list(numbers), seen)
        return seen

    def team(self) -> frozenset[str] | None:
        """Give the ids of everybody of the team; None where Apollo does not tell."""
        with suppress(OutOfReachError):
            users = lookups.users(self.place.wire)
            return None if users is None else frozenset(user.id for user in users)
        return None

    def _from_lists(self, numbers: Sequence[str], seen: dict[str, Contact | None]) -> None:
        wanted, sizes = set(numbers), self._sizes()
        for _ in range(_SAMPLES):
            left = [number for number in numbers if number not in seen]
            if len(left) <= _FEW or not sizes or self.over:
                return
            self._each(contact, left[:1], seen)
            one = seen.get(left[0])
            for label in one.lists if one else ():
                pages = -(-sizes.pop(label, 0) // PAGE)
                if 0 < pages * _WORTH <= len(left):
                    seen.update((c.id, c) for c in self._listed(label, pages) if c.id in wanted)

    def _listed(self, label: str, pages: int) -> Iterator[Contact]:
        # Where a list cannot be read, its contacts are looked at one by one.
        with suppress(UnseenError):
            yield from on_list(self._counted(), label, pages)

    def _sizes(self) -> dict[str, int]:
        """Say how many contacts are on each list, by its id."""
        with suppress(OutOfReachError):
            lists = lookups.lists(self.place.wire) or ()
            sizes = {each.id: each.facts.get("records", "") for each in lists}
            return {number: int(size) for number, size in sizes.items() if size.isdecimal()}
        return {}

    def _each(
        self,
        look: Callable[[Probes, str], Found | None],
        numbers: Sequence[str],
        seen: dict[str, Found | None],
    ) -> None:
        def one(number: str) -> None:
            with suppress(UnseenError):
                seen[number] = self._patiently(look, number)

        pool = ThreadPoolExecutor(max(1, min(self.threads, len(numbers))))
        try:
            list(pool.map(one, numbers))
        except BaseException:
            self.over = "It was interrupted."
            with self.wake:
                self.wake.notify_all()
            raise
        finally:
            pool.shutdown()

    def _patiently(self, look: Callable[[Probes, str], Found | None], number: str) -> Found | None:
        apollo = self._counted()
        waited = 0.0
        while True:
            try:
                return look(apollo, number)
            except UnseenError as problem:
                if self.over or not problem.limited or waited >= self.patience:
                    self._note(problem)
                    raise
            seconds = min(_LONGEST, max(_SHORTEST, waited))
            with self.wake:
                self.place.clock.wait(self.wake, seconds)
            waited += seconds

    def _note(self, problem: UnseenError) -> None:
        self.failures += 1
        if self.over:
            return
        if problem.limited:
            self.over = "Apollo's rate limit left no room for more."
        elif problem.halted or self.failures >= _FAILURES:
            self.over = f"Apollo did not show them: {problem}"

    def _counted(self) -> "_Counted":
        return _Counted(self)


@dataclass(frozen=True)
class _Counted:
    """The wire, with every call counted, and none made once it is over."""

    looking: LookingUp

    def probe(
        self,
        address: Address,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Probe:
        if self.looking.over:
            raise UnseenError(self.looking.over)
        self.looking.asked.append(address.name)
        return self.looking.place.wire.probe(address, query, body)
