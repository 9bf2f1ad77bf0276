"""Processes that freeze, thaw or die while others wait for them."""

import shutil

from crash_scene import fault_struck, go_on, paid_calls, people, stop
from judge import assert_invariants

BULK = "POST /people/bulk_match"


def test_answers_that_came_while_the_process_was_frozen_are_taken(scene):
    sheet = scene.sheet("leads", people(100))
    scene.served.plot({"route": BULK, "on": [2, 3, 4], "fault": "slow", "seconds": 0.3})
    process = sheet.run()
    assert scene.holds_until(process, fault_struck)

    stop(process)
    assert not process.ends_within(0.6)  # frozen for longer than the calls take
    go_on(process)

    code = process.end()
    assert code == 0
    assert_invariants(scene, scene.served.books(), {"leads": code})


def test_a_second_process_finds_the_run_held_even_by_a_frozen_one(scene):
    sheet = scene.sheet("leads", people(60))
    scene.threads = 1  # in flight and not in a transaction, which would hold up everybody
    scene.served.plot({"route": BULK, "on": [2], "fault": "hang", "seconds": 60})
    process = sheet.run()
    assert scene.holds_until(process, fault_struck)
    stop(process)

    second = sheet.run()

    assert second.end() == 10
    assert f"process {process.pid}" in second.said()
    go_on(process)
    process.kill()
    codes = {"leads": sheet.finish()}
    assert_invariants(scene, scene.served.books(), codes)


def test_a_late_answer_turns_doubt_into_certainty_and_no_hold_is_released_twice(scene):
    frozen = scene.sheet("north", people(100))
    other = scene.sheet("south", people(100, start=150))
    scene.threads = 16
    scene.served.plot({"route": BULK, "every": 1, "fault": "slow", "seconds": 0.3})
    process = frozen.run()
    assert scene.holds_until(process, lambda log: paid_calls(log) == frozen.calls)
    stop(process)
    scene.served.plot()

    # The locks are expendable; without its own the frozen process passes for dead.
    shutil.rmtree(scene.state / "workers")
    doubtful = other.finish()
    go_on(process)
    code = process.end()
    paid = scene.served.books()["credits"]["consumed"]
    certain = other.finish("--resend-in-doubt")

    assert (doubtful, code, certain) == (8, 0, 0)
    assert scene.served.books()["credits"]["consumed"] == paid
    assert_invariants(scene, scene.served.books(), {"north": code, "south": certain})


def test_who_waits_for_another_process_s_answer_learns_that_it_died(scene):
    dying = scene.sheet("north", people(60))
    waiting = scene.sheet("south", people(80))
    scene.threads = 1
    scene.served.plot({"route": BULK, "on": [3], "fault": "hang_after", "seconds": 60})
    process = dying.run()
    assert scene.holds_until(process, fault_struck)

    patient = waiting.run()
    assert scene.holds_until(patient, lambda log: len(log) > 8)
    assert not patient.ends_within(0.3)
    process.kill()

    assert patient.ends_within(20), "it waits for an answer that nobody will bring"
    codes = {"south": patient.end(), "north": dying.finish()}
    assert codes == {"south": 8, "north": 8}
    assert_invariants(scene, scene.served.books(), codes)
