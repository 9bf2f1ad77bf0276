"""Apollo is away for a while: it is waited for, nothing paid leaves meanwhile, and it is told why."""

import os
import re
import signal
import time

import pytest
from crm_makers import effects, lay, most_effects
from door import behind_a_door
from makers import BULK, Ended, hit, leads, save_csv, story, until
from searching import BUYERS, PEOPLE, searching

from apollo_batch.errors import Exit

PROFILE = "GET /users/api_profile"
DEAL = "POST /opportunities"
AWAY = "Apollo answers with errors (status 503)"


def failing(*routes, on=None):
    """Faults that strike every call of these routes, or those with these numbers."""
    script = [{"route": route, "fault": "503_before"} for route in routes]
    return [line | {"on": list(on)} for line in script] if on else script


def calls(apollo, route):
    return sum(entry["route"] == route for entry in apollo.books()["log"])


def started(told, *words):
    run = ("run", told.job, told.sheet, "--yes", "--json", "--threads", 1, *words)
    return told.desk.started(*run)


def ended(process, seconds=30):
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err, err
    return Ended(process.returncode, out, err)


def test_while_apollo_is_away_nothing_paid_leaves_and_the_run_goes_on_when_it_is_back(
    desk, hurried
):
    told = story(desk, hurried, 80)
    hurried.plot(*failing(BULK, on=range(2, 9_999)))

    with started(told) as process:
        until(lambda: hurried.paid_calls() >= 2)
        hurried.plot(*failing(BULK, PROFILE))
        before = calls(hurried, PROFILE)
        until(lambda: calls(hurried, PROFILE) >= before + 3)
        in_storm = hurried.paid_calls()
        hurried.plot()
        run = ended(process)
    figures = told.judged(run)

    assert run.code == Exit.IN_DOUBT
    assert in_storm <= 6, "one that was answered, five that were not"
    assert figures["rows"] | {"in_doubt": 50, "succeeded": 30} == figures["rows"]
    assert set(hurried.books()["asked"].values()) == {1}
    told_of = re.findall(rf"{re.escape(AWAY)}; trying again with a free call in 1 s", run.err)
    assert len(told_of) == 1, run.err


def test_a_storm_beyond_patience_ends_with_seven_and_the_same_command_goes_on(desk, hurried):
    job = searching(desk, "people.search", options=BUYERS)
    hurried.plot(*failing(PEOPLE))
    run = ("run", job, "--yes", "--json", "--patience", "2s")

    began = time.monotonic()
    first = desk.call(*run)
    lasted = time.monotonic() - began
    asked = calls(hurried, PEOPLE)
    hurried.plot()
    again = desk.call(*first.following)

    assert first.code == Exit.OUT_OF_REACH, first.err
    assert first.document["reasons"] == {"out_of_reach": 1}
    assert f"{AWAY}; it was waited for 2 s." in first.err
    assert 2 <= lasted < 20
    assert asked <= 5 + 3, "free calls are answered, and real ones let through ever more rarely"
    assert again.code == 0, again.err
    assert again.document["run"] == first.document["run"]


def test_no_patience_at_all_ends_it_as_soon_as_apollo_is_found_away(desk, apollo):
    apollo.plot(*failing(BULK))
    told = story(desk, apollo, 70)

    run = told.run("--threads", 1, "--patience", "0s")

    assert run.code == Exit.IN_DOUBT
    assert run.document["reasons"] == {"reply_lost": 50, "out_of_reach": 20}
    assert apollo.paid_calls() == 5


def test_nobody_at_the_address_is_waited_for_and_nothing_is_in_doubt(desk, hurried):
    told = story(desk, hurried, 30)
    hurried.plot(hit("429", seconds=120))

    with behind_a_door(hurried.base_url) as (door, url):
        desk.environ["APOLLO_BASE_URL"] = url
        with started(told) as process:
            until(lambda: hurried.paid_calls() >= 1)
            door.shut()
            for line in process.stderr:
                if "trying again with a free call" in line:
                    break
            door.open()
            run = ended(process)
    figures = told.judged(run)

    assert "Apollo could not be reached at" in line
    assert "nothing was sent; trying again" in line
    assert run.code == 0, run.err
    assert figures["rows"]["succeeded"] == 30
    assert set(hurried.books()["asked"].values()) == {1}


def test_nobody_at_the_address_for_longer_than_patience_ends_with_seven(desk, hurried):
    told = story(desk, hurried, 30)
    hurried.plot(hit("429", seconds=120))

    with behind_a_door(hurried.base_url) as (door, url):
        desk.environ["APOLLO_BASE_URL"] = url
        with started(told, "--patience", "3s") as process:
            until(lambda: hurried.paid_calls() >= 1)
            door.shut()
            first = ended(process)
        door.open()
        hurried.plot()
        again = told.run()

    assert first.code == Exit.OUT_OF_REACH
    assert first.document["reasons"] == {"out_of_reach": 30}
    assert told.judged(again)["rows"]["succeeded"] == 30
    assert again.document["run"] == first.document["run"]


