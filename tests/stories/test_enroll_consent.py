"""Nobody is e-mailed whom the person has not counted: the number is typed, or named beforehand."""

import pytest
from enroll_maker import ENROLL, contact, contacts, effects, enrolling, limited, requests_to
from makers import cells_of, save_job
from terminal import at_a_terminal

from apollo_batch.errors import Exit

QUESTION = b"Type their number"


def statuses(told):
    return [row["Apollo Status"] for row in cells_of(told.desk.folder / "enroll.annotated.xlsx")]


@pytest.mark.parametrize("words", [["--yes"], ["--yes", "--ci"], ["--yes", "--sandbox"], []])
def test_without_a_number_nothing_is_sent_and_yes_does_not_count(desk, apollo, words):
    told = enrolling(desk, apollo, contacts(3))

    ended = desk.call("run", told.job, told.sheet, *words, stdin="3\n")

    assert ended.code == Exit.USAGE
    assert "enrolls up to 3 contacts" in ended.err
    assert "--yes does not count" in ended.err
    assert "Add --max-enroll 3" in ended.err
    assert effects(apollo, "enrolled") == []


def test_a_number_without_yes_is_not_enough_where_nobody_can_be_asked(desk, apollo):
    told = enrolling(desk, apollo, contacts(3))

    ended = desk.call("run", told.job, told.sheet, "--max-enroll", 3)

    assert ended.code == Exit.USAGE
    assert "Add --yes" in ended.err
    assert effects(apollo, "enrolled") == []


def test_a_limit_in_the_job_is_no_consent(desk, apollo):
    told = limited(enrolling(desk, apollo, contacts(3)), max_enroll=3)

    ended = told.run()

    assert ended.code == Exit.USAGE
    assert effects(apollo, "enrolled") == []


@pytest.mark.parametrize("typed", ["3\n", " 3 \n"])
def test_the_number_typed_at_a_terminal_is_enough(desk, apollo, typed):
    told = enrolling(desk, apollo, contacts(3))

    code, said = at_a_terminal(desk, typed, "run", told.job, told.sheet, asks=QUESTION)

    assert code == 0, said
    assert "3 contacts will be e-mailed" in said
    assert len(effects(apollo, "enrolled")) == 3


@pytest.mark.parametrize("typed", ["y\n", "\n", "2\n", "4\n", "three\n", "\x04"])
def test_anything_else_at_the_terminal_enrolls_nobody(desk, apollo, typed):
    told = enrolling(desk, apollo, contacts(3))

    code, said = at_a_terminal(desk, typed, "run", told.job, told.sheet, asks=QUESTION)

    assert code == Exit.USAGE, said
    assert "Nobody was enrolled." in said
    assert "type 3 to agree, or add --max-enroll N for fewer" in said
    assert effects(apollo, "enrolled") == []


def test_the_question_names_no_more_than_the_job_allows(desk, apollo):
    told = limited(enrolling(desk, apollo, contacts(5)), max_enroll=2)

    code, said = at_a_terminal(desk, "2\n", "run", told.job, told.sheet, asks=QUESTION)

    assert code == Exit.BUDGET, said
    assert "2 contacts will be e-mailed" in said
    assert effects(apollo, "enrolled") == contacts(2)


def test_no_more_than_the_number_are_enrolled_and_the_next_command_names_a_higher_one(desk, apollo):
    told = enrolling(desk, apollo, contacts(5))

    stopped = told.run("--max-enroll", 2)
    figures = told.judged(stopped)
    first_of_all = effects(apollo, "enrolled")
    said = statuses(told)
    went_on = desk.call(*stopped.following)

    assert stopped.code == Exit.BUDGET
    assert figures["reasons"] == {"enrolled": 2, "enroll_budget": 3}
    assert said == ["Succeeded"] * 2 + ["Not run"] * 3
    assert first_of_all == contacts(2), "in the order of the rows"
    assert "--max-enroll 5" in figures["next"]
    assert went_on.code == 0, went_on.err
    assert told.judged(went_on)["reasons"] == {"enrolled": 5}
    assert effects(apollo, "enrolled") == contacts(5)


