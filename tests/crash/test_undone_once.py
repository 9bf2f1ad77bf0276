"""kill -9 while a run is taken back: it is taken back all the same, once, and nothing besides."""

import json
import sqlite3
from contextlib import closing

import pytest
from crash_launcher import KILLED, Point
from crm_makers import STAGE, contact
from effects_scene import BY_NAME, READY, Writing, lay
from makers import cells_of

ENROLL = BY_NAME["sequences.enroll"]
CHANGE = Writing(
    "contacts.update",
    ("contact_id", "title", "contact_stage_id"),
    tuple((number, f"Buyer {n}", STAGE[1]) for n, number in enumerate(READY[:5])),
    "contacts",
    "POST /contacts/bulk_update",
    kind="updated",
    key=None,
    job={"keep_old": True},
)
POINTS = [
    Point("Cursor.executemany", 1, sql="INSERT INTO items"),  # half entered
    Point("Cursor.execute", 2, after=True, sql="INSERT INTO attempts"),  # looking
    Point("Cursor.execute", 1, sql="UPDATE attempts"),
    Point("Cursor.execute", 7, sql="UPDATE attempts"),  # taken back, and not yet on disk
    Point("Cursor.execute", 6, after=True, sql="UPDATE attempts"),
    Point("socket.sendall", 9, after=True),
    Point("posix.replace", 1),  # the workbook
]


def undo(scene, run, crash=None):
    process = scene.start("undo", run, "--yes", "--json", crash=crash)
    code = process.end()
    assert "Traceback" not in process.said(), process.said()
    return code, process


@pytest.fixture
def one_by_one(writing_scene):
    writing_scene.threads = 1
    return writing_scene


def began(scene, writing):
    """A run that is to be undone, and its sheet."""
    task = lay(scene, writing)
    return task, json.loads(task.finish().told())["run"]


def judge(scene, task, run, reasons):
    code, process = undo(scene, run)
    told = json.loads(process.told())
    assert code == 0, process.said()
    assert told["reasons"] == reasons
    lines = cells_of(task.path.with_name("rows.undone.xlsx"))
    assert {line["Apollo Status"] for line in lines} == {"Succeeded"}
    check = scene.start("verify", told["run"])
    assert check.end() == 0, check.told() + check.said()
    assert not list(scene.folder.rglob("*.part")), "a draft was left behind"
    with closing(sqlite3.connect(scene.state / "journal.db")) as c:
        assert c.execute("select count(*) from attempts where outcome = 'sent'").fetchone() == (0,)
        assert c.execute("select count(*) from effects").fetchone() == (0,)


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_at_a_point_everybody_leaves_once(one_by_one, point):
    task, run = began(one_by_one, ENROLL)

    code, _ = undo(one_by_one, run, point)

    assert code == KILLED, "the point was never reached"
    ends = _reasons(one_by_one, run)
    judge(one_by_one, task, run, ends)
    gone = [e["id"] for e in one_by_one.served.books()["effects"] if e["kind"] == "removed"]
    assert sorted(gone) == sorted(number for (number,) in ENROLL.rows)


def _reasons(scene, run):
    """Say how the rows end: whoever left by a request whose answer was lost is out already."""
    code, process = undo(scene, run)
    assert code == 0, process.said()
    reasons = json.loads(process.told())["reasons"]
    assert sum(reasons.values()) == len(ENROLL.rows)
    assert reasons.keys() <= {"taken_back", "already_there"}
    return reasons


@pytest.mark.parametrize(
    "point",
    [
        Point("Cursor.execute", 7, sql="UPDATE attempts"),
        Point("socket.sendall", 10, after=True),
        Point("Cursor.execute", 6, after=True, sql="UPDATE attempts"),
    ],
    ids=str,
)
def test_killed_at_a_point_old_values_are_put_back_once(one_by_one, point):
    scene = one_by_one
    was = [_shown(scene, number) for number in READY[:5]]
    _task, run = began(scene, CHANGE)

    code, _ = undo(scene, run, point)
    after, _ = undo(scene, run)

    assert code == KILLED, "the point was never reached"
    assert after == 0
    assert [_shown(scene, number) for number in READY[:5]] == was


def _shown(scene, number):
    record = contact(scene.served, number)
    return record["title"], record["contact_stage_id"]
