"""Before anybody is enrolled the plan says whom Apollo will leave out, why, and what would lift it."""

import pytest
import requests
from enroll_maker import SEQUENCES, contact, contacts, effects, enrolling, limited, requests_to
from makers import Story, save_csv, save_job
from test_steps import CONTACT, ENROLLED, PERSON, steps, strangers

from apollo_batch.errors import Exit

LOOK = "GET /contacts/{contact_id}"
SEARCH = "POST /contacts/search"
LEFT_OUT = ["without_email", "without_email", "new_job"]
FOUR = [*(contact(kind, n % 2) for n, kind in enumerate(LEFT_OUT)), contact("ready")]


def rehearsed(told, *words, step="sequences.enroll"):
    """What the plan of a story foretells, as JSON."""
    ended = told.desk.call("plan", told.job, told.sheet, "--json", *words)
    assert ended.code == 0, ended.err
    return ended.document["rehearsal"][step]


def planned(told):
    """A story's plan, as a person reads it."""
    return told.desk.call("plan", told.job, told.sheet).out


def with_keys(told, **keys):
    """The same story, with keys more in its job."""
    lines = "".join(f"{key}: {value}\n" for key, value in keys.items())
    told.job.write_text(told.job.read_text() + lines)
    return told


def on_a_list(apollo, count):
    """Ids of so many contacts of one list, the first of whom has no address."""
    ids = []
    for start in range(0, count, 100):
        people = [
            {"first_name": "Ada", "last_name": f"No{n}"}
            | ({"email": f"ada{n}@listed.example"} if n else {})
            for n in range(start, min(start + 100, count))
        ]
        reply = requests.post(
            f"{apollo.base_url}/api/v1/contacts/bulk_create",
            json={"contacts": people, "append_label_names": ["Listed"]},
            headers={"x-api-key": apollo.key},
            timeout=10,
        ).json()
        ids += [each["id"] for each in reply["created_contacts"]]
    return ids


def test_the_plan_counts_whom_apollo_will_leave_out_and_names_what_lets_them_in(desk, apollo):
    told = enrolling(desk, apollo, FOUR)

    said = planned(told)

    assert said.splitlines()[0] == (
        "I will enroll 4 contacts, of whom Apollo leaves out 3 as it shows them now (no credits). "
        "At most 1 contact will be e-mailed."
    )
    assert "Of 4 contacts 3 will be left out, as Apollo shows them now:" in said
    assert "2  contacts_without_email: The contact has no e-mail address." in said
    assert "options: {sequence_no_email: true} in the job file" in said
    assert "1  contacts_with_job_change" in said
    assert effects(apollo, "enrolled") == []


def test_the_figures_are_in_the_json_of_the_plan(desk, apollo):
    figures = rehearsed(enrolling(desk, apollo, FOUR))

    assert figures["left_out"] == {"contacts_without_email": 2, "contacts_with_job_change": 1}
    assert figures["lifted_by"] == {
        "contacts_without_email": "sequence_no_email",
        "contacts_with_job_change": "sequence_job_change",
    }
    assert (figures["contacts"], figures["looked_at"], figures["would_enroll"]) == (4, 4, 1)


def test_an_option_of_the_job_is_heeded(desk, apollo):
    figures = rehearsed(enrolling(desk, apollo, FOUR, sequence_no_email=True))

    assert figures["left_out"] == {"contacts_with_job_change": 1}


def test_the_number_asked_for_is_of_those_who_would_be_enrolled_and_all_are_sent(desk, apollo):
    told = enrolling(desk, apollo, FOUR)

    refused = told.run()
    figures = told.judged(told.run("--max-enroll", 1))

    assert refused.code == Exit.USAGE
    assert "enrolls up to 1 contacts" in refused.err
    assert "Add --max-enroll 1" in refused.err
    assert "3 will be left out" in refused.err
    assert figures["reasons"] == {
        "contacts_without_email": 2,
        "contacts_with_job_change": 1,
        "enrolled": 1,
    }


def test_the_next_command_counts_only_those_who_are_left_and_would_be_enrolled(desk, apollo):
    told = enrolling(desk, apollo, [*contacts(3), *FOUR])

    stopped = told.run("--max-enroll", 2)
    went_on = desk.call(*stopped.following)

    assert stopped.document["next"].endswith("--max-enroll 4")
    assert told.judged(went_on)["rows"]["succeeded"] == 4


def test_somebody_of_the_same_company_is_a_perhaps_and_counts_as_enrolled(desk, apollo):
    told = enrolling(desk, apollo, [contact("colleague"), contact("ready")])
    told.job.write_text(told.job.read_text().replace(SEQUENCES["spring"], SEQUENCES["company"]))

    figures = rehearsed(told)
    said = planned(told)

    assert figures["perhaps"] == {"contacts_in_same_company": 1}
    assert (figures["left_out"], figures["would_enroll"]) == ({}, 2)
    assert "Of 2 contacts none will be left out" in said
    assert "sequence_same_company_in_same_campaign: true" in said


