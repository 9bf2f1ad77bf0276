"""A sandbox of its own: started, announced, and ended by a signal."""

import signal
import socket
import subprocess
import sys

import pytest
import requests

from apollo_batch.sandbox.serve import Setup, running

PROGRAM = """
from apollo_batch.sandbox.serve import Setup, forever
forever(Setup(key="my-key"), lambda base_url, key: print(base_url, key, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order(number):
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        base_url, key = process.stdout.readline().decode().split()
        reply = requests.get(
            f"{base_url}/api/v1/auth/health", headers={"x-api-key": key}, timeout=10
        )
        process.send_signal(number)
        _, errors = process.communicate(timeout=10)

    assert reply.json()["is_logged_in"]
    assert process.returncode == 0
    assert errors == b""


def test_nobody_answers_once_the_block_is_left():
    with running(Setup()) as sandbox:
        address = ("127.0.0.1", int(sandbox.base_url.rpartition(":")[2]))
        socket.create_connection(address, timeout=5).close()
        idle = socket.create_connection(address, timeout=5)

    with idle:
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)


def test_the_books_can_still_be_read_afterwards():
    with running(Setup(seed=7, profile="free")) as sandbox:
        pass

    assert sandbox.books()["profile"] == "free"
    assert sandbox.books()["seed"] == 7
