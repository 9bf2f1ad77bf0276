"""A job of several steps: rows go from one to the next, and each says how far it came."""

from pathlib import Path

import openpyxl
import pytest
from enroll_maker import MAILBOX, SEQUENCES
from makers import JOBS, SAMPLES, WORLD, cells_of, judge, save_csv, save_job
from searching import found_in

from apollo_batch.errors import Exit

BULK = "POST /people/bulk_match"
CREATE = "POST /contacts/bulk_create"
PERSON = {"id": "person", "operation": "people.enrich", "map": {"email": "Email"}}
CONTACT = {
    "id": "contact",
    "operation": "contacts.create",
    "when": {"from": "person.email", "filled": True},
    "map": {
        "email": {"from": "person.email"},
        "first_name": {"from": "person.first_name"},
        "last_name": {"from": "person.last_name"},
    },
    "keep": {"Contact Id": "id"},
}
ENROLLED = {
    "id": "enrolled",
    "operation": "sequences.enroll",
    "map": {"contact_id": {"from": "contact.id"}},
    "options": {"sequence": SEQUENCES["spring"], "mailbox": MAILBOX},
}
NOBODY = "n.n@unheard-of.example"


def strangers(count, start=0):
    """Addresses of people whom Apollo knows and the team has not saved."""
    people = (WORLD.person(number) for number in range(start, 5_000))
    known = (p.email for p in people if p.email and not p.contact_id)
    return [next(known) for _ in range(count)]


def steps(desk, addresses, *wanted, **changes):
    """Lay a job of these steps on the desk, and a sheet of addresses."""
    job = save_job(
        desk.folder / "job.yaml", operation=None, map=None, keep=None, steps=[*wanted], **changes
    )
    return job, save_csv(desk.folder / "people.csv", [[each] for each in addresses], ["Email"])


def made(apollo, table, kind):
    """What the sandbox's ledger says was made of a kind."""
    return [e for e in apollo.books()["effects"] if (e["table"], e["kind"]) == (table, kind)]


def told(desk, ended):
    """The rows of the workbook that a run wrote."""
    return cells_of(desk.folder / "people.annotated.xlsx")


def test_a_row_goes_through_all_steps_and_its_credits_are_their_sum(desk, apollo):
    addresses = strangers(3)

    ended = desk.run(*steps(desk, addresses, PERSON, CONTACT, ENROLLED), "--max-enroll", 3)
    rows = told(desk, ended)

    assert judge(ended, desk.state, apollo.books())["rows"]["succeeded"] == 3
    assert [row["Apollo Step enrolled"] for row in rows] == [
        "Succeeded: Enrolled in the sequence."
    ] * 3
    assert {row["Apollo Credits"] for row in rows} == {1}
    created = {e["id"] for e in made(apollo, "contacts", "created")}
    assert {row["Contact Id"] for row in rows} == created
    assert {e["id"] for e in made(apollo, "contacts", "enrolled")} == created


def test_a_row_that_comes_to_nothing_stays_where_it_is_and_says_so(desk, apollo):
    ended = desk.run(*steps(desk, [NOBODY, *strangers(1)], PERSON, CONTACT))
    nobody, somebody = told(desk, ended)

    assert (nobody["Apollo Status"], nobody["Apollo Step contact"]) == ("No match", "Not reached")
    assert somebody["Apollo Status"] == "Succeeded"
    assert len(made(apollo, "contacts", "created")) == 1


def test_a_row_passes_a_step_by_that_is_not_for_it(desk, apollo):
    (address,) = strangers(1)
    when = {"column": "Email", "is": "somebody@else.example"}

    ended = desk.run(*steps(desk, [address], PERSON, CONTACT | {"when": when}))
    (row,) = told(desk, ended)

    assert row["Apollo Status"] == "Succeeded"
    assert row["Apollo Note"] == "Passed by: contact."
    assert row["Apollo Step contact"].startswith("Skipped: The job's `when`")
    assert not made(apollo, "contacts", "created")


