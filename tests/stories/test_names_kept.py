"""What the team has by name is asked for once an hour, and again where a name is missing."""

from enroll_maker import SEQUENCES, contacts, enrolling
from makers import save_csv, save_job
from searching import asked_of

from apollo_batch.errors import Exit

LOOKS = "POST /emailer_campaigns/search"
USERS = "GET /users/search"


def planned(desk, told):
    return desk.call("plan", told.job, told.sheet)


def test_names_of_a_job_are_asked_for_once_an_hour(desk, apollo):
    told = enrolling(desk, apollo, contacts(2))

    first, second = planned(desk, told), planned(desk, told)

    assert (first.code, second.code) == (Exit.OK, Exit.OK)
    assert asked_of(apollo, LOOKS) == 1


def test_a_name_that_is_not_among_those_kept_is_asked_for_anew(desk, apollo):
    planned(desk, enrolling(desk, apollo, contacts(2)))

    missing = planned(desk, enrolling(desk, apollo, contacts(2), sequence="No such sequence"))

    assert missing.code == Exit.INVALID
    assert SEQUENCES["spring"] in missing.err
    assert asked_of(apollo, LOOKS) == 2


def test_another_journal_keeps_names_of_its_own(desk, apollo):
    told = enrolling(desk, apollo, contacts(2))
    planned(desk, told)

    desk.call("plan", told.job, told.sheet, "--state", desk.folder / "another")

    assert asked_of(apollo, LOOKS) == 2


def test_names_in_cells_are_looked_up_in_what_there_is_now(desk, apollo):
    job = save_job(
        desk.folder / "job.yaml",
        operation="contacts.create",
        map={"email": "Email", "owner": "Owner"},
        keep=None,
    )
    rows = [["n@comers.example", "robin.sample@example.com"]]
    sheet = save_csv(desk.folder / "new.csv", rows, ["Email", "Owner"])

    desk.call("plan", job, sheet)
    desk.call("plan", job, sheet)

    assert asked_of(apollo, USERS) == 2
