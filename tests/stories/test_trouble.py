"""Trouble on the way: what is waited out, what is left in doubt, and what settles it."""

import pytest
import yaml
from makers import BULK, cells_of, hit, leads, serving, story, unused_port

from apollo_batch.errors import Exit


def test_a_limit_is_waited_out_and_nothing_is_lost(desk, apollo):
    apollo.plot(hit("429", 1, 2, seconds=1))
    told = story(desk, apollo, 25)

    ended = told.run()
    figures = told.judged(ended)

    assert ended.code == 0, ended.err
    assert figures["rows"]["succeeded"] == 25
    assert apollo.books()["requests"][BULK]["limited"] == 2
    assert set(apollo.books()["asked"].values()) == {1}


LOST = [
    "500_after",
    "500_before",
    "502_html",
    "503_after",
    "503_before",
    "reset_after",
    "reset_before",
    "torn",
    "html_200",
    "empty_body",
    "nan",
]


WITHOUT_EFFECT = {"500_before", "502_html", "503_before", "reset_before", "html_200"}
PROBABLY = {
    True: "The account's balance fell by what was answered and no more: probably not charged.",
    False: "The account's balance fell by 10 beyond what was answered: it was probably charged.",
}


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_leaves_rows_in_doubt_and_the_next_command_settles_them(desk, apollo, fault):
    apollo.plot(hit(fault))
    told = story(desk, apollo, 12)

    ended = told.run("--threads", 1)
    figures = told.judged(ended)
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    settled = desk.call(*ended.following)

    assert ended.code == Exit.IN_DOUBT
    assert figures["rows"] | {"in_doubt": 10, "succeeded": 2} == figures["rows"]
    assert figures["credits"]["unpriced_requests"] == 1
    assert figures["next"].endswith("--threads 1 --resend-in-doubt")
    assert [row["Apollo Credits"] for row in rows] == [None] * 10 + [1, 1]
    assert all(row["Apollo Note"].endswith(PROBABLY[fault in WITHOUT_EFFECT]) for row in rows[:10])
    assert settled.code == 0, settled.err
    assert told.judged(settled)["rows"]["succeeded"] == 12
    assert told.judged(settled)["next"] is None


def test_a_call_that_hangs_is_in_doubt_once_its_line_breaks(desk, apollo):
    apollo.plot(hit("hang_after", seconds=1))
    told = story(desk, apollo)

    ended = told.run()
    settled = desk.call(*ended.following)

    assert ended.code == Exit.IN_DOUBT
    assert settled.code == 0, settled.err
    assert apollo.books()["credits"]["consumed"] == 6


def test_without_being_told_to_it_never_sends_rows_in_doubt_again(desk, apollo):
    apollo.plot(hit("503_after"))
    told = story(desk, apollo)
    told.run()

    again = told.run()

    assert again.code == Exit.IN_DOUBT
    assert again.document["next"].endswith("--resend-in-doubt")
    assert apollo.paid_calls() == 1


def test_fresh_is_not_in_the_command_that_settles_rows_in_doubt(desk, apollo):
    apollo.plot(hit("503_after"))
    told = story(desk, apollo)

    ended = told.run("--fresh")
    settled = desk.call(*ended.following)

    assert settled.code == 0, settled.err
    assert told.judged(settled)["run"] == ended.document["run"]


@pytest.mark.parametrize("fault", ["drop_null", "reorder"])
def test_an_answer_out_of_step_puts_no_persons_data_into_anothers_row(desk, apollo, fault):
    apollo.plot(hit(fault))
    rows = leads(6)
    rows[2][1] = "Nobody"
    told = story(
        desk,
        apollo,
        rows,
        map={"first_name": "First Name", "last_name": "Last Name", "domain": "Website"},
        keep={"Last": "last_name"},
    )

    figures = told.judged(told.run())

    found = cells_of(desk.folder / "leads.annotated.xlsx")
    assert all(row["Last"] in {None, row["Last Name"]} for row in found)
    assert figures["rows"]["succeeded"] + figures["rows"]["in_doubt"] >= 5


def test_credits_used_up_end_it_with_six_and_the_rest_is_not_run(desk, apollo):
    apollo.reset(credits=10)
    told = story(desk, apollo, 25)

    ended = told.run("--threads", 1)
    figures = told.judged(ended)

    assert ended.code == Exit.BUDGET
    assert figures["rows"] | {"succeeded": 10, "not_run": 15} == figures["rows"]
    assert figures["reasons"] == {"credits_exhausted": 15}
    assert "--max-credits" not in figures["next"]
    assert apollo.books()["credits"]["left"] == 0


def test_nobody_at_the_address_ends_it_with_seven_and_nothing_is_lost(desk, apollo):
    told = story(desk, apollo, 4)
    nowhere = f"http://127.0.0.1:{unused_port()}"

    before = told.run(APOLLO_BASE_URL=nowhere)
    part = told.run("--first", 2)
    between = told.run(APOLLO_BASE_URL=nowhere)
    ended = told.run()

    assert [before.code, between.code] == [Exit.OUT_OF_REACH, Exit.OUT_OF_REACH]
    assert "could not be reached" in before.err
    assert told.judged(ended)["run"] == part.document["run"]
    assert told.judged(ended)["rows"]["succeeded"] == 4
    assert apollo.paid_calls() == 2


def test_five_failures_in_a_row_hold_it_up_instead_of_spending_on(desk, apollo):
    apollo.plot({"route": BULK, "fault": "503_after"})
    told = story(desk, apollo, 120)

    ended = told.run("--threads", 1, "--patience", "1s")
    figures = told.judged(ended)

    assert ended.code == Exit.IN_DOUBT
    assert apollo.paid_calls() == 5
    assert figures["rows"] | {"in_doubt": 50, "not_run": 70} == figures["rows"]


def test_faults_may_be_scripted_in_a_file(desk):
    script = desk.folder / "faults.yaml"
    script.write_text(yaml.safe_dump([{"route": BULK, "on": [2], "fault": "500_after"}]))

    with serving(desk, "--faults", script) as apollo:
        desk.environ |= apollo.environ
        told = story(desk, apollo, 12)
        ended = told.run("--threads", 1)
        figures = told.judged(ended)

    assert figures["rows"] | {"succeeded": 10, "in_doubt": 2} == figures["rows"]