def test_whom_the_team_has_already_goes_on_to_the_next_step(desk, apollo):
    saved = [WORLD.person(number) for number in WORLD.saved("contact")]
    known = next(p for p in saved if p.email and p.email_status == "verified")

    ended = desk.run(*steps(desk, [known.email], PERSON, CONTACT, ENROLLED), "--max-enroll", 1)
    (row,) = told(desk, ended)

    assert row["Apollo Step contact"].startswith("Skipped: Apollo has this record already")
    assert row["Contact Id"] == known.contact_id
    assert row["Apollo Step enrolled"] != "Not reached"


def test_rows_leave_together_and_not_one_by_one(desk, apollo):
    addresses = strangers(25)

    desk.run(*steps(desk, addresses, PERSON, CONTACT))

    requests = apollo.books()["requests"]
    assert (requests[BULK]["answered"], requests[CREATE]["answered"]) == (3, 1)


def test_two_rows_of_one_person_make_one_contact(desk, apollo):
    (address,) = strangers(1)

    ended = desk.run(*steps(desk, [address, address], PERSON, CONTACT))
    first, second = told(desk, ended)

    assert len(made(apollo, "contacts", "created")) == 1
    assert first["Contact Id"] == second["Contact Id"]


def test_a_number_that_stops_the_last_step_loses_nothing_of_the_first(desk, apollo):
    job, sheet = steps(desk, strangers(4), PERSON, CONTACT, ENROLLED)

    stopped = desk.run(job, sheet, "--max-enroll", 3)
    again = desk.run(job, sheet, "--max-enroll", 4)

    assert stopped.code == Exit.BUDGET
    assert stopped.document["next"].endswith("--max-enroll 4")
    assert again.code == Exit.OK
    assert apollo.books()["credits"]["consumed"] == 4
    assert (
        len(made(apollo, "contacts", "created")) == len(made(apollo, "contacts", "enrolled")) == 4
    )


def test_a_budget_that_ends_the_first_step_lets_the_same_command_go_on(desk, apollo):
    job, sheet = steps(desk, strangers(12), PERSON, CONTACT)

    short = desk.run(job, sheet, "--max-credits", 5)
    whole = desk.run(job, sheet, "--max-credits", 12)

    assert short.code == Exit.BUDGET
    assert whole.document["rows"]["succeeded"] == 12
    assert apollo.books()["credits"]["consumed"] == 12
    assert len(made(apollo, "contacts", "created")) == 12


def test_rows_that_are_chosen_go_all_the_way_and_the_others_nowhere(desk, apollo):
    job, sheet = steps(desk, strangers(5), PERSON, CONTACT)

    some = desk.run(job, sheet, "--first", 2)
    rest = desk.run(job, sheet)

    assert some.document["rows"] | {"total": 0} == {
        "total": 0,
        **dict.fromkeys(("no_match", "skipped", "failed", "in_doubt", "pending"), 0),
        "succeeded": 2,
        "not_run": 3,
    }
    assert rest.document["rows"]["succeeded"] == 5
    assert len(made(apollo, "contacts", "created")) == 5


def test_a_finished_run_asks_nothing_more(desk, apollo):
    job, sheet = steps(desk, [NOBODY, *strangers(2)], PERSON, CONTACT)
    desk.run(job, sheet)
    asked = len(apollo.books()["log"])

    again = desk.run(job, sheet)

    later = apollo.books()["log"][asked:]
    assert again.code == Exit.OK
    assert not [entry for entry in later if entry["route"] in {BULK, CREATE}]


def test_a_plan_says_of_each_step_how_far_it_may_go(desk, apollo):
    job, sheet = steps(desk, strangers(3), PERSON, CONTACT, ENROLLED)

    plan = desk.call("plan", job, sheet, "--json").document

    assert {step: of_it["rows"] for step, of_it in plan["steps"].items()} == {
        "person": 3,
        "contact": 3,
        "enrolled": 3,
    }
    assert plan["credits"]["most"] == "3"
    assert not made(apollo, "contacts", "created")


def test_nobody_is_enrolled_whom_nobody_has_counted(desk, apollo):
    ended = desk.run(*steps(desk, strangers(3), PERSON, CONTACT, ENROLLED))

    assert ended.code == Exit.USAGE
    assert "enrolls up to 3 contacts" in ended.err
    assert not apollo.books()["effects"]


