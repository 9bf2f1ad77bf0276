"""What is to be kept of the balance is kept, though others spend of it while a run is on its way."""

from contextlib import contextmanager
from decimal import Decimal

from makers import WORLD, leads, save_csv, save_job

from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.entrypoints.consent import caps_in_force
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.model import Chunk, ChunkItem
from apollo_batch.runner import invocation, report
from apollo_batch.runner.balances import EVERY
from apollo_batch.runner.carrying import carry
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.invocation import Wish

KEPT_BACK = 100


def left(place):
    return place.wire.balances()["lead_credit"].left


def spend(place, credits, start=5000):
    """Somebody else of the team buys so many people, whom this journal knows nothing of."""
    for first in range(start, start + credits, 10):
        people = [WORLD.person(n) for n in range(first, min(first + 10, start + credits))]
        asked = [
            {"first_name": p.first_name, "last_name": p.last_name, "domain": p.domain}
            for p in people
        ]
        items = tuple(ChunkItem(n, params) for n, params in enumerate(asked))
        chunk = Chunk(1, 1, ENRICH_PEOPLE.name, "bulk", {}, items)
        place.wire.send(ENRICH_PEOPLE, ENRICH_PEOPLE.route("bulk"), chunk, {})


@contextmanager
def running(folder, monkeypatch, room):
    """A run of 600 rows in a sandbox that leaves so much room above what the settings keep."""
    own = folder / "settings.toml"
    own.write_text("")
    monkeypatch.setenv("APOLLO_BATCH_SETTINGS", str(own))
    with place_for(str(folder / "state"), sandbox=True) as (place, _):
        keep = left(place) - room
    own.write_text(f"keep_credits = {keep}\n")
    sheet = save_csv(folder / "leads.csv", leads(600))
    wish = Wish(save_job(folder / "job.yaml"), sheet, threads=1)
    with place_for(str(folder / "state"), sandbox=True) as (place, _):
        copy = invocation.snapshot(place.store, wish)
        ready = invocation.prepare(place, wish, copy)
        run = invocation.begin(place, ready, caps_in_force(place, ready).budget)
        yield place, ready, run, keep


def test_others_who_spend_during_a_run_do_not_bring_the_balance_below_what_is_kept(
    tmp_path, monkeypatch
):
    with running(tmp_path, monkeypatch, room=900) as (place, ready, run, keep):
        calls = []

        def meanwhile(chunk, settlement):
            calls.append(chunk)
            if len(calls) == EVERY // 2:
                spend(place, 350)

        carry(place, ready, run, Watch(), meanwhile)

        found = report.figures(place.store, run)
        assert found.record["stop"] == "balance_kept"
        assert found.charged == 550
        assert left(place) == keep


def test_credits_that_are_bought_during_a_run_are_used(tmp_path, monkeypatch):
    with running(tmp_path, monkeypatch, room=40) as (place, ready, run, _keep):
        real, asked = place.wire.balances, []

        class Topped:
            """The same line to Apollo, where somebody buys 25 credits as soon as it looks."""

            def __getattr__(self, name):
                return getattr(real.__self__, name)

            def balances(self):
                asked.append(1)
                kinds = real()
                pool = kinds["lead_credit"]
                kinds["lead_credit"] = type(pool)(pool.limit, pool.used, pool.left + 25)
                return kinds

        bought = type(place)(place.store, Topped(), place.clock, place.account, place.policy)

        carry(bought, ready, run, Watch())

        found = report.figures(place.store, run)
        assert (found.record["stop"], found.charged) == ("balance_kept", Decimal(65))


def test_a_job_keeps_some_of_the_balance_as_the_settings_do(tmp_path, monkeypatch):
    with running(tmp_path, monkeypatch, room=900) as (place, ready, _run, keep):
        more = keep + 870
        job = save_job(tmp_path / "job.yaml", limits={"keep_credits": int(more)})
        again = invocation.prepare(place, Wish(job, ready.wish.input, threads=1), ready.wish.input)
        run = invocation.begin(place, again, caps_in_force(place, again).budget)

        carry(place, again, run, Watch())

        assert report.figures(place.store, run).charged == 30
        assert left(place) == more
