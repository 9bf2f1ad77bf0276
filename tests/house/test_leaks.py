"""No secret of a test is left anywhere: the one who looks finds each leak that is planted."""

import base64
import gzip
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest
from leakscan import KEY, SECRETS, leaking_files, leaks

HOUSE = Path(__file__).parents[2]
PLAIN = KEY.encode()
FORGETFUL = f"""
import pytest

def test_that_leaves_a_file(tmp_path):
    (tmp_path / "run.log").write_text("x-api-key: {KEY}")

def test_that_leaves_a_report_at_home():
    import pathlib
    pathlib.Path.home().joinpath("crash.txt").write_text("{KEY}")

def test_that_prints():
    print("the key is {KEY}")

def test_that_logs():
    import logging
    logging.getLogger("urllib3").warning("sent %s", "{KEY}")

def test_that_shares_a_folder(tmp_path_factory):
    (tmp_path_factory.mktemp("shared") / "run.log").write_text("{KEY}")

@pytest.mark.keeps_a_secret("key", why="it is the file that the key is read from")
def test_that_has_a_key_file(tmp_path):
    (tmp_path / "key").write_text("{KEY}")
"""
"""Each but the last leaks; the one that shares a folder is told at the end of all."""


def in_a_workbook():
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b"<t>" + PLAIN + b"</t>")
    return told.getvalue()


def in_a_journal():
    with sqlite3.connect(":memory:") as journal:
        journal.execute("create table attempts (body blob)")
        body = zlib.compress(b"x" * 99 + PLAIN, 1)
        journal.execute("insert into attempts values (?)", [body])
    return journal.serialize()


def over_two_pages_of_a_journal():
    with sqlite3.connect(":memory:") as journal:
        journal.execute("create table attempts (message text)")
        for before in range(4060, 4100):
            journal.execute("insert into attempts values (?)", ["x" * before + KEY])
        journal.execute("delete from attempts where instr(message, ?) < 4075", [KEY])
    return journal.serialize()


LEAKS = {
    "plain": b"x-api-key: " + PLAIN,
    "base64": base64.b64encode(PLAIN),
    "base64 after a name": base64.b64encode(b"jane:" + PLAIN),
    "base64 for addresses": base64.urlsafe_b64encode(PLAIN),
    "an address": quote(KEY, safe="").encode(),
    "an address in small letters": b"CANARY%2f4f1d%2ba7c%3de29b-38e5",
    "JSON": json.dumps(KEY).replace("/", "\\/").encode(),
    "JSON in numbers": "".join(f"\\u{ord(c):04x}" for c in KEY).encode(),
    "halves": PLAIN[:12] + b"\n" + PLAIN[12:],
    "hexadecimal": PLAIN.hex().encode(),
    "UTF-16": KEY.encode("utf-16"),
    "gzip": gzip.compress(PLAIN),
    "a workbook": in_a_workbook(),
    "a workbook in gzip": gzip.compress(in_a_workbook()),
    "an answer in a journal": in_a_journal(),
    "two pages of a journal": over_two_pages_of_a_journal(),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_that_is_planted_is_found_however_it_is_written(tmp_path, name):
    planted, clean = tmp_path / "planted", tmp_path / "clean"
    planted.write_bytes(LEAKS[name])
    clean.write_bytes(b"x-api-key: ***")

    found = leaking_files(tmp_path)
    planted.unlink()

    assert found == {planted: [KEY]}


def test_a_log_that_a_killed_process_left_beside_a_journal_is_read_too(tmp_path):
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as journal:
        journal.execute("pragma journal_mode=wal")
        journal.execute("create table attempts (body blob)")
        journal.execute("insert into attempts values (?)", [zlib.compress(PLAIN)])
        journal.commit()

        found = leaking_files(tmp_path)
        journal.execute("drop table attempts")
        journal.execute("vacuum")
    journal.close()

    assert found == {path: [KEY]}


def test_no_secret_of_the_tests_is_one_that_a_harmless_text_holds():
    harmless = b"CANARY 4f1d c=e29b sandbox-key-people geheim proxy hook"

    assert not any(leaks(harmless, secret) for secret in SECRETS)


@pytest.mark.keeps_a_secret("base/test_that_leaves_a_file0/run.log", why="planted")
@pytest.mark.keeps_a_secret("base/test_that_has_a_key_file0/key", why="planted")
@pytest.mark.keeps_a_secret("base/shared0/run.log", why="planted")
@pytest.mark.keeps_a_secret("test_forgetful.py", why="it plants them")
def test_a_test_that_leaves_shows_or_logs_a_secret_does_not_pass(tmp_path):
    (tmp_path / "test_forgetful.py").write_text(FORGETFUL)
    plain = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "conftest"]
    place = ["-c", HOUSE / "pyproject.toml", "--rootdir", tmp_path]

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *plain,
            *place,
            f"--basetemp={tmp_path / 'base'}",
            tmp_path,
        ],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(HOUSE / "tests"), "COLUMNS": "200"},
        text=True,
        timeout=60,
    )
    for home in (tmp_path / "base").glob("home*"):
        (home / "crash.txt").unlink(missing_ok=True)

    told = done.stdout
    assert done.returncode == 1, told
    assert "6 passed" in told
    for name in ("leaves_a_file", "leaves_a_report_at_home", "prints", "logs"):
        assert re.search(rf"^ERROR \S*test_forgetful.py::test_that_{name}", told, re.M), told
    assert "shared0" in told
    assert "test_that_has_a_key_file0" not in told
