"""A budget is never passed: it cuts, it stops in row order, and it says how to go on."""

from dataclasses import replace

import pytest
from makers import BULK, cells_of, hit, leads, save_csv, save_job, story

from apollo_batch.errors import Exit


def test_a_budget_cuts_a_chunk_and_stops_in_row_order(desk, apollo):
    told = story(desk, apollo, 15)

    ended = told.run("--max-credits", 12)
    figures = told.judged(ended)
    rows = cells_of(desk.folder / "leads.annotated.xlsx")

    assert ended.code == Exit.BUDGET
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * 12 + ["Not run"] * 3
    assert figures["credits"]["max"] == "12"
    assert figures["credits"]["reported"] == "12"
    assert figures["reasons"] == {"budget": 3}
    assert figures["requests"] == {BULK: 2}
    assert rows[-1]["Apollo Credits"] == 0


@pytest.mark.parametrize("cap", ["0", "1", "9.5", "10", "11"])
def test_what_it_says_to_type_next_finishes_the_run(desk, apollo, cap):
    told = story(desk, apollo, 12)

    stopped = told.run("--max-credits", cap)
    figures = told.judged(stopped)
    ended = desk.call(*stopped.following)

    assert stopped.code == Exit.BUDGET
    assert figures["rows"]["succeeded"] == int(float(cap))
    assert ended.code == 0, ended.err
    assert told.judged(ended)["rows"]["succeeded"] == 12
    assert told.judged(ended)["run"] == figures["run"]
    assert apollo.books()["credits"]["consumed"] == 12
    assert set(apollo.books()["asked"].values()) == {1}


def test_what_it_says_to_type_next_names_the_budget_once_and_enough_of_it(desk, apollo):
    told = story(desk, apollo, 15)

    stopped = told.run("--max-credits=4")

    assert stopped.following.count("--max-credits") == 1
    assert stopped.following[-2:] == ["--max-credits", "15"]
    assert "--max-credits=4" not in stopped.following
    assert f"Next: {stopped.document['next']}" in stopped.err


@pytest.mark.parametrize(
    ("settings", "job", "flag", "force"),
    [(None, 5, 9, 5), (None, 9, 5, 5), (4, 9, 5, 4), (9, None, None, 9), (None, None, 3, 3)],
)
def test_the_least_of_settings_job_and_flag_is_in_force(desk, apollo, settings, job, flag, force):
    told = story(desk, apollo, 12, limits={"max_credits": job} if job else None)
    own = desk.folder / "settings.toml"
    own.write_text(f"max_credits = {settings}\n" if settings else "")

    flags = ["--max-credits", flag] if flag else []
    ended = told.run(*flags, APOLLO_BATCH_SETTINGS=str(own))

    assert ended.code == Exit.BUDGET
    assert told.judged(ended)["credits"]["max"] == str(force)
    assert apollo.books()["credits"]["consumed"] == force


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("max_credits = nan\n", "is a number, 0 or more"),
        ("max_credits = inf\n", "is a number, 0 or more"),
        ('max_credits = "5"\n', "is a number, 0 or more"),
        ("max_credit = 5\n", "nothing is called 'max_credit'"),
        ("max_credits\n", "Mend the file"),
    ],
    ids=["not there", "nan", "inf", "text", "misspelled", "no TOML"],
)
def test_settings_that_cannot_be_used_stop_a_run_rather_than_set_no_limit(
    desk, apollo, content, message
):
    told = story(desk, apollo, 3)
    own = desk.folder / "settings.toml"
    if content is not None:
        own.write_text(content)

    ended = told.run(APOLLO_BATCH_SETTINGS=str(own))

    assert ended.code == Exit.INVALID
    assert message in ended.err
    assert str(own) in ended.err
    assert apollo.paid_calls() == 0


def test_where_a_flag_cannot_raise_the_budget_it_says_what_can(desk, apollo):
    told = story(desk, apollo, 4, limits={"max_credits": 2})
    own = desk.folder / "settings.toml"
    own.write_text("max_credits = 3\n")

    by_job = told.run("--max-credits", 9, APOLLO_BATCH_SETTINGS=str(own))
    save_job(told.job, limits={"max_credits": 9})
    by_settings = desk.call(*by_job.following, APOLLO_BATCH_SETTINGS=str(own))
    own.write_text("max_credits = 9\n")
    ended = desk.call(*by_settings.following, APOLLO_BATCH_SETTINGS=str(own))

    assert [by_job.code, by_settings.code, ended.code] == [Exit.BUDGET, Exit.BUDGET, 0]
    assert f"limits: {{max_credits: 2}} in {told.job}" in by_job.err
    assert "max_credits = 3 there" in by_settings.err
    assert told.judged(ended)["credits"]["reported"] == "4"


