"""Any number of processes and threads, killed at random and begun again: all of it, once."""

import random

import pytest
from crash_scene import Scene
from crash_scene import people as leads
from effects_judge import assert_effects
from effects_scene import effects, lay, people
from judge import assert_invariants

KILLS = 6
SIZES = [(1, 1), (1, 8), (4, 1), (4, 8)]


def kill_some(commands, chance, longest):
    """Type all the commands at once, again and again, until enough of them have been killed."""
    killed = tries = 0
    while killed < KILLS:
        running = [command.run() for command in commands]
        for process in chance.sample(running, len(running)):
            if chance.random() < 0.7 and not process.ends_within(chance.uniform(0.05, longest)):
                killed += process.kill()
        for process in running:
            process.end()
        tries += 1
        assert tries < 60, "the kills come too late to be a test"


def finished(commands):
    """Type every command until it ends by itself, and once more when all have; the exit codes."""
    for command in commands:
        command.run().end()
    return {command.path.stem: command.run().end() for command in commands}


@pytest.mark.parametrize(("processes", "threads"), SIZES)
def test_look_ups_by_any_number_are_bought_once_whoever_is_killed(
    unlimited, launcher, tmp_path, processes, threads
):
    unlimited.reset()
    scene = Scene(tmp_path / "scene", unlimited, launcher, threads=threads)
    chance = random.Random(f"look-ups {processes} {threads}")
    sheets = [scene.sheet(f"s{n}", leads(150, start=100 + 90 * n)) for n in range(processes)]

    kill_some(sheets, chance, 0.5)
    codes = finished(sheets)

    assert_invariants(scene, unlimited.books(), codes)


@pytest.mark.parametrize(("processes", "threads"), SIZES)
def test_people_are_made_once_by_any_number_whoever_is_killed(
    hasty, launcher, tmp_path, processes, threads
):
    hasty.reset()
    scene = Scene(tmp_path / "scene", hasty, launcher, threads=threads, total=20.0)
    chance = random.Random(f"people {processes} {threads}")
    tasks = [lay(scene, people(14, start=9 * n), f"s{n}") for n in range(processes)]

    kill_some(tasks, chance, 0.5)
    codes = finished(tasks)

    books = hasty.books()
    assert_effects(scene, books, codes, tasks)
    assert len(effects(books, tasks[0].writing)) <= 14 + 9 * (processes - 1)
