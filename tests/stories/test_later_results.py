"""Phones and waterfalls come later: asked for, paid for once, written into the workbook when they come."""

import sqlite3
from contextlib import closing

import pytest
from makers import WORLD, Desk, cells_of, facts_of, lead, leads, save_csv, save_job, serving, story

from apollo_batch.errors import Exit

HOOK = "https://hooks.acme.example/apollo"
PHONES = {"reveal_phone_number": True, "webhook_url": HOOK}
WATERFALL = {"run_waterfall_email": True, "run_waterfall_phone": True, "webhook_url": HOOK}
KEEP = {"Work Email": "email", "Mobile": "phone_numbers[0].sanitized_number"}
POLL = "GET /webhook_result/{request_id}"
DAY = 86_400


@pytest.fixture(scope="session")
def _prompt(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("sandbox"))
    with serving(desk, "--results-after", 0) as served:
        yield served


@pytest.fixture
def prompt(_prompt, desk):
    """A sandbox whose later results are there as soon as anybody asks for them."""
    _prompt.plot()
    _prompt.reset()
    desk.environ |= _prompt.environ
    return _prompt


def phones(desk, apollo, rows=3, **job):
    return story(desk, apollo, rows, **{"options": PHONES, "keep": KEEP} | job)


def mobile(number):
    return WORLD.person(number).has_mobile


def journal(desk, sql, *values):
    with closing(sqlite3.connect(desk.state / "journal.db")) as found:
        rows = found.execute(sql, values).fetchall()
        found.commit()
        return rows


def test_collect_brings_the_numbers_that_have_come_and_writes_the_workbook_again(desk, prompt):
    told = phones(desk, prompt, 12)
    ended = told.run()

    collected = desk.call(*ended.following)
    figures = told.judged(told.run())

    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert ended.code == collected.code == 0, collected.err
    assert ended.document["next"] == f"apollo-batch collect {ended.document['run']}"
    assert "all are there" in collected.out
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * 12
    assert [bool(row["Mobile"]) for row in rows] == [mobile(n) for n in range(100, 112)]
    assert [row["Apollo Credits"] for row in rows] == [
        9 if mobile(n) else 1 for n in range(100, 112)
    ]
    assert figures["credits"]["held"] == "0"
    assert figures["requests"][POLL] == 2
    assert not list(desk.folder.glob("*annotated-2*"))


def test_what_has_not_come_yet_is_still_pending_and_the_workbook_stays(desk, apollo):
    told = phones(desk, apollo)
    ended = told.run()
    before = (desk.folder / "leads.annotated.xlsx").stat()

    collected = desk.call("collect", "--json")

    assert collected.code == 0, collected.err
    (run,) = collected.document["runs"]
    assert run["rows"]["pending"] == 3
    assert collected.following == ["collect"]
    assert (desk.folder / "leads.annotated.xlsx").stat() == before
    assert ended.document["credits"]["held"] == run["credits"]["held"] == "24"


def test_what_apollo_wants_to_be_asked_for_later_is_not_asked_for_before(desk, apollo):
    phones(desk, apollo).run()

    desk.call("collect")
    again = desk.call("collect")

    assert again.code == 0, again.err
    assert apollo.books()["requests"][POLL]["failed"] == 1


def test_the_same_command_fetches_first_and_says_what_it_found(desk, prompt):
    told = phones(desk, prompt)
    told.run()

    figures = told.judged(told.run())

    assert figures["rows"]["succeeded"] == 3
    assert figures["next"] is None
    assert prompt.paid_calls() == 1


def test_a_run_that_waits_has_the_numbers_in_its_first_workbook(desk, hurried):
    told = phones(desk, hurried)

    ended = told.run("--wait", "1m")

    assert told.judged(ended)["rows"]["succeeded"] == 3
    assert "Waiting for the results of 3 rows, 60 s at the most" in ended.err
    assert [row["Apollo Status"] for row in cells_of(desk.folder / "leads.annotated.xlsx")] == [
        "Succeeded"
    ] * 3


