"""The journal's file: private, of one version, never mistaken, written by many at once."""

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from journal_maker import NOON, TEAM, Journal, found, people, shelf

from apollo_batch.errors import InvalidError, OutputError, UsageError
from apollo_batch.journal.sqlite import SqliteFile
from apollo_batch.journal.store import open_store
from apollo_batch.settings import Secret

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from journal_maker import Journal, people, found, NOON
from apollo_batch.settings import state_place
journal = Journal(state_place(sys.argv[1], {}))
print("open", flush=True)
sys.stdin.readline()
going = journal.begin(people(20, start=int(sys.argv[3])), owner=sys.argv[3])
asked, now = 0, NOON
while asked < 20:
    turn = journal.turn(going, now=now)
    now += 20.0
    for chunk in turn.chunks:
        asked += len(chunk.items)
        journal.settle(going, chunk, found(chunk), now)
journal.store.close()
"""

PASSER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from journal_maker import Journal, people
for number in range(12):
    journal = Journal(Path(sys.argv[1]))
    journal.begin(people(1, start=int(sys.argv[3]) + number), owner=sys.argv[3])
    journal.store.close()
"""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("place", ["state", "leads.db"])
def test_every_file_of_a_journal_is_its_owners_alone_from_the_first_moment(tmp_path, place, mask):
    before = os.umask(mask)
    try:
        journal = Journal(tmp_path / place)
        journal.begin(people(1))
    finally:
        os.umask(before)

    made = [path for path in tmp_path.rglob("*") if path != tmp_path]

    assert any(path.name.endswith("-wal") for path in made)
    assert {mode(path) for path in made if path.is_dir()} <= {0o700}
    assert {path.name: mode(path) for path in made if path.is_file() and mode(path) != 0o600} == {}


def test_a_journal_that_others_could_read_is_tightened_when_it_is_opened(tmp_path):
    open_store(tmp_path / "state").close()
    (tmp_path / "state").chmod(0o755)
    (tmp_path / "state" / "journal.db").chmod(0o644)

    open_store(tmp_path / "state").close()

    assert mode(tmp_path / "state") == 0o700
    assert mode(tmp_path / "state" / "journal.db") == 0o600


@pytest.mark.parametrize("version", ["0", "2", "one"])
def test_another_versions_journal_is_refused_in_one_sentence_and_left_as_it_was(tmp_path, version):
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as other:
        other.execute("create table meta (key varchar primary key, value text)")
        other.execute("insert into meta values ('schema_version', ?)", [version])
    other.close()

    with pytest.raises(
        InvalidError, match=rf"another version .* \(schema {version}, this one reads"
    ):
        open_store(file)

    with sqlite3.connect(file) as other:
        assert [name for (name,) in other.execute("select name from sqlite_master")] == [
            "meta",
            "sqlite_autoindex_meta_1",
        ]
    other.close()


def test_a_file_that_is_no_journal_is_refused_and_not_touched(tmp_path):
    file = tmp_path / "leads.db"
    file.write_bytes(b"First Name,Last Name\n" * 200)

    with pytest.raises(UsageError, match="is not a journal of this program"):
        open_store(file)

    assert file.read_bytes() == b"First Name,Last Name\n" * 200


def test_somebody_elses_database_is_refused_and_gets_no_tables(tmp_path):
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as other:
        other.execute("create table runs (number integer)")
    other.close()

    with pytest.raises(UsageError, match="is not a journal of this program"):
        open_store(file)

    with sqlite3.connect(file) as other:
        assert list(other.execute("select name from sqlite_master")) == [("runs",)]
    other.close()


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(UsageError, match="cannot be used"):
        open_store(tmp_path / "file" / "state")


def test_a_full_disk_while_opening_says_what_to_do(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "journal.db").mkdir()

    with pytest.raises(OutputError, match="cannot be written"):
        open_store(folder)


def test_what_a_transaction_wrote_is_gone_when_it_ends_badly_and_there_when_it_ends_well(state):
    store = open_store(state)

    with contextlib.suppress(KeyError), store.write() as c:
        c.exec_driver_sql("insert into meta values ('left', 'behind')")
        raise KeyError
    with store.write() as c:
        c.exec_driver_sql("insert into meta values ('kept', 'here')")

    with store.read() as c:
        assert c.exec_driver_sql("select key from meta order by key").scalars().all() == [
            "kept",
            "salt",
            "schema_version",
        ]
    store.close()


def test_a_part_that_ends_badly_is_undone_alone(state):
    store = open_store(state)

    with store.write() as c:
        c.exec_driver_sql("insert into meta values ('before', '')")
        with contextlib.suppress(KeyError), store.part(c):
            c.exec_driver_sql("insert into meta values ('within', '')")
            raise KeyError
        c.exec_driver_sql("insert into meta values ('after', '')")

    with store.read() as c:
        assert c.exec_driver_sql("select key from meta order by key").scalars().all() == [
            "after",
            "before",
            "salt",
            "schema_version",
        ]
    store.close()


