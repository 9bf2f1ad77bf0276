"""Stories begin at a desk whose program starts at once."""

import pytest
from makers import Desk, serving
from story_launcher import Launcher
from watch_maker import Watched


@pytest.fixture(scope="session")
def _launcher():
    launcher = Launcher()
    yield launcher
    launcher.close()


@pytest.fixture
def desk(tmp_path, _launcher):
    """A desk with nothing on it yet; its commands are processes forked off one that is warm."""
    return Desk(tmp_path, launcher=_launcher)


@pytest.fixture(scope="session")
def _hurried(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    with serving(desk, "--time-scale", 60) as served:
        yield served


@pytest.fixture
def hurried(_hurried, desk):
    """A sandbox whose clock runs fast: what is looked for is looked for soon."""
    _hurried.plot()
    _hurried.reset()
    desk.environ |= _hurried.environ
    return _hurried


@pytest.fixture
def watched(desk, apollo, monkeypatch):
    """A folder watched in this very process, with a key for the sandbox."""
    for name, value in desk.environ.items():
        monkeypatch.setenv(name, value)
    return Watched(desk)