def test_what_comes_gives_the_budget_room_and_a_run_that_waits_goes_on(desk, hurried):
    told = phones(desk, hurried, 12)
    cost = sum(9 if mobile(number) else 1 for number in range(100, 112))

    ended = told.run("--wait", "1m", "--max-credits", cost + 8)

    figures = told.judged(ended)
    assert ended.code == 0, ended.err
    assert figures["rows"]["succeeded"] == 12
    assert hurried.books()["credits"]["consumed"] == cost


STEPS = [
    {
        "id": "person",
        "operation": "people.enrich",
        "map": {"first_name": "First Name", "last_name": "Last Name", "domain": "Website"},
        "options": PHONES,
    },
    {
        "id": "contact",
        "operation": "contacts.create",
        "when": {"from": "person.phone_numbers[0].sanitized_number", "filled": True},
        "map": {
            "email": {"from": "person.email"},
            "last_name": {"from": "person.last_name"},
            "mobile_phone": {"from": "person.phone_numbers[0].sanitized_number"},
        },
        "keep": {"Contact": "id"},
    },
]
IN_STEPS = {"steps": STEPS, "operation": None, "map": None, "options": None, "keep": None}


def test_a_row_goes_on_to_the_next_step_with_the_number_that_came(desk, prompt):
    told = story(desk, prompt, 6, **IN_STEPS)
    pending = told.run()

    collected = desk.call("collect", "--json")
    done = desk.call(*collected.following, "--yes", "--json")

    assert pending.document["rows"]["pending"] == 6
    assert collected.following[0] == "run"
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert done.code == 0, done.err
    assert [bool(row["Contact"]) for row in rows] == [mobile(n) for n in range(100, 106)]


def test_a_run_that_waits_takes_all_its_steps(desk, hurried):
    told = story(desk, hurried, 6, **IN_STEPS)

    ended = told.run("--wait", "1m")

    assert ended.code == 0, ended.err
    assert not ended.document["rows"]["pending"] + ended.document["rows"]["not_run"]
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert [bool(row["Contact"]) for row in rows] == [mobile(n) for n in range(100, 106)]


def test_a_run_waits_no_longer_than_it_is_told(desk, apollo):
    told = phones(desk, apollo)

    ended = told.run("--wait", "1s")

    assert ended.code == 0
    assert told.judged(ended)["rows"]["pending"] == 3


@pytest.mark.parametrize("word", ["15", "soon", "-1m", "1 week"])
def test_a_wait_that_is_no_duration_is_refused(desk, apollo, word):
    told = phones(desk, apollo)

    ended = told.run(f"--wait={word}")

    assert ended.code == Exit.USAGE
    assert "10m" in ended.err
    assert apollo.paid_calls() == 0


def test_a_waterfall_brings_addresses_and_what_nobody_states_counts_in_full(desk, prompt):
    told = phones(desk, prompt, 4, options=WATERFALL, limits={"most_per_row": 70})
    pending = told.run("--max-credits", 280)

    collected = desk.call("collect", "--json")

    (run,) = collected.document["runs"]
    assert pending.document["credits"]["held"] == "280"
    assert run["rows"]["succeeded"] == 4
    assert run["credits"]["held"] == "0"
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert any(row["Work Email"] for row in rows)
    assert any(row["Mobile"] for row in rows)
    # Apollo's result states 0 credits for what it found: that is believed of nobody.
    assert run["credits"]["unpriced_requests"] == 1
    ((spent,),) = journal(desk, "select sum(spent) from attempts")
    assert prompt.books()["credits"]["consumed"] <= spent / 10_000 == 280


def test_a_waterfall_that_apollo_refuses_ends_with_apollos_words(desk, prompt):
    prompt.reset(credits=10)
    told = phones(desk, prompt, 2, options=WATERFALL, limits={"most_per_row": 70})

    ended = told.run()

    assert ended.code == Exit.ROWS_FAILED
    assert ended.document["reasons"] == {"waterfall_refused": 2}
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert "insufficient credits" in rows[0]["Apollo Note"]
    assert ended.document["credits"]["held"] == "0"


