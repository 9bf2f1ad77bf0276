"""Builds have no disk that stays: one file is carried from machine to machine, and nothing is done twice."""

import random
import shutil
import signal
import sqlite3
from dataclasses import dataclass

import pytest
from crash_scene import Scene, go_on, paid_calls, people, stop
from makers import cells_of

ROWS = people(60)


@dataclass
class Machines:
    """Two machines that have nothing in common but Apollo, and what is carried over."""

    one: Scene
    other: Scene

    def carry(self, *, log: bool):
        """Carry the journal over: the file alone, or with its log where it has one."""
        for name in ("apollo.db", *(["apollo.db-wal"] if log else [])):
            if (self.one.folder / name).exists():
                shutil.copy(self.one.folder / name, self.other.folder / name)


def two_machines(unlimited, launcher, folder):
    unlimited.reset()
    folder.mkdir(exist_ok=True)
    scenes = [Scene(folder / name, unlimited, launcher, threads=2) for name in ("one", "other")]
    for scene in scenes:
        scene.state = scene.folder / "apollo.db"
    return Machines(*scenes)


@pytest.fixture
def machines(unlimited, launcher, tmp_path):
    return two_machines(unlimited, launcher, tmp_path)


def asked(scene):
    return scene.served.books()["asked"]


def killed_at_random(machines, seed):
    """Kill a run somewhere between its first and its last answer; whether it was still going."""
    dice = random.Random(seed)
    calls = dice.randint(0, 5)
    process = machines.one.sheet("leads", ROWS).run()
    machines.one.holds_until(process, lambda log: paid_calls(log) >= calls)
    return not process.ends_within(dice.uniform(0, 0.06)) and process.kill()


@pytest.mark.parametrize(
    "seeds", [range(8), pytest.param(range(60), marks=pytest.mark.slow)], ids=["8", "60"]
)
@pytest.mark.timeout(900)
def test_a_run_that_was_killed_goes_on_elsewhere_and_nothing_is_bought_twice(
    unlimited, launcher, tmp_path, seeds
):
    killed = refused = 0
    for seed in seeds:
        machines = two_machines(unlimited, launcher, tmp_path / str(seed))
        killed += killed_at_random(machines, seed)
        before = asked(machines.one)
        sheet = machines.other.sheet("leads", ROWS)

        machines.carry(log=False)
        alone = sheet.run()
        if alone.end() == 2:
            refused += 1
            assert "its log apollo.db-wal is not beside it" in alone.said()
            assert asked(machines.one) == before, "it was asked by what has forgotten"
            machines.carry(log=True)
        sheet.finish()

        assert set(asked(machines.one).values()) == {1}
        rows = cells_of(sheet.output)
        lost = sum(row["Apollo Status"] == "In doubt" for row in rows)
        found = sum(row["Apollo Status"] == "Succeeded" for row in rows)
        assert lost <= 24, "more than two threads had in flight, and their copies"
        assert found <= sum(lead.expects == "Succeeded" for lead in ROWS) <= found + lost
    assert killed >= len(seeds) / 2
    assert refused >= len(seeds) / 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_was_asked_to_end_leaves_one_file_that_is_whole(machines, number):
    process = machines.one.sheet("leads", ROWS).run()
    machines.one.holds_until(process, lambda log: paid_calls(log) >= 2)
    process.send(number)
    code = process.end()
    machines.carry(log=False)

    machines.other.sheet("leads", ROWS).finish()

    assert code in {128 + number, 0}
    assert not (machines.one.folder / "apollo.db-wal").exists()
    assert set(asked(machines.one).values()) == {1}


def test_any_command_folds_the_log_of_a_run_that_was_killed_into_its_file(machines):
    process = machines.one.sheet("leads", ROWS).run()
    machines.one.holds_until(process, lambda log: paid_calls(log) >= 3)
    assert process.kill()

    looked = machines.one.start("runs")
    assert looked.end() == 0
    machines.carry(log=False)
    code = machines.other.sheet("leads", ROWS).finish()

    assert code in {0, 8}
    assert set(asked(machines.one).values()) == {1}


def test_a_journal_whose_log_is_gone_for_good_is_used_by_whoever_says_so(machines):
    process = machines.one.sheet("leads", ROWS).run()
    machines.one.holds_until(process, lambda log: paid_calls(log) >= 3)
    assert process.kill()
    machines.carry(log=False)
    sheet = machines.other.sheet("leads", ROWS)

    refused = sheet.run()
    code = refused.end()
    (machines.other.folder / "apollo.db-wal").touch()
    sheet.finish()

    assert code == 2
    assert "touch " in refused.said()


def test_who_works_on_while_another_ends_keeps_the_mark(machines):
    state = machines.one.state
    slow = machines.one.sheet("leads", ROWS).run("--threads", 1)
    machines.one.holds_until(slow, lambda log: paid_calls(log) >= 1)

    assert machines.one.start("runs").end() == 0
    with sqlite3.connect(f"file:{state}?mode=ro", uri=True) as journal:
        marked = journal.execute("pragma user_version").fetchone()
    journal.close()
    ended = slow.end()

    assert (marked, ended) == ((1,), 0)
    assert state.read_bytes()[60:64] == bytes(4)


def test_the_log_of_whoever_works_on_is_left_alone_by_whoever_comes_and_goes(machines):
    sheet = machines.one.sheet("leads", ROWS)
    frozen = sheet.run("--threads", 1)
    machines.one.holds_until(frozen, lambda log: paid_calls(log) >= 2)
    stop(frozen)

    others = [machines.one.start("runs").end() for _ in range(3)]
    second = sheet.run().end()
    log = (machines.one.folder / "apollo.db-wal").exists()
    go_on(frozen)

    assert (others, second, log) == ([0, 0, 0], 10, True)
    assert frozen.end() == 0
    assert set(asked(machines.one).values()) == {1}