def test_whom_the_do_not_contact_list_names_only_once_they_are_found_is_spared(desk, apollo):
    (listed,) = strangers(1)
    person = next(p for p in map(WORLD.person, range(5_000)) if p.email == listed)
    by_profile = PERSON | {"map": {"linkedin_url": "Email"}}
    settings = desk.folder / "settings.toml"
    settings.write_text('do_not_contact = "spared.txt"\n', encoding="utf-8")
    (desk.folder / "spared.txt").write_text(f"{listed}\n", encoding="utf-8")

    job, sheet = steps(desk, [person.linkedin_url], by_profile, CONTACT)
    ended = desk.run(job, sheet, APOLLO_BATCH_SETTINGS=str(settings))
    (row,) = told(desk, ended)

    assert row["Apollo Status"] == "Skipped"
    assert "do-not-contact" in row["Apollo Reason"]
    assert not made(apollo, "contacts", "created")


def test_a_search_in_the_middle_makes_a_row_of_each_record(desk, apollo):
    people = {
        "id": "people",
        "operation": "people.search",
        "map": {"q_organization_domains_list": "Website"},
        "per_row": 2,
        "keep": {"Title": "title"},
    }
    person = {"id": "person", "operation": "people.enrich", "map": {"id": {"from": "people.id"}}}
    firms = [[WORLD.person(0).company.domain], ["unheard-of.example"]]
    job = save_job(
        desk.folder / "job.yaml", operation=None, map=None, keep=None, steps=[people, person]
    )
    sheet = save_csv(desk.folder / "firms.csv", firms, ["Website"])

    ended = desk.run(job, sheet)
    found = found_in(Path(ended.document["output"]))

    assert [row["Source Row"] for row in found] == [2] * len(found)
    assert {row["Apollo Status"] for row in found} == {"Succeeded"}
    assert apollo.books()["credits"]["consumed"] == len(found) > 0
    assert ended.document["rows"]["total"] == 2 + len(found)
    assert ended.document["rows"]["no_match"] == 1


def test_the_report_names_what_was_found_and_came_to_nothing(desk, apollo):
    people = {
        "id": "people",
        "operation": "people.search",
        "map": {"q_organization_domains_list": "Website"},
        "per_row": 2,
        "keep": {"Title": "title"},
    }
    no_id = {"email": {"from": "people.first_name"}}
    person = {"id": "person", "operation": "people.enrich", "map": no_id}
    job = save_job(
        desk.folder / "job.yaml", operation=None, map=None, keep=None, steps=[people, person]
    )
    firms = [["unheard-of.example"], [WORLD.person(0).company.domain]]
    ended = desk.run(job, save_csv(desk.folder / "firms.csv", firms, ["Website"]))

    desk.call("report", ended.document["run"])
    said = (desk.folder / "firms.report.html").read_text(encoding="utf-8")

    assert ended.document["rows"]["skipped"] == 2
    assert said.count("Apollo Found, for row 3") == 2


