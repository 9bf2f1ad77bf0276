"""Two who want the same made at the same time, and rows that nobody can tell apart."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from effects_judge import assert_effects, made_of
from effects_scene import BY_NAME, Writing, effects, lay, people


def test_two_processes_whose_sheets_overlap_make_each_person_once(writing_scene):
    north = lay(writing_scene, people(12), "north")
    south = lay(writing_scene, people(12, start=6), "south")

    running = {"north": north.run(), "south": south.run()}
    codes = {name: process.end() for name, process in running.items()}

    books = writing_scene.served.books()
    rows = assert_effects(writing_scene, books, codes, [north, south])
    assert codes == {"north": 0, "south": 0}
    assert len(effects(books, north.writing)) == 18
    assert sum(row["reason"] == "made_before" for row in rows) == 6


def test_of_two_processes_one_dies_and_the_other_makes_nobody_twice(writing_scene):
    north = lay(writing_scene, people(12), "north")
    south = lay(writing_scene, people(12, start=6), "south")
    fault = {"route": north.writing.route, "on": [1], "fault": "hang_after", "seconds": 30}
    writing_scene.served.plot(fault)
    dying = north.run()
    assert writing_scene.holds_until(dying, lambda log: any(entry["fault"] for entry in log))

    patient = south.run()
    assert not patient.ends_within(0.3)
    dying.kill()
    codes = {"south": patient.end()}
    codes["north"] = north.finish().end()

    books = writing_scene.served.books()
    assert_effects(writing_scene, books, codes, [north, south])
    assert len(effects(books, north.writing)) == 18
    assert codes == {"south": 0, "north": 0}, "who waited finds out what the other one made"


@pytest.mark.parametrize("fault", ["reset_after", "503_before"])
def test_who_wants_what_another_has_lost_waits_until_it_is_found_or_sent_again(
    writing_scene, fault
):
    north = lay(writing_scene, people(12), "north")
    south = lay(writing_scene, people(12, start=6), "south")
    writing_scene.served.plot({"route": north.writing.route, "on": [1], "fault": fault})

    running = {"north": north.run(), "south": south.run()}
    codes = {name: process.end() for name, process in running.items()}

    books = writing_scene.served.books()
    rows = assert_effects(writing_scene, books, codes, [north, south])
    assert codes == {"north": 0, "south": 0}
    assert len(effects(books, north.writing)) == 18
    assert sum(row["reason"] == "made_before" for row in rows) == 6


def alike() -> Writing:
    """Two deals of one name: nothing but the amount, which no search tells by, differs."""
    return replace(BY_NAME["deals.create"], rows=(("Renewal", "100"), ("Renewal", "200")))


def test_a_lost_row_never_takes_the_record_of_another_that_says_the_same(writing_scene):
    task = lay(writing_scene, alike())
    writing_scene.threads = 1
    writing_scene.served.plot({"route": task.writing.route, "on": [1], "fault": "reset_before"})

    process = task.finish()

    made = made_of(writing_scene.served.books(), task.writing, ("Renewal",))
    rows = rows_of(task)
    assert process.end() == 8
    assert len(made) == 1
    assert rows == [("in_doubt", None), ("succeeded", made[0]["id"])]


def rows_of(task):
    """How the journal has each row: its status and Apollo's id."""
    with closing(sqlite3.connect(task.scene.state / "journal.db")) as c:
        return c.execute("select status, found from items order by row").fetchall()
