"""kill -9 where a write hangs in the air: nothing is made twice, nothing that was made is lost."""

import random
from dataclasses import replace

import pytest
from crash_launcher import Point
from effects_judge import assert_effects
from effects_scene import BY_NAME, lay

NAMES = (
    "contacts.create",
    "contacts.update",
    "accounts.create",
    "sequences.enroll",
    "deals.create",
)
ENTERING = [
    Point("Cursor.execute", sql="INSERT INTO runs", after=True),
    Point("Cursor.executemany", sql="INSERT INTO items", after=True),
    *(Point("Cursor.execute", nth, True, sql="COMMIT") for nth in (4, 5, 6, 7)),
]
"""While the rows are entered, and before anything has left."""
PUBLISHING = [
    Point("posix.replace", 2),
    Point("posix.replace", 2, after=True),
]
"""While the workbook takes its place."""
POINTS = [
    *ENTERING,
    *(
        Point("Cursor.execute", nth, after, sql="COMMIT")
        for nth in (8, 9, 10, 11)
        for after in (False, True)
    ),
    Point("socket.sendall", 6),
    Point("socket.sendall", 6, after=True),
    Point("socket.recv_into", 5),
    Point("socket.recv_into", 5, after=True),
    *PUBLISHING,
]
AMONG_SEVERAL = [
    *(Point("Cursor.execute", nth, True, sql="INSERT INTO attempts") for nth in (1, 2)),
    Point("Cursor.execute", 1, sql="UPDATE attempts SET done"),
    Point("Cursor.execute", 1, sql="INSERT INTO effects"),
    Point("Cursor.execute", 1, sql="UPDATE attempts SET done", after=True),
]
SOUGHT = ("contacts.create", "accounts.create", "sequences.enroll", "deals.create")
"""What is looked for where an answer is lost."""
LOOKING = [
    Point("Cursor.execute", 2, after=True, sql="INSERT INTO attempts"),  # a look is to leave
    Point("Cursor.execute", 2, sql="UPDATE attempts SET done"),  # seen, and not yet noted
    Point("Cursor.execute", 2, after=True, sql="UPDATE attempts SET done"),
    Point("Cursor.execute", 3, after=True, sql="INSERT INTO attempts"),
    Point("Cursor.execute", 3, sql="UPDATE attempts SET done"),
]


@pytest.mark.parametrize("point", POINTS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_killed_at_a_point_what_writes_goes_on_and_makes_everything_once(
    writing_scene, name, point
):
    task = lay(writing_scene, BY_NAME[name])

    assert task.crash(point), "the point was never reached"
    code = task.finish().end()

    assert_effects(writing_scene, writing_scene.served.books(), {"rows": code}, [task])


@pytest.mark.parametrize("name", NAMES)
def test_killed_at_random_moments_what_writes_makes_everything_once(writing_scene, name):
    task = lay(writing_scene, BY_NAME[name])
    chance = random.Random(name)

    for _ in range(3):
        process = task.run()
        if not process.ends_within(chance.uniform(0.05, 0.4)):
            process.kill()
    code = task.finish().end()

    assert_effects(writing_scene, writing_scene.served.books(), {"rows": code}, [task])


@pytest.mark.parametrize("point", LOOKING, ids=str)
@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
@pytest.mark.parametrize("name", SOUGHT)
def test_killed_while_it_looks_for_what_was_lost_it_looks_again(writing_scene, name, fault, point):
    task = lay(writing_scene, BY_NAME[name])
    writing_scene.served.plot({"route": task.writing.route, "on": [1], "fault": fault})

    assert task.crash(point), "the point was never reached"
    code = task.finish().end()

    rows = assert_effects(writing_scene, writing_scene.served.books(), {"rows": code}, [task])
    assert {row["status"] for row in rows} == {"succeeded"}, "who looks, finds it"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_killed_again_while_it_goes_on_what_writes_makes_everything_once(writing_scene, name, seed):
    task = lay(writing_scene, BY_NAME[name])
    chance = random.Random(f"{name} {seed}")

    killed = sum(task.crash(point) for point in chance.sample(POINTS, 4))
    code = task.finish().end()

    assert killed >= 2
    assert_effects(writing_scene, writing_scene.served.books(), {"rows": code}, [task])


@pytest.mark.parametrize("point", AMONG_SEVERAL, ids=str)
@pytest.mark.parametrize("name", ["contacts.create", "sequences.enroll", "contacts.update"])
def test_one_of_two_is_killed_at_a_point_and_both_make_everything_once(writing_scene, name, point):
    known = BY_NAME[name]
    north = lay(writing_scene, replace(known, rows=known.rows[:-1]), "north")
    south = lay(writing_scene, replace(known, rows=known.rows[1:]), "south")

    other = south.run()
    north.crash(point)
    other.end()
    codes = {"north": north.finish().end(), "south": south.finish().end()}

    assert_effects(writing_scene, writing_scene.served.books(), codes, [north, south])


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("name", sorted(BY_NAME))
@pytest.mark.parametrize(
    ("call", "sql"),
    [("Cursor.execute", "COMMIT"), ("socket.sendall", ""), ("socket.recv_into", "")],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_sweep_of_kills_over_every_call_of_what_writes(writing_scene, name, call, sql, after):
    nth, killed = 1, True
    while killed:
        writing_scene.served.reset()
        writing_scene.state = writing_scene.folder / f"state-{nth}"
        task = lay(writing_scene, BY_NAME[name], f"rows-{nth}")
        killed = task.crash(Point(call, nth, after, sql))
        code = task.finish().end()
        assert_effects(writing_scene, writing_scene.served.books(), {f"rows-{nth}": code}, [task])
        nth += 1

    assert nth > 5
