"""Any row of any run can be asked why it ended as it did; whose it is shows only to who asks."""

from crm_makers import SAVED, lay, newcomer
from enroll_maker import contacts, enrolling
from makers import JOBS, SAMPLES, hit, lead, leads, save_csv, save_job, story
from searching import COMPANIES

PEOPLE = ("first_name", "last_name", "email", "organization_name")


def why(desk, run, row, *words):
    said = desk.call("why", run, row, *words)
    assert said.code == 0, said.err
    return said.out


def test_a_row_answered_from_the_journal_names_the_run_that_bought_it(desk, apollo):
    told = story(desk, apollo, 3)
    first = told.run().document["run"]
    others = save_csv(desk.folder / "others.csv", [*leads(2, start=300), *leads(1)])
    second = desk.run(told.job, others).document["run"]

    said = why(desk, second, 4)

    assert f"Answered       from the journal: run {first}, asked " in said
    assert "bulk_match" not in said
    assert "Credits        0" in said


def test_a_row_in_doubt_shows_what_was_sent_and_that_no_answer_came(desk, apollo):
    apollo.plot(hit("reset_after"))
    run = story(desk, apollo, 3).run().document["run"]

    said = why(desk, run, 3)

    assert "POST /people/bulk_match, with 2 other rows" in said
    assert "sent; no usable answer came" in said
    assert "In doubt: Sent, but no usable answer came back" in said


def test_a_row_that_was_left_out_says_why_and_hides_whose_it_is_until_asked(desk, apollo):
    stop = desk.folder / "stop.txt"
    rows = [lead(100), lead(101), lead(102, Email="vroni.gschwandtner(at)alpengluehen.example")]
    stop.write_text(f"{rows[1][2]}\n")
    (desk.folder / "settings.toml").write_text('do_not_contact = "stop.txt"\n')
    own = str(desk.folder / "settings.toml")
    run = story(desk, apollo, rows).run(APOLLO_BATCH_SETTINGS=own).document["run"]

    suppressed, bad = why(desk, run, 3), why(desk, run, 4)

    assert "do-not-contact" in suppressed
    assert rows[1][2] not in suppressed
    assert "Not an e-mail address" in bad
    assert "gschwandtner" not in bad
    assert "gschwandtner" in why(desk, run, 4, "--unmasked")
    assert "bulk_match" not in suppressed + bad


def test_a_row_that_was_looked_for_shows_the_lost_request_and_every_look(desk, hurried):
    hurried.plot({"route": "POST /contacts/bulk_create", "on": [1], "fault": "503_after"})
    told = lay(desk, hurried, "contacts.create", PEOPLE, [newcomer(1), newcomer(2)])
    run = told.run().document["run"]

    said = why(desk, run, 2)

    lost, looked = said.index("POST /contacts/bulk_create"), said.index("POST /contacts/search")
    assert lost < looked
    assert "no usable answer came" in said[lost:looked]
    assert "Apollo's id" in said
    assert "Succeeded: Created" in said
    assert "Comer1" not in said


def test_a_row_that_writes_shows_the_request_that_did(desk, apollo):
    changed = lay(
        desk, apollo, "contacts.update", ("contact_id", "title"), [(SAVED[0].contact_id, "Boss")]
    )
    tasks = (JOBS / "create-tasks.yaml", SAMPLES / "tasks-to-create.csv")
    made = desk.run(*tasks, "--output", desk.folder / "tasks.xlsx")

    said = why(desk, changed.run().document["run"], 2)
    task = why(desk, made.document["run"], 2)

    assert "/contacts/" in said
    assert "POST /tasks" in task
    for each in (said, task):
        assert "answered after" in each
        assert "Succeeded" in each


def test_a_row_that_is_enrolled_and_a_row_that_is_searched_for_show_their_requests(desk, apollo):
    enrolled = enrolling(desk, apollo, contacts(2)).run("--max-enroll", 2).document["run"]
    places = save_csv(desk.folder / "places.csv", [["Germany"]], header=["Place"])
    job = save_job(
        desk.folder / "search.yaml",
        operation="organizations.search",
        map={"organization_locations": "Place"},
        per_row=5,
        keep={"Company": "name"},
    )
    searched = desk.run(job, places).document["run"]

    assert "add_contact_ids, with 1 other rows" in why(desk, enrolled, 2)
    said = why(desk, searched, 2)
    assert COMPANIES in said
    assert "1 credits for the request" in said
