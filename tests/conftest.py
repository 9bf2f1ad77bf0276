"""Rails for every test: no key, no home, no network but this machine, the same here and in CI."""

import os
import runpy
from fnmatch import fnmatch
from pathlib import Path

import pytest
import tally
from hypothesis import HealthCheck, settings
from leakscan import leaked, leaking_files
from makers import Desk, serving
from postgres_server import MISSING, PostgresServer, programs

from apollo_batch.settings import Secret

RAILS = Path(__file__).parent / "rails"
KEPT = {"APOLLO_REFERENCE"}
BUILDS = {"CI", "GITHUB_ACTIONS", "GITLAB_CI"}
LEFT_OUT = {*BUILDS, "COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PYTHONWARNINGS"}

# The same examples at a desk and in CI; `--hypothesis-profile=night` looks for new ones.
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.register_profile(
    "night",
    deadline=None,
    max_examples=2_000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def pytest_configure(config):
    settings.load_profile(config.getoption("--hypothesis-profile") or "house")
    for name in list(os.environ):
        ours = name.startswith("APOLLO_") and name not in KEPT
        if ours or name in LEFT_OUT or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["PYTHONPATH"] = str(RAILS)
    # A desk may have a keyring, and a key in it.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    runpy.run_path(str(RAILS / "sitecustomize.py"))


def pytest_sessionfinish(session):
    output = getattr(session.config, "workeroutput", None)
    if output is not None:  # one of several processes, which share the tests
        output["tally"] = tally.counted()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    tally.take(getattr(node, "workeroutput", {}).get("tally", {}))


def pytest_terminal_summary(terminalreporter):
    if tally.told():
        terminalreporter.write_line(tally.told())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """What a test, or a library on its behalf, has said and logged holds no secret."""
    report = yield
    said = "".join(text for _, text in report.sections)
    if report.when == "teardown" and (held := leaked(said.encode("utf-8", "replace"))):
        report.outcome, report.longrepr = "failed", f"{item.nodeid} said or logged {held}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _no_secret_is_left_by_all(tmp_path_factory):
    """What lies in folders that several tests share is looked through at the end."""
    looked_through = set()
    yield looked_through
    rest = set(tmp_path_factory.getbasetemp().iterdir()) - looked_through
    _hold_no_secret(*(folder for folder in rest if not folder.is_symlink()))


@pytest.fixture(autouse=True)
def _no_secret_is_left(request, _no_secret_is_left_by_all, _a_home_of_its_own):
    """Every file that a test leaves is looked through, but for a key file it wrote itself."""
    folders = [_a_home_of_its_own]
    if "tmp_path" in request.fixturenames:
        folders.append(request.getfixturevalue("tmp_path"))
    yield
    kept = [mark.args[0] for mark in request.node.iter_markers("keeps_a_secret")]
    _no_secret_is_left_by_all.update(folders)
    _hold_no_secret(*folders, but=kept)


def _hold_no_secret(*folders, but=()):
    held = {
        str(path.relative_to(folder)): secrets
        for folder in folders
        for path, secrets in leaking_files(folder).items()
    }
    stray = {path: held[path] for path in held if not any(fnmatch(path, kept) for kept in but)}
    assert not stray, f"A secret was left in {stray} of {[*map(str, folders)]}"


@pytest.fixture(scope="session", autouse=True)
def _no_home_for_the_session(_no_secret_is_left_by_all, tmp_path_factory):
    """Whatever starts before the first test finds no home of a person either."""
    with pytest.MonkeyPatch.context() as patch:
        _move_house(patch, tmp_path_factory.mktemp("home"))
        yield


@pytest.fixture(autouse=True)
def _a_home_of_its_own(_no_home_for_the_session, tmp_path_factory, monkeypatch, request):
    """State, settings and caches of one test are seen by no other."""
    home = tmp_path_factory.getbasetemp() / f"home-{abs(hash(request.node.nodeid)):x}"
    home.mkdir(exist_ok=True)
    _move_house(monkeypatch, home)
    return home


def _move_house(patch, home):
    patch.setenv("HOME", str(home))
    for name in ("STATE", "CONFIG", "CACHE", "DATA"):
        patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))


@pytest.fixture
def desk(tmp_path):
    """A desk with nothing on it yet."""
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def postgres():
    """A server of the session's own; where PostgreSQL is not installed, its tests are skipped."""
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    server = PostgresServer(found)
    yield server
    server.look_through()
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request, tmp_path):
    """Where a journal may be kept: in a folder, and on a server."""
    if request.param == "sqlite":
        return tmp_path / "state"
    return Secret(request.getfixturevalue("postgres").emptied())


@pytest.fixture(scope="session")
def _served(tmp_path_factory):
    with serving(Desk(tmp_path_factory.mktemp("sandbox"))) as served:
        yield served


@pytest.fixture
def apollo(_served, desk):
    """A sandbox in a process of its own, as new; the desk's program asks it."""
    _served.plot()
    _served.reset()
    desk.environ |= _served.environ
    return _served
