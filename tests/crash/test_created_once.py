"""kill -9 while people become contacts: nobody is made twice, nobody is forgotten."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crash_launcher import KILLED, Launcher, Point
from crm_makers import BULK_CREATE, annotated, effects, lay, most_effects, newcomer
from makers import Desk, Served, Story, serving

PEOPLE = ("first_name", "last_name", "email", "organization_name", "mobile_phone")
COUNT = 130


@pytest.fixture(scope="module")
def hurried(tmp_path_factory):
    """A sandbox on a fast clock: looking for what was lost takes its time."""
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    with serving(desk, "--time-scale", 120, "--plan-profile", "unlimited") as served:
        yield served


@dataclass
class Scene:
    """Somebody's folder with new people in it, and the one command typed again and again."""

    folder: Path
    apollo: Served
    launcher: Launcher
    told: Story = field(init=False)

    def __post_init__(self) -> None:
        rows = [
            (*newcomer(number), "+1 202 555 0120" if number % 40 == 0 else "")
            for number in range(COUNT)
        ]
        desk = Desk(self.folder)
        self.told = lay(desk, self.apollo, "contacts.create", PEOPLE, rows, keep={"Id": "id"})

    def run(self, crash: Point | None = None) -> tuple[int, str]:
        """Type the command; its exit code and what it told."""
        passed = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHON_KEYRING_BACKEND")}
        environ = {**passed, "TMPDIR": str(self.folder), **self.apollo.environ}
        words = ["run", self.told.job, self.told.sheet, "--yes", "--json", "--threads", 1]
        typed = [*map(str, words), "--state", str(self.folder / "state")]
        process = self.launcher.start(typed, self.folder, environ, crash)
        code = process.end()
        assert "Traceback" not in process.said(), process.said()
        return code, process.told()


@pytest.fixture
def scene(hurried, launcher, tmp_path):
    hurried.reset()
    return Scene(tmp_path, hurried, launcher)


POINTS = [
    Point("Cursor.execute", 1, after=True, sql="INSERT INTO attempts"),  # nothing has left
    Point("Cursor.execute", 1, sql="UPDATE attempts"),  # made, and not yet on disk
    Point("Cursor.execute", 1, after=True, sql="UPDATE attempts"),
    Point("Cursor.execute", 2, sql="UPDATE attempts"),
    Point("Cursor.execute", 3, after=True, sql="INSERT INTO attempts"),  # what follows is under way
    Point("Cursor.execute", 4, sql="UPDATE attempts"),
]


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_while_creating_the_same_command_makes_everybody_once(scene, point):
    killed, _ = scene.run(point)
    code, told = scene.run()

    assert killed == KILLED, "the point was never reached"
    assert code == 0, told
    assert json.loads(told)["reasons"] == {"created": COUNT}
    assert most_effects(scene.apollo) == 1
    made = {e["subject"]: e["id"] for e in effects(scene.apollo, kind="created")}
    assert len(made) == COUNT
    assert {row["email"]: row["Id"] for row in annotated(scene.told)} == made
    phones = effects(scene.apollo, kind="updated")
    assert len({e["id"] for e in phones}) == len(range(0, COUNT, 40))


def test_killed_again_and_again_nobody_is_made_twice(scene):
    for point in POINTS[:3]:
        scene.run(point)
    code, told = scene.run()

    assert code == 0, told
    assert most_effects(scene.apollo) == 1
    assert len(effects(scene.apollo, kind="created")) == COUNT
    asked = [entry for entry in scene.apollo.books()["log"] if entry["route"] == BULK_CREATE]
    assert len(asked) <= 4
