"""Tasks are made for many at once, ended, and listed; each row has an end of its own."""

import pytest
from crm_makers import NOBODY, annotated, effects, ends, lay, told_by
from enroll_maker import answering, contact, contacts
from makers import WORLD, hit
from openpyxl import load_workbook

from apollo_batch.errors import Exit

BULK, SINGLE = "POST /tasks/bulk_create", "POST /tasks"
TASK = [WORLD.id_of("seeded task", number) for number in range(1, 7)]
TEMPLATE = {
    "user": "alex.carver@example.com",
    "type": "call",
    "status": "scheduled",
    "due_at": "2026-12-01 09:00",
}
KEEP = {"Task Id": "id", "Title": "title", "Due": "due_at", "Whose": "user_id"}


def tasks(desk, apollo, rows, header=("contact_id",), **job):
    job = {"options": TEMPLATE, "keep": KEEP, "zone": "Europe/Berlin"} | job
    return lay(desk, apollo, "tasks.create", header, rows, **job)


def without(*names):
    return {name: value for name, value in TEMPLATE.items() if name not in names}


def test_one_template_makes_the_tasks_of_a_hundred_contacts_in_one_request(desk, apollo):
    told = tasks(desk, apollo, [[each] for each in contacts(250)])

    planned = desk.call("plan", told.job, told.sheet, "--json").document
    figures = told.judged(told.run())
    found = annotated(told)

    assert figures["reasons"] == {"created": 250}
    assert figures["requests"] == planned["requests"] == {BULK: 3}
    assert len(effects(apollo, "tasks")) == len({row["Task Id"] for row in found}) == 250
    assert {row["Due"] for row in found} == {"2026-12-01T08:00:00.000+00:00"}
    assert {row["Whose"] for row in found} == {WORLD.id_of("user", 2)}


def test_the_task_of_a_row_is_about_the_contact_of_the_row(desk, apollo):
    ids = contacts(120)

    with answering(apollo, "bulk_create", _shuffled) as (address, _):
        told = tasks(desk, apollo, [[each] for each in ids], keep={"Of": "contact_id"})
        told.run(APOLLO_BASE_URL=address)

    assert [row["Of"] for row in annotated(told)] == ids


def _shuffled(reply):
    return reply | {"tasks": reply["tasks"][::-1]}


def test_rows_with_a_title_go_alone_and_the_others_together(desk, apollo):
    ids = contacts(5)
    titles = ["", "Send the catalogue", "", "Ask for the order", ""]
    told = tasks(
        desk, apollo, [list(row) for row in zip(ids, titles, strict=True)], ("contact_id", "title")
    )

    figures = told.judged(told.run())
    found = [row["Title"] for row in annotated(told)]

    assert figures["requests"] == {BULK: 1, SINGLE: 2}
    assert [found[1], found[3]] == [titles[1], titles[3]]
    assert found[0].startswith("Call ")


def test_rows_that_differ_in_anything_but_the_contact_do_not_share_a_request(desk, apollo):
    header = ("contact_id", "type", "due_at", "priority", "note")
    rows = [
        [each, ("call", "action_item")[n % 2], f"2026-12-0{n % 3 + 1} 09:00", "high", ""]
        for n, each in enumerate(contacts(60))
    ]
    told = tasks(desk, apollo, rows, header, options=without("type", "due_at"))

    with answering(apollo, "bulk_create", lambda reply: reply) as (address, asked):
        ended = told.run(APOLLO_BASE_URL=address)

    assert ended.document["reasons"] == {"created": 60}
    assert [len(body["contact_ids"]) for body in asked] == [10] * 6
    assert len({(body["type"], body["due_at"]) for body in asked}) == 6


def test_a_moment_is_sent_with_the_zone_that_is_meant(desk, apollo):
    rows = [
        [each, due]
        for each, due in zip(
            contacts(5),
            [
                "2026-07-01 09:00",
                "2026-12-01 09:00",
                "2026-12-01T09:00:00-05:00",
                "2026-12-01",
                "46387",
            ],
            strict=True,
        )
    ]
    told = tasks(desk, apollo, rows, ("contact_id", "due_at"), options=without("due_at"))

    ended = told.run()
    found = annotated(told)

    assert ended.code == 0
    assert [row["Due"] for row in found[:3]] == [
        "2026-07-01T07:00:00.000+00:00",
        "2026-12-01T08:00:00.000+00:00",
        "2026-12-01T14:00:00.000+00:00",
    ]
    assert ends(told)[3:] == [told_by("no_time"), told_by("date_as_number")]


