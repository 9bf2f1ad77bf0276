"""A journal on a server: found or refused in words, shared by machines, whole whatever breaks."""

import re
import sys
import threading
from decimal import Decimal

import psycopg
import pytest
from cutting_proxy import CuttingProxy
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from journal_maker import NOON, Journal, found, people
from leakscan import DATABASE_PASSWORD
from postgres_server import QUOTED
from sqlalchemy import text
from test_journal_limiter import asking
from test_journal_machine import JournalMachine
from virtual_days import Day

from apollo_batch.clock import SystemClock
from apollo_batch.errors import HeldError, InvalidError, OutOfReachError, UsageError
from apollo_batch.journal.address import address_of, folder_of, place_of
from apollo_batch.journal.answers import Over
from apollo_batch.journal.postgres import PATIENCE_SECONDS
from apollo_batch.journal.store import open_store
from apollo_batch.runner.workers import come_to_work, give_up_the_dead
from apollo_batch.settings import Secret, state_place, without_password


@pytest.fixture
def url(postgres):
    return postgres.database()


@pytest.fixture
def journal(url):
    journal = Journal(Secret(url))
    journal.unlimited()
    yield journal
    journal.store.close()


@pytest.fixture
def cut(postgres, url, journal):
    """A journal whose way to the server can be cut."""
    proxy = CuttingProxy(postgres.port)
    journal = Journal(Secret(url.replace(f":{postgres.port}/", f":{proxy.port}/")))
    yield journal, proxy
    journal.store.close()
    proxy.close()


def execute(url, *statements):
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_server_that_is_not_there_is_named_without_the_password():
    with pytest.raises(OutOfReachError, match="cannot be reached") as caught:
        open_store(Secret(f"postgresql://keeper:{QUOTED}@127.0.0.1:1/journal"))

    assert "postgresql://keeper@127.0.0.1:1/journal" in str(caught.value)
    assert DATABASE_PASSWORD not in str(caught.value)
    assert QUOTED not in str(caught.value)


def test_a_wrong_password_is_said_in_words_that_do_not_show_it(url):
    with pytest.raises(OutOfReachError, match="password authentication failed") as caught:
        open_store(Secret(url.replace(QUOTED, "falsch")))

    assert "falsch" not in str(caught.value)


def test_a_database_that_is_not_there_is_said_in_words(url):
    with pytest.raises(OutOfReachError, match=r"database \"shop\" does not exist"):
        open_store(Secret(url.rpartition("/")[0] + "/shop"))


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://keeper:geheim@host/journal",
        "postgresql://keeper:geheim@heim@host/journal",
        "postgresql://keeper:geheim@host:port/journal",
        "://geheim",
    ],
)
def test_a_url_that_is_none_of_ours_is_refused_and_not_repeated(wrong):
    with pytest.raises(UsageError, match="none that can be read") as caught:
        open_store(Secret(wrong))

    assert "heim" not in str(caught.value)


def test_a_missing_driver_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(UsageError, match=r"(?s)psycopg.*pip install 'apollo-batch\[postgres\]'"):
        open_store(Secret("postgresql://127.0.0.1/journal"))


