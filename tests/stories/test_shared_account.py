"""Somebody else works on the same Apollo account at the same time."""

import pytest
import requests
from makers import BULK, Desk, serving, story, until

WORDS = "Somebody else was using this Apollo account"


@pytest.fixture
def apollo(desk, tmp_path_factory):
    """Apollo with limits."""
    with serving(Desk(tmp_path_factory.mktemp("server"))) as served:
        desk.environ |= served.environ
        yield served


def test_a_run_says_that_somebody_else_used_the_account(desk, apollo):
    told = story(desk, apollo, 30)
    apollo.plot({"route": BULK, "every": 1, "fault": "slow", "seconds": 1})
    typed = ("run", told.job, told.sheet, "--yes", "--threads", 1)

    with desk.started(*typed) as process:
        until(lambda: apollo.paid_calls() >= 2)
        requests.post(
            f"{apollo.base_url}/api/v1{BULK.removeprefix('POST ')}",
            json={"details": [{"email": "n@unheard-of.example"}]},
            headers={"x-api-key": apollo.key},
            timeout=10,
        )
        _, said = process.communicate(timeout=60)

    assert process.returncode == 0
    assert WORDS in said
    assert "headroom" in said


def test_a_run_alone_says_nothing_of_others(desk, apollo):
    ended = story(desk, apollo, 60).run()

    assert ended.code == 0
    assert WORDS not in ended.err
