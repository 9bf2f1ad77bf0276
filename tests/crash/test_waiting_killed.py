"""kill -9 at every stage of waiting for a result: nothing is lost, and nothing is paid for again."""

import sqlite3
from contextlib import closing

import pytest
from crash_launcher import KILLED, Point
from crash_scene import Scene
from makers import WORLD, Desk, cells_of, lead, save_job, save_xlsx, serving

PHONES = {"reveal_phone_number": True, "webhook_url": "https://hooks.acme.example/a"}
KEEP = {"Work Email": "email", "Mobile": "phone_numbers[0].sanitized_number"}
PEOPLE = range(100, 124)


def commit(nth, *, after=False):
    return Point("Cursor.execute", nth, after, sql="COMMIT")


COLLECTING = [
    *(commit(nth, after=after) for nth in range(3, 9) for after in (False, True)),
    Point("socket.sendall", 2),
    Point("socket.sendall", 3, after=True),
    Point("socket.recv_into", 4),
    Point("socket.recv_into", 4, after=True),
    Point("Cursor.execute", sql="INSERT INTO attempts", after=True),
    Point("Cursor.execute", 2, sql="UPDATE attempts SET held", after=True),
    Point("Cursor.execute", sql="UPDATE runs SET news", after=True),
    Point("posix.fsync", 1),
    Point("posix.replace", 1),
    Point("posix.replace", 1, after=True),
    Point("Cursor.execute", sql="UPDATE runs SET output_path", after=True),
]
RUNNING = [
    *(commit(nth, after=True) for nth in range(18, 25, 3)),
    Point("Cursor.execute", 4, sql="INSERT INTO attempts", after=True),
    Point("Cursor.execute", sql="UPDATE runs SET news"),
    Point("posix.replace", 2),
]


@pytest.fixture(scope="session")
def soon(tmp_path_factory):
    """A sandbox whose results come in a few hundredths of a second."""
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    words = ("--plan-profile", "unlimited", "--time-scale", 1_000, "--results-after", 40)
    with serving(desk, *words) as served:
        yield served


@pytest.fixture
def scene(soon, launcher, tmp_path):
    soon.reset()
    scene = Scene(tmp_path / "scene", soon, launcher, threads=2)
    save_job(scene.job, options=PHONES, keep=KEEP, limits={"max_credits": 9 * len(PEOPLE)})
    save_xlsx(scene.folder / "leads.xlsx", [lead(number) for number in PEOPLE])
    return scene


def run(scene, *more, crash=None):
    words = ("run", scene.job, scene.folder / "leads.xlsx", "--yes", "--json", "--threads", 2)
    return scene.start(*words, *more, crash=crash).end()


def judge(scene):
    """See that every number is in its row, and that the journal knows what the books know."""
    output = scene.folder / "leads.annotated.xlsx"
    rows = cells_of(output)
    has = [WORLD.person(number).has_mobile for number in PEOPLE]
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * len(PEOPLE)
    assert [bool(row["Mobile"]) for row in rows] == has
    assert [row["Apollo Credits"] for row in rows] == [9 if mobile else 1 for mobile in has]
    assert not list(scene.folder.glob("*.annotated-2*"))
    assert not list(scene.folder.glob(".*.part"))
    with closing(sqlite3.connect(scene.state / "journal.db")) as c:
        assert c.execute("pragma integrity_check").fetchone() == ("ok",)
        assert c.execute("select count(*) from attempts where outcome = 'sent'").fetchone() == (0,)
        assert c.execute("select held, spent from budgets where scope like 'run:%'").fetchall() == [
            (0, scene.served.books()["credits"]["consumed"] * 10_000)
        ]
    assert set(scene.served.books()["asked"].values()) == {1}, "something was bought again"


@pytest.mark.parametrize("point", COLLECTING, ids=str)
def test_killed_while_it_collects_the_next_to_collect_has_it_all(scene, point):
    assert run(scene) == 0

    killed = scene.start("collect", "--wait", "1m", crash=point).end()
    code = scene.start("collect", "--wait", "1m").end()

    assert (killed, code) == (KILLED, 0)
    judge(scene)


@pytest.mark.parametrize("point", RUNNING, ids=str)
def test_killed_while_it_waits_the_same_command_has_it_all(scene, point):
    killed = run(scene, "--wait", "1m", crash=point)
    code = run(scene, "--wait", "1m")

    assert (killed, code) == (KILLED, 0)
    judge(scene)


def test_killed_again_and_again_it_still_gets_there(scene):
    killed = [run(scene, "--wait", "1m", crash=point) for point in RUNNING[:2]]
    killed += [scene.start("collect", "--wait", "1m", crash=p).end() for p in COLLECTING[2:8:2]]
    code = run(scene, "--wait", "1m")

    assert KILLED in killed
    assert code == 0
    judge(scene)