def test_off_looks_at_nobody(desk, apollo):
    told = with_keys(enrolling(desk, apollo, FOUR), rehearse="off")

    plan = desk.call("plan", told.job, told.sheet, "--json").document
    refused = told.run()

    assert "rehearsal" not in plan
    assert "enrolls up to 4 contacts" in refused.err
    assert LOOK not in apollo.books()["requests"]


def test_rows_not_chosen_are_not_looked_at(desk, apollo):
    figures = rehearsed(enrolling(desk, apollo, FOUR), "--rows", "5-5")

    assert (figures["contacts"], figures["left_out"]) == (1, {})


def test_whom_an_earlier_run_enrolled_is_not_looked_at_again(desk, apollo):
    enrolling(desk, apollo, FOUR).run("--max-enroll", 1)

    figures = rehearsed(enrolling(desk, apollo, [*FOUR, *contacts(1)], name="other"))

    assert figures["contacts"] == 4, "of five, one is enrolled already"


def test_contacts_of_a_list_are_looked_at_by_hundreds(desk, apollo):
    told = enrolling(desk, apollo, on_a_list(apollo, 220))

    figures = rehearsed(told)

    assert figures["looked_at"] == 220
    assert figures["left_out"] == {"contacts_without_email": 1}
    assert requests_to(apollo, SEARCH)["answered"] == 3
    assert requests_to(apollo, LOOK)["answered"] == 1


def test_too_many_to_be_looked_at_one_by_one_are_counted_in_full(desk, apollo):
    told = enrolling(desk, apollo, contacts(210))

    figures, said = rehearsed(told), planned(told)

    assert (figures["looked_at"], figures["not_looked_at"], figures["would_enroll"]) == (
        3,
        207,
        210,
    )
    assert "Not looked at: 207 contacts." in said
    assert "With rehearse: all it takes about" in said
    assert requests_to(apollo, LOOK)["answered"] <= 6, "a few, for the lists that they may be on"


def test_what_is_left_of_apollos_limits_decides_whether_anybody_is_looked_at(desk, apollo):
    told = limited(enrolling(desk, apollo, FOUR), headroom=0.999)

    figures = rehearsed(told)

    assert (figures["looked_at"], figures["not_looked_at"]) == (0, 4)
    assert LOOK not in apollo.books()["requests"]


def test_a_full_window_is_waited_for_only_where_all_are_to_be_looked_at(desk, apollo):
    apollo.plot({"route": LOOK, "on": [1], "fault": "429"})

    patient, other = (enrolling(desk, apollo, FOUR[2:], name=name) for name in ("a", "b"))

    waited = rehearsed(with_keys(patient, rehearse="all"))
    apollo.plot({"route": LOOK, "on": [1], "fault": "429"})
    went_on = rehearsed(other)

    assert waited["looked_at"] == 2
    assert went_on["not_looked_at"] > 0


def test_where_apollo_shows_nothing_the_run_goes_on_without(desk, apollo):
    apollo.plot({"route": LOOK, "every": 1, "fault": "502_html"})
    told = enrolling(desk, apollo, FOUR)

    ended = told.run("--max-enroll", 4)

    assert "Not looked at: 4 contacts. Apollo did not show them:" in ended.err
    assert told.judged(ended)["rows"]["succeeded"] == 1


def test_contacts_that_a_step_will_bring_are_told_by_the_run(desk, apollo):
    told = Story(desk, apollo, *steps(desk, strangers(3), PERSON, CONTACT, ENROLLED))

    figures, said = rehearsed(told, step="enrolled"), planned(told)

    assert (figures["contacts"], figures["still_to_come"]) == (0, 3)
    assert "Up to 3 rows bring their contact to enrolled only during the run" in said


def test_contacts_that_the_run_created_itself_are_not_looked_at(desk, apollo):
    told = Story(desk, apollo, *steps(desk, strangers(3), PERSON, CONTACT, ENROLLED))
    told.run("--max-enroll", 1)

    figures = rehearsed(told, step="enrolled")

    assert (figures["created_by_this_run"], figures["looked_at"]) == (2, 0)
    assert LOOK not in apollo.books()["requests"]


def test_contacts_of_the_sheet_are_looked_at_whatever_step_enrolls_them(desk, apollo):
    stage = {
        "id": "staged",
        "operation": "contacts.update",
        "map": {"contact_id": "Contact Id"},
        "options": {"title": "Guest of the fair"},
    }
    enrolled = ENROLLED | {"map": {"contact_id": "Contact Id"}}
    job = save_job(
        desk.folder / "job.yaml", operation=None, map=None, keep=None, steps=[stage, enrolled]
    )
    sheet = save_csv(desk.folder / "people.csv", [[each] for each in FOUR], ["Contact Id"])

    figures = rehearsed(Story(desk, apollo, job, sheet), step="enrolled")

    assert (figures["contacts"], figures["still_to_come"]) == (4, 0)
    assert figures["left_out"] == {"contacts_without_email": 2, "contacts_with_job_change": 1}


@pytest.mark.parametrize("word", ["sometimes", "'no'"])
def test_any_other_word_is_refused_with_those_there_are(desk, apollo, word):
    told = with_keys(enrolling(desk, apollo, FOUR), rehearse=word)

    ended = desk.call("check", told.job)

    assert ended.code == Exit.INVALID
    assert "Use one of: auto, all, off." in ended.err
