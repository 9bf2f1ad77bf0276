"""Answers that leave rows out, or show somebody else: what was made is looked for, never guessed."""

import json

import pytest
from crm_makers import BULK_CREATE, annotated, effects, lay, most_effects, newcomer, requests_of
from makers import Desk, serving
from stand_in import Said, passed_on, standing_in

from apollo_batch.errors import Exit

PEOPLE = ("first_name", "last_name", "email", "organization_name")
KEEP = {"keep": {"Contact Id": "id"}}
NOTHING = {"created_contacts": [], "existing_contacts": []}
STRANGER = {"id": "6f" * 12, "first_name": "Some", "last_name": "Body", "email": "s@body.example"}


@pytest.fixture(scope="module")
def hurried(tmp_path_factory):
    """A sandbox on a fast clock: looking takes its time."""
    with serving(Desk(tmp_path_factory.mktemp("sandbox")), "--time-scale", 300) as served:
        yield served


def changed(apollo, desk, edit, path=("/bulk_create",)):
    """Stand before the sandbox and change what it answers to one kind of request."""
    apollo.reset()
    desk.environ |= apollo.environ

    def answer(asked):
        said = passed_on(apollo, asked)
        if not asked.path.endswith(path) or asked.method != "POST":
            return said
        return Said(edit(json.loads(said.body)), said.status, said.headers)

    return standing_in(answer)


def without(number):
    """Leave the record out whose address begins so."""

    def edit(body):
        lists = ("created_contacts", "existing_contacts")
        kept = {
            key: [one for one in body[key] if not one["email"].startswith(f"new{number}@")]
            for key in lists
        }
        return body | kept

    return edit


def test_a_row_that_the_answer_leaves_out_is_looked_for_and_found(desk, hurried):
    with changed(hurried, desk, without(2)) as address:
        told = lay(
            desk, hurried, "contacts.create", PEOPLE, [newcomer(n) for n in (1, 2, 3)], **KEEP
        )
        ended = told.run(APOLLO_BASE_URL=address)
        story = desk.call("why", ended.document["run"], 3)

    made = {e["subject"]: e["id"] for e in effects(hurried)}
    assert ended.code == 0, ended.err
    assert [row["Contact Id"] for row in annotated(told)] == [
        made[newcomer(n)[2]] for n in (1, 2, 3)
    ]
    assert requests_of(hurried)[BULK_CREATE] == 1
    assert most_effects(hurried) == 1
    assert "POST /contacts/search" in story.out
    assert "Apollo's answer did not show it; found by looking it up." in story.out


def test_an_answer_that_shows_somebody_else_gives_nobody_their_id(desk, hurried):
    with changed(hurried, desk, lambda body: body | {"created_contacts": [STRANGER]}) as address:
        told = lay(desk, hurried, "contacts.create", PEOPLE, [newcomer(1)], **KEEP)
        ended = told.run(APOLLO_BASE_URL=address)

    (made,) = effects(hurried)
    assert ended.code == 0, ended.err
    assert annotated(told)[0]["Contact Id"] == made["id"]


def test_namesakes_whom_an_answer_does_not_tell_apart_get_a_record_each(desk, hurried):
    ann = ("Ann", "Lee", "ann@lee-works.example", "Lee Works")
    other = ("Ann", "Lee", "", "Lee Works")

    def blind(body):
        return body | {"created_contacts": [r | {"email": None} for r in body["created_contacts"]]}

    with changed(hurried, desk, blind) as address:
        told = lay(desk, hurried, "contacts.create", PEOPLE, [ann, other], mode="create", **KEEP)
        ended = told.run(APOLLO_BASE_URL=address)

    made = {e["id"] for e in effects(hurried)}
    assert ended.code == 0, ended.err
    assert len(made) == 2
    assert {row["Contact Id"] for row in annotated(told)} == made


def test_what_no_search_finds_either_is_left_to_a_person_after_ten_looks(desk, hurried):
    def blank(body):
        none = {"contacts": [], "pagination": {"total_entries": 0}}
        return none if "pagination" in body else NOTHING

    with changed(hurried, desk, blank, path=("/bulk_create", "/search")) as address:
        told = lay(desk, hurried, "contacts.create", PEOPLE, [newcomer(1)], mode="create", **KEEP)
        ended = told.run(APOLLO_BASE_URL=address)
    run = ended.document["run"]
    story = desk.call("why", run, 2)
    said = desk.call("resolve", run, "--rows", 2, "--done")
    again = told.run()

    assert ended.code == Exit.IN_DOUBT
    looks = hurried.books()["requests"]["POST /contacts/search"]
    assert sum(looks.values()) == 10
    assert requests_of(hurried)[BULK_CREATE] == 1, "it is not sent again unasked"
    assert story.out.count("POST /contacts/search") == 10
    assert "looked for 10 times, and found nowhere" in story.out
    assert said.code == 0, said.err
    assert again.code == 0, again.err
    assert again.document["reasons"] == {"resolved": 1}