def test_the_number_holds_for_the_whole_run_however_often_the_command_is_typed(desk, apollo):
    told = enrolling(desk, apollo, contacts(5))

    codes = [told.run("--max-enroll", 2).code for _ in range(3)]
    without = told.run()

    assert codes == [Exit.BUDGET] * 3
    assert effects(apollo, "enrolled") == contacts(2)
    assert "up to 3 contacts" in without.err
    assert "Add --max-enroll 5" in without.err


def test_going_on_at_a_terminal_asks_for_the_rest(desk, apollo):
    told = enrolling(desk, apollo, contacts(5))
    told.run("--max-enroll", 2)

    code, said = at_a_terminal(desk, "3\n", "run", told.job, told.sheet, asks=QUESTION)

    assert code == 0, said
    assert len(effects(apollo, "enrolled")) == 5


def test_whom_apollo_leaves_out_does_not_count(desk, apollo):
    left_out = [contact(kind) for kind in ("without_email", "unverified", "new_job")]
    told = enrolling(desk, apollo, [*left_out, *contacts(3)])

    figures = told.judged(told.run("--max-enroll", 2))

    assert figures["reasons"] == {
        "enrolled": 2,
        "enroll_budget": 1,
        "contacts_without_email": 1,
        "contacts_unverified_email": 1,
        "contacts_with_job_change": 1,
    }


def test_the_job_only_lowers_the_number_and_where_it_does_it_is_named(desk, apollo):
    told = limited(enrolling(desk, apollo, contacts(5)), max_enroll=2)

    stopped = told.run("--max-enroll", 4)

    assert stopped.code == Exit.BUDGET
    assert effects(apollo, "enrolled") == contacts(2)
    assert "First raise limits: {max_enroll: 2}" in stopped.err
    assert "to 5" in stopped.err


def test_none_is_a_number_too(desk, apollo):
    told = enrolling(desk, apollo, contacts(2))

    stopped = told.run("--max-enroll", 0)

    assert stopped.code == Exit.BUDGET
    assert statuses(told) == ["Not run"] * 2
    assert requests_to(apollo, ENROLL)["answered"] == 0


@pytest.mark.parametrize("key", ["sequence", "sequence_id"])
def test_a_column_never_says_which_sequence(desk, key):
    columns = {"contact_id": "Contact Id", key: "Sequence"}
    job = save_job(
        desk.folder / "job.yaml",
        operation="sequences.enroll",
        map=columns,
        options={"mailbox": "robin.sample@example.com"},
        keep=None,
    )

    ended = desk.call("check", job)

    assert ended.code == Exit.INVALID
    assert f"job.yaml:6:3: `{key}` never comes from a column" in ended.err
    assert "nobody is e-mailed by a sequence that the job does not name" in ended.err
    assert "Put it below `options:`." in ended.err


def test_where_everybody_is_in_already_nobody_is_asked(desk, apollo):
    told = enrolling(desk, apollo, contacts(2))
    told.run("--max-enroll", 2)

    again = desk.call("run", told.job, told.sheet)

    assert again.code == 0, again.err
    assert requests_to(apollo, ENROLL)["answered"] == 1


@pytest.mark.parametrize("key", ["label_names", "list"])
def test_a_list_is_never_enrolled_as_a_whole(desk, key):
    job = save_job(
        desk.folder / "job.yaml",
        operation="sequences.enroll",
        map={"contact_id": "Contact Id"},
        options={"sequence": "Spring outreach", "mailbox": "sales@example.com", key: "Newsletter"},
        keep=None,
    )

    ended = desk.call("check", job)

    assert ended.code == Exit.INVALID
    assert "people whom nobody has counted" in ended.err
    assert "contacts.search" in ended.err
