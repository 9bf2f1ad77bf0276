"""kill -9 at random moments, then the same command until it ends: nothing lost, nothing twice."""

import random

import pytest
from crash_scene import Scene, fault_struck, people
from judge import assert_invariants


def kill_ten_times(kill):
    """Until ten have been killed: on a fast machine some end before their moment comes."""
    killed = tries = 0
    while killed < 10:
        killed += kill()
        tries += 1
        assert tries < 60, "the kills come too late to be a test"


@pytest.mark.parametrize(
    ("seed", "threads", "rows", "longest"), [(1, 1, 300, 0.6), (2, 8, 900, 0.35)]
)
def test_ten_kills_at_random_moments_lose_nothing_and_buy_nothing_twice(
    scene, seed, threads, rows, longest
):
    scene.threads = threads
    sheet = scene.sheet("leads", people(rows))
    chance = random.Random(seed)

    kill_ten_times(lambda: sheet.kill_at_random(chance, longest))
    code = sheet.finish()

    assert_invariants(scene, scene.served.books(), {"leads": code})


def test_ten_kills_under_tight_limits_cost_no_request_a_429(limited_scene):
    sheet = limited_scene.sheet("leads", people(300))
    chance = random.Random(3)

    kill_ten_times(lambda: sheet.kill_at_random(chance, 0.3))
    code = sheet.finish()

    assert_invariants(limited_scene, limited_scene.served.books(), {"leads": code})


def test_two_processes_that_share_rows_and_a_state_are_killed_in_turn(scene):
    scene.threads = 4
    both = [scene.sheet("north", people(300)), scene.sheet("south", people(300, start=250))]
    chance = random.Random(4)

    def kill_both():
        running = [sheet.run() for sheet in both]
        killed = 0
        for process in chance.sample(running, 2):
            process.ends_within(chance.uniform(0.0, 0.3))
            killed += process.kill()
        return killed

    kill_ten_times(kill_both)
    running = [sheet.run() for sheet in both]
    codes = {sheet.path.stem: process.end() for sheet, process in zip(both, running, strict=True)}

    assert_invariants(scene, scene.served.books(), codes)


def test_rows_in_doubt_are_asked_once_more_when_a_person_says_so(scene):
    scene.threads = 2
    sheet = scene.sheet("leads", people(120))
    scene.served.plot({"route": "POST /people/bulk_match", "on": [4], "fault": "hang_after"})
    process = sheet.run()
    assert scene.holds_until(process, fault_struck)
    process.kill()

    doubtful = sheet.finish()
    without = scene.served.books()
    certain = sheet.finish("--resend-in-doubt")

    assert (doubtful, certain) == (8, 0)
    assert without["credits"]["consumed"] < scene.served.books()["credits"]["consumed"]
    assert_invariants(scene, scene.served.books(), {"leads": certain}, resent=True)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", range(100, 130))
def test_a_long_sweep_of_kills_with_any_number_of_threads(unlimited, launcher, tmp_path, seed):
    chance = random.Random(seed)
    unlimited.reset()
    scene = Scene(tmp_path / "scene", unlimited, launcher, threads=chance.choice([1, 2, 8, 16]))
    sheet = scene.sheet("leads", people(chance.choice([40, 300, 1_500])))

    for _ in range(20):
        sheet.kill_at_random(chance, 0.6)
    code = sheet.finish()

    assert_invariants(scene, unlimited.books(), {"leads": code})
