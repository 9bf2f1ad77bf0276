"""Records read by their ids: people, companies, contacts and accounts, row by row."""

import pytest
from makers import JOBS, SAMPLES, WORLD, cells_of, judge, save_csv, save_job
from searching import asked_of

GET_PERSON = "GET /people/{id}"
GET_COMPANY = "GET /organizations/{id}"
GET_CONTACT = "GET /contacts/{contact_id}"
GET_ACCOUNT = "GET /accounts/{id}"
NOBODY = "ffffffffffffffffffffffff"
SAVED = next(p for p in WORLD.people() if p.contact_id and p.company.account_id)


def read(desk, apollo, operation, ids, keep, param="id"):
    """Read these ids; the JSON document, and the rows of the workbook."""
    sheet = save_csv(desk.folder / "ids.csv", [[one] for one in ids], header=["Id"])
    job = save_job(desk.folder / "job.yaml", operation=operation, map={param: "Id"}, keep=keep)
    ended = desk.run(job, sheet)
    assert ended.code == 0, ended.err
    told = judge(ended, desk.state, apollo.books())
    return told, cells_of(desk.folder / "ids.annotated.xlsx")


def test_people_are_read_each_for_a_credit_and_their_addresses_stay_hidden(desk, apollo):
    who = WORLD.person(100)
    ids = [who.id, who.id.upper(), NOBODY, "Ada Lovelace", ""]

    told, rows = read(desk, apollo, "people.get", ids, {"Name": "name", "Mail": "email"})

    assert told["rows"] | {"succeeded": 2, "no_match": 1, "skipped": 1} == told["rows"]
    assert told["requests"] == {GET_PERSON: 2}, "one person is read once"
    assert rows[0]["Name"] == rows[1]["Name"] == f"{who.first_name} {who.last_name}"
    assert rows[0]["Mail"] is None, "Apollo's placeholder is no address"
    assert rows[1]["Apollo Note"] == "Same as row 2."
    assert [row["Apollo Credits"] for row in rows] == [1, 0, 0, 0]
    assert "Not an Apollo id" in rows[3]["Apollo Reason"]


def test_a_record_that_was_read_is_not_bought_twice(desk, apollo):
    ids = [WORLD.person(number).id for number in (100, 101)]

    read(desk, apollo, "people.get", ids, {"Name": "name"})
    told, rows = read(desk, apollo, "people.get", ids, {"Name": "name", "City": "city"})

    assert told["requests"] == {}
    assert asked_of(apollo, GET_PERSON) == 2
    assert {row["Apollo Credits"] for row in rows} == {0}
    assert all(row["City"] for row in rows)


def test_a_lost_reply_of_a_record_that_costs_something_is_in_doubt(desk, apollo):
    apollo.plot({"route": GET_PERSON, "on": [1], "fault": "reset_after"})
    sheet = save_csv(desk.folder / "ids.csv", [[WORLD.person(100).id]], header=["Id"])
    job = save_job(
        desk.folder / "job.yaml", operation="people.get", map={"id": "Id"}, keep={"Name": "name"}
    )

    doubt = desk.run(job, sheet)
    ended = desk.call(*doubt.following)

    assert doubt.document["reasons"] == {"reply_lost": 1}
    assert doubt.following[-1] == "--resend-in-doubt"
    assert ended.code == 0, ended.err


def test_companies_are_read_with_the_figures_that_bulk_enrichment_leaves_out(desk, apollo):
    keep = {"Industry": "industry", "Revenue": "annual_revenue", "Heads": "estimated_num_employees"}

    told, rows = read(desk, apollo, "organizations.get", [WORLD.company(8).id, NOBODY], keep)

    assert told["requests"] == {GET_COMPANY: 2}
    assert [row["Apollo Status"] for row in rows] == ["Succeeded", "No match"]
    assert all(rows[0][column] for column in keep)


@pytest.mark.parametrize(
    ("operation", "param", "route", "number", "keep"),
    [
        ("contacts.get", "contact_id", GET_CONTACT, SAVED.contact_id, {"Name": "name"}),
        ("accounts.get", "account_id", GET_ACCOUNT, SAVED.company.account_id, {"Name": "name"}),
    ],
)
def test_saved_records_are_read_for_nothing(desk, apollo, operation, param, route, number, keep):
    told, rows = read(desk, apollo, operation, [number, NOBODY, "x"], keep, param)

    assert told["requests"] == {route: 2}
    assert [row["Apollo Status"] for row in rows] == ["Succeeded", "No match", "Skipped"]
    assert rows[0]["Name"]
    assert told["credits"] | {"reported": "0", "derived": "0"} == told["credits"]


def test_a_lost_reply_of_a_free_record_is_asked_for_again(desk, apollo):
    apollo.plot({"route": GET_CONTACT, "on": [1], "fault": "reset_after"})

    told, rows = read(
        desk, apollo, "contacts.get", [SAVED.contact_id], {"Name": "name"}, "contact_id"
    )

    assert told["requests"] == {GET_CONTACT: 2}
    assert rows[0]["Apollo Status"] == "Succeeded"


@pytest.mark.parametrize(
    ("name", "sheet", "counts"),
    [
        ("read-people", "people-found", {"succeeded": 7, "no_match": 1, "skipped": 1}),
        ("read-companies", "target-companies", {"succeeded": 6, "no_match": 1, "skipped": 2}),
        ("enrich-found", "people-found", {"succeeded": 7, "no_match": 1, "skipped": 1}),
    ],
)
def test_the_jobs_that_come_along_read_the_sample(desk, apollo, name, sheet, counts):
    typed = (JOBS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    output = desk.folder / "out.xlsx"

    ended = desk.run(JOBS / f"{name}.yaml", SAMPLES / f"{sheet}.csv", "--output", output)
    told = judge(ended, desk.state, apollo.books())

    assert typed == f"# apollo-batch run jobs/{name}.yaml samples/{sheet}.csv --sandbox --yes"
    assert ended.code == 0, ended.err
    assert told["rows"] | counts == told["rows"]
