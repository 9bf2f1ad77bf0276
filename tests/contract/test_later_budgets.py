"""The budget holds whatever comes later: phones charged when they come, waterfalls that state nothing."""

import json
import os
import random
from contextlib import suppress
from decimal import Decimal

import pytest
from makers import until
from sandbox_caller import HOOK
from sqlalchemy import text

from apollo_batch.apollo.client import Client
from apollo_batch.apollo.wire import Wire
from apollo_batch.catalogue.paths import parse
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.clock import SystemClock
from apollo_batch.errors import OutOfReachError
from apollo_batch.journal import budget, entering, runs
from apollo_batch.journal.going import Going
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.store import open_store
from apollo_batch.model import Item, RowNumber
from apollo_batch.packing import Asking
from apollo_batch.runner.engine import Watch, carry_out
from apollo_batch.runner.harvest import Harvest
from apollo_batch.runner.place import Place
from apollo_batch.runner.pump import Pump
from apollo_batch.runner.steps import Steps
from apollo_batch.sandbox.serve import Setup, running
from apollo_batch.sandbox.world import World
from apollo_batch.settings import Credential, Secret

RUNS = 300
WORLD = World(42)
BULK = ENRICH_PEOPLE.route("bulk")
KEEP = {"Mobile": parse("phone_numbers[0].sanitized_number")}
KEPT = {"Mobile": [["phone_numbers", 0, False]]}
OPTIONS = (
    {"reveal_phone_number": True},
    {"run_waterfall_email": True},
    {"run_waterfall_phone": True},
    {"run_waterfall_email": True, "run_waterfall_phone": True},
    {"run_waterfall_email": True, "reveal_phone_number": True},
    {"run_waterfall_phone": True, "reveal_phone_number": True},
    {"reveal_personal_emails": True},
)
MOST = Decimal(1 + 20 + 45 + 8)
FAULTS = [
    {"route": "POST /people/bulk_match", "probability": 0.05, "fault": "reset_after"},
    {"route": "POST /people/bulk_match", "probability": 0.05, "fault": "503_after"},
    {"route": "GET /webhook_result/{request_id}", "probability": 0.1, "fault": "500_before"},
    {"route": "GET /webhook_result/{request_id}", "probability": 0.05, "fault": "torn"},
]


@pytest.fixture(params=["1", "0.73"])
def sandbox(request):
    """A sandbox whose results come in no time, with trouble now and then."""
    price = Decimal(request.param)
    setup = Setup(profile="unlimited", time_scale=10_000, results_after=100, price=price)
    with running(setup) as sandbox:
        sandbox.plot(FAULTS)
        yield sandbox


class Told:
    """Carries chunks as the product does."""

    def __init__(self, wire):
        self._wire = wire

    def send(self, chunk):
        return self._wire.send(ENRICH_PEOPLE, BULK, chunk, KEEP)

    def knock(self):
        return self._wire.answers()


class Desk:
    """One account's journal, and a line to its sandbox."""

    def __init__(self, folder, sandbox):
        credential = Credential(Secret(sandbox.key), "the sandbox")
        wire = Wire(Client(sandbox.base_url, credential, os.environ), lambda _: None)
        self.sandbox = sandbox
        self.place = Place(open_store(folder), wire, SystemClock(), sandbox.books()["team"])
        self._next = 0

    def run(self, chance):
        """One run of people nobody has asked for yet; its id and its budget."""
        options = chance.choice(OPTIONS) | {"webhook_url": HOOK}
        on = Shelf(
            self.place.account, Asking("1", ENRICH_PEOPLE, BULK, options), frozenset(KEEP), 0
        )
        most = budget.most_per_item(ENRICH_PEOPLE, options, MOST)
        rows = chance.randint(1, 24)
        cap = Decimal(chance.randint(0, int(most * rows)))
        run = self._entered(on, rows, cap)
        going = Going(run=run, owner=f"p{self._next}", most=most, shelf=on)
        pump = Pump(self.place.store, going, KEEP, self.place.clock, lambda: None)
        carry_out(
            Steps(self.place.store, run, {"1": pump}, []),
            Told(self.place.wire),
            Watch(),
            self.place.clock,
            2,
        )
        return run, cap

    def _entered(self, on, rows, cap):
        store, now = self.place.store, self.place.clock.now()
        job = {"steps": [{"id": "1", "options": dict(on.asking.options), "keep": KEPT}]}
        told = json.dumps({"canonical": json.dumps(job), "kept": list(KEEP)})
        names = ("identity", "period", "job_name", "job_path", "input_path", "input_hash")
        blank = dict.fromkeys(names, "") | {"identity": str(self._next), "reading": "{}"}
        run = runs.create(store, runs.NewRun(account=on.account, job=told, **blank), now)
        asked = [{"id": self._somebody()} for _ in range(rows)]
        entries = [
            entering.Entry((), "", Item(RowNumber(row), params))
            for row, params in enumerate(asked, 2)
        ]
        entering.enter(store, run, on, entries, now)
        runs.set_out(store, run, on.account, cap=cap, selection=[], planned={}, source={}, now=now)
        return run

    def _somebody(self):
        self._next += 1
        return WORLD.person(self._next).id

    def money(self, run):
        """What is held and spent by a run."""
        with self.place.store.read() as c:
            found = c.execute(
                text("select held, spent from budgets where scope = :scope"),
                {"scope": budget.scope_of(run)},
            ).one()
            counted = budget.recount(c, [budget.scope_of(run)])[budget.scope_of(run)]
        said = tuple(Decimal(value) / 10_000 for value in found)
        assert said == counted
        return said


@pytest.mark.parametrize("seed", range(3))
def test_the_budget_holds_whatever_comes_later(tmp_path, sandbox, seed):
    chance, desk = random.Random(seed), Desk(tmp_path / "state", sandbox)

    for _ in range(RUNS // 6):
        until(lambda: not sandbox.books()["pending"])  # those whose answer was lost come, too
        consumed = Decimal(str(sandbox.books()["credits"]["consumed"]))
        run, cap = desk.run(chance)
        held, spent = desk.money(run)
        assert held + spent <= cap
        harvested(desk, run)
        until(lambda: not sandbox.books()["pending"])
        held, spent = desk.money(run)
        charged = Decimal(str(sandbox.books()["credits"]["consumed"])) - consumed
        assert charged <= spent <= cap
        assert held == 0

    books = sandbox.books()
    assert books["credits"]["consumed"] > RUNS
    assert not books["pending"]
    assert books["requests"]["GET /webhook_result/{request_id}"]["answered"] > RUNS // 12


def harvested(desk, run):
    """Ask until nothing of a run is still to come, as often as it takes."""
    for _ in range(100):
        with suppress(OutOfReachError):
            Harvest(desk.place, run).until(desk.place.clock.now() + 60)
        with desk.place.store.read() as c:
            left = c.scalar(text("select count(*) from attempts where ask_from is not null"))
        if not left:
            return
    raise AssertionError("results never came")
