"""Tasks: made, found, changed and ended, with Apollo's odd manners."""

import pytest
from sandbox_caller import calling

from apollo_batch.sandbox.seeds_enrollable import numbers_of
from apollo_batch.sandbox.world import World

WORLD = World(42)
TASKS = "/tasks"
BULK = "/tasks/bulk_create"
SEARCH = "/tasks/search"
ME = WORLD.id_of("user", 1)
CONTACTS = [WORLD.id_of("enrollable", number) for number in numbers_of("ready")]
FOREIGN = WORLD.id_of("seeded task", 6)
CALL = {
    "user_id": ME,
    "type": "call",
    "status": "scheduled",
    "due_at": "2026-12-01T10:00:00+02:00",
}
GONE = "0" * 24


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def make(apollo, **given):
    return apollo.post(TASKS, CALL | {"contact_id": CONTACTS[0]} | given).json()["task"]


def change(apollo, number, **given):
    headers = {"x-api-key": apollo.sandbox.key}
    return apollo.ask("PATCH", f"{TASKS}/{number}", json=given, headers=headers)


def view(apollo, number):
    return apollo.get(f"{TASKS}/{number}").json()["task"]


def end(apollo, number, how, **given):
    return apollo.post(f"{TASKS}/{number}/{how}", given)


def test_a_task_is_made_for_a_contact(apollo):
    task = make(apollo, priority="high", title="Ring back", note="About the pilot line")

    assert task["contact_id"] == task["contact"]["id"] == CONTACTS[0]
    assert (task["user_id"], task["creator_id"]) == (ME, ME)
    assert (task["priority"], task["title"], task["note"]) == (
        "high",
        "Ring back",
        "About the pilot line",
    )
    assert task["due_at"] == "2026-12-01T08:00:00.000+00:00"
    assert (task["status"], task["created_from"]) == ("scheduled", "api")
    (effect,) = apollo.sandbox.books()["effects"]
    assert (effect["kind"], effect["id"], effect["contact"]) == (
        "created",
        task["id"],
        CONTACTS[0],
    )


def test_priority_and_title_are_made_up_where_they_are_left_out(apollo):
    task = make(apollo)

    assert task["priority"] == "medium"
    assert task["title"] == f"Call {task['contact']['name']}"


@pytest.mark.parametrize("status", ["completed", "skipped"])
def test_a_task_may_be_made_after_the_fact(apollo, status):
    assert make(apollo, status=status)[f"{status}_at"]


def test_the_same_task_twice_is_two_tasks(apollo):
    assert make(apollo)["id"] != make(apollo)["id"]


@pytest.mark.parametrize("path", [TASKS, BULK])
@pytest.mark.parametrize("left_out", [{"type": None}, {"user_id": None}, {"type": "dance"}])
def test_type_and_user_can_not_be_blank(apollo, path, left_out):
    reply = apollo.post(path, CALL | {"contact_ids": CONTACTS} | left_out)

    assert (reply.status_code, reply.json()) == (422, {"error": "type and user can not be blank"})


def test_one_template_makes_a_task_for_every_known_contact(apollo):
    asked = CALL | {"contact_ids": [*CONTACTS, GONE], "priority": "low", "title": "Not heard"}

    reply = apollo.post(BULK, asked).json()

    assert reply["success"] is True
    assert [task["contact_id"] for task in reply["tasks"]] == CONTACTS
    assert {task["priority"] for task in reply["tasks"]} == {"low"}
    assert {task["title"] for task in reply["tasks"]} == {
        f"Call {task['contact']['name']}" for task in reply["tasks"]
    }
    assert len(apollo.sandbox.books()["effects"]) == len(CONTACTS)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_tasks_are_found_by_both_methods(apollo, method):
    headers = {"x-api-key": apollo.sandbox.key}

    reply = apollo.ask(method, SEARCH, params={"per_page": 4, "page": 2}, headers=headers).json()

    assert len(reply["tasks"]) == 2
    assert reply["pagination"]["total_entries"] == reply["pipeline_total"] == 6
    assert "task_types" not in reply


