"""Contacts join a sequence: who is in, who is left out and why, and what would let them in."""

import pytest
from enroll_maker import (
    ENROLL,
    MAILBOX,
    SEQUENCES,
    contact,
    contacts,
    effects,
    enrolling,
    requests_to,
)
from makers import JOBS, SAMPLES, WORLD, cells_of

from apollo_batch.errors import Exit
from apollo_batch.skips import ENROLLMENT_CODES

# Apollo's code, whom it meets, and the option that lifts it.
LEFT_OUT = {
    "contacts_active_in_other_campaigns": (
        "active_elsewhere",
        "sequence_active_in_other_campaigns",
    ),
    "contacts_finished_in_other_campaigns": (
        "finished_elsewhere",
        "sequence_finished_in_other_campaigns",
    ),
    "contacts_without_email": ("without_email", "sequence_no_email"),
    "contacts_unverified_email": ("unverified", "sequence_unverified_email"),
    "contacts_with_unverified_user_managed_email": (
        "typed_unverified",
        "sequence_unverified_email",
    ),
    "contacts_with_job_change": ("new_job", "sequence_job_change"),
    "contacts_in_same_company": ("colleague", "sequence_same_company_in_same_campaign"),
    "contacts_without_ownership_permission": (
        "owned_elsewhere",
        "contacts_without_ownership_permission",
    ),
    "contacts_in_pending_state": ("queued", "add_if_in_queue"),
}
ALREADY = "contacts_already_exists_in_current_campaign"
STRANGER = "contact_not_found"
EVERYBODY = [
    *(contact(kind) for kind, _ in LEFT_OUT.values()),
    contact("colleague_inside"),
    WORLD.person(0).id,
    contact("ready"),
]
ENROLL_ALL = ("--max-enroll", 100)


def outcomes(desk, name="enroll"):
    return cells_of(desk.folder / f"{name}.annotated.xlsx")


def test_every_reason_of_apollos_to_leave_a_contact_out_comes_back_in_plain_words(desk, apollo):
    told = enrolling(desk, apollo, EVERYBODY, sequence=SEQUENCES["company"])

    ended = told.run(*ENROLL_ALL)
    figures = told.judged(ended)
    rows = outcomes(desk)

    assert ended.code == 0, "what Apollo leaves out with a reason is an expected end"
    assert {*LEFT_OUT, ALREADY, STRANGER} == ENROLLMENT_CODES
    assert figures["reasons"] == dict.fromkeys([*ENROLLMENT_CODES, "enrolled"], 1)
    assert figures["rows"] | {"succeeded": 1, "skipped": 11} == figures["rows"]
    assert effects(apollo, "enrolled") == [contact("ready")]
    assert requests_to(apollo, ENROLL)["answered"] == 1
    for row, (code, (_, option)) in zip(rows, LEFT_OUT.items(), strict=False):
        assert row["Apollo Status"] == "Skipped"
        assert f"{{{option}: true}}" in row["Apollo Reason"]
        assert code not in row["Apollo Reason"].split(". ")[0], "words, not Apollo's code"
    assert rows[-3]["Apollo Reason"] == "In this sequence already."
    assert "a person's id is none" in rows[-2]["Apollo Reason"]
    assert "contacts.create" in rows[-2]["Apollo Reason"]
    assert rows[-1]["Apollo Status"] == "Succeeded"


def test_the_options_that_the_workbook_names_let_them_in(desk, apollo):
    enrolling(desk, apollo, EVERYBODY, sequence=SEQUENCES["company"]).run(*ENROLL_ALL)
    flags = {option: True for _, option in LEFT_OUT.values()}

    lifted = enrolling(desk, apollo, EVERYBODY, sequence=SEQUENCES["company"], **flags)
    figures = lifted.judged(lifted.run(*ENROLL_ALL))

    assert figures["reasons"] == {"enrolled": 9, ALREADY: 1, STRANGER: 1, "made_before": 1}
    assert sorted(effects(apollo, "enrolled")) == sorted([*EVERYBODY[:9], contact("ready")])


@pytest.mark.parametrize(("code", "kind", "option"), [(c, *each) for c, each in LEFT_OUT.items()])
def test_an_option_lets_in_whom_its_reason_kept_out_and_nobody_else(
    desk, apollo, code, kind, option
):
    told = enrolling(desk, apollo, EVERYBODY, sequence=SEQUENCES["company"], **{option: True})

    figures = told.judged(told.run(*ENROLL_ALL))

    lets_in = {c for c, (_, lifts) in LEFT_OUT.items() if lifts == option}
    assert code in lets_in
    assert not lets_in & figures["reasons"].keys()
    assert figures["reasons"].keys() == (ENROLLMENT_CODES - lets_in) | {"enrolled"}
    assert contact(kind) in effects(apollo, "enrolled")


