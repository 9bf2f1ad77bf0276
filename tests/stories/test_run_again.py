"""The same command goes on where the last one stopped, and nothing is bought twice."""

import pytest
from makers import (
    cells_of,
    hit,
    lead,
    leads,
    save_csv,
    save_job,
    save_xlsx,
    story,
)

from apollo_batch.errors import Exit


def test_a_finished_run_asks_nothing_and_writes_the_workbook_again(desk, apollo):
    told = story(desk, apollo, 12)
    first = told.run()
    output = desk.folder / "leads.annotated.xlsx"
    before = cells_of(output)
    output.unlink()

    second = told.run()

    assert second.code == 0
    assert told.judged(second)["run"] == told.judged(first)["run"]
    assert cells_of(output) == before
    assert apollo.paid_calls() == 2
    assert "is finished; its workbook is written again" in second.err


def test_an_edit_in_a_named_cell_makes_a_new_run_that_asks_that_row_alone(desk, apollo):
    told = story(desk, apollo, 12)
    first = told.judged(told.run())
    save_csv(told.sheet, [*leads(11), lead(200)])

    second = told.judged(told.run())

    assert second["run"] != first["run"]
    assert second["rows"]["succeeded"] == 12
    assert second["reasons"] == {"found_before": 11}
    assert second["credits"]["reported"] == "1"
    assert apollo.books()["credits"]["consumed"] == 13
    assert set(apollo.books()["asked"].values()) == {1}


def test_an_edit_elsewhere_is_the_same_run_and_is_in_the_workbook(desk, apollo):
    told = story(desk, apollo, 2)
    first = told.judged(told.run())
    save_csv(told.sheet, [lead(100, Notes="Called on Monday"), lead(101)])

    second = told.judged(told.run())

    assert second["run"] == first["run"]
    assert cells_of(desk.folder / "leads.annotated.xlsx")[0]["Notes"] == "Called on Monday"
    assert apollo.paid_calls() == 1


def test_an_edit_of_name_or_limits_is_the_same_run_and_one_of_keep_is_not(desk, apollo):
    told = story(desk, apollo, 2)
    first = told.judged(told.run())

    save_job(told.job, name="Another name", limits={"max_credits": 7})
    second = told.judged(told.run())
    save_job(told.job, keep={"City": "city"})
    third = told.judged(told.run())

    assert second["run"] == first["run"] != third["run"]
    assert third["reasons"] == {"found_before": 2}
    cities = [row["City"] for row in cells_of(desk.folder / "leads.annotated.xlsx")]
    assert all(cities)
    assert apollo.paid_calls() == 1


def test_another_copy_of_the_rows_in_another_kind_of_file_is_the_same_run(desk, apollo):
    told = story(desk, apollo, 2)
    first = told.judged(told.run())

    second = desk.run(told.job, save_xlsx(desk.folder / "copy.xlsx", leads(2)))

    assert told.judged(second)["run"] == first["run"]
    assert apollo.paid_calls() == 1


def test_fresh_begins_a_new_run_in_which_what_was_paid_still_holds(desk, apollo):
    told = story(desk, apollo, 2)
    first = told.judged(told.run())

    second = told.judged(told.run("--fresh"))

    assert second["run"] != first["run"]
    assert second["reasons"] == {"found_before": 2}
    assert apollo.books()["credits"]["consumed"] == 2


def test_fresh_in_the_embedded_sandbox_begins_a_new_world(desk, apollo):
    told = story(desk, apollo, 2)
    told.run("--sandbox")

    kept = told.run("--sandbox").document
    fresh = told.run("--sandbox", "--fresh").document

    assert kept["credits"]["reported"] == fresh["credits"]["reported"] == "2"
    assert "found_before" not in fresh["reasons"]
    assert desk.call("runs", "--sandbox").out.count("\n") == 1


def test_each_period_is_a_run_of_its_own(desk, apollo):
    told = story(desk, apollo, 2)

    runs = [told.judged(told.run("--period", p))["run"] for p in ("2026-10", "2026-11", "2026-10")]

    assert runs[0] == runs[2] != runs[1]
    assert apollo.books()["credits"]["consumed"] == 2


