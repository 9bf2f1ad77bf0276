"""A journal with runs in it, and settlements to put into it, made in a few words."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import text

from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.clock import Clock
from apollo_batch.journal import budget, entering, runs
from apollo_batch.journal.answers import Answer, Moved
from apollo_batch.journal.going import Going
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.recalls import recalled, recalls
from apollo_batch.journal.store import Store, open_store
from apollo_batch.journal.turn import Turn, take_turn
from apollo_batch.model import Arrival, Chunk, Item, Reading, RowNumber, Settlement, Status, Verdict
from apollo_batch.packing import Asking
from apollo_batch.settings import Secret

TEAM = "64b000000000000000000001"
NOON = 1_800_000_000.0
ONE = Decimal(1)
FREE_FOR_ALL = tuple(Reading(span, None, None) for span in ("minute", "hour", "day"))


def people(count: int, start: int = 0) -> list[dict[str, str]]:
    """So many different questions."""
    return [{"email": f"p{number}@acme.example"} for number in range(start, start + count)]


def shelf(
    account: str = TEAM,
    *,
    route: str = "bulk",
    since: float = 0.0,
    kept: Sequence[str] = (),
    **options: bool,
) -> Shelf:
    asking = Asking("1", ENRICH_PEOPLE, ENRICH_PEOPLE.route(route), options)
    return Shelf(account, asking, frozenset(kept), since)


@dataclass
class Journal:
    """An open journal and what a process does with it."""

    state: Path | Secret
    clock: Clock | None = None
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_store(self.state, self.clock)

    def reopened(self) -> "Journal":
        """The same journal, as the next process finds it."""
        self.store.close()
        return Journal(self.state, self.clock)

    def begin(
        self,
        asked: Sequence[Mapping[str, str]],
        *,
        on: Shelf | None = None,
        cap: Decimal | None = None,
        most: Decimal = ONE,
        owner: str = "a",
        now: float = NOON,
    ) -> Going:
        """Begin a run that asks these questions, in rows from 2 on."""
        on = on or shelf()
        identity = sha256(json.dumps([on.account, now, *asked]).encode()).hexdigest()
        new = runs.NewRun(
            account=on.account,
            identity=identity,
            period="",
            job_name="Leads",
            job="{}",
            job_path="job.yaml",
            input_path="leads.csv",
            input_hash="",
            reading="{}",
        )
        run = runs.create(self.store, new, now)
        entries = [
            entering.Entry((), "", Item(RowNumber(row), params))
            for row, params in enumerate(asked, 2)
        ]
        entering.enter(self.store, run, on, entries, now)
        self.set_out(run, cap, on.account, now)
        return Going(run=run, owner=owner, most=most, shelf=on)

    def set_out(
        self, run: str, cap: Decimal | None = None, account: str = TEAM, now: float = NOON
    ) -> None:
        """Start one invocation of a run."""
        runs.set_out(
            self.store, run, account, cap=cap, selection=[], planned={}, source={}, now=now
        )

    def turn(
        self,
        going: Going,
        *settled: tuple[Chunk, Settlement],
        free: int = 1,
        now: float = NOON,
    ) -> Turn:
        """Settle and hand out, answering from the journal what it knows, as the pump does."""
        turn = take_turn(self.store, going, settled, free, now)
        while isinstance(turn.answer, Moved):
            self.recall(going)
            more = take_turn(self.store, going, (), free - len(turn.chunks), now)
            turn = Turn(turn.chunks + more.chunks, more.answer)
        return turn

    def recall(self, going: Going) -> None:
        """Answer from the journal."""
        while waiting := recalls(self.store, going.run, going.asking.step):
            found = [Verdict(item.item, Status.SUCCEEDED, "found_before") for item in waiting]
            recalled(self.store, found)

    def dispatch(self, going: Going, now: float = NOON) -> Chunk:
        """Hand out one chunk, where one may leave."""
        turn = self.turn(going, now=now)
        assert turn.chunks, turn.answer
        return turn.chunks[0]

    def refusal(self, going: Going, now: float = NOON) -> Answer:
        """Why no chunk may leave now."""
        turn = self.turn(going, now=now)
        assert not turn.chunks
        assert turn.answer is not None
        return turn.answer

    def settle(self, going: Going, chunk: Chunk, settlement: Settlement, now: float = NOON) -> None:
        """Settle one chunk and hand out nothing."""
        self.turn(going, (chunk, settlement), free=0, now=now)

    def unlimited(self, now: float = NOON) -> None:
        """Let the lane of `shelf()` know that it has no limits, by a run of another question."""
        going = self.begin([{"email": "first@acme.example"}], now=now - 1)
        chunk = self.dispatch(going, now)
        self.settle(going, chunk, found(chunk), now)

    def query(self, sql: str) -> list[Mapping[str, Any]]:
        """Read with a statement of the test's own."""
        with self.store.read() as c:
            return [dict(row) for row in c.execute(text(sql)).mappings()]

    def states(self, going: Going) -> dict[int, tuple[str, str | None]]:
        """Row to state and status of its item."""
        rows = self.query(f"select row, state, status from items where run = '{going.run}'")
        return {row["row"]: (row["state"], row["status"]) for row in rows}

    def money(self, going: Going) -> tuple[Decimal, Decimal]:
        """What is held and spent by a run; the counters must equal their sums."""
        scope = budget.scope_of(going.run)
        with self.store.read() as c:
            counted = budget.recount(c, [scope])[scope]
        rows = self.query(f"select held, spent from budgets where scope = '{scope}'")
        ticks = Decimal(10_000)
        said = (Decimal(rows[0]["held"]) / ticks, Decimal(rows[0]["spent"]) / ticks)
        assert said == counted, "the counters are not their sums"
        return said


def found(
    chunk: Chunk,
    missed: Sequence[int] = (),
    *,
    bill: Decimal | None = None,
    readings: Sequence[Reading] = FREE_FOR_ALL,
    body: bytes = b"{}",
) -> Settlement:
    """An answer that knows everyone but the items at these places."""
    verdicts = [
        Verdict(item.id, Status.NO_MATCH, "no_match", credits=Decimal(0))
        if place in missed
        else Verdict(item.id, Status.SUCCEEDED, "found", index=place, credits=ONE)
        for place, item in enumerate(chunk.items)
    ]
    charged = Decimal(len(chunk.items) - len(missed)) if bill is None else bill
    return Settlement(
        Arrival.DONE,
        verdicts,
        reported=charged,
        http=200,
        body=zlib.compress(body),
        readings=readings,
    )


def missed(chunk: Chunk) -> Settlement:
    """An answer that knows nobody."""
    return found(chunk, range(len(chunk.items)))
