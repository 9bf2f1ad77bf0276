"""Line and answers fail while something is written: made once, or said to be in doubt."""

import pytest
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
    "drop_null",
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_write_that_meets_trouble_is_made_once_and_no_more(writing_scene, name, fault):
    task = lay(writing_scene, BY_NAME[name])
    writing_scene.served.plot({"route": task.writing.route, "on": [1], "fault": fault})

    process = task.finish()
    writing_scene.served.plot()

    rows = assert_effects(
        writing_scene, writing_scene.served.books(), {"rows": process.end()}, [task]
    )
    assert {row["status"] for row in rows} <= {"succeeded", "in_doubt"}
    assert task.finish().end() == process.end()
    assert_effects(writing_scene, writing_scene.served.books(), {"rows": process.end()}, [task])
