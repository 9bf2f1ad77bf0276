"""Contacts leave a sequence, sequences are found by name, and what happened in them is listed."""

import pytest
from crm_makers import NOBODY, annotated, effects, ends, lay, told_by
from enroll_maker import SEQUENCES, answering, contact, contacts, enrolling
from makers import JOBS, SAMPLES, WORLD, cells_of, hit
from openpyxl import load_workbook

from apollo_batch.errors import Exit

REMOVE = "POST /emailer_campaigns/remove_or_stop_contact_ids"
FAIR = {"sequence": SEQUENCES["fair"]}
MODES = ("mark_as_finished", "remove", "stop")


def leaving(desk, apollo, rows, header=("contact_id", "mode"), **job):
    return lay(desk, apollo, "sequences.remove", header, rows, **({"options": FAIR} | job))


@pytest.mark.parametrize(
    ("mode", "kind"), [("mark_as_finished", "finished"), ("remove", "removed"), ("stop", "stopped")]
)
def test_contacts_leave_the_way_their_row_says(desk, apollo, mode, kind):
    told = leaving(desk, apollo, [[contact("active_elsewhere"), mode]])

    figures = told.judged(told.run())

    assert figures["reasons"] == {"removed": 1}
    assert [(e["kind"], e["id"]) for e in effects(apollo)] == [(kind, contact("active_elsewhere"))]


def test_rows_that_leave_the_same_way_share_a_request_a_hundred_at_most(desk, apollo):
    ids = contacts(240)
    enrolling(desk, apollo, ids).run("--max-enroll", 240)
    rows = [[each, MODES[number % 2]] for number, each in enumerate(ids)]
    told = leaving(desk, apollo, rows, options={"sequence": SEQUENCES["spring"]})

    with answering(apollo, "remove_or_stop", lambda reply: reply) as (address, asked):
        ended = told.run("--threads", 16, APOLLO_BASE_URL=address)

    assert ended.document["reasons"] == {"removed": 240}
    assert sorted(len(body["contact_ids"]) for body in asked) == [20, 20, 100, 100]
    assert {tuple(body["emailer_campaign_ids"]) for body in asked} == {
        (WORLD.id_of("sequence", 1),)
    }


def test_a_contact_that_is_not_there_and_a_way_that_is_none_end_alone(desk, apollo):
    rows = [
        [NOBODY, "stop"],
        [contact("active_elsewhere", 1), "stop"],
        [contact("paused_elsewhere"), "delete"],
        ["", "stop"],
    ]
    told = leaving(desk, apollo, rows)

    ended = told.run()

    assert ended.code == Exit.ROWS_FAILED
    codes = "no_record removed bad_choice weak_identity"
    assert ends(told) == [told_by(code) for code in codes.split()]


def test_a_sequence_may_stand_in_a_column_where_people_only_leave_it(desk, apollo):
    rows = [
        [contact("active_elsewhere"), SEQUENCES["fair"]],
        [contact("already_there"), SEQUENCES["spring"]],
        [contact("colleague_inside"), "Autumn"],
    ]
    told = leaving(desk, apollo, rows, ("contact_id", "sequence"), options={"mode": "remove"})

    ended = told.run()

    codes = "removed removed unknown_name"
    assert ended.code == 0
    assert ends(told) == [told_by(code) for code in codes.split()]
    assert len(effects(apollo)) == 2


@pytest.mark.parametrize("fault", ["500_after", "reset_before"])
def test_leaving_is_said_once_more_where_no_answer_came(desk, hurried, fault):
    hurried.plot(hit(fault) | {"route": REMOVE})
    told = leaving(desk, hurried, [[contact("active_elsewhere"), "remove"]])

    ended = told.run()

    assert ended.code == 0, ended.err
    assert len(effects(hurried)) == 1


def test_sequences_are_found_by_a_part_of_their_names(desk, apollo):
    job = desk.folder / "find.yaml"
    job.write_text(
        "version: 1\nsource: {operation: sequences.search, options: {q_name: follow}}\n"
        "keep: {Sequence: name, Active: active, Archived: archived, Steps: num_steps}\n"
    )

    ended = desk.call("run", job, "--yes", "--json")

    assert ended.code == 0, ended.err
    assert list(load_workbook(desk.folder / "find.results.xlsx")["Apollo Found"].values) == [
        ("Sequence", "Active", "Archived", "Steps"),
        ("Trade fair follow-up", "true", "false", "2"),
    ]


def test_counters_that_apollo_still_loads_are_left_empty(desk, apollo):
    job = desk.folder / "find.yaml"
    job.write_text(
        "version: 1\nsource: {operation: sequences.search, options: {q_name: loading}}\n"
        "keep: {Sequence: name, Replied: unique_replied}\n"
    )

    desk.call("run", job, "--yes")

    found = list(load_workbook(desk.folder / "find.results.xlsx")["Apollo Found"].values)
    assert found[1] == ("Counters still loading", None)


def test_what_happened_to_each_contact_stands_on_a_sheet_that_names_its_row(desk):
    sheet = desk.folder / "contacts.csv"
    sheet.write_bytes((SAMPLES / "contacts-in-sequences.csv").read_bytes())

    ended = desk.run(JOBS / "sequence-activity.yaml", sheet, "--sandbox")
    book = load_workbook(desk.folder / "contacts.annotated.xlsx")
    found = list(book["Apollo Found"].values)

    assert ended.code == 0, ended.err
    assert found[0] == ("Source Row", "When", "What", "Sequence")
    assert [row[0] for row in found[1:]] == [2, 3, 4, 4, 5, 5]
    assert {row[2] for row in found[1:]} == {"enrolled", "paused", "completed"}
    ends_with = cells_of(desk.folder / "contacts.annotated.xlsx")[-1]["Apollo Status"]
    assert ends_with == "Skipped"


def test_of_one_sequence_only_its_own_is_told_and_of_a_stranger_nothing(desk, apollo):
    rows = [[contact("active_elsewhere")], [NOBODY], [contact("ready")]]
    told = lay(
        desk,
        apollo,
        "sequences.activity",
        ("contact_id",),
        rows,
        options={"sequence": SEQUENCES["spring"]},
        keep={"What": "type"},
    )
    other = lay(
        desk,
        apollo,
        "sequences.activity",
        ("contact_id",),
        rows,
        options={"sequence": SEQUENCES["fair"]},
        keep={"What": "type"},
        file="fair",
    )

    ended, of_fair = told.run(), other.run()

    assert [row["Apollo Status"] for row in annotated(told)] == ["No match"] * 3
    assert [row["Apollo Status"] for row in annotated(other)] == ["Succeeded", *["No match"] * 2]
    assert ended.code == of_fair.code == 0
