"""A year of a schedule that is late, doubled, dropped and cut short: each day's rows are done once."""

import random
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from crm_makers import effects
from enroll_maker import contacts
from makers import Desk, save_csv, save_job, serving

from apollo_batch.apollo.client import Client
from apollo_batch.apollo.wire import Wire
from apollo_batch.clock import SystemClock
from apollo_batch.journal import tell
from apollo_batch.journal.store import open_store
from apollo_batch.runner import invocation, report
from apollo_batch.runner.carrying import carry
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.invocation import Wish
from apollo_batch.runner.period import period_at
from apollo_batch.runner.place import Place
from apollo_batch.settings import Credential, Secret

DAY = 86_400.0
FIRST = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
CALL = {
    "user": "alex.carver@example.com",
    "type": "call",
    "status": "scheduled",
    "due_at": "2026-12-01 09:00",
}
ROWS = [(contact, f"Call {n}") for n, contact in enumerate(contacts(3))]


class Calendar(SystemClock):
    """A clock whose day is the schedule's."""

    day = FIRST

    def now(self):
        return self.day


def schedule(days, seed):
    """When a build starts, and whether it is cut short: as schedules are, and a little worse."""
    dice = random.Random(seed)
    for day in range(days):
        due = FIRST + day * DAY + 6 * 3_600 + 17 * 60
        if dice.random() < 0.12:
            continue
        late = dice.random() < 0.25
        starts = due + (dice.uniform(0, 40 * 3_600) if late else dice.uniform(0, 300))
        yield starts, dice.random() < 0.2
        if dice.random() < 0.2:
            yield starts + dice.uniform(60, 20 * 3_600), dice.random() < 0.2


class Build:
    """What a schedule starts: the same command each time, over the same journal."""

    def __init__(self, folder, apollo):
        wire = Wire(
            Client(apollo.base_url, Credential(Secret(apollo.key), "a test"), {}), time.sleep
        )
        self.apollo, self.clock = apollo, Calendar()
        self.place = Place(open_store(folder / "state.db"), wire, self.clock, wire.team())
        columns = {"contact_id": "contact_id", "title": "title"}
        job = save_job(
            folder / "job.yaml", operation="tasks.create", map=columns, options=CALL, keep=None
        )
        self.wish = Wish(job, save_csv(folder / "rows.csv", ROWS, [*columns]), threads=1)

    def starts(self, at, *, cut_short):
        self.clock.day = at
        wish = Wish(**vars(self.wish) | {"period": period_at("auto", at)})
        ready = invocation.prepare(self.place, wish, wish.input)
        if ready.run is not None and not ready.plan.left:
            return
        run = invocation.begin(self.place, ready, None)
        watch = Watch()
        if cut_short:
            watch.on_change = lambda seen: seen.sent and seen.stop(15, 5.0)
        carry(self.place, ready, run, watch)


@pytest.fixture
def build(tmp_path):
    """Limits are not what this is about: the sandbox has none."""
    with serving(Desk(tmp_path), "--plan-profile", "unlimited") as apollo:
        build = Build(tmp_path, apollo)
        yield build
        build.place.store.close()


@pytest.mark.parametrize("days", [36, pytest.param(365, marks=pytest.mark.slow)])
@pytest.mark.timeout(1_200)
def test_each_days_rows_are_done_once_however_the_schedule_fares(build, days):
    starts = sorted(schedule(days, seed=7))
    whole = {period_at("auto", at) for at, cut_short in starts if not cut_short}

    for at, cut_short in starts:
        build.starts(at, cut_short=cut_short)

    runs = tell.all_runs(build.place.store)
    periods = Counter(run["period"] for run in runs)
    found = [report.figures(build.place.store, run["id"]) for run in runs]
    made = {
        run["period"]: of.statuses.get("succeeded", 0) for run, of in zip(runs, found, strict=True)
    }
    assert set(periods.values()) == {1}
    assert set(periods) == {period_at("auto", at) for at, _ in starts}
    assert {made[period] for period in whole} == {len(ROWS)}
    assert len(effects(build.apollo, "tasks")) == sum(made.values())
    assert len(starts) > len(periods) > days / 2, "hardly anything was doubled or dropped"
