"""A journal on a PostgreSQL server: shared, never bought twice, whole when the server crashes."""

import re
import signal
import time

import pytest
from crm_makers import BULK_CREATE, effects, lay, most_effects, newcomer, requests_of
from leakscan import DATABASE_PASSWORD
from makers import Ended, cells_of, hit, save_csv, story, until
from postgres_server import QUOTED

from apollo_batch.errors import Exit


@pytest.fixture
def on_server(desk, postgres):
    """A desk whose journal is on a server."""
    url = postgres.database()
    desk.environ["APOLLO_BATCH_STATE"] = url
    return url


def started(told, *words, **more):
    run = ("run", told.job, told.sheet, "--yes", "--json", "--threads", 1, *words)
    return told.desk.started(*run, **({"more": more} if more else {}))


def ended(process, seconds=60):
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err, err
    return Ended(process.returncode, out, err)


def asked_once(apollo):
    return set(apollo.books()["asked"].values()) == {1}


def test_a_run_is_made_once_and_written_again_for_nothing(desk, apollo, on_server):
    told = story(desk, apollo, 25)

    first = told.run()
    again = told.run()
    listed = desk.call("runs")

    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert first.document["rows"]["succeeded"] == 25
    assert again.document["credits"] == first.document["credits"]
    assert asked_once(apollo)
    assert first.document["run"] in listed.out
    assert len(cells_of(desk.folder / "leads.annotated.xlsx")) == 25


def test_the_password_is_shown_nowhere(desk, apollo, on_server):
    apollo.plot(hit("429", seconds=1))
    told = story(desk, apollo, 12)
    del desk.environ["APOLLO_BATCH_STATE"]

    run = told.run("--state", on_server, "--max-credits", 5, "--debug")
    listed = desk.call("runs", f"--state={on_server}")
    shown = desk.call("show", run.document["run"], "--state", on_server)
    refused = desk.call("runs", "--state", on_server.replace("://", ":/", 1))

    place = on_server.replace(f":{QUOTED}", "")
    assert run.code == Exit.BUDGET
    assert f"--state {place}" in run.document["next"]
    told_all = "".join(one.out + one.err for one in (run, listed, shown, refused))
    kept = [path.read_bytes() for path in desk.folder.rglob("*") if path.is_file()]
    assert QUOTED not in told_all
    assert DATABASE_PASSWORD not in told_all
    assert not any(QUOTED.encode() in one or DATABASE_PASSWORD.encode() in one for one in kept)


def test_another_machine_is_told_who_holds_the_run(desk, apollo, on_server):
    apollo.plot(hit("slow", seconds=4))
    told = story(desk, apollo, 3)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 1)
        other = told.run(HOME=str(desk.folder / "another-home"))
        first = ended(process)

    assert other.code == Exit.HELD
    assert re.search(rf"process {process.pid} on \S+ since 20", other.err)
    assert first.code == 0, first.err
    assert asked_once(apollo)


@pytest.mark.parametrize("fault", ["reset_after", "503_before"])
def test_what_a_lost_request_may_have_made_is_looked_for_and_nobody_is_made_twice(
    desk, apollo, on_server, fault
):
    header = ("first_name", "last_name", "email", "organization_name")
    told = lay(desk, apollo, "contacts.create", header, [newcomer(n) for n in range(3)])
    apollo.plot({"route": BULK_CREATE, "on": [1], "fault": fault})

    ended = told.run()

    assert ended.document["reasons"] == {"created": 3}, ended.err
    assert most_effects(apollo) == 1
    assert len(effects(apollo)) == 3


def test_two_machines_never_buy_the_same_answer_twice(desk, apollo, on_server):
    apollo.plot(hit("slow", 1, 2, 3, seconds=0.5))
    told = story(desk, apollo, 30)
    elsewhere = str(desk.folder / "another-home")

    with (
        started(told, "--period", "a") as one,
        started(told, "--period", "b", "--output", "b.xlsx", HOME=elsewhere) as other,
    ):
        first, second = ended(one), ended(other)

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert first.document["rows"]["succeeded"] == second.document["rows"]["succeeded"] == 30
    assert apollo.books()["credits"]["consumed"] == 30
    assert asked_once(apollo)


