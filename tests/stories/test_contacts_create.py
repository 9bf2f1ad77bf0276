"""People become contacts: made once, left as they are where they are there, or updated."""

import pytest
from crm_makers import (
    BULK_CREATE,
    BULK_UPDATE,
    DELETED,
    KEPT,
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
    most_effects,
    newcomer,
    requests_of,
    told_by,
)
from makers import Desk, hit, serving

from apollo_batch.errors import Exit

PEOPLE = ("first_name", "last_name", "email", "organization_name")
WHOLE = (*PEOPLE, "title", "mobile_phone", "label_names", "contact_stage_id", "owner_id")
KEEP = {"Contact Id": "id"}
LISTS = "POST /labels/add_entity_ids_to_label_names"


def known(number=0):
    """A row of somebody whom the team has saved."""
    who = SAVED[number]
    return (who.first_name, who.last_name, who.email, who.company.name)


def people(desk, apollo, rows, header=PEOPLE, **job):
    return lay(desk, apollo, "contacts.create", header, rows, keep=KEEP, **job)


def trouble(fault, *calls):
    return hit(fault, *calls) | {"route": BULK_CREATE}


def test_new_people_are_made_and_those_that_are_there_are_named_and_left_alone(desk, apollo):
    before = contact(apollo, SAVED[0].contact_id)
    told = people(desk, apollo, [newcomer(1), known(), newcomer(2)])

    ended = told.run()
    rows = annotated(told)

    assert told.judged(ended)["reasons"] == {"created": 2, "already_exists": 1}
    assert [row["Apollo Status"] for row in rows] == ["Succeeded", "Skipped", "Succeeded"]
    made = effects(apollo)
    assert [e["kind"] for e in made] == ["created", "created"]
    assert {e["subject"]: e["id"] for e in made} == {
        row["email"]: row["Contact Id"] for row in (rows[0], rows[2])
    }
    assert rows[1]["Contact Id"] == SAVED[0].contact_id
    assert SAVED[0].contact_id in rows[1]["Apollo Note"]
    assert contact(apollo, SAVED[0].contact_id) == before
    assert requests_of(apollo)[BULK_CREATE] == 1


def test_two_hundred_and_fifty_people_are_three_requests(desk, apollo):
    told = people(desk, apollo, [newcomer(number) for number in range(250)])

    ended = told.run()

    assert told.judged(ended)["requests"] == {BULK_CREATE: 3}
    assert len(effects(apollo, kind="created")) == 250


def test_what_bulk_creation_does_not_carry_is_written_to_what_was_made(desk, apollo):
    more = ("Buyer", "+1 202 555 0101", "Newsletter", STAGE[2], USER[2])
    plain = ("", "", "", "", "")
    told = people(desk, apollo, [newcomer(1) + more, newcomer(2) + plain, known() + more], WHOLE)

    ended = told.run()
    made = contact(apollo, annotated(told)[0]["Contact Id"])

    assert told.judged(ended)["reasons"] == {"created": 2, "already_exists": 1}
    assert (made["title"], made["contact_stage_id"], made["owner_id"]) == (
        "Buyer",
        STAGE[2],
        USER[2],
    )
    assert [n["sanitized_number"] for n in made["phone_numbers"]] == ["+12025550101"]
    assert len(made["label_ids"]) == 1
    assert requests_of(apollo)[PATCH] == 1, "who was there already is not touched"


def test_upsert_updates_those_that_are_there_and_takes_them_off_no_list(desk, apollo):
    more = ("Chief Buyer", "", "Trade fair 2026", STAGE[3], "")
    listed = lay(
        desk,
        apollo,
        "lists.add",
        ("entity_id",),
        [(SAVED[0].contact_id,)],
        options={"modality": "contacts", "label_names": ["Newsletter"]},
        file="lists",
    )
    assert listed.run().code == 0
    told = people(desk, apollo, [known() + more, newcomer(1) + more], WHOLE, mode="upsert")

    ended = told.run()
    after = contact(apollo, SAVED[0].contact_id)

    assert told.judged(ended)["reasons"] == {"updated": 1, "created": 1}
    assert (after["title"], after["contact_stage_id"]) == ("Chief Buyer", STAGE[3])
    assert len(after["label_ids"]) == 2
    assert after["email"] == SAVED[0].email
    assert requests_of(apollo)[LISTS] == 2
    assert BULK_UPDATE in requests_of(apollo)
    assert most_effects(apollo) == 1


def test_create_makes_a_second_contact_of_somebody_who_is_there(desk, apollo):
    told = people(desk, apollo, [known()], mode="create")

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"created": 1}
    assert [e["subject"] for e in effects(apollo)] == [SAVED[0].email]
    assert annotated(told)[0]["Contact Id"] != SAVED[0].contact_id


