"""Contacts are changed by their ids: a hundred a request, in row order, old values kept."""

import json
import sqlite3

import pytest
from crm_makers import (
    BULK_UPDATE,
    DELETED,
    HIDDEN,
    NOBODY,
    PATCH,
    SAVED,
    STAGE,
    USER,
    annotated,
    contact,
    effects,
    ends,
    fussy,
    lay,
    requests_of,
)
from makers import hit

from apollo_batch.errors import Exit

GET = "GET /contacts/{contact_id}"
STAGES = "POST /contacts/update_stages"
OWNERS = "POST /contacts/update_owners"
IDS = [who.contact_id for who in SAVED]


def changes(desk, apollo, header, rows, operation="contacts.update", **job):
    return lay(desk, apollo, operation, ("contact_id", *header), rows, **job)


def titles(count):
    return [(IDS[number], f"Title {number}") for number in range(count)]


def test_two_hundred_and_fifty_contacts_are_three_requests(desk, apollo):
    told = changes(desk, apollo, ["title"], titles(250), keep={"Now": "title"})

    ended = told.run()

    assert told.judged(ended)["requests"] == {BULK_UPDATE: 3}
    assert {e["kind"] for e in effects(apollo)} == {"updated"}
    assert len({e["id"] for e in effects(apollo)}) == 250
    assert [row["Now"] for row in annotated(told)] == [row["title"] for row in annotated(told)]


def test_every_kind_of_change_goes_where_apollo_takes_it(desk, apollo):
    header = ["title", "mobile_phone", "contact_stage_id", "owner_id", "label_names"]
    rows = [
        (IDS[0], "Buyer", "", STAGE[2], USER[3], ""),
        (IDS[1], "", "+1 202 555 0102", "", "", ""),
        (IDS[2], "", "", STAGE[3], "", "Newsletter"),
        (IDS[3], "Owner", "", "", "", ""),
    ]
    told = changes(desk, apollo, header, rows)

    ended = told.run()
    now = [contact(apollo, number) for number in IDS[:4]]

    assert told.judged(ended)["reasons"] == {"updated": 4}
    assert (now[0]["title"], now[0]["contact_stage_id"], now[0]["owner_id"]) == (
        "Buyer",
        STAGE[2],
        USER[3],
    )
    assert now[1]["sanitized_phone"] == "+12025550102"
    assert now[1]["title"] == SAVED[1].title, "an empty cell clears nothing"
    assert now[2]["contact_stage_id"] == STAGE[3]
    assert len(now[2]["label_ids"]) == 1
    assert now[3]["title"] == "Owner"
    assert requests_of(apollo) == {BULK_UPDATE: 1, STAGES: 1, PATCH: 2, GET: 4}


def test_stages_and_owners_go_a_hundred_ids_a_request(desk, apollo):
    staged = changes(
        desk,
        apollo,
        ["contact_stage_id"],
        [(IDS[number], STAGE[1 + number % 2]) for number in range(150)],
        "contacts.set_stage",
        file="stages",
    )
    owned = changes(
        desk,
        apollo,
        [],
        [(number,) for number in IDS[:150]],
        "contacts.set_owner",
        options={"owner_id": USER[2]},
        file="owners",
    )

    assert staged.judged(staged.run())["requests"] == {STAGES: 2}
    assert owned.judged(owned.run())["requests"] == {OWNERS: 2}
    now = contact(apollo, IDS[4])
    assert (now["contact_stage_id"], now["owner_id"]) == (STAGE[1], USER[2])


@pytest.mark.parametrize(
    ("operation", "column", "value"),
    [
        ("contacts.update", "title", "Buyer"),
        ("contacts.set_stage", "contact_stage_id", STAGE[1]),
        ("contacts.set_owner", "owner_id", USER[2]),
    ],
)
def test_every_reason_a_row_can_have(desk, apollo, operation, column, value):
    rows = [
        (IDS[0], value),
        (DELETED, value),
        (HIDDEN, value),
        (NOBODY, value),
        ("a1b2", value),
        ("", value),
        (IDS[1], ""),
        ("", ""),
        (IDS[0], value),
    ]
    told = changes(desk, apollo, [column], rows, operation)

    ended = told.run()

    statuses = [status for status, _ in ends(told)]
    expected = ["Succeeded", *["Failed"] * 3, *["Skipped"] * 3, "Succeeded"]
    assert statuses == expected, "the row that is blank in every cell is no row"
    assert told.judged(ended)["reasons"] == {
        "updated": 2,
        "no_record": 3,
        "bad_id": 1,
        "weak_identity": 2,
    }
    assert ended.code == Exit.ROWS_FAILED
    assert annotated(told)[-1]["Apollo Note"] == "Same as row 2."
    assert [e["id"] for e in effects(apollo)] == [IDS[0]]


def test_an_id_that_apollo_names_as_wrong_fails_its_rows_alone(desk, apollo):
    rows = [(IDS[number], NOBODY if number == 3 else "", "Buyer") for number in range(20)]
    told = changes(desk, apollo, ["account_id", "title"], rows)

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"updated": 19, "apollo_refused": 1}
    assert ends(told)[3][0] == "Failed"
    assert requests_of(apollo)[BULK_UPDATE] == 2


def test_a_record_that_a_refusal_names_fails_alone_and_the_rest_is_sent_again(desk, apollo):
    bad = IDS[7]

    def refuses(said):
        return bad if "bulk_update" in said and bad in said else None

    told = changes(desk, apollo, ["title"], titles(50))
    with naming(apollo, refuses) as (address, asked):
        ended = told.run(APOLLO_BASE_URL=address)

    assert ended.document["reasons"] == {"updated": 49, "apollo_refused": 1}
    assert asked == [422, 200]
    assert annotated(told)[7]["Apollo Status"] == "Failed"


