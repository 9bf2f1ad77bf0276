"""A schedule that comes late, twice or not at all: each period's rows are done once."""

import json
import re
from datetime import UTC, datetime

import pytest
from crm_makers import effects, lay
from enroll_maker import contacts
from makers import hit, save_csv, story


def today():
    return f"{datetime.now(UTC):%Y-%m-%d}"


def test_a_period_that_is_done_is_done(desk, apollo):
    told = story(desk, apollo, 3)
    days = {today()}

    first = told.run("--period", "auto")
    again = told.run("--period", "auto")
    days.add(today())

    assert (first.code, again.code) == (0, 0)
    if len(days) == 1:  # midnight did not come in between
        assert first.document["run"] == again.document["run"]
        assert f"Period {days.pop()} is done already, by run {first.document['run']}" in again.err
    assert apollo.books()["credits"]["consumed"] == 3


@pytest.mark.parametrize("typed", [("--period", "auto"), ("--period=auto",)])
def test_what_goes_on_goes_on_with_the_same_period_on_another_day(desk, apollo, typed):
    told = story(desk, apollo, 12)

    stopped = told.run("--max-credits", 10, *typed)

    assert stopped.code == 6
    assert re.search(r"--period[ =]20\d\d-\d\d-\d\d ", stopped.document["next"])
    assert "auto" not in stopped.document["next"]
    assert desk.call(*stopped.following).code == 0


def test_a_period_whose_rows_failed_says_so_again_and_sends_nothing(desk, apollo):
    apollo.plot(hit("reset_after"))
    told = story(desk, apollo, 3)

    first = told.run("--period", "2026-W47")
    again = told.run("--period", "2026-W47")

    assert (first.code, again.code) == (8, 8)
    assert apollo.paid_calls() == 1


def test_a_plan_is_the_plan_of_its_period(desk, apollo):
    told = story(desk, apollo, 3)
    plan = desk.folder / "plan.json"
    desk.call("plan", told.job, told.sheet, "--period", "auto:week", "-o", plan)

    this = told.run("--plan", plan, "--period", "auto:week")
    next_ = told.run("--plan", plan, "--period", "2031-W01")

    assert (this.code, next_.code) == (0, 4)
    assert "--period" in next_.err
    assert json.loads(plan.read_text())["most_credits"] == "3"


@pytest.mark.parametrize("word", ["auto:fortnight", "Auto", "AUTO:week", "auto: week"])
def test_a_period_that_nobody_can_work_out_is_refused(desk, apollo, word):
    refused = story(desk, apollo, 3).run("--period", word)

    assert refused.code == 2
    assert "Write one of auto, auto:week, auto:month" in refused.err
    assert apollo.books()["log"] == []


@pytest.mark.parametrize(
    "word", ["2026-w47", "2026-W7", "2026-W-47", "2026-1", "2026-11-3", "٢٠٢٦-11"]
)
def test_a_period_written_another_way_is_no_second_period(desk, apollo, word):
    refused = story(desk, apollo, 3).run("--period", word)

    assert refused.code == 2
    assert "Write it like 2026-11-02, 2026-W07 or 2026-11" in refused.err
    assert apollo.books()["log"] == []


def test_blanks_around_a_period_are_no_part_of_it(desk, apollo):
    told = story(desk, apollo, 3)

    first, again = told.run("--period", "2026-W47"), told.run("--period", " 2026-W47 ")

    assert first.document["run"] == again.document["run"]


def test_a_spreadsheet_that_has_changed_within_the_period_is_told_of_before_anything_is_made(
    desk, apollo
):
    ids = contacts(3)
    options = {"user": "alex.carver@example.com", "type": "call", "status": "scheduled"}
    options["due_at"] = "2026-12-01 09:00"
    told = lay(desk, apollo, "tasks.create", ["contact_id"], [[n] for n in ids], options=options)

    first = told.run("--period", "2026-W47")
    save_csv(told.sheet, [[n] for n in ids[:2]], ["contact_id"])
    refused = desk.call("run", told.job, told.sheet, "--period", "2026-W47")
    next_ = desk.call("run", told.job, told.sheet, "--period", "2026-W48")

    said = (
        f"Period 2026-W47 was run with another spreadsheet before, by run {first.document['run']}"
    )
    assert said in refused.err
    assert "another spreadsheet" not in first.err + next_.err
    assert len(effects(apollo, "tasks")) == 3