def test_the_budget_counts_over_all_invocations_of_a_run(desk, apollo):
    told = story(desk, apollo, 12)

    first = told.run("--max-credits", 5)
    second = told.run("--max-credits", 5)
    third = told.run("--max-credits", 7)

    assert [first.code, second.code, third.code] == [Exit.BUDGET] * 3
    assert told.judged(third)["credits"]["reported"] == "7"
    assert apollo.books()["credits"]["consumed"] == 7


def test_a_lost_answer_counts_in_full_so_the_books_stay_below_the_budget(desk, apollo):
    apollo.plot(hit("reset_after"))
    told = story(desk, apollo, 20)

    ended = told.run("--max-credits", 12, "--threads", 1)
    figures = told.judged(ended)
    again = desk.call(*ended.following)

    assert figures["rows"] | {"in_doubt": 10, "succeeded": 2, "not_run": 8} == figures["rows"]
    assert again.code == Exit.BUDGET
    assert apollo.books()["credits"]["consumed"] == 12


def test_many_threads_share_one_budget(desk, apollo):
    apollo.plot(hit("slow", 1, 2, 3, 4, seconds=0.3))
    told = story(desk, apollo, 60)

    ended = told.run("--max-credits", 33, "--threads", 8)

    assert told.judged(ended)["credits"]["reported"] == "33"
    assert apollo.books()["credits"]["consumed"] == 33


def test_misses_free_the_budget_for_rows_further_down(desk, apollo):
    nobody = [[first, "Nobody", site, "", ""] for first, _, site, _, _ in leads(10)]
    told = story(desk, apollo, [*nobody, *leads(10, start=200)])

    ended = told.run("--max-credits", 10)

    assert ended.code == 0
    assert told.judged(ended)["rows"]["succeeded"] == 10


@pytest.mark.parametrize("word", ["many", "-1", "nan", "inf"])
def test_a_budget_that_is_no_number_is_refused(desk, apollo, word):
    told = story(desk, apollo)

    ended = told.run(f"--max-credits={word}")

    assert ended.code == Exit.USAGE
    assert "--max-credits" in ended.err
    assert apollo.paid_calls() == 0


def test_the_budget_of_a_day_holds_over_all_runs_and_files(desk, apollo):
    own = desk.folder / "settings.toml"
    own.write_text("max_credits_day = 15\n")
    first = story(desk, apollo, 12)
    others = save_csv(desk.folder / "others.csv", leads(24)[12:])
    second = replace(first, sheet=others)

    done = first.run(APOLLO_BATCH_SETTINGS=str(own))
    stopped = second.run(APOLLO_BATCH_SETTINGS=str(own))
    again = second.run(APOLLO_BATCH_SETTINGS=str(own))

    assert done.code == 0
    assert stopped.code == again.code == Exit.BUDGET
    assert second.judged(stopped)["reasons"] == {"budget_day": 9}
    assert "max_credits_day" in str(cells_of(desk.folder / "others.annotated.xlsx"))
    assert apollo.books()["credits"]["consumed"] == 15


def test_the_budget_of_a_month_holds_as_the_days_does(desk, apollo):
    own = desk.folder / "settings.toml"
    own.write_text("max_credits_day = 50\nmax_credits_month = 7\n")
    told = story(desk, apollo, 12)

    stopped = told.run(APOLLO_BATCH_SETTINGS=str(own))

    assert stopped.code == Exit.BUDGET
    assert told.judged(stopped)["reasons"] == {"budget_month": 5}
    assert apollo.books()["credits"]["consumed"] == 7


def test_what_the_settings_keep_of_the_balance_is_not_touched(desk, apollo):
    apollo.reset(credits=20)
    own = desk.folder / "settings.toml"
    own.write_text("keep_credits = 15\n")
    told = story(desk, apollo, 12)

    stopped = told.run(APOLLO_BATCH_SETTINGS=str(own))
    again = told.run(APOLLO_BATCH_SETTINGS=str(own))

    assert stopped.code == again.code == Exit.BUDGET
    assert apollo.books()["credits"] == {"limit": 20, "consumed": 5, "left": 15}


def test_a_limit_that_no_database_could_hold_is_no_number_of_credits(desk, apollo):
    refused = story(desk, apollo, 2).run("--max-credits", "1e30")

    assert refused.code == Exit.USAGE
    assert "--max-credits 1e30 is no number of credits" in refused.err