def test_somebody_elses_database_is_refused_and_gets_no_tables(url):
    execute(url, "create table runs (number integer)")

    with pytest.raises(UsageError, match="is not a journal of this program"):
        open_store(Secret(url))

    with psycopg.connect(url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'")
        assert tables.fetchall() == [("runs",)]


def test_another_versions_journal_is_refused(url):
    open_store(Secret(url)).close()
    execute(url, "update meta set value = '99' where key = 'schema_version'")

    with pytest.raises(InvalidError, match=r"another version .* \(schema 99, this one reads"):
        open_store(Secret(url))


def test_a_url_is_shown_without_its_secrets_and_other_words_are_left_alone():
    typed = "--state=postgresql://keeper:a:b/c@d@host:5/journal?password=geheim&sslmode=require"
    address = address_of(Secret("postgresql://keeper:geheim@host:5/journal?sslmode=require"))

    assert without_password(typed) == "--state=postgresql://keeper@host:5/journal?sslmode=require"
    assert without_password("leads: a@b.csv") == "leads: a@b.csv"
    assert without_password("postgresql://host/journal") == "postgresql://host/journal"
    assert place_of(address) == "postgresql://keeper@host:5/journal"
    assert "geheim" not in repr(state_place("postgresql://keeper:geheim@host/journal", {}))


def test_the_folder_of_a_database_is_the_same_whoever_asks_and_anothers_is_another():
    one, same, other = (
        folder_of(address_of(Secret(f"postgresql://{rest}")))
        for rest in ("ann:x@host/journal", "bob:y@host/journal", "ann:x@host/other")
    )

    assert one == same
    assert one != other


def test_a_text_with_a_nul_in_it_is_kept_with_a_mark_in_its_place(journal):
    with journal.store.write() as c:
        c.execute(text("insert into meta values ('nul', :value)"), {"value": "a\0b"})

    assert journal.query("select value from meta where key = 'nul'") == [{"value": "a\ufffdb"}]


def test_a_commit_whose_answer_was_lost_is_not_carried_out_again(journal, cut):
    going = journal.begin(people(30))
    journal, proxy = cut
    proxy.cut_after(b"COMMIT")

    first = journal.dispatch(going)
    second = journal.dispatch(going)

    assert proxy.cuts == 1
    assert len({item.id for chunk in (first, second) for item in chunk.items}) == 20
    assert journal.query("select count(*) n from attempts where outcome = 'sent'") == [{"n": 2}]
    assert journal.money(going) == (Decimal(20), 0)


def test_a_commit_that_never_arrived_is_carried_out_anew(journal, cut):
    going = journal.begin(people(30))
    journal, proxy = cut
    proxy.cut_before(b"COMMIT")

    chunk = journal.dispatch(going)
    proxy.cut_before(b"COMMIT")
    journal.settle(going, chunk, found(chunk))

    assert proxy.cuts == 2
    assert journal.query("select count(*) n from attempts where run != ''") == [{"n": 2}]
    assert journal.money(going) == (0, Decimal(10))


@pytest.mark.parametrize("answer", [b"BEGIN", b"SAVEPOINT", b"INSERT", b"UPDATE", b"RELEASE"])
def test_a_way_that_is_cut_anywhere_in_a_transaction_changes_nothing(journal, cut, answer):
    going = journal.begin(people(10))
    journal, proxy = cut
    proxy.cut_after(answer)

    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk))

    assert proxy.cuts == 1
    assert journal.money(going) == (0, Decimal(10))
    assert journal.query("select count(*) n from attempts where outcome = 'sent'") == [{"n": 0}]


def test_a_server_that_crashes_and_comes_back_is_waited_for(postgres, journal):
    going = journal.begin(people(20))
    chunk = journal.dispatch(going)
    postgres.stop()
    back = threading.Thread(target=postgres.start)
    back.start()

    journal.settle(going, chunk, found(chunk))
    back.join()

    assert len(journal.dispatch(going).items) == 10
    assert journal.money(going) == (Decimal(10), Decimal(10))


class HurriedClock(SystemClock):
    """Whoever waits has waited two hundred times as long."""

    def __init__(self):
        super().__init__()
        self.waited = 0.0

    def monotonic(self):
        return self.waited

    def wait(self, wake, seconds):
        self.waited += 200 * seconds
        super().wait(wake, seconds)


def test_a_server_that_stays_away_is_waited_for_once_and_named(postgres, url):
    clock = HurriedClock()
    journal = Journal(Secret(url), clock)
    going = journal.begin(people(10))
    postgres.stop()

    with pytest.raises(OutOfReachError, match=r"server postgresql://\S+ went away"):
        journal.dispatch(going)
    postgres.start()
    journal.store.close()

    assert PATIENCE_SECONDS <= clock.waited < 2 * PATIENCE_SECONDS


def test_that_a_server_is_away_is_told_once_with_how_long_it_is_waited_for(postgres, url):
    told = []
    store = open_store(Secret(url), HurriedClock(), tell=told.append)
    postgres.stop()

    with pytest.raises(OutOfReachError):
        store.let_go(store.take("leads", "process 1 on this machine"))
    postgres.start()
    store.close()

    (words,) = told
    assert "The journal's server postgresql://keeper@127.0.0.1:" in words
    assert re.search(r"It is waited for until \d\d:\d\d:\d\d \(70 s at the most\)\.$", words)
    assert DATABASE_PASSWORD not in words
    assert QUOTED not in words