def test_a_job_that_reuses_nothing_buys_anew(desk, apollo):
    told = story(desk, apollo, 2, limits={"reuse_days": 0})
    told.run("--period", "2026-10")

    told.judged(told.run("--period", "2026-11"))

    assert apollo.books()["credits"]["consumed"] == 4


def test_misses_are_not_asked_again_in_the_same_run_but_in_a_new_one(desk, apollo):
    told = story(desk, apollo, [lead(100, Last_Name="Nobody")])
    told.run()
    told.run()
    assert apollo.paid_calls() == 1

    told.judged(told.run("--fresh"))

    assert apollo.paid_calls() == 2


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("--first", "2"), [2, 3]),
        (("--rows", "3-4"), [3, 4]),
        (("--rows", "2,5-9,16"), [2, 5, 6, 7, 8, 9]),
        (("--rows", "4-9", "--first", "3"), [4, 5, 6]),
    ],
)
def test_a_try_asks_its_rows_alone_and_the_whole_goes_on_from_there(desk, apollo, words, asked):
    told = story(desk, apollo, 12)

    trial = told.run(*words)
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    part = told.judged(trial)
    whole = told.judged(told.run())

    assert trial.code == 0
    found = [n for n, row in enumerate(rows, start=2) if row["Apollo Status"] == "Succeeded"]
    assert found == asked
    assert part["reasons"] == {"not_selected": 12 - len(asked)}
    assert whole["run"] == part["run"]
    assert whole["rows"]["succeeded"] == 12
    assert set(apollo.books()["asked"].values()) == {1}


@pytest.mark.parametrize("text", ["9-2", "a", "1-", "2;3", ""])
def test_rows_that_are_no_range_are_refused(desk, apollo, text):
    told = story(desk, apollo)

    ended = told.run("--rows", text)

    assert ended.code == Exit.USAGE
    assert "--rows" in ended.err
    assert apollo.paid_calls() == 0


def test_rows_in_doubt_are_never_asked_again_unasked(desk, apollo):
    apollo.plot(hit("reset_after"))
    told = story(desk, apollo)
    first = told.judged(told.run())

    second = told.judged(told.run())
    other = told.judged(told.run("--fresh"))

    assert first["rows"]["in_doubt"] == second["rows"]["in_doubt"] == 3
    assert other["rows"]["in_doubt"] == 3
    assert apollo.paid_calls() == 1


def test_two_teams_never_share_a_run_or_an_answer(desk, apollo):
    told = story(desk, apollo, 2)
    first = told.judged(told.run())
    apollo.reset()

    second = told.run()

    assert second.document["run"] != first["run"]
    assert second.document["credits"]["reported"] == "2"
    assert apollo.books()["credits"]["consumed"] == 2


def test_a_row_twice_in_a_file_is_asked_once_and_says_so(desk, apollo):
    told = story(desk, apollo, [lead(100), lead(101), lead(100), lead(100, Notes="again")])

    figures = told.judged(told.run())
    rows = cells_of(desk.folder / "leads.annotated.xlsx")

    assert figures["credits"]["reported"] == "2"
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * 4
    assert [row["Apollo Credits"] for row in rows] == [1, 1, 0, 0]
    assert {row["Apollo Note"] for row in rows[2:]} == {"Same as row 2."}
    assert rows[2]["Work Email"] == rows[0]["Work Email"]


def test_the_state_may_be_one_file(desk, apollo):
    told = story(desk, apollo, 2)
    file = desk.folder / "kept" / "mine.db"
    file.parent.mkdir()

    first = told.run("--state", file)
    second = told.run("--state", file)

    assert first.code == second.code == 0
    assert first.document["run"] == second.document["run"]
    assert sorted(path.name for path in file.parent.iterdir()) == ["mine.db", "mine.db.d"]
    assert apollo.paid_calls() == 1


def test_the_embedded_sandbox_never_answers_for_a_real_run(desk, apollo):
    told = story(desk, apollo, 2)
    told.run("--sandbox")

    real = told.judged(told.run())

    assert real["credits"]["reported"] == "2"
    assert apollo.books()["credits"]["consumed"] == 2


def test_rows_that_are_not_there_are_a_mistake_and_nothing_is_sent(desk, apollo):
    told = story(desk, apollo, 3)

    ended = told.run("--rows", "500-600")

    assert ended.code == 2
    assert "no row" in ended.err
    assert apollo.paid_calls() == 0
