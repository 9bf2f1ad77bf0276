"""What is paid for once stays paid for, whatever Apollo says of the key meanwhile."""

import signal
import subprocess
import threading
from contextlib import contextmanager

from makers import cells_of, story, until
from stand_in import PROFILE, Said, standing_in

from apollo_batch.errors import Exit


def test_an_apollo_that_for_once_does_not_say_whose_the_key_is_makes_nobody_pay_twice(desk, apollo):
    apollo.plot({"route": "GET /users/api_profile", "on": [1], "fault": "503_before"})
    told = story(desk, apollo, 25)

    first = told.run("--max-credits", 10)
    second = told.run("--max-credits", 10)
    third = told.run("--max-credits", 25)

    # It is the same run with the same budget, so its credits are not there a second time.
    assert (first.code, second.code, third.code) == (Exit.BUDGET, Exit.BUDGET, 0)
    assert len({ended.document["run"] for ended in (first, second, third)}) == 1
    assert set(apollo.books()["asked"].values()) == {1}
    assert told.judged(third)["rows"]["succeeded"] == 25


@contextmanager
def withdrawing():
    """Serve, in place of Apollo, a team whose key is withdrawn once its first rows are answered."""
    bought = []

    def answer(asked):
        if asked.method == "GET":
            return PROFILE
        details = asked.json.get("details", ())
        if details and not bought:
            bought.extend(details)
            return Said({"matches": [None for _ in details], "credits_consumed": 0})
        return Said({}, 401 if bought else 200)

    with standing_in(answer) as address:
        yield address


def test_a_key_withdrawn_meanwhile_takes_no_result_with_it(desk, apollo):
    told = story(desk, apollo, 15)

    with withdrawing() as elsewhere:
        ended = told.run("--threads", 1, APOLLO_BASE_URL=elsewhere)

    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert ended.code == Exit.ACCESS
    assert [row["Apollo Status"] for row in rows] == ["No match"] * 10 + ["Not run"] * 5
    assert ended.document["next"]


def test_ctrl_c_waits_for_no_balance(desk, apollo):
    balance = "POST /usage_stats/credit_usage_stats"
    apollo.plot({"route": balance, "every": 1, "fault": "hang", "seconds": 30})
    told = story(desk, apollo, 3)

    with desk.started("run", told.job, told.sheet, "--yes", stdin=subprocess.DEVNULL) as process:
        until((desk.state / "runs").is_dir)
        threading.Event().wait(1.5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)

    assert process.returncode == Exit.INTERRUPTED
    assert apollo.paid_calls() == 0