def test_a_number_that_is_looked_for_already_says_so_and_holds_nothing(desk, apollo):
    told = phones(desk, apollo)
    told.run()
    people = [WORLD.person(n) for n in range(100, 103)]
    other = save_csv(desk.folder / "ids.csv", [[p.id] for p in people], header=["Id"])
    job = save_job(desk.folder / "ids.yaml", map={"id": "Id"}, options=PHONES, keep=KEEP)

    ended = desk.run(job, other)

    assert ended.code == 0, ended.err
    assert ended.document["reasons"] == {"phone_skipped": 3}
    assert ended.document["credits"]["held"] == "0"


def test_rows_of_another_run_that_wait_for_the_same_answer_get_it_too(desk, prompt):
    first = phones(desk, prompt, 3)
    first.run()
    sheet = save_csv(desk.folder / "again.csv", leads(3)[::-1])
    second = desk.run(save_job(desk.folder / "job.yaml", options=PHONES, keep=KEEP), sheet)

    collected = desk.call("collect", second.document["run"])
    rest = desk.call("collect")

    assert second.document["rows"]["pending"] == 3
    assert collected.code == rest.code == 0, collected.err
    for name, order in {"leads": (100, 101, 102), "again": (102, 101, 100)}.items():
        rows = cells_of(desk.folder / f"{name}.annotated.xlsx")
        assert [bool(row["Mobile"]) for row in rows] == [mobile(n) for n in order]
    assert [row["Apollo Credits"] for row in rows] == [0, 0, 0]
    assert prompt.paid_calls() == 1
    assert prompt.books()["requests"][POLL]["answered"] == 1


def test_a_later_run_is_answered_with_the_numbers_that_came(desk, prompt):
    told = phones(desk, prompt, 3)
    told.run()
    desk.call("collect")
    other = save_csv(desk.folder / "again.csv", leads(3)[::-1])

    ended = desk.run(told.job, other)

    assert ended.code == 0, ended.err
    rows = cells_of(desk.folder / "again.annotated.xlsx")
    assert [bool(row["Mobile"]) for row in rows] == [mobile(n) for n in (102, 101, 100)]
    assert rows[0]["Apollo Note"].startswith("From ")
    assert prompt.paid_calls() == 1


def test_a_workbook_that_somebody_has_changed_is_left_and_the_edition_goes_beside_it(desk, prompt):
    told = phones(desk, prompt)
    told.run()
    theirs = desk.folder / "leads.annotated.xlsx"
    theirs.write_bytes(theirs.read_bytes() + b"changed")
    before = theirs.read_bytes()

    collected = desk.call("collect")

    assert collected.code == 0, collected.err
    assert theirs.read_bytes() == before
    assert "leads.annotated-2.xlsx" in collected.err
    assert any(row["Mobile"] for row in cells_of(desk.folder / "leads.annotated-2.xlsx"))


def test_an_edition_is_written_where_the_person_had_it_written(desk, prompt):
    told = phones(desk, prompt)
    told.run("--output", desk.folder / "mine.csv")

    collected = desk.call("collect")

    assert "Written to mine.csv" in collected.out
    assert any(row["Mobile"] for row in cells_of(desk.folder / "mine.csv"))
    assert not (desk.folder / "leads.annotated.xlsx").exists()


def test_the_number_of_a_request_is_kept_to_the_last_digit(desk, apollo):
    phones(desk, apollo, 12).run()

    kept = {number for (number,) in journal(desk, "select request_id from attempts")}

    assert kept == {entry["request_id"] for entry in apollo.books()["pending"]}
    assert all(abs(int(number)) > 2**53 for number in kept)