def test_a_server_that_comes_back_is_told_to_be_back(postgres, url):
    told = []

    def tell(words):
        told.append(words)
        if "is away" in words:
            postgres.start()

    store = open_store(Secret(url), HurriedClock(), tell=tell)
    postgres.stop()

    assert store.take("leads", "process 1 on this machine") is None
    store.close()
    assert [words.partition(":")[0] for words in told] == [
        "The journal's server postgresql",
        "The journal's server postgresql",
    ]
    assert told[1].endswith(" is back.")


@pytest.mark.parametrize(("seconds", "slept"), [(0.0, 0.0), (60.0, 100.0)])
def test_a_server_that_is_away_is_waited_for_no_longer_than_somebody_says(
    postgres, url, seconds, slept
):
    clock = HurriedClock()
    store = open_store(Secret(url), clock)
    postgres.stop()

    store.wait_no_longer(seconds)
    with pytest.raises(OutOfReachError):
        store.take("leads", "process 1 on this machine")
    postgres.start()
    store.close()

    assert clock.waited == slept


def test_a_name_is_one_processes_and_says_whose(journal, url):
    other = open_store(Secret(url))

    taken = journal.store.take("leads", "process 1 on this machine")
    refused = other.take("leads", "process 2 on another")
    journal.store.let_go("leads")

    assert taken is None
    assert refused == "process 1 on this machine"
    assert other.take("leads", "process 2 on another") is None
    other.close()


def test_a_name_is_free_again_when_its_holder_has_died(journal, url):
    other = open_store(Secret(url))
    other.take("leads", "process 2 on another")
    other.close()

    assert journal.store.take("leads", "process 1 on this machine") is None


def test_whoever_lost_its_names_to_another_writes_no_more(url):
    journal = Journal(Secret(url), HurriedClock())
    other = open_store(Secret(url))
    going = journal.begin(people(10))
    journal.store.take("leads", "process 1")
    # The name is the other's before the way is there again.
    with other.write() as c:
        c.execute(
            text(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid != pg_backend_pid()"
            )
        )
    assert other.take("leads", "process 2") is None

    with pytest.raises(HeldError, match="another process goes on with this run"):
        journal.dispatch(going)

    other.close()
    journal.store.close()


def test_a_writer_that_froze_in_a_transaction_gives_way(journal, url):
    with psycopg.connect(url) as connection:
        shown = connection.execute("show lock_timeout").fetchone()
    with journal.store.read() as c:
        waits, freezes = (
            c.exec_driver_sql(f"show {name}").scalar()
            for name in ("lock_timeout", "idle_in_transaction_session_timeout")
        )

    assert shown == ("0",)
    assert (waits, freezes) == ("30s", "20s")


def test_calls_of_another_machine_are_given_up_only_when_no_call_lasts_that_long(journal):
    store = journal.store
    owner, held = come_to_work(store)
    mine = journal.begin(people(10), owner=owner)
    theirs = journal.begin(people(10, start=50), owner="77-abc@far-12345678", now=NOON + 1)
    journal.dispatch(mine)
    journal.dispatch(theirs)

    def given_up(now):
        give_up_the_dead(store, now)
        return journal.query("select count(*) n from attempts where outcome = 'lost'")[0]["n"]

    early, late = given_up(NOON + 300), given_up(NOON + 601)
    held.release()

    assert (early, late) == (0, 1)
    assert given_up(NOON + 602) == 2


def test_the_servers_clock_is_the_one_everybody_goes_by(journal):
    assert abs(journal.store.ahead()) < 2


def test_a_server_keeps_what_the_model_of_a_journal_says(postgres):
    class OnServer(JournalMachine):
        def place(self):
            return Secret(postgres.database())

    few = settings(
        phases=(Phase.generate,), max_examples=3, stateful_step_count=25, report_multiple_bugs=False
    )
    run_state_machine_as_test(OnServer, settings=few)


def test_windows_on_a_server_are_used_to_their_cap_and_no_call_is_refused(url):
    journal = Journal(Secret(url))
    day = Day(journal, asking(journal, 60), {"minute": 10, "hour": 25, "day": 50})

    ended = day.run()
    journal.store.close()

    assert ended == Over()
    assert (day.sent, day.refused) == (60, 0)
    assert day.used("day") == [50, 10]