@pytest.mark.parametrize("mode", ["create_or_skip", "create", "upsert"])
def test_a_single_creation_never_dedupes_and_nothing_empty_is_sent(desk, apollo, mode):
    rows = [(*newcomer(1), "", "+1 202 555 0101", "", "", ""), (*newcomer(2), "", "", "", "", "")]
    told = people(desk, apollo, rows, WHOLE, mode=mode)
    seen = []

    with fussy(apollo, seen.append) as (address, _):
        ended = told.run(APOLLO_BASE_URL=address)

    assert ended.code == 0
    assert not [said for said in seen if '""' in said or "null" in said]
    assert not [said for said in seen if "run_dedupe" in said and "bulk_create" not in said]
    assert len(effects(apollo, kind="created")) == 2


def test_the_same_command_again_makes_nothing_and_says_the_same(desk, apollo):
    told = people(desk, apollo, [newcomer(1), known(), newcomer(2)])
    told.run()
    first, asked = annotated(told), requests_of(apollo)

    ended = told.run()

    assert ended.code == 0
    assert annotated(told) == first
    assert requests_of(apollo) == asked


def test_another_file_with_the_same_people_names_the_earlier_id_and_day(desk, apollo):
    first = people(desk, apollo, [newcomer(1), newcomer(2)])
    run = first.run().document["run"]
    second = people(desk, apollo, [newcomer(2), newcomer(3)], file="second")

    ended = second.run()
    rows = annotated(second)

    assert second.judged(ended)["reasons"] == {"made_before": 1, "created": 1}
    earlier = annotated(first)[1]["Contact Id"]
    assert rows[0]["Contact Id"] == earlier
    assert run in rows[0]["Apollo Note"]
    assert earlier in rows[0]["Apollo Note"]
    assert most_effects(apollo) == 1
    assert len(effects(apollo)) == 3


def test_rows_that_name_the_same_person_make_one_contact(desk, apollo):
    first, last, email, company = newcomer(1)
    rows = [
        (first, last, email, company, "Buyer"),
        (first, last, email, company, "Buyer"),
        (first, last, email.upper(), company, "Seller"),
        (first, last, "", company, "Nobody's address"),
    ]
    told = people(desk, apollo, rows, (*PEOPLE, "title"))

    ended = told.run()
    found = annotated(told)

    assert told.judged(ended)["reasons"] == {"created": 2, "already_exists": 2}
    assert found[1]["Apollo Note"] == "Same as row 2."
    assert "what differs here was not written" in found[2]["Apollo Note"]
    assert found[3]["Apollo Status"] == "Skipped"
    assert len({row["Contact Id"] for row in found}) == 1
    assert contact(apollo, found[0]["Contact Id"])["title"] == "Buyer"
    assert len(effects(apollo)) == 1


def test_under_upsert_the_last_row_of_a_person_says_what_they_are(desk, apollo):
    titles = ["Buyer", "Seller", "Owner"]
    rows = [(*newcomer(1), title) for title in titles]
    told = people(desk, apollo, rows, (*PEOPLE, "title"), mode="upsert")

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"created": 1, "updated": 2}
    assert contact(apollo, annotated(told)[0]["Contact Id"])["title"] == "Owner"
    assert [e["kind"] for e in effects(apollo)] == ["created", "updated", "updated"]


def test_every_reason_a_row_can_have(desk, apollo):
    header = (*PEOPLE, "linkedin_url", "account_id", "notes.left_out")
    profile = "https://www.linkedin.com/in/only-this-address"
    rows = [
        (*newcomer(1), "", "", ""),
        (*known(), "", "", ""),
        ("", "", "", "", "", "", "nothing to send"),
        ("Ann", "", "", "", "", "", ""),
        ("", "", "ann(at)ann.example", "", "", "", ""),
        ("", "", "", "", "linkedin.com/company/acme", "", ""),
        (*newcomer(2), "", "12345", ""),
        (*newcomer(3), "", NOBODY, ""),
        ("", "", "", "", profile, "", ""),
        (*newcomer(4), "", DELETED, ""),
    ]
    told = people(desk, apollo, rows, header)

    ended = told.run()
    found = annotated(told)

    codes = (
        "created already_exists missing_identity weak_identity bad_email bad_linkedin_url bad_id "
        "apollo_refused unconfirmed apollo_refused"
    ).split()
    assert ends(told) == [told_by(code) for code in codes]
    assert ended.code == Exit.IN_DOUBT
    assert told.judged(ended)["next"].startswith("apollo-batch resolve ")
    assert found[3]["Apollo Note"] == "empty: email or linkedin_url"
    assert NOBODY in found[7]["Apollo Note"]
    assert [e["subject"] for e in effects(apollo)] == [newcomer(1)[2]]


def test_a_key_without_the_right_makes_nothing_and_the_same_command_goes_on_once_it_may(
    desk, apollo
):
    told = people(desk, apollo, [newcomer(1), newcomer(2)])

    stopped = told.run(APOLLO_API_KEY="sandbox-key-people")
    assert effects(apollo) == []
    ended = desk.call(*stopped.following)

    assert stopped.code == Exit.ACCESS
    assert "api/v1/contacts/bulk_create" in stopped.err
    assert stopped.document["reasons"] == {"no_access": 2}
    assert told.judged(ended)["reasons"] == {"created": 2}


