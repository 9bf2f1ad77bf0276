"""Whoever is enrolled may wait a while, paused, before the first e-mail leaves."""

from datetime import datetime

import pytest
from enroll_maker import contacts, effects, enrolling
from makers import Story, cells_of, facts_of, save_job, until
from test_steps import CONTACT, ENROLLED, PERSON, steps, strangers

from apollo_batch.errors import Exit

TWO = ("--max-enroll", 2)


def cooling_off(told, how_long):
    """The same story, whose contacts wait."""
    told.job.write_text(told.job.read_text() + f"cooling_off: {how_long}\n")
    return told


def moment(text):
    return datetime.fromisoformat(text)


def paused_until(desk, name="enroll"):
    """Until when each row says that its contact is paused."""
    rows = cells_of(desk.folder / f"{name}.annotated.xlsx")
    return [moment(row["Apollo Note"].removeprefix("Paused until ")[:-1]) for row in rows]


def test_nobody_is_mailed_before_the_time_that_the_job_names(desk, apollo):
    told = cooling_off(enrolling(desk, apollo, contacts(2)), "30m")

    before = datetime.now().astimezone()
    figures = told.judged(told.run(*TWO))
    books = apollo.books()

    assert figures["reasons"] == {"enrolled": 2}
    assert effects(apollo, "enrolled") == contacts(2)
    assert books["mails"] == []
    assert books["crm"]["sleepers"] == 2
    for until_when in paused_until(desk):
        assert 1800 <= (until_when - before).total_seconds() < 1800 + 120
    assert facts_of(desk.folder / "enroll.annotated.xlsx")["Cooling off"] == "30 min"


def test_without_it_the_first_e_mail_leaves_at_once(desk, apollo):
    told = enrolling(desk, apollo, contacts(2))

    told.run(*TWO)

    assert [mail["contact_id"] for mail in apollo.books()["mails"]] == contacts(2)


def test_when_the_time_is_over_each_is_mailed_once_and_none_too_soon(desk, hurried):
    told = cooling_off(enrolling(desk, hurried, contacts(2)), "1m")

    told.run(*TWO)
    until(lambda: len(hurried.books()["mails"]) == 2)
    mails = hurried.books()["mails"]

    assert [mail["contact_id"] for mail in mails] == contacts(2)
    assert all(
        moment(mail["sent_at"]) >= due for mail, due in zip(mails, paused_until(desk), strict=True)
    )


def test_the_plan_says_when_the_first_e_mail_leaves(desk, apollo):
    told = cooling_off(enrolling(desk, apollo, contacts(2)), "2h")

    plan = desk.call("plan", told.job, told.sheet).out
    document = desk.call("plan", told.job, told.sheet, "--json").document

    assert "Cooling off: whoever is enrolled is paused for 2.0 h;" in plan
    assert document["cooling_off"] == {"sequences.enroll": 7200}


def test_a_step_has_its_own(desk, apollo):
    enrolled = ENROLLED | {"cooling_off": "1d"}
    told = Story(desk, apollo, *steps(desk, strangers(2), PERSON, CONTACT, enrolled))

    told.run(*TWO)

    assert len(effects(apollo, "enrolled")) == 2
    assert apollo.books()["mails"] == []


def test_another_wait_is_another_run_and_enrolls_nobody_twice(desk, apollo):
    told = enrolling(desk, apollo, contacts(2))
    told.run(*TWO)

    again = cooling_off(told, "30m").run(*TWO)

    assert told.judged(again)["reasons"] == {"made_before": 2}
    assert len(apollo.books()["mails"]) == 2


@pytest.mark.parametrize("text", ["30", "30s", "0m", "91d", "soon", "-5m", "[30m]"])
def test_what_is_no_such_time_is_refused_with_how_to_write_it(desk, apollo, text):
    told = cooling_off(enrolling(desk, apollo, contacts(1)), text)

    ended = desk.call("check", told.job)

    assert ended.code == Exit.INVALID
    assert "cooling_off" in ended.err
    assert "Write" in ended.err


@pytest.mark.parametrize("key", ["cooling_off: 30m", "rehearse: all"])
def test_a_job_that_enrolls_nobody_has_neither_key(desk, key):
    job = save_job(desk.folder / "job.yaml")
    job.write_text(job.read_text() + key + "\n")

    ended = desk.call("check", job)

    name = key.partition(":")[0]
    assert ended.code == Exit.INVALID
    assert f"people.enrich enrolls nobody, so `{name}` means nothing here." in ended.err
    assert f"Take `{name}` out." in ended.err


def test_it_cannot_stand_beside_what_says_the_same(desk, apollo):
    told = enrolling(desk, apollo, contacts(1), status="paused", auto_unpause_at="2027-01-11 09:00")

    ended = desk.call("check", cooling_off(told, "30m").job)

    assert ended.code == Exit.INVALID
    assert "`cooling_off` and `status` both say how the e-mails begin." in ended.err