def test_a_run_outlives_a_crash_of_the_server(desk, apollo, on_server, postgres):
    apollo.plot(hit("slow", 2, seconds=3))
    told = story(desk, apollo, 35)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 2)
        postgres.stop()
        postgres.start()
        run = ended(process)

    assert run.code == 0, run.err
    assert run.document["rows"]["succeeded"] == 35
    assert apollo.books()["credits"]["consumed"] == 35
    assert asked_once(apollo)


def test_what_creates_outlives_a_crash_of_the_server_and_makes_everybody_once(
    desk, apollo, on_server, postgres
):
    apollo.plot({"route": BULK_CREATE, "on": [2], "fault": "slow", "seconds": 3})
    people = [newcomer(number) for number in range(130)]
    header = ("first_name", "last_name", "email", "organization_name")
    told = lay(desk, apollo, "contacts.create", header, people, keep={"Id": "id"})

    with started(told) as process:
        until(lambda: requests_of(apollo).get(BULK_CREATE, 0) >= 2)
        postgres.stop()
        postgres.start()
        run = ended(process)

    assert run.code == 0, run.err
    assert run.document["reasons"] == {"created": 130}
    assert len(effects(apollo, kind="created")) == 130
    assert most_effects(apollo) == 1


def test_a_run_that_died_with_its_server_goes_on_and_asks_nothing_twice(
    desk, apollo, on_server, postgres
):
    apollo.plot(hit("slow", 2, seconds=30))
    told = story(desk, apollo, 35)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 2)
        postgres.stop()
        process.kill()
        process.wait(timeout=5)
    away = told.run()
    postgres.start()
    again = told.run()

    assert away.code == Exit.OUT_OF_REACH
    assert "cannot be reached" in away.err
    assert again.code == Exit.IN_DOUBT, again.err
    assert again.document["reasons"] == {"process_died": 10}
    assert again.document["rows"]["succeeded"] == 25
    assert asked_once(apollo)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]
)
def test_a_request_to_end_ends_the_wait_for_a_server_that_is_away(
    desk, apollo, on_server, postgres, number, code
):
    apollo.plot(hit("429", 2, seconds=4))
    told = story(desk, apollo, 35)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 2)
        assert any("Apollo asked us to wait" in line for line in process.stderr)
        postgres.stop()
        away = next(line for line in process.stderr if "is away" in line)
        began = time.monotonic()
        process.send_signal(number)
        run = ended(process)
        lasted = time.monotonic() - began
    postgres.start()
    again = told.run()

    assert re.search(r"is away: .* It is waited for until \S+ \(2 min at the most\)\.", away)
    assert DATABASE_PASSWORD not in away
    assert run.code == code, run.err
    assert lasted < 4
    assert "went away" in run.err
    assert f"Next: apollo-batch run {told.job} {told.sheet} --yes" in run.err
    assert again.code == 0, again.err
    assert again.document["rows"]["succeeded"] == 35
    assert asked_once(apollo)


def test_the_embedded_sandbox_keeps_its_own_journal_on_this_machine(desk, on_server, apollo):
    told = story(desk, apollo, 3)
    desk.environ["APOLLO_BATCH_STATE"] = "postgresql://nobody@127.0.0.1:1/nothing"

    run = told.run("--sandbox")

    assert run.code == 0, run.err


def test_a_file_with_odd_characters_is_kept_on_a_server_as_it_is(desk, apollo, on_server):
    told = story(desk, apollo, 2)
    rows = [["Zoë \U0001f600", "O'Brien\\%_", "", "zoe@acme.example", "%s {x} :name $1"]]
    save_csv(told.sheet, rows)

    run = told.run()

    assert run.code == 0, run.err
    assert cells_of(desk.folder / "leads.annotated.xlsx")[0]["Notes"] == "%s {x} :name $1"
