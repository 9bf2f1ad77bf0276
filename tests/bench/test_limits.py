"""What keeping within Apollo's limits costs, and how full the windows get that many share."""

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from bench_clock import measure, show
from journal_maker import NOON, Journal, found, people, shelf
from makers import BULK, Desk, leads, save_csv, save_job, serving

from apollo_batch.model import Reading

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
ROWS = 500


def test_four_processes_on_one_key(tmp_path):
    """Four files of 50 requests each, under 20 a minute and 100 an hour, 60 times as fast."""
    state, desks = tmp_path / "state", []
    with serving(Desk(tmp_path), "--plan-profile", "free", "--time-scale", 60) as served:
        for number in range(4):
            desk = Desk(tmp_path / str(number), served.environ)
            desk.folder.mkdir()
            save_csv(desk.folder / "leads.csv", leads(ROWS, 100 + number * ROWS))
            save_job(desk.folder / "job.yaml", limits={"max_credits": ROWS})
            desks.append(desk)

        def runs(desk):
            words = ("run", desk.folder / "job.yaml", desk.folder / "leads.csv", "--yes", "--json")
            return measure(desk, *words, APOLLO_BATCH_STATE=str(state))

        with ThreadPoolExecutor(4) as at_once:
            taken = list(at_once.map(runs, desks))
        books = served.books()

    assert [one.code for one in taken] == [0, 0, 0, 0], [one.err for one in taken]
    asked = [json.loads(one.out)["requests"][BULK] for one in taken]
    windows = [w for w in books["windows"] if w["route"] == BULK]
    hours = [w for w in windows if w["span"] == "hour"]
    minutes = [w for w in windows if w["span"] == "minute"]
    opens = {w["opened"] for w in hours}
    ended = [a for a, b in pairwise(minutes) if b["opened"] not in opens] + hours[:-1]
    full = sum(w["used"] >= 0.98 * w["cap"] for w in ended)
    show(
        "Four processes on one key, 2,000 people under the free plan, 60 times as fast",
        [
            ("windows that ended by themselves", str(len(ended)), ""),
            ("  of them used to at least 98 %", str(full), "all"),
            ("calls in each minute", " ".join(str(w["used"]) for w in minutes), ""),
            ("429 answers", str(books["requests"][BULK]["limited"]), "0"),
            ("requests of each process", " ".join(map(str, asked)), ""),
            ("seconds, first and last to end", _ends(taken), "alike"),
        ],
    )


def _ends(taken):
    return " ".join(f"{one.seconds:.1f}" for one in sorted(taken, key=lambda one: one.seconds))


@pytest.mark.parametrize("beside", [0, 3])
def test_the_journals_share_of_a_chunk(tmp_path, beside):
    """Settling one chunk of ten and handing out the next, limits known, others in line or not."""
    journal = Journal(tmp_path / "state")
    going = journal.begin(people(8_000), on=shelf())
    readings = [Reading("minute", 100_000, 1)]
    chunk = journal.dispatch(going)
    for number in range(beside):
        waits = journal.begin(people(10, 10_000 + number * 10), on=shelf())
        journal.turn(waits, free=1)
    seconds = []
    for number in range(700):
        now = NOON + 2 + number / 100
        settled = (chunk, found(chunk, readings=readings))
        began = time.perf_counter()
        turn = journal.turn(going, settled, now=now)
        seconds.append(time.perf_counter() - began)
        (chunk,) = turn.chunks
    journal.store.close()

    middle = statistics.median(seconds) * 1_000
    late = statistics.quantiles(seconds, n=100)[98] * 1_000
    show(
        f"The journal's share of a chunk of ten, {beside} other runs in line",
        [
            ("median, ms", f"{middle:.2f}", "under 3"),
            ("99 of 100, ms", f"{late:.2f}", ""),
        ],
    )
