"""kill -9 at named points: before and after every kind of step that something durable hangs on."""

import random

import pytest
from crash_launcher import Point
from crash_scene import people
from judge import assert_invariants


def commit(nth, *, after=False):
    return Point("Cursor.execute", nth, after, sql="COMMIT")


POINTS = [
    Point("Cursor.execute", sql="CREATE INDEX"),
    Point("posix.fsync", 1),  # the input's copy
    Point("posix.replace", 1),
    Point("posix.replace", 1, after=True),
    Point("Cursor.execute", sql="INSERT INTO runs", after=True),
    Point("Cursor.executemany", sql="INSERT INTO items", after=True),
    commit(4),  # the run, its rows and its budget, one after the other
    commit(4, after=True),
    commit(5, after=True),
    commit(6, after=True),
    Point("Cursor.execute", 2, sql="INSERT INTO attempts", after=True),
    commit(9),
    commit(9, after=True),  # the intent is on disk, nothing has left
    Point("socket.sendall", 6),
    Point("socket.sendall", 7),  # half a request has left
    Point("socket.sendall", 7, after=True),
    Point("socket.recv_into", 9),
    Point("socket.recv_into", 9, after=True),  # paid, and not yet on disk
    Point("Cursor.execute", 3, sql="UPDATE attempts SET done", after=True),
    Point("Cursor.execute", 3, sql="UPDATE budgets", after=True),
    Point("Cursor.executemany", 6, sql="UPDATE items"),
    commit(12),
    commit(12, after=True),
    commit(17),
    commit(17, after=True),
    Point("posix.fsync", 3),  # the output's draft
    Point("posix.replace", 2),
    Point("posix.replace", 2, after=True),
    Point("posix.fsync", 4, after=True),
    Point("Cursor.execute", sql="UPDATE runs SET output_path", after=True),
]


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_at_a_point_the_same_command_goes_on_where_it_stopped(scene, point):
    scene.threads = 2
    sheet = scene.sheet("leads", people(100))

    assert sheet.crash(point), "the point was never reached"
    code = sheet.finish()

    assert_invariants(scene, scene.served.books(), {"leads": code})


@pytest.mark.parametrize("seed", range(4))
def test_killed_again_while_it_goes_on_it_still_gets_there(scene, seed):
    scene.threads = 2
    sheet = scene.sheet("leads", people(100))
    chance = random.Random(seed)

    killed = sum(sheet.crash(point) for point in chance.sample(POINTS[10:], 4))
    code = sheet.finish()

    assert killed >= 2
    assert_invariants(scene, scene.served.books(), {"leads": code})


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("call", ["Cursor.execute", "socket.sendall", "socket.recv_into"])
@pytest.mark.parametrize("after", [False, True])
def test_a_sweep_over_every_call_that_reaches_disk_or_line(scene, call, after):
    scene.threads = 2
    nth, killed = 1, True
    while killed:
        name = f"leads-{nth}"
        sheet = scene.sheet(name, people(60, start=100 + 60 * nth))
        killed = sheet.crash(Point(call, nth, after))
        code = sheet.finish()
        assert_invariants(scene, scene.served.books(), {name: code})
        del scene.sheets[name]
        nth += 5

    assert nth > 20
