"""Line and answers fail while something is written: it is made once, and known to be."""

import pytest
import tally
from crash_scene import fault_struck
from effects_judge import assert_effects
from effects_scene import BY_NAME, lay

FAULTS = (
    "500_after",
    "503_before",
    "503_after",
    "reset_before",
    "reset_after",
    "torn",
    "html_200",
    "429",
    "empty_body",
    "hang",
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_write_that_meets_trouble_is_made_once_and_no_more(writing_scene, name, fault):
    task = lay(writing_scene, BY_NAME[name])
    writing_scene.served.plot(
        {"route": task.writing.route, "on": [1], "fault": fault, "seconds": 0.3}
    )

    process = task.finish()
    assert fault_struck(writing_scene.served.books()["log"])
    writing_scene.served.plot()
    tally.count(tally.FAULTS)

    rows = assert_effects(
        writing_scene, writing_scene.served.books(), {"rows": process.end()}, [task]
    )
    assert {row["status"] for row in rows} == {"succeeded"}, "who looks, finds it"
    assert task.finish().end() == process.end()
    assert_effects(writing_scene, writing_scene.served.books(), {"rows": process.end()}, [task])


@pytest.mark.parametrize("name", ["contacts.create", "deals.create"])
def test_what_a_search_shows_only_later_is_found_at_the_second_look(late_scene, name):
    task = lay(late_scene, BY_NAME[name])
    late_scene.served.plot({"route": task.writing.route, "on": [1], "fault": "reset_after"})

    code = task.finish().end()

    books = late_scene.served.books()
    rows = assert_effects(late_scene, books, {"rows": code}, [task])
    assert {row["status"] for row in rows} == {"succeeded"}
    assert sum(entry["route"] == task.writing.route for entry in books["log"]) == calls_of(task)


def calls_of(task):
    """How many requests that write the rows take, where none is sent twice."""
    return len(task.writing.rows) if task.writing.operation == "deals.create" else 1
