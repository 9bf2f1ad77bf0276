"""The rails of every test hold: nothing of the person's own, nobody but this machine."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import keyring
import pytest
from hypothesis import settings

REACH = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"


def test_no_test_reaches_another_machine():
    with pytest.raises(RuntimeError, match=r"reached for '192\.0\.2\.1'"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match=r"reached for 'acme\.com'"):
        socket.getaddrinfo("acme.com", 443)


def test_no_process_that_a_test_starts_reaches_another_machine():
    done = subprocess.run(
        [sys.executable, "-c", REACH], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "reached for '192.0.2.1'" in done.stderr


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("localhost", port), timeout=5).close()


def test_no_key_no_proxy_and_no_ci_is_left_in_the_environment():
    names = {name for name in os.environ if name.startswith("APOLLO_")}

    assert names <= {"APOLLO_REFERENCE"}
    assert "CI" not in os.environ
    assert not [name for name in os.environ if name.lower().endswith("_proxy")]
    assert keyring.get_password("apollo-batch", "api_key") is None


def test_home_is_a_folder_that_goes_away_again(tmp_path_factory):
    home = Path.home()

    assert home.is_relative_to(tmp_path_factory.getbasetemp())
    assert list(home.iterdir()) == []
    assert Path(os.environ["XDG_STATE_HOME"]).is_relative_to(home)


def test_the_same_examples_are_tried_at_a_desk_and_in_ci():
    assert settings().derandomize
    assert settings().deadline is None