def test_what_a_storm_may_have_written_is_looked_for_and_nothing_is_made_twice(desk, hurried):
    rows = [[f"Pumps {number}"] for number in range(9)]
    told = lay(desk, hurried, "deals.create", ("name",), rows)
    lost = [{"route": DEAL, "fault": "503_after", "on": [2, 3, 4, 5, 6]}]
    hurried.plot(*lost, *failing(DEAL, on=[7]))

    run = told.run("--threads", 1)

    assert run.code == 0, run.err
    assert run.document["reasons"] == {"created": 9}
    assert len(effects(hurried, "deals")) == 9
    assert most_effects(hurried, "deals") == 1


def test_a_storm_of_writes_beyond_patience_leaves_nothing_made_twice_by_the_next_command(
    desk, hurried
):
    rows = [[f"Pumps {number}"] for number in range(9)]
    told = lay(desk, hurried, "deals.create", ("name",), rows)
    hurried.plot({"route": DEAL, "fault": "503_after"})

    first = told.run("--threads", 1, "--patience", "3s")
    hurried.plot()
    again = told.run()

    assert first.code == Exit.OUT_OF_REACH, first.err
    assert first.document["reasons"].keys() == {"created", "out_of_reach"}
    assert len(effects(hurried, "deals")) == 9
    assert again.code == 0, again.err
    assert again.document["reasons"] == {"created": 9}
    assert most_effects(hurried, "deals") == 1


def test_a_free_call_that_hangs_holds_up_neither_the_end_nor_a_second_one_behind_it(desk, hurried):
    told = story(desk, hurried, 190)
    hurried.plot(*failing(BULK, on=range(2, 9_999)), hit("slow", seconds=1) | {"route": BULK})

    with started(told, "--patience", "4s", "--threads", 8) as process:
        until(lambda: hurried.paid_calls() >= 1)
        before = calls(hurried, PROFILE)
        hurried.plot(*failing(BULK), hit("hang", seconds=60) | {"route": PROFILE, "on": []})
        began = time.monotonic()
        run = ended(process)
        lasted = time.monotonic() - began

    assert run.code == Exit.IN_DOUBT
    assert "out_of_reach" in run.document["reasons"]
    assert lasted < 25
    assert calls(hurried, PROFILE) == before + 1


def test_two_processes_in_one_storm_knock_as_often_as_one(desk, hurried):
    told = story(desk, hurried, 40)
    save_csv(desk.folder / "others.csv", leads(40, 200))
    other_run = ("run", told.job, desk.folder / "others.csv", "--yes", "--json", "--threads", 1)
    hurried.plot(*failing(BULK, on=range(2, 9_999)))

    with started(told) as one, desk.started(*other_run) as other:
        until(lambda: hurried.paid_calls() >= 4)
        hurried.plot(*failing(BULK, PROFILE))
        until(lambda: calls(hurried, PROFILE) >= 4)
        began, before = time.monotonic(), calls(hurried, PROFILE)
        until(lambda: calls(hurried, PROFILE) >= before + 5)
        lasted = time.monotonic() - began
        in_storm = hurried.paid_calls()
        hurried.plot()
        first, second = ended(one), ended(other)

    assert lasted > 4 * 0.5, "every half a second of a clock sixty times as fast"
    assert in_storm <= 8
    assert {first.code, second.code} <= {0, Exit.IN_DOUBT}, first.err + second.err
    done = [run.document["rows"] for run in (first, second)]
    assert sum(rows["not_run"] for rows in done) == 0
    assert set(hurried.books()["asked"].values()) == {1}


def test_a_limit_beyond_patience_ends_at_once_and_says_until_when(desk, hurried):
    hurried.plot(hit("429", seconds=240))
    told = story(desk, hurried, 3)

    first = told.run("--patience", "1s")
    again = told.run()

    assert first.code == Exit.OUT_OF_REACH
    assert first.document["reasons"] == {"limited": 3}
    said = r"Apollo asked us to wait, until \d\d:\d\d:\d\d \(for 4 s\); --patience is 1 s\."
    assert re.search(said, first.err), first.err
    assert again.code == 0, again.err
    assert again.document["run"] == first.document["run"]


def test_a_limit_is_waited_for_as_long_as_it_takes_where_nobody_says_otherwise(desk, hurried):
    hurried.plot(hit("429", seconds=240))
    told = story(desk, hurried, 3)

    run = told.run()

    assert run.code == 0, run.err
    said = r"0 of 3 rows, 0 credits\. Apollo asked us to wait; going on at \S+ \(in 4 s\)\."
    assert re.search(said, run.err), run.err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]
)
def test_a_request_to_end_ends_a_storm_at_once(desk, apollo, number, code):
    apollo.plot(*failing(PEOPLE))
    job = searching(desk, "people.search", options=BUYERS)

    with desk.started("run", job, "--yes", "--json") as process:
        assert any("trying again with a free call" in line for line in process.stderr)
        began = time.monotonic()
        os.killpg(process.pid, number)
        stopped = ended(process)
        lasted = time.monotonic() - began
    apollo.plot()

    assert stopped.code == code, stopped.err
    assert lasted < 4
    assert stopped.document["reasons"] == {"interrupted": 1}
    assert stopped.document["next"]


@pytest.mark.parametrize("wrong", ["ten minutes", "10", "-5s", "5 m 3 s", ""])
def test_a_patience_that_is_no_duration_is_refused(desk, apollo, wrong):
    told = story(desk, apollo)

    run = told.run("--patience", wrong)

    assert run.code == Exit.USAGE
    assert "Write it like 30s, 10m or 2h." in run.err
    assert apollo.books()["log"] == []
