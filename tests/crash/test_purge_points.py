"""kill -9 while people are purged or erased: the same command again deletes the rest."""

import json
import sqlite3
from contextlib import closing

import pytest
from crash_launcher import KILLED, Point
from crash_scene import people
from traces import traces

POINTS = [
    *(Point("Cursor.execute", nth, True, sql="COMMIT") for nth in (2, 3, 4, 5, 6)),
    *(Point("Cursor.execute", nth, sql="UPDATE items SET params") for nth in (1,)),
    Point("Cursor.execute", sql="UPDATE attempts SET"),
    Point("posix.unlink"),
    Point("posix.rmdir"),
    Point("Cursor.execute", sql="VACUUM"),
    Point("Cursor.execute", sql="VACUUM", after=True),
    Point("Cursor.execute", sql="PRAGMA wal_checkpoint"),
]


def kept(state):
    """How many runs are not purged, and how many were not emptied to the end."""
    with closing(sqlite3.connect(state / "journal.db")) as journal:
        counts = "select count(*), sum(purged is null), sum(not emptied) from runs"
        return journal.execute(counts).fetchone()


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_while_it_purges_the_same_command_deletes_the_rest(scene, point):
    leads = people(60)
    sheet = scene.sheet("leads", leads)
    assert sheet.finish() == 0
    named = {cell for lead in leads for cell in lead.cells[1:2] if "@" in cell}
    before = traces(scene.state, named)
    bought = scene.served.books()["credits"]["consumed"]
    words = ("purge", "--older-than", "0s", "--yes")

    killed = scene.start(*words, crash=point).end()
    code = scene.start(*words).end()

    assert killed == KILLED, "the point was never reached"
    assert code == 0
    assert before.keys() == named
    assert traces(scene.state, named) == {}
    assert kept(scene.state) == (1, 0, 0)
    again = sheet.run()
    assert again.end() == 0
    assert json.loads(again.told())["rows"]["total"] == len([one for one in leads if one.cells])
    assert scene.served.books()["credits"]["consumed"] == bought


ERASING = [
    *(Point("Cursor.execute", nth, True, sql="COMMIT") for nth in (2, 3, 4, 5)),
    Point("Cursor.execute", sql="UPDATE attempts SET"),
    Point("posix.rmdir"),
    Point("Cursor.execute", sql="VACUUM", after=True),
]


@pytest.mark.parametrize("point", ERASING, ids=str)
def test_killed_while_somebody_is_erased_the_same_command_erases_the_rest(scene, point):
    leads = people(40)
    sheet = scene.sheet("leads", leads)
    assert sheet.finish() == 0
    (first, *rest) = [lead.cells[1] for lead in leads if lead.person and "@" in lead.cells[1]]
    before = traces(scene.state, [first, *rest])
    words = ("erase", "--email", first, "--yes")

    killed = scene.start(*words, crash=point).end()
    code = scene.start(*words).end()

    assert killed == KILLED, "the point was never reached"
    assert code == 0
    assert before.keys() == {first, *rest}
    assert traces(scene.state, [first]) == {}
    assert traces(scene.state, rest).keys() == set(rest)