def test_a_reader_sees_one_moment_while_others_write(state):
    store = open_store(state)

    with store.read() as reader:
        before = reader.exec_driver_sql("select count(*) from meta").scalar()
        with store.write() as c:
            c.exec_driver_sql("insert into meta values ('new', '')")
        after = reader.exec_driver_sql("select count(*) from meta").scalar()

    assert before == after == 2
    store.close()


def test_threads_that_write_at_once_lose_nothing(state):
    journal = Journal(state)
    journal.unlimited()
    problems = []

    def work(number):
        try:
            going = journal.begin(people(30, start=number * 30), owner=str(number))
            for _ in range(3):
                chunk = journal.dispatch(going)
                journal.settle(going, chunk, found(chunk))
        except Exception as problem:  # noqa: BLE001 - the test's own thread tells it
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    done = journal.query("select count(distinct question) n from items where state = 'done'")
    assert done[0]["n"] == 6 * 30 + 1
    assert journal.query("select count(*) n, sum(spent) spent from attempts") == [
        {"n": 6 * 3 + 1, "spent": 10_000 * (6 * 30 + 1)}
    ]
    journal.store.close()


def test_processes_that_open_a_new_journal_at_once_all_find_it_and_lose_nothing(tmp_path, state):
    here = str(Path(__file__).parents[1])
    named = state.reveal() if isinstance(state, Secret) else str(state)
    command = [sys.executable, "-c", WRITER, named, here]
    writers = [
        subprocess.Popen(
            [*command, str(1000 * number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]

    said = [writer.stdout.readline() for writer in writers]
    ends = [writer.communicate("go\n", timeout=60) for writer in writers]

    assert said == ["open\n"] * 3, ends
    assert [writer.returncode for writer in writers] == [0, 0, 0], ends
    journal = Journal(state)
    assert journal.query("select count(*) n from items where state = 'done'") == [{"n": 60}]
    if state == tmp_path / "state":
        assert journal.query("pragma integrity_check") == [{"integrity_check": "ok"}]
    journal.store.close()


def test_a_new_journal_that_another_process_is_just_making_is_waited_for(tmp_path):
    other = sqlite3.connect(tmp_path / "journal.db", isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    other.execute("create table half_made (n)")
    ends = threading.Timer(0.2, other.execute, ["rollback"])
    ends.start()

    open_store(tmp_path).close()

    ends.join()
    other.close()


def test_two_teams_have_lanes_and_questions_of_their_own(state):
    journal = Journal(state)
    ours, theirs = journal.begin(people(1)), journal.begin(people(1), on=shelf("another-team"))

    first, second = journal.dispatch(ours), journal.dispatch(theirs, NOON)
    journal.settle(ours, first, found(first))
    journal.settle(theirs, second, found(second))

    accounts = journal.query("select distinct account from questions order by 1")
    assert [row["account"] for row in accounts] == [TEAM, "another-team"]
    assert len(journal.query("select lane from lanes")) == 2
    journal.store.close()


def test_a_writer_sees_what_the_one_before_it_wrote_whatever_connection_it_came_by(state):
    stores = [open_store(state) for _ in range(3)]
    with stores[0].write() as c:
        c.exec_driver_sql("insert into meta values ('count', '0')")
    problems = []

    def count(store):
        try:
            for _ in range(40):
                with store.write() as c:
                    seen = int(
                        c.exec_driver_sql("select value from meta where key='count'").scalar()
                    )
                    c.exec_driver_sql(f"update meta set value='{seen + 1}' where key='count'")
        except Exception as problem:  # noqa: BLE001 - the test's own thread tells it
            problems.append(problem)

    threads = [threading.Thread(target=count, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    with stores[0].read() as c:
        counted = c.exec_driver_sql("select value from meta where key='count'").scalar()
    assert counted == "120"
    for store in stores:
        store.close()


def test_who_comes_while_another_leaves_leaves_no_file_that_nobody_can_open(tmp_path):
    leaving = Journal(tmp_path / "leads.db")
    leaving.begin(people(1))
    coming = SqliteFile(tmp_path / "leads.db")  # and is killed before it has done anything

    leaving.store.close()

    assert [path.name for path in tmp_path.glob("leads.db-*")] == []
    Journal(tmp_path / "leads.db").store.close()
    coming.close()


def test_of_many_who_come_and_leave_at_once_nobody_is_refused(tmp_path):
    words = [
        sys.executable,
        "-c",
        PASSER,
        str(tmp_path / "leads.db"),
        str(Path(__file__).parents[1]),
    ]
    many = [subprocess.Popen([*words, str(n * 100)], stderr=subprocess.PIPE) for n in range(4)]

    ended = [(one.communicate(timeout=90)[1], one.returncode) for one in many]

    assert ended == [(b"", 0)] * 4
    assert [path.name for path in tmp_path.glob("leads.db-*")] == []
