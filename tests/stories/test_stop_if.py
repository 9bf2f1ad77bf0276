"""`stop_if`: a run ends early, by what came back so far, and says which figures made it."""

import pytest
from makers import hit, leads, nobodies, save_job, story

from apollo_batch.errors import Exit


def statuses(ended):
    return {name: n for name, n in ended.document["rows"].items() if n and name != "total"}


def test_too_few_matches_end_a_run(desk, apollo):
    told = story(desk, apollo, [*nobodies(18), *leads(60)], stop_if={"match_rate_below": 0.2})

    ended = told.run()

    assert ended.code == Exit.BUDGET
    assert "2 of 20 rows of people.enrich matched (10 %)" in ended.err
    assert "match_rate_below: 0.2" in ended.err
    assert statuses(ended) == {"no_match": 18, "succeeded": 2, "not_run": 58}
    assert ended.document["reasons"]["stop_if"] == 58
    assert told.judged(ended)


def test_too_many_errors_end_a_run(desk, apollo):
    apollo.plot(hit("torn", 2))
    told = story(desk, apollo, 60, stop_if={"error_rate_above": 0.1})

    ended = told.run()

    assert ended.code == Exit.IN_DOUBT
    assert "10 of 20 rows of people.enrich failed or are in doubt (50 %)" in ended.err
    assert statuses(ended) == {"succeeded": 10, "in_doubt": 10, "not_run": 40}


def test_rows_that_cost_too_much_end_a_run(desk, apollo):
    told = story(desk, apollo, 60, stop_if={"credits_per_row_above": 0.5})

    ended = told.run()

    assert ended.code == Exit.BUDGET
    assert "20 credits went on 20 rows (1.00 a row)" in ended.err
    assert apollo.books()["credits"]["consumed"] == 20


@pytest.mark.parametrize(
    "thresholds",
    [
        {"match_rate_below": 0.1},
        {"error_rate_above": 0},
        {"credits_per_row_above": 1},
    ],
)
def test_a_run_that_crosses_no_threshold_ends_as_ever(desk, apollo, thresholds):
    told = story(desk, apollo, [*nobodies(18), *leads(30)], stop_if=thresholds)

    ended = told.run()

    assert ended.code == 0, ended.err
    assert statuses(ended) == {"succeeded": 30, "no_match": 18}


def test_fewer_than_twenty_rows_say_nothing(desk, apollo):
    told = story(desk, apollo, nobodies(19), stop_if={"match_rate_below": 1})

    ended = told.run()

    assert ended.code == 0, ended.err
    assert statuses(ended) == {"no_match": 19}


def test_a_stopped_run_stays_so_until_the_job_is_changed_and_then_goes_on(desk, apollo):
    told = story(desk, apollo, [*nobodies(18), *leads(60)], stop_if={"match_rate_below": 0.2})
    first = told.run()
    asked = apollo.paid_calls()

    again = desk.call(*first.following)
    unasked = apollo.paid_calls()
    save_job(told.job)
    rest = desk.call(*first.following)

    assert "first change `stop_if`" in first.err
    assert (again.code, unasked) == (Exit.BUDGET, asked)
    assert (rest.code, rest.document["run"]) == (0, first.document["run"])
    assert statuses(rest) == {"succeeded": 60, "no_match": 18}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, "Add one of: match_rate_below"),
        ({"match_rate_below": 20}, "0.2 for 20 %"),
        ({"match_rate_below": 0}, "0.2 for 20 %"),
        ({"error_rate_above": 1}, "0.4 for 40 %"),
        ({"credits_per_row_above": -1}, "more than 0"),
        ({"match_rate": 0.2}, "match_rate_below"),
    ],
)
def test_a_threshold_that_is_none_is_refused_with_what_to_write(desk, wanted, said):
    job = save_job(desk.folder / "job.yaml", stop_if=wanted)

    ended = desk.call("check", job)

    assert ended.code == Exit.INVALID
    assert said in ended.err
