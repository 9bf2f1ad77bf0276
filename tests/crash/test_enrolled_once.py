"""kill -9 while contacts are enrolled and deals made: nobody is e-mailed twice, nothing made twice."""

import json
import os
from collections import Counter

import pytest
from crash_launcher import KILLED, Point
from crm_makers import annotated, effects, lay
from enroll_maker import ENROLL, contact, contacts, enrolling
from makers import Desk, serving

LEFT_OUT = ("without_email", "unverified", "new_job")


@pytest.fixture(scope="module")
def fast(tmp_path_factory):
    """A sandbox on a fast clock: looking for what was lost takes its time."""
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    with serving(desk, "--time-scale", 120, "--plan-profile", "unlimited") as served:
        yield served


@pytest.fixture
def apollo(fast):
    fast.reset()
    return fast


def typed(launcher, told, *more, crash=None):
    """Type the command of a story; its exit code and what it told."""
    passed = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHON_KEYRING_BACKEND")}
    folder = told.desk.folder
    environ = {**passed, "TMPDIR": str(folder), **told.apollo.environ}
    words = ["run", told.job, told.sheet, "--yes", "--json", "--threads", 1, *more]
    state = ("--state", str(told.desk.state))
    process = launcher.start([*map(str, words), *state], folder, environ, crash)
    code = process.end()
    assert "Traceback" not in process.said(), process.said()
    return code, process.told()


def attempts(nth, *, after=False):
    return Point("Cursor.execute", nth, after, sql="UPDATE attempts")


POINTS = [
    Point("Cursor.execute", 1, after=True, sql="INSERT INTO attempts"),  # nothing has left
    attempts(1),  # enrolled, and not yet on disk
    attempts(1, after=True),
    attempts(2),
    Point("Cursor.execute", 3, after=True, sql="INSERT INTO attempts"),
    Point("Cursor.execute", 2, sql="INSERT INTO effects"),
]


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_while_enrolling_the_same_command_enrolls_everybody_once(
    launcher, apollo, tmp_path, point
):
    ids = [*contacts(200), *map(contact, LEFT_OUT), *contacts(50, start=200)]
    told = enrolling(Desk(tmp_path), apollo, ids)

    killed, _ = typed(launcher, told, "--max-enroll", 250, crash=point)
    code, said = typed(launcher, told, "--max-enroll", 250)

    assert killed == KILLED, "the point was never reached"
    assert code == 0, said
    reasons = json.loads(said)["reasons"]
    assert reasons == {
        "enrolled": 250,
        "contacts_without_email": 1,
        "contacts_unverified_email": 1,
        "contacts_with_job_change": 1,
    }
    enrolled = Counter(e["id"] for e in effects(apollo, kind="enrolled"))
    assert set(enrolled) == set(contacts(250))
    assert max(enrolled.values()) == 1


def test_killed_again_and_again_no_more_than_the_number_are_enrolled(launcher, apollo, tmp_path):
    told = enrolling(Desk(tmp_path), apollo, contacts(250))

    for point in POINTS[:5]:
        typed(launcher, told, "--max-enroll", 120, crash=point)
    code, said = typed(launcher, told, "--max-enroll", 120)

    assert code == 6, said
    assert json.loads(said)["reasons"] == {"enrolled": 120, "enroll_budget": 130}
    assert {e["id"] for e in effects(apollo, kind="enrolled")} == set(contacts(120))
    asked = [entry for entry in apollo.books()["log"] if entry["route"] == ENROLL]
    assert len(asked) <= 4


@pytest.mark.parametrize("point", POINTS[:4], ids=str)
def test_killed_while_making_deals_the_same_command_makes_each_once(
    launcher, apollo, tmp_path, point
):
    rows = [[f"Deal {number}", str(number)] for number in range(20)]
    told = lay(Desk(tmp_path), apollo, "deals.create", ("name", "amount"), rows, keep={"Id": "id"})

    killed, _ = typed(launcher, told, crash=point)
    code, said = typed(launcher, told)

    assert killed == KILLED, "the point was never reached"
    assert code == 0, said
    made = {e["subject"]: e["id"] for e in effects(apollo, "deals", "created")}
    assert len(made) == len(effects(apollo, "deals")) == 20
    assert {row["name"]: row["Id"] for row in annotated(told)} == made