def test_the_job_of_the_repository_shows_every_reason(desk):
    job, sheet = JOBS / "enroll-contacts.yaml", desk.folder / "contacts.xlsx"
    sheet.write_bytes((SAMPLES / "contacts-to-enroll.xlsx").read_bytes())

    ended = desk.run(job, sheet, "--sandbox", "--max-enroll", 20)

    assert ended.code == 0, ended.err
    assert ended.document["reasons"] == dict.fromkeys(ENROLLMENT_CODES, 1) | {"enrolled": 3}
    rows = cells_of(desk.folder / "contacts.annotated.xlsx")
    assert [row["Sequence Status"] for row in rows if row["E-mail"]] == ["active"] * 3


def test_an_inactive_sequence_takes_contacts_and_says_that_nothing_is_sent(desk, apollo):
    told = enrolling(desk, apollo, contacts(2), sequence=SEQUENCES["winter"])

    planned = desk.call("plan", told.job, told.sheet)
    figures = told.judged(told.run(*ENROLL_ALL))

    assert "Winter break is inactive" in planned.out
    assert figures["reasons"] == {"enrolled": 2}
    assert {row["Apollo Note"] for row in outcomes(desk)} == {
        "The sequence is inactive: nothing is sent until somebody activates it."
    }


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sequence": SEQUENCES["archived"]}, "is archived"),
        ({"sequence": WORLD.id_of("sequence", 4)}, "is archived"),
        ({"mailbox": "former.colleague@example.com"}, "is revoked"),
        ({"mailbox": [MAILBOX, WORLD.id_of("mailbox", 3)]}, "is revoked"),
        ({"sequence": "Summer outreach"}, "Spring outreach"),
        ({"sequence": WORLD.id_of("mailbox", 1)}, "It is the id of the mailbox"),
    ],
)
def test_what_cannot_send_is_refused_in_the_plan_and_nothing_is_sent(desk, apollo, options, says):
    told = enrolling(desk, apollo, contacts(2), **options)

    planned = desk.call("plan", told.job, told.sheet)
    ended = told.run(*ENROLL_ALL)

    assert (planned.code, ended.code) == (Exit.INVALID, Exit.INVALID)
    assert says in ended.err
    assert says in planned.err
    assert requests_to(apollo, ENROLL)["answered"] == 0


def test_contacts_can_wait_until_a_day_in_the_persons_own_time_zone(desk, apollo):
    told = enrolling(desk, apollo, contacts(2), status="paused", auto_unpause_at="2026-12-07 09:00")
    told.job.write_text(told.job.read_text() + "zone: Europe/Berlin\n")

    figures = told.judged(told.run(*ENROLL_ALL))

    assert figures["reasons"] == {"enrolled": 2}
    assert {row["Apollo Note"] for row in outcomes(desk)} == {
        "Paused until 2026-12-07T08:00:00.000+00:00."
    }


def test_a_day_to_begin_on_needs_them_to_be_paused(desk, apollo):
    told = enrolling(desk, apollo, contacts(2), auto_unpause_at="2026-12-07 09:00")

    ended = told.run(*ENROLL_ALL)

    assert ended.code == Exit.INVALID
    assert "status" in ended.err


def test_several_mailboxes_take_turns_and_an_alias_is_said_to_apollo(desk, apollo):
    boxes = [MAILBOX, "sales@example.com"]
    turns = enrolling(desk, apollo, contacts(4), mailbox=boxes)
    turns.job.write_text(
        turns.job.read_text().replace(
            "E-mail: email",
            "From: contact_campaign_statuses[0].send_email_from_email_address",
        )
    )
    turns.run(*ENROLL_ALL)
    from_whom = [row["From"] for row in outcomes(desk)]
    alias = enrolling(
        desk,
        apollo,
        contacts(1, start=10),
        name="alias",
        send_email_from_email_address="robin@example.com",
    )
    alias.job.write_text(
        alias.job.read_text().replace(
            "E-mail: email",
            "From: contact_campaign_statuses[0].send_email_from_email_address",
        )
    )
    alias.run(*ENROLL_ALL)

    assert from_whom == boxes * 2
    assert [row["From"] for row in outcomes(desk, "alias")] == ["robin@example.com"]


def test_whoever_was_enrolled_before_is_told_when_and_not_sent_again(desk, apollo):
    told = enrolling(desk, apollo, contacts(5))
    first = told.run(*ENROLL_ALL).document
    again = told.run(*ENROLL_ALL)
    other = enrolling(desk, apollo, contacts(7), name="other")
    figures = other.judged(other.run(*ENROLL_ALL))

    assert again.code == 0
    assert again.document["requests"] == first["requests"]
    assert figures["reasons"] == {"made_before": 5, "enrolled": 2}
    assert f"in run {first['run']}," in outcomes(desk, "other")[0]["Apollo Note"]
    assert sorted(effects(apollo, "enrolled")) == sorted(contacts(7))


def test_one_contact_in_two_rows_is_enrolled_once(desk, apollo):
    (one,) = contacts(1)
    told = enrolling(desk, apollo, [one, one.upper(), one])

    figures = told.judged(told.run("--max-enroll", 1))

    assert figures["rows"]["succeeded"] == 3
    assert effects(apollo, "enrolled") == [one]