def test_a_contact_that_is_not_there_fails_alone(desk, hurried):
    told = tasks(desk, hurried, [[contacts(1)[0]], [WORLD.person(3).id], [contact("ready")]])

    ended = told.run()

    assert ended.code == Exit.ROWS_FAILED
    assert ends(told) == [told_by("created"), told_by("no_record"), told_by("created")]


@pytest.mark.parametrize("fault", ["500_after", "reset_after", "torn"])
def test_tasks_made_by_a_request_without_an_answer_are_found_and_not_made_again(
    desk, hurried, fault
):
    hurried.plot(hit(fault) | {"route": BULK})
    ids = contacts(3)
    note = {"options": TEMPLATE | {"note": "After the fair"}}
    told = tasks(desk, hurried, [[each] for each in ids], **note)

    ended = told.run()
    found = annotated(told)

    assert ended.code == 0, ended.err
    assert ended.document["reasons"] == {"created": 3}
    assert len(effects(hurried, "tasks")) == 3
    assert sorted(row["Task Id"] for row in found) == sorted(
        e["id"] for e in effects(hurried, "tasks")
    )


@pytest.mark.parametrize("fault", ["500_before", "reset_before"])
def test_tasks_that_a_lost_request_has_not_made_are_made_once(desk, hurried, fault):
    hurried.plot(hit(fault) | {"route": BULK})
    told = tasks(desk, hurried, [[each] for each in contacts(3)])

    ended = told.run()

    assert ended.code == 0, ended.err
    assert len(effects(hurried, "tasks")) == 3
    assert ended.document["requests"][BULK] == 2


@pytest.mark.parametrize("operation", ["tasks.complete", "tasks.skip"])
def test_tasks_end_and_every_slip_is_its_rows_alone(desk, apollo, operation):
    rows = [[each, "Reached"] for each in (TASK[0], TASK[2], TASK[5], NOBODY, "junk", TASK[1])]
    told = lay(desk, apollo, operation, ("task_id", "note"), rows)

    ended = told.run()
    found = annotated(told)
    codes = ["updated", "already_there", "apollo_refused", "no_record", "bad_id", "updated"]

    assert ended.code == Exit.ROWS_FAILED
    assert ends(told) == [told_by(code) for code in codes]
    assert "belongs to another user" in found[2]["Apollo Note"]
    assert {e["id"] for e in effects(apollo, "tasks")} == {TASK[0], TASK[1]}


def test_a_task_completed_twice_was_so_already(desk, apollo):
    first = lay(desk, apollo, "tasks.complete", ("task_id",), [[TASK[0]]])
    first.run()
    again = lay(desk, apollo, "tasks.complete", ("task_id",), [[TASK[0]]], file="again")

    same = first.run()
    other = again.run("--period", "afternoon")

    assert same.document["reasons"] == {"updated": 1}
    assert (other.code, other.document["reasons"]) == (0, {"already_there": 1})
    assert len(effects(apollo, "tasks")) == 1


@pytest.mark.parametrize("fault", ["500_after", "reset_after"])
def test_a_task_completed_by_a_request_without_an_answer_is_completed(desk, hurried, fault):
    hurried.plot(hit(fault) | {"route": "POST /tasks/{id}/complete"})
    told = lay(desk, hurried, "tasks.complete", ("task_id",), [[TASK[0]]])

    ended = told.run()

    assert ended.code == 0, ended.err
    assert annotated(told)[0]["Apollo Status"] == "Succeeded"
    assert len(effects(hurried, "tasks")) == 1


def test_tasks_are_listed_by_date(desk, apollo):
    job = desk.folder / "tasks.yaml"
    job.write_text(
        "version: 1\nsource: {operation: tasks.search, options: {sort_by_field: task_due_at}}\n"
        "keep: {Task Id: id, Due: due_at, Contact: contact.name, Deal: opportunity.name}\n"
    )

    ended = desk.call("run", job, "--yes", "--json")
    book = load_workbook(desk.folder / "tasks.results.xlsx")
    header, *found = book["Apollo Found"].values

    assert ended.code == 0, ended.err
    assert header[:3] == ("Task Id", "Due", "Contact")
    assert [row[1] for row in found] == sorted((row[1] for row in found), reverse=True)
    assert {row[0] for row in found} == set(TASK)
    assert "Pilot line" in {row[3] for row in found}
