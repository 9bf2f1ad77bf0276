"""Fixtures of the crash tests: one launcher and few sandboxes for all, a scene for each."""

import pytest
from crash_launcher import Launcher
from crash_scene import Scene
from makers import Desk, serving


@pytest.fixture(scope="session")
def launcher():
    launcher = Launcher()
    yield launcher
    launcher.close()


@pytest.fixture(scope="session")
def unlimited(tmp_path_factory):
    """A sandbox without limits, whose answers take a moment."""
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    with serving(desk, "--plan-profile", "unlimited", "--latency", 10) as served:
        yield served


@pytest.fixture(scope="session")
def limited(tmp_path_factory):
    """A sandbox with the limits of the free plan, on a fast clock."""
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    with serving(desk, "--plan-profile", "free", "--time-scale", 600) as served:
        yield served


@pytest.fixture(scope="session")
def hasty(tmp_path_factory):
    """A sandbox without limits on a fast clock, where what is lost is looked for at once."""
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    words = ("--plan-profile", "unlimited", "--latency", 5, "--time-scale", 1_000)
    with serving(desk, *words, "--persist", desk.folder / "books") as served:
        yield served


@pytest.fixture(scope="session")
def late(tmp_path_factory):
    """A hasty sandbox whose searches show what was made only after twenty seconds of its clock."""
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    words = ("--plan-profile", "unlimited", "--time-scale", 100, "--index-lag", 20)
    with serving(desk, *words) as served:
        yield served


@pytest.fixture
def late_scene(late, launcher, tmp_path):
    late.reset()
    return Scene(tmp_path / "scene", late, launcher, threads=2)


@pytest.fixture
def scene(unlimited, launcher, tmp_path):
    unlimited.reset()
    return Scene(tmp_path / "scene", unlimited, launcher)


@pytest.fixture
def limited_scene(limited, launcher, tmp_path):
    limited.reset()
    return Scene(tmp_path / "scene", limited, launcher)


@pytest.fixture
def writing_scene(hasty, launcher, tmp_path):
    hasty.reset()
    return Scene(tmp_path / "scene", hasty, launcher, threads=2, total=20.0)