@pytest.mark.parametrize(
    ("number", "days", "reason"),
    [
        ("1039995589705121900", 0, "result_unknown"),
        ("99999999999999999999", 0, "result_misnumbered"),
        (None, 32, "result_expired"),
    ],
)
def test_what_can_never_come_ends_with_its_reason_and_counts_in_full(
    desk, apollo, number, days, reason
):
    told = phones(desk, apollo)
    told.run("--max-credits", 27)
    journal(desk, "update attempts set request_id = coalesce(?, request_id)", number)
    journal(desk, "update attempts set done_at = done_at - ?", days * DAY)

    collected = desk.call("collect", "--json")
    again = desk.call("collect")

    assert collected.code == Exit.ROWS_FAILED, collected.err
    (run,) = collected.document["runs"]
    assert run["reasons"] == {reason: 3}
    assert run["credits"]["held"] == "0"
    assert collected.document["next"] is None
    assert journal(desk, "select spent from budgets where scope like 'run:%'") == [(270_000,)]
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert rows[0]["Work Email"] == WORLD.person(100).email
    assert "Nothing is still to come" in again.out


def test_five_days_before_results_are_thrown_away_every_command_says_so(desk, apollo):
    told = phones(desk, apollo)
    run = told.run().document["run"]
    quiet = desk.call("runs")
    journal(desk, "update attempts set done_at = done_at - ?", 26 * DAY)

    warned = [desk.call("runs"), desk.call("show", run), desk.call("collect", run), told.run()]

    assert "only" not in quiet.err
    for ended in warned:
        assert "3 rows" in ended.err
        assert f"apollo-batch collect {run}" in ended.err
        assert "keeps until" in ended.err


def test_while_a_run_is_under_way_its_results_are_not_collected_by_another(desk, apollo):
    told = phones(desk, apollo)
    run = told.run().document["run"]

    with desk.started("run", told.job, told.sheet, "--yes", "--wait", "1m") as process:
        while "Waiting for" not in (line := process.stderr.readline()):
            assert line
        held = desk.call("collect", run)
        process.kill()

    assert held.code == Exit.HELD
    assert "under way" in held.err


@pytest.mark.parametrize("fault", ["500_before", "reset_after", "torn", "502_html"])
def test_trouble_with_asking_loses_nothing_and_is_said(desk, prompt, fault):
    phones(desk, prompt).run()
    prompt.plot({"route": POLL, "on": [1], "fault": fault})

    silent = desk.call("collect")
    journal(desk, "update attempts set ask_from = 0 where ask_from is not null")
    ended = desk.call("collect")

    assert silent.code == Exit.OUT_OF_REACH
    assert "Run the same command again later" in silent.err
    assert ended.code == 0, ended.err
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * 3


def test_the_story_of_a_row_tells_of_the_questions_for_its_own_result_alone(desk, prompt):
    told = phones(desk, prompt, 12)
    run = told.run().document["run"]
    desk.call("collect")

    first, last = (desk.call("why", run, row).out for row in (2, 13))

    assert first.count(POLL) == last.count(POLL) == 1
    assert "with 9 other rows" in first
    assert "with 1 other row" in last


def test_a_key_that_may_not_ask_for_results_is_told_which_scope_it_lacks(desk, prompt):
    told = phones(desk, prompt)
    ended = told.run(APOLLO_API_KEY="sandbox-key-people")

    refused = desk.call("collect", APOLLO_API_KEY="sandbox-key-people")
    journal(desk, "update attempts set ask_from = 0 where ask_from is not null")
    again = told.run(APOLLO_API_KEY="sandbox-key-people")

    assert ended.code == again.code == 0, again.err
    assert refused.code == Exit.ACCESS
    assert "api/v1/webhook_result/show" in refused.err
    assert "api/v1/webhook_result/show" in again.err
    assert again.document["rows"]["pending"] == 3


def test_nothing_to_collect_is_said_and_is_no_failure(desk, apollo):
    ended = desk.call("collect")

    assert (ended.code, ended.out) == (0, "Nothing is still to come.\n")


def test_the_summary_says_until_when_results_can_be_fetched(desk, apollo):
    told = phones(desk, apollo, [*leads(2), lead(4, Last_Name="Nobody")])

    told.run()

    facts = facts_of(desk.folder / "leads.annotated.xlsx")
    assert facts["Results still to come"].startswith("2 rows, kept by Apollo until ")