def naming(apollo, refuses):
    """Refuse a whole request as Apollo does for one malformed address: it names the contact."""

    def answer(said):
        number = refuses(said)
        details = {"contact_id": number, "field": "email", "message": "Invalid email format"}
        return {"error": "Validation failed", "error_details": details} if number else None

    return fussy(apollo, answer)


def test_rows_of_one_contact_are_carried_out_in_their_order(desk, apollo):
    rows = [
        (IDS[0], "First", "+1 202 555 0103", ""),
        (IDS[0], "Second", "", STAGE[1]),
        (IDS[0], "Third", "", STAGE[4]),
    ]
    told = changes(desk, apollo, ["title", "mobile_phone", "contact_stage_id"], rows)

    ended = told.run()
    now = contact(apollo, IDS[0])

    assert told.judged(ended)["reasons"] == {"updated": 3}
    assert (now["title"], now["contact_stage_id"]) == ("Third", STAGE[4])
    assert now["sanitized_phone"] == "+12025550103"


def kept(desk):
    """The old values that the journal keeps, by row."""
    with sqlite3.connect(desk.state / "journal.db") as journal:
        found = dict(journal.execute("select row, old from items").fetchall())
    journal.close()
    return {row: json.loads(old) if old else None for row, old in found.items()}


def test_old_values_are_read_first_and_kept(desk, apollo):
    was = [contact(apollo, number) for number in IDS[:120]]
    told = changes(
        desk,
        apollo,
        ["title", "contact_stage_id"],
        [(number, "Buyer", STAGE[5]) for number in IDS[:120]],
        keep_old=True,
    )

    planned = desk.call("plan", told.job, told.sheet, "--json").document["requests"]
    ended = told.run()

    requests = {GET: 120, BULK_UPDATE: 2, STAGES: 2}
    assert planned == requests
    assert told.judged(ended)["requests"] == requests
    for number, before in zip(range(2, 122), was, strict=True):
        assert kept(desk)[number]["title"] == before["title"]
        assert kept(desk)[number]["contact_stage_id"] == before["contact_stage_id"]


def test_what_has_no_old_values_is_not_written(desk, apollo):
    rows = [(IDS[0], "Buyer"), (DELETED, "Buyer"), (HIDDEN, "Buyer"), (NOBODY, "Buyer")]
    told = changes(desk, apollo, ["title"], rows, keep_old=True)

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"updated": 1, "no_record": 3}
    assert [e["id"] for e in effects(apollo)] == [IDS[0]]
    assert set(kept(desk)) == {2, 3, 4, 5}


def test_a_read_that_went_wrong_is_read_again_and_the_change_is_made_once(desk, apollo):
    apollo.plot({"route": GET, "on": [1, 2], "fault": "500_before"})
    told = changes(desk, apollo, ["title"], titles(3), keep_old=True)

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"updated": 3}
    assert len(effects(apollo)) == 3


@pytest.mark.parametrize("fault", ["500_after", "reset_after", "503_before"])
def test_a_change_without_an_answer_is_made_again_which_changes_nothing_more(desk, apollo, fault):
    apollo.plot(hit(fault) | {"route": BULK_UPDATE}, hit(fault) | {"route": STAGES})
    rows = [(IDS[0], "Buyer", STAGE[1]), (IDS[1], "Seller", STAGE[1])]
    told = changes(desk, apollo, ["title", "contact_stage_id"], rows)

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"updated": 2}
    assert requests_of(apollo)[BULK_UPDATE] == requests_of(apollo)[STAGES] == 2
    assert contact(apollo, IDS[1])["title"] == "Seller"
    assert contact(apollo, IDS[0])["contact_stage_id"] == STAGE[1]


def test_the_same_command_again_changes_nothing(desk, apollo):
    told = changes(desk, apollo, ["title"], titles(3))
    told.run()

    ended = told.run()

    assert ended.document["reasons"] == {"updated": 3}
    assert len(effects(apollo)) == 3


def test_a_key_without_the_right_changes_nothing(desk, apollo):
    told = changes(desk, apollo, ["title"], titles(3))

    ended = told.run(APOLLO_API_KEY="sandbox-key-people")

    assert ended.code == Exit.ACCESS
    assert "api/v1/contacts/bulk_update" in ended.err
    assert told.judged(ended)["reasons"] == {"no_access": 3}
    assert effects(apollo) == []


def test_contacts_are_read_for_nothing(desk, apollo):
    rows = [(IDS[0],), (DELETED,), (HIDDEN,), (NOBODY,), ("12",), (IDS[0],)]
    told = changes(
        desk, apollo, [], rows, "contacts.get", keep={"Name": "name", "Stage": "contact_stage_id"}
    )

    ended = told.run()
    found = annotated(told)

    assert told.judged(ended)["rows"] | {"total": 6} == {
        "total": 6,
        "succeeded": 2,
        "no_match": 3,
        "skipped": 1,
        "failed": 0,
        "in_doubt": 0,
        "pending": 0,
        "not_run": 0,
    }
    assert found[0]["Name"] == found[5]["Name"] == SAVED[0].name
    assert found[1]["Apollo Note"] == "This contact has been deleted."
    assert found[2]["Apollo Note"] == "You are not authorized to view this page."
    assert found[3]["Apollo Note"] == "Oops! This contact does not exist in Apollo."
    assert requests_of(apollo) == {GET: 4}
    assert ended.document["credits"]["reported"] == "0"