def test_tasks_are_sorted_and_counted(apollo):
    def tasks(**query):
        return apollo.post(SEARCH, **query).json()

    due = [task["due_at"] for task in tasks(sort_by_field="task_due_at")["tasks"]]
    priorities = [t["priority"] for t in tasks(sort_by_field="task_priority")["tasks"]]
    counts = tasks(**{"open_factor_names[]": "task_types"})["task_types"]

    assert due == sorted(due, reverse=True)
    assert priorities == ["high", "medium", "medium", "medium", "low", "low"]
    assert {c["value"]: c["count"] for c in counts}["call"] == 3


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"per_page": 101}, "Per page not supported"),
        ({"per_page": 0}, "An error occurred. Per page cannot be 0."),
        (
            {"sort_by_field": "nonsense"},
            "Something's wrong with your API request. undefined method `[]' for nil",
        ),
    ],
)
def test_a_bad_search_is_refused(apollo, query, error):
    reply = apollo.post(SEARCH, **query)

    assert (reply.status_code, reply.json()) == (422, {"error": error})


def test_a_change_resets_priority_and_creator_where_it_does_not_name_them(apollo):
    colleague = WORLD.id_of("user", 2)
    number = make(apollo, priority="high")["id"]

    named = change(apollo, number, priority="high", creator_id=colleague, note="One").json()
    unnamed = change(apollo, number, note="Two").json()

    assert (named["task"]["priority"], named["task"]["creator_id"]) == ("high", colleague)
    assert (unnamed["task"]["priority"], unnamed["task"]["creator_id"]) == ("medium", ME)
    assert view(apollo, number)["note"] == view(apollo, number)["note_text"] == "Two"


def test_a_task_that_has_ended_takes_only_some_changes(apollo):
    number = make(apollo, priority="high", title="As it was")["id"]
    end(apollo, number, "complete")

    change(apollo, number, title="Another", note="Afterwards", contact_id=CONTACTS[1])

    task = view(apollo, number)
    assert (task["title"], task["note"]) == ("As it was", "Afterwards")
    assert (task["priority"], task["contact_id"]) == ("high", CONTACTS[1])


def test_the_reply_to_completing_still_shows_the_task_as_it_was(apollo):
    number = make(apollo)["id"]

    reply = end(apollo, number, "complete", note="Done").json()

    assert (reply["task"]["status"], reply["task"]["completed_at"]) == ("scheduled", None)
    assert reply["contact"]["id"] == CONTACTS[0]
    task = view(apollo, number)
    assert (task["status"], task["note"]) == ("completed", "Done")
    assert task["completed_at"]


def test_the_reply_to_skipping_is_short(apollo):
    number = make(apollo)["id"]

    reply = end(apollo, number, "skip", on_task_page=True).json()

    assert reply == {"task": {"id": number, "status": "skipped", "note": None, "completed": False}}
    assert view(apollo, number)["skipped_at"]


@pytest.mark.parametrize("second", ["complete", "skip"])
@pytest.mark.parametrize("first", ["complete", "skip"])
def test_a_task_ends_once(apollo, first, second):
    number = make(apollo)["id"]
    end(apollo, number, first)

    reply = end(apollo, number, second)

    assert reply.status_code == 422
    assert reply.json() == {
        "error": "This task is already completed / skipped.",
        "allow_moving_to_next_task": True,
    }
    assert len(apollo.sandbox.books()["effects"]) == 2


@pytest.mark.parametrize("how", ["complete", "skip"])
def test_a_vanished_task_ends_with_200(apollo, how):
    reply = end(apollo, GONE, how)

    assert (reply.status_code, reply.json()) == (200, {"task": {"id": GONE, "deleted": True}})


def test_a_vanished_task_cannot_be_viewed_or_changed(apollo):
    viewed, changed = apollo.get(f"{TASKS}/{GONE}"), change(apollo, GONE, note="X")

    assert viewed.status_code == changed.status_code == 422
    assert viewed.json() == {
        "error": "This task or emailer message has been deleted. Please refresh your page."
    }
    assert changed.json() == {"error": "This task has been deleted. Please refresh your page."}


def test_a_task_of_another_team_is_not_ours_to_touch(apollo):
    whose = "This task belongs to another user."

    changed = change(apollo, FOREIGN, note="X")
    completed, skipped = (end(apollo, FOREIGN, how) for how in ("complete", "skip"))

    assert changed.status_code == 401
    assert changed.json() == {
        "error": f"{whose} You do not have permissions to modify other people's tasks."
    }
    assert completed.status_code == skipped.status_code == 422
    admin = "Your admin has disabled"
    assert completed.json() == {
        "error": f"{whose} {admin} non-admin users from completing other people's tasks."
    }
    assert skipped.json() == {
        "error": f"{whose} {admin} non-admins from skipping other people's tasks."
    }


def test_tasks_outlive_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        number = make(first, title="Kept")["id"]
        end(first, number, "skip")
    with calling(persist=world) as second:
        assert view(second, number)["title"] == "Kept"
        assert end(second, number, "skip").status_code == 422
