"""kill -9 on the way from one step to the next: every row goes on, once, whatever was cut short."""

import sqlite3
from contextlib import closing

import pytest
from crash_launcher import KILLED, Point
from enroll_maker import MAILBOX, SEQUENCES
from makers import WORLD, cells_of, save_csv, save_job

PEOPLE = [
    person.email
    for person in map(WORLD.person, range(300, 900))
    if person.email and not person.contact_id
][:23]
POINTS = [
    *(
        Point("Cursor.execute", nth, after, sql="COMMIT")
        for nth in range(8, 26, 2)
        for after in (False, True)
    ),
    *(Point("socket.sendall", nth, after) for nth in (6, 8, 9) for after in (False, True)),
]


@pytest.fixture
def typed(writing_scene):
    """The one command that is typed again and again: enrich, save, enroll."""
    scene = writing_scene
    email = {"from": "person.email"}
    save_job(
        scene.folder / "steps.yaml",
        operation=None,
        map=None,
        keep=None,
        steps=[
            {"id": "person", "operation": "people.enrich", "map": {"email": "Email"}},
            {
                "id": "contact",
                "operation": "contacts.create",
                "map": {
                    "email": email,
                    "first_name": {"from": "person.first_name"},
                    "last_name": {"from": "person.last_name"},
                },
                "keep": {"Contact Id": "id"},
            },
            {
                "id": "enrolled",
                "operation": "sequences.enroll",
                "map": {"contact_id": {"from": "contact.id"}},
                "options": {"sequence": SEQUENCES["spring"], "mailbox": MAILBOX},
            },
        ],
    )
    save_csv(scene.folder / "people.csv", [[each] for each in PEOPLE], ["Email"])
    words = ("run", scene.folder / "steps.yaml", scene.folder / "people.csv", "--yes", "--json")
    return (*words, "--threads", 2, "--max-enroll", len(PEOPLE))


def ended(scene, typed, crash=None):
    process = scene.start(*typed, crash=crash)
    code = process.end()
    assert code in {0, 8, KILLED}, (code, process.said())
    return code


def made(scene, kind):
    effects = scene.served.books()["effects"]
    return [e["id"] for e in effects if (e["table"], e["kind"]) == ("contacts", kind)]


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_between_its_steps_a_job_goes_on_and_does_everything_once(
    writing_scene, typed, point
):
    scene = writing_scene
    assert ended(scene, typed, crash=point) == KILLED, "the point was never reached"

    code = ended(scene, typed)
    if code == 8:  # a look-up whose answer was lost is asked again only if somebody says so
        code = ended(scene, (*typed, "--resend-in-doubt"))

    rows = cells_of(scene.folder / "people.annotated.xlsx")
    created, enrolled = made(scene, "created"), made(scene, "enrolled")
    assert code == 0
    assert len(rows) == len(PEOPLE)
    assert {row["Apollo Step person"] for row in rows} <= {"Succeeded", FOUND_BEFORE}
    assert sorted(row["Contact Id"] for row in rows) == sorted(created)
    assert len(set(enrolled)) == len(enrolled)
    assert set(enrolled) <= set(created)
    done = [row for row in rows if row["Apollo Status"] == "Succeeded"]
    assert {row["Contact Id"] for row in done} == set(enrolled)
    _judge_journal(scene)


FOUND_BEFORE = "Succeeded: Answered from what was bought before."


def _judge_journal(scene):
    """Each row has one item a step, none of them waits, and nothing is held."""
    with closing(sqlite3.connect(f"file:{scene.state / 'journal.db'}?mode=ro", uri=True)) as c:
        twice = c.execute(
            "select count(*) from (select 1 from items group by run, step, sheet, row"
            " having count(*) > 1)"
        ).fetchone()[0]
        waiting = c.execute("select count(*) from items where state <> 'done'").fetchone()[0]
        stands = c.execute(
            "select count(*) from items where onward = 'row' and status = 'succeeded'"
        )
        held = c.execute("select coalesce(sum(held), 0) from budgets").fetchone()[0]
        assert (twice, waiting, stands.fetchone()[0], held) == (0, 0, 0, 0)
