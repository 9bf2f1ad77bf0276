"""kill -9 where a write hangs in the air: nothing is made twice, nothing that was made is lost."""

import random

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
POINTS = [
    *(
        Point("Cursor.execute", nth, after, sql="COMMIT")
        for nth in (8, 9, 10, 11)
        for after in (False, True)
    ),
    Point("socket.sendall", 6),
    Point("socket.sendall", 6, after=True),
    Point("socket.recv_into", 5),
    Point("socket.recv_into", 5, after=True),
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
