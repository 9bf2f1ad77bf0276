"""Stories begin at a desk whose program starts at once."""

import pytest
from makers import Desk
from story_launcher import Launcher


@pytest.fixture(scope="session")
def _launcher():
    launcher = Launcher()
    yield launcher
    launcher.close()


@pytest.fixture
def desk(tmp_path, _launcher):
    """A desk with nothing on it yet; its commands are processes forked off one that is warm."""
    return Desk(tmp_path, launcher=_launcher)