def test_a_step_that_takes_nothing_of_a_search_is_for_the_rows_themselves(desk, apollo):
    news = {
        "id": "news",
        "operation": "news.search",
        "map": {"organization_ids": {"from": "company.id"}},
        "per_row": 1,
        "keep": {"Headline": "title"},
    }
    company = {
        "id": "company",
        "operation": "organizations.enrich",
        "map": {"domain": "Website"},
    }
    account = {
        "id": "account",
        "operation": "accounts.create",
        "map": {"name": {"from": "company.name"}, "domain": {"from": "company.primary_domain"}},
        "keep": {"Account Id": "id"},
    }
    job = save_job(
        desk.folder / "job.yaml",
        operation=None,
        map=None,
        keep=None,
        steps=[company, news, account],
    )
    firms = [WORLD.company(number) for number in range(40)]
    fresh = [firm for firm in firms if not firm.account_id][:3]
    sheet = save_csv(desk.folder / "firms.csv", [[firm.domain] for firm in fresh], ["Website"])

    ended = desk.run(job, sheet)
    rows = cells_of(desk.folder / "firms.annotated.xlsx")

    assert ended.code == Exit.OK
    assert {row["Account Id"] for row in rows} == {
        e["id"] for e in made(apollo, "accounts", "created")
    }
    assert all(row["Account Id"] for row in rows)
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("prospect-to-sequence", ["--max-enroll", 20]),
        ("bulk-enrichment", [SAMPLES / "leads.xlsx", "--max-enroll", 40]),
        ("company-research", [SAMPLES / "target-companies.csv"]),
    ],
)
def test_a_workflow_makes_each_record_once_and_costs_no_more_than_its_plan(
    desk, apollo, job, words
):
    target = ["--output", desk.folder / "result.xlsx"]
    sheet = [word for word in words if str(word).startswith("/")]
    plan = desk.call("plan", JOBS / f"{job}.yaml", *sheet, "--json").document

    ended = desk.call("run", JOBS / f"{job}.yaml", *words, "--yes", "--json", *target)
    again = desk.call("run", JOBS / f"{job}.yaml", *words, "--yes", "--json", *target)

    books = apollo.books()
    assert (ended.code, again.code) == (Exit.OK, Exit.OK)
    assert books["credits"]["consumed"] <= float(plan["credits"]["most"])
    for table, kind in {(e["table"], e["kind"]) for e in books["effects"]}:
        subjects = [e["subject"] or e["id"] for e in made(apollo, table, kind)]
        assert len(subjects) == len(set(subjects)), f"{kind} twice in {table}"
    contacts = [e["id"] for e in made(apollo, "contacts", "created")]
    enrolled = [e["id"] for e in made(apollo, "contacts", "enrolled")]
    assert contacts
    assert len(enrolled) <= plan["steps"].get("enrolled", {"rows": 0})["rows"]
    book = openpyxl.load_workbook(ended.document["output"])
    assert "Apollo Summary" in book.sheetnames


def test_a_number_holds_for_all_steps_that_enroll_together(desk, apollo):
    options = {
        "sequence": SEQUENCES["fair"],
        "mailbox": MAILBOX,
        "sequence_active_in_other_campaigns": True,
    }
    told = {"contact_id": {"from": "contact.id"}}
    other = ENROLLED | {"id": "again", "options": options, "map": told}

    ended = desk.run(
        *steps(desk, strangers(4), PERSON, CONTACT, ENROLLED, other), "--max-enroll", 5
    )

    assert ended.code == Exit.BUDGET
    assert len(made(apollo, "contacts", "enrolled")) <= 5


def test_the_story_of_a_row_tells_how_far_it_came(desk, apollo):
    ended = desk.run(*steps(desk, strangers(1), PERSON, CONTACT, ENROLLED), "--max-enroll", 1)

    story = desk.call("why", ended.document["run"], 2).out

    assert "POST /people/bulk_match" in story
    assert "POST /contacts/bulk_create" in story
    assert "Step           contact: Succeeded: Created." in story
    assert "Step           enrolled: Succeeded: Enrolled in the sequence." in story


def test_a_company_that_the_team_has_saved_brings_its_people_as_any_other(desk, apollo):
    saved = next(firm for firm in map(WORLD.company, range(40)) if firm.account_id)
    named = {"q_organization_name": saved.name}
    source = {"operation": "organizations.search", "options": named, "max_records": 5}
    people = {
        "id": "people",
        "operation": "people.search",
        "map": {"organization_ids": {"from": "source.organization_id"}},
        "per_row": 2,
        "keep": {"Title": "title"},
    }
    keeps = {"operation": None, "map": None, "keep": {"Firm": "name", "Id": "id"}}
    job = save_job(desk.folder / "job.yaml", **keeps, source=source, steps=[people])

    ended = desk.call("run", job, "--yes", "--json")

    sheets = openpyxl.load_workbook(ended.document["output"])
    assert any(saved.account_id in line for line in sheets["Apollo Found"].values)
    assert ended.document["sheets"]["Apollo Found 2"]["total"] > 0
