"""kill -9 while a person's word on rows in doubt is taken: it is taken whole, or not at all."""

import json

import pytest
from crash_launcher import KILLED, Point
from effects_scene import BY_NAME, effects, lay
from test_effects_shared import alike, rows_of

POINTS = [
    Point("Cursor.execute", nth, after, sql="COMMIT") for nth in (1, 2) for after in (False, True)
]


@pytest.mark.parametrize("point", POINTS, ids=str)
@pytest.mark.parametrize(("word", "lost"), [("--done", "503_after"), ("--redo", "reset_before")])
def test_killed_while_a_word_is_taken_the_same_word_can_be_said_again(
    writing_scene, point, word, lost
):
    scene = writing_scene
    scene.threads = 1
    task = lay(scene, alike())
    scene.served.plot({"route": BY_NAME["deals.create"].route, "on": [1], "fault": lost})
    run = json.loads(task.finish().told())["run"]
    said = ("resolve", run, "--rows", "2", word)

    killed = scene.start(*said, crash=point).end()
    again = scene.start(*said).end()
    code = task.finish().end()

    assert killed == KILLED, "the point was never reached"
    assert again in {0, 2}
    assert code == 0
    assert [status for status, _ in rows_of(task)] == ["succeeded", "succeeded"]
    assert len(effects(scene.served.books(), task.writing)) == 2, "made once each"
