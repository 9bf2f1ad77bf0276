"""Enrollment in trouble: nobody is e-mailed twice, and nobody is forgotten."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from enroll_maker import (
    ENROLL,
    SEQUENCES,
    answering,
    contact,
    contacts,
    effects,
    enrolling,
    requests_to,
)
from makers import cells_of, hit, until

from apollo_batch.errors import Exit

FOUND = "Confirmed by the contact's record."


@pytest.fixture
def apollo(hurried):
    return hurried


def trouble(fault, *calls):
    return hit(fault, *calls) | {"route": ENROLL}


def rows_of(told):
    return cells_of(told.sheet.with_name(f"{told.sheet.stem}.annotated.xlsx"))


def in_batches(ids, size):
    left = iter(ids)
    return iter(lambda: list(islice(left, size)), [])


@pytest.mark.parametrize("fault", ["500_after", "503_after", "reset_after", "torn"])
def test_contacts_added_by_a_request_without_an_answer_are_found_by_looking(desk, apollo, fault):
    apollo.plot(trouble(fault))
    told = enrolling(desk, apollo, contacts(3))

    ended = told.run("--max-enroll", 3)

    assert ended.code == 0, ended.err
    assert ended.document["reasons"] == {"enrolled": 3}
    assert effects(apollo, "enrolled") == contacts(3)
    assert [row["Apollo Note"] for row in rows_of(told)] == [FOUND] * 3
    assert sum(requests_to(apollo, ENROLL).values()) == 1, "no second call for those"


@pytest.mark.parametrize("fault", ["500_before", "503_before", "502_html", "reset_before"])
def test_what_a_lost_request_has_not_added_is_added_once_it_is_known(desk, apollo, fault):
    apollo.plot(trouble(fault))
    told = enrolling(desk, apollo, [*contacts(3), contact("without_email")])

    ended = told.run("--max-enroll", 3)

    assert ended.code == 0, ended.err
    assert ended.document["reasons"] == {"enrolled": 3, "contacts_without_email": 1}
    assert effects(apollo, "enrolled") == contacts(3)


def test_only_those_that_were_not_added_are_sent_again(desk, apollo):
    apollo.plot(trouble("500_after"))
    ids = [*contacts(2), contact("without_email"), contact("unverified")]
    told = enrolling(desk, apollo, ids)

    with answering(apollo, "add_contact_ids", lambda reply: reply) as (address, asked):
        ended = told.run("--max-enroll", 4, APOLLO_BASE_URL=address)

    assert ended.document["reasons"] | {"enrolled": 2} == ended.document["reasons"]
    assert [body["contact_ids"] for body in asked] == [ids, ids[2:]]


def test_while_it_is_looked_for_who_was_enrolled_nobody_else_takes_their_place(desk, apollo):
    apollo.plot(trouble("500_after"))
    told = enrolling(desk, apollo, contacts(6))

    stopped = told.run("--max-enroll", 3)

    assert stopped.code == Exit.BUDGET
    assert stopped.document["reasons"] == {"enrolled": 3, "enroll_budget": 3}
    assert effects(apollo, "enrolled") == contacts(3)


def test_whoever_was_not_enrolled_after_all_makes_room(desk, apollo):
    apollo.plot(trouble("500_before"))
    ids = [contact("without_email"), contact("unverified"), *contacts(3)]
    told = enrolling(desk, apollo, ids)

    stopped = told.run("--max-enroll", 2)

    assert (
        stopped.document["reasons"] | {"enrolled": 2, "enroll_budget": 1}
        == (stopped.document["reasons"])
    )
    assert effects(apollo, "enrolled") == contacts(2)


def test_a_contact_in_neither_list_of_the_answer_is_looked_up_and_never_assumed(desk, apollo):
    silent = {*contacts(1), contact("without_email")}
    told = enrolling(desk, apollo, [*contacts(2), contact("without_email")])

    def silence(reply):
        reply["contacts"] = [c for c in reply["contacts"] if c["id"] not in silent]
        reply["skipped_contact_ids"] = {
            number: why
            for number, why in reply["skipped_contact_ids"].items()
            if number not in silent
        }
        return reply

    with answering(apollo, "add_contact_ids", silence) as (address, _):
        ended = told.run("--max-enroll", 3, APOLLO_BASE_URL=address)
    ends = [(row["Apollo Status"], row["Apollo Note"]) for row in rows_of(told)]

    assert ended.code == Exit.IN_DOUBT
    assert ends == [("Succeeded", FOUND), ("Succeeded", None), ("In doubt", None)]
    assert ended.document["reasons"] == {"enrolled": 2, "unconfirmed": 1}
    looked_at = requests_to(apollo, "GET /contacts/{contact_id}")["answered"]
    assert looked_at == 3 + 2, "everybody beforehand, and those whom the answer left open"
    assert requests_to(apollo, ENROLL)["answered"] == 1


def test_a_reason_that_nobody_knows_yet_passes_in_apollos_words(desk, apollo):
    told = enrolling(desk, apollo, contacts(2))

    def unheard_of(reply):
        last = reply["contacts"].pop()
        return reply | {"skipped_contact_ids": {last["id"]: "contacts_on_the_moon"}}

    with answering(apollo, "add_contact_ids", unheard_of) as (address, _):
        ended = told.run("--max-enroll", 2, APOLLO_BASE_URL=address)

    assert ended.code == 0
    assert ended.document["reasons"] == {"enrolled": 1, "apollo:contacts_on_the_moon": 1}
    assert "Apollo says: contacts on the moon." in rows_of(told)[1]["Apollo Reason"]


def test_one_request_at_a_time_for_a_sequence_whoever_sends_it(desk, apollo):
    ids = contacts(450)
    stories = [
        enrolling(desk, apollo, ids[:150], name="spring-1"),
        enrolling(desk, apollo, ids[150:300], name="spring-2"),
        enrolling(desk, apollo, ids[300:], name="winter", sequence=SEQUENCES["winter"]),
    ]
    words = ("--yes", "--json", "--max-enroll", 200, "--threads", 16)

    def run(told):
        with desk.started("run", told.job, told.sheet, *words) as process:
            process.communicate(timeout=60)
            return process.returncode

    with ThreadPoolExecutor(3) as pool:
        codes = list(pool.map(run, stories))

    assert codes == [0, 0, 0]
    assert requests_to(apollo, ENROLL) == {"answered": 6, "limited": 0, "failed": 0}
    assert sorted(effects(apollo, "enrolled")) == sorted(ids)


def test_two_runs_side_by_side_never_enroll_one_contact_twice(desk, apollo):
    apollo.plot(trouble("slow", 1, 2) | {"seconds": 0.5})
    ids = contacts(150)
    stories = [enrolling(desk, apollo, each, name=f"n{len(each)}") for each in (ids, ids[20:])]
    words = ("--yes", "--json", "--max-enroll", 150)

    def run(told):
        with desk.started("run", told.job, told.sheet, *words) as process:
            out, _ = process.communicate(timeout=60)
            return process.returncode, json.loads(out)["rows"]["succeeded"]

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(run, stories))

    assert ends == [(0, 150), (0, 130)]
    assert sorted(effects(apollo, "enrolled")) == sorted(ids)


def test_whoever_shares_mailbox_address_flags_status_and_date_shares_a_request(desk, apollo):
    header = ("Contact Id", "Mailbox", "Status", "Start")
    boxes = ("robin.sample@example.com", "sales@example.com")
    days = ("", "2026-12-07 09:00", "2026-12-08 09:00")
    rows = [
        [each, boxes[number % 2], "paused" if days[number % 3] else "active", days[number % 3]]
        for number, each in enumerate(contacts(450))
    ]
    told = enrolling(desk, apollo, [])
    told.sheet.write_text("\n".join(",".join(row) for row in [header, *rows]))
    text = told.job.read_text().replace(
        "contact_id: Contact Id",
        "contact_id: Contact Id\n  mailbox: Mailbox\n  status: Status\n  auto_unpause_at: Start",
    )
    told.job.write_text("\n".join(t for t in text.splitlines() if "mailbox: robin" not in t))

    planned = desk.call("plan", told.job, told.sheet, "--json").document
    with answering(apollo, "add_contact_ids", lambda reply: reply) as (address, asked):
        ended = told.run("--max-enroll", 450, "--threads", 16, APOLLO_BASE_URL=address)

    assert ended.code == 0, ended.err
    assert ended.document["reasons"] == {"enrolled": 450}
    assert len(asked) == 6 == sum(planned["requests"].values())
    assert {len(body["contact_ids"]) for body in asked} == {75}
    said = {
        (body["send_email_from_email_account_id"], body["status"], body.get("auto_unpause_at"))
        for body in asked
    }
    assert len(said) == 6
    assert requests_to(apollo, ENROLL)["failed"] == 0
    assert not any("label_names" in body for body in asked)


@pytest.mark.parametrize("fault", ["hang", "hang_after"])
def test_killed_with_a_request_under_way_the_same_command_enrolls_nobody_twice(desk, apollo, fault):
    apollo.plot(trouble(fault, 2) | {"seconds": 60})
    told = enrolling(desk, apollo, contacts(250))
    command = ("run", told.job, told.sheet, "--yes", "--json", "--max-enroll", 250)

    with desk.started(*command) as process:
        until(lambda: len([e for e in apollo.books()["log"] if e["route"] == ENROLL]) >= 2)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=5)
    again = desk.call(*command)

    assert again.code == 0, again.err
    assert again.document["reasons"] == {"enrolled": 250}
    assert sorted(effects(apollo, "enrolled")) == sorted(contacts(250))