@pytest.fixture(scope="module")
def hurried(tmp_path_factory):
    """A sandbox on a fast clock: looking for what was lost takes its time."""
    with serving(Desk(tmp_path_factory.mktemp("sandbox")), "--time-scale", 60) as served:
        yield served


@pytest.mark.parametrize("fault", ["500_after", "500_before", "503_after", "reset_after", "torn"])
def test_what_may_have_been_made_is_looked_for_and_nobody_is_made_twice(desk, hurried, fault):
    hurried.reset()
    hurried.plot(trouble(fault))
    desk.environ |= hurried.environ
    told = people(desk, hurried, [newcomer(1), newcomer(2)])

    ended = told.run()
    again = told.run("--resend-in-doubt")
    other = people(desk, hurried, [newcomer(2)], file="other").run()

    assert told.judged(ended)["reasons"] == again.document["reasons"] == {"created": 2}
    assert other.document["reasons"] == {"made_before": 1}
    assert requests_of(hurried)[BULK_CREATE] == (2 if fault == "500_before" else 1)
    assert most_effects(hurried) == 1
    assert [row["Contact Id"] for row in annotated(told)] == [
        e["id"] for e in sorted(effects(hurried), key=lambda e: str(e["subject"]))
    ]


def test_a_row_of_which_the_answer_says_nothing_is_never_sent_again(desk, apollo):
    profile = "https://www.linkedin.com/in/only-this-address"
    told = people(desk, apollo, [("", "", "", "", profile)], (*PEOPLE, "linkedin_url"))

    endings = [told.run(*more) for more in ((), (), ("--resend-in-doubt",), ("--fresh",))]

    assert [ended.document["rows"]["in_doubt"] for ended in endings] == [1, 1, 1, 1]
    assert {ended.code for ended in endings} == {Exit.IN_DOUBT}
    assert requests_of(apollo) == {BULK_CREATE: 1}


def test_a_full_window_is_waited_for_and_nothing_is_made_twice(desk, apollo):
    apollo.plot(trouble("429"))
    told = people(desk, apollo, [newcomer(number) for number in range(3)])

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"created": 3}
    assert most_effects(apollo) == 1


def test_a_row_for_which_a_request_is_refused_without_a_name_is_found_by_halving(desk, apollo):
    rows = [newcomer(number) for number in range(300)]
    told = people(desk, apollo, rows)

    with fussy(apollo, lambda said: "No." if "new77@" in said else None) as (address, asked):
        ended = told.run(APOLLO_BASE_URL=address)
    found = annotated(told)

    assert ended.code == Exit.ROWS_FAILED
    assert [row["email"] for row in found if row["Apollo Status"] == "Failed"] == [newcomer(77)[2]]
    assert len(effects(apollo, kind="created")) == 299
    assert most_effects(apollo) == 1
    assert len(asked) <= 3 + 2 * 7


def test_values_that_apollo_names_fail_the_rows_that_say_them_and_no_other(desk, apollo):
    accounts = [KEPT[0].account_id, NOBODY, DELETED]
    rows = [(*newcomer(number), accounts[number % 3]) for number in range(300)]
    told = people(desk, apollo, rows, (*PEOPLE, "account_id"))

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"apollo_refused": 200, "created": 100}
    assert requests_of(apollo)[BULK_CREATE] <= 12, "a refusal for each value, and what is left"
    assert len(effects(apollo, kind="created")) == 100


@pytest.mark.parametrize("threads", [1, 8])
def test_a_refusal_that_all_rows_share_stops_the_step_early(desk, apollo, threads):
    told = people(desk, apollo, [newcomer(number) for number in range(1_000)])

    with fussy(apollo, lambda _: "Not in this team.") as (address, asked):
        ended = told.run("--threads", threads, APOLLO_BASE_URL=address)

    assert ended.code == Exit.ROWS_FAILED
    assert "Not in this team." in ended.err
    assert len(asked) <= 80
    left = ended.document["reasons"]
    assert left["job_refused"] == 1_000 - left["apollo_refused"]
    assert left["apollo_refused"] <= 20
    assert effects(apollo) == []

    mended = told.run()  # whoever was in the way is gone: the same command goes on

    assert mended.document["rows"]["succeeded"] == left["job_refused"]
    assert most_effects(apollo) == 1


def test_a_job_over_many_rows_needs_somebody_to_agree(desk, apollo):
    told = people(desk, apollo, [newcomer(1), newcomer(2)])

    ended = desk.call("run", told.job, told.sheet)

    assert ended.code == Exit.USAGE
    assert "create up to 2" in ended.err
    assert effects(apollo) == []
