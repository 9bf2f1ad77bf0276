"""Sequences: found, turned on and off, left by contacts, and what the activity feed tells."""

import pytest
from sandbox_caller import calling

from apollo_batch.sandbox.seeds_enrollable import numbers_of
from apollo_batch.sandbox.world import World

WORLD = World(42)
SPRING, FAIR, WINTER, ARCHIVED, DRAFT, _, LOADING = (
    WORLD.id_of("sequence", number) for number in range(1, 8)
)
MAILBOX = WORLD.id_of("mailbox", 1)
SEARCH = "/emailer_campaigns/search"
REMOVE = "/emailer_campaigns/remove_or_stop_contact_ids"
FEED = "/emailer_campaigns/activity_feed"


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def contacts(kind):
    return [WORLD.id_of("enrollable", number) for number in numbers_of(kind)]


def enroll(apollo, ids, sequence=SPRING):
    body = {"emailer_campaign_id": sequence, "send_email_from_email_account_id": MAILBOX}
    path = f"/emailer_campaigns/{sequence}/add_contact_ids"
    return apollo.post(path, {**body, "contact_ids": ids})


def remove(apollo, ids, mode, sequence=SPRING):
    body = {"emailer_campaign_ids": [sequence], "contact_ids": ids, "mode": mode}
    return apollo.post(REMOVE, body)


def turn(apollo, sequence, how):
    return apollo.post(f"/emailer_campaigns/{sequence}/{how}", {})


def statuses(reply, sequence=SPRING):
    return [
        (s["status"], s["inactive_reason"])
        for contact in reply.json()["contacts"]
        for s in contact["contact_campaign_statuses"]
        if s["emailer_campaign_id"] == sequence
    ]


def events(apollo, contact, **more):
    return apollo.post(FEED, {"contact_id": contact, **more}).json()["events"]


def kinds(apollo, contact, **more):
    return [event["type"] for event in events(apollo, contact, **more)]


def test_sequences_of_every_kind_are_found(apollo):
    reply = apollo.post(SEARCH, {"page": "1", "per_page": "100"}).json()

    found = {s["id"]: s for s in reply["emailer_campaigns"]}
    assert [found[SPRING][name] for name in ("active", "archived", "num_steps")] == [True, False, 3]
    assert [found[WINTER][name] for name in ("active", "archived", "num_steps")] == [
        False,
        False,
        3,
    ]
    assert found[ARCHIVED]["archived"]
    assert found[DRAFT]["num_steps"] == 0
    assert found[LOADING]["unique_scheduled"] == found[LOADING]["open_rate"] == "loading"
    assert found[SPRING]["unique_scheduled"] == len(contacts("already_there"))
    assert reply["pagination"] == {
        "page": 1,
        "per_page": 100,
        "total_entries": len(found),
        "total_pages": 1,
    }
    assert "steps" not in found[SPRING]


def test_words_of_the_name_find_a_sequence_and_are_echoed(apollo):
    reply = apollo.post(SEARCH, q_name="fair FOLLOW").json()

    assert [s["id"] for s in reply["emailer_campaigns"]] == [FAIR]
    assert [crumb["value"] for crumb in reply["breadcrumbs"]] == ["fair FOLLOW"]
    assert apollo.post(SEARCH, {"q_name": "nothing like it"}).json()["emailer_campaigns"] == []


def test_pages_are_cut_and_bad_ones_refused(apollo):
    def error(**page):
        reply = apollo.post(SEARCH, page)
        return reply.status_code, reply.json().get("error")

    pages = [apollo.post(SEARCH, {"page": n, "per_page": 3}).json() for n in (1, 2, 3, 4)]

    assert [len(page["emailer_campaigns"]) for page in pages] == [3, 3, 1, 0]
    assert error(per_page=0) == (422, "An error occurred. Per page cannot be 0.")
    assert error(per_page=101) == (422, "Per page not supported")
    assert error(page=501, per_page=100) == (
        422,
        "Invalid parameter passed in. Page * per page number is over threshold.",
    )


def test_turning_a_sequence_on_starts_whoever_waited(apollo):
    ids = contacts("ready")[:2]
    enroll(apollo, ids, WINTER)

    reply = turn(apollo, WINTER, "approve")

    assert reply.json()["emailer_campaign"] == {
        "id": WINTER,
        "unique_scheduled": 2,
        "active": True,
    }
    assert [step["position"] for step in reply.json()["emailer_steps"]] == [1, 2, 3]
    assert kinds(apollo, ids[0]) == ["resumed", "paused", "enrolled"]
    again = turn(apollo, WINTER, "approve")
    assert (again.status_code, again.json()) == (422, {"error": "The sequence is already active."})


def test_a_sequence_that_was_just_built_takes_contacts_and_runs(apollo):
    step = {"type": "auto_email", "wait_time": 1, "wait_mode": "day"}
    asked = {"name": "Fresh", "active": False, "emailer_steps": [step]}
    built = apollo.post("/sequences", asked).json()["emailer_campaign"]["id"]

    reply = enroll(apollo, contacts("ready")[:1], built)

    assert statuses(reply, built) == [("paused", "Sequence inactive")]
    assert turn(apollo, built, "approve").json()["emailer_campaign"]["unique_scheduled"] == 1
    assert remove(apollo, contacts("ready")[:1], "remove", built).status_code == 200
    (found,) = apollo.post(SEARCH, q_name="fresh").json()["emailer_campaigns"]
    assert (found["id"], found["active"], found["num_steps"]) == (built, True, 1)


def test_a_sequence_without_steps_cannot_be_turned_on(apollo):
    reply = turn(apollo, DRAFT, "approve")

    assert reply.status_code == 422
    assert reply.json() == {
        "error": "Please make sure you have added at least 1 step before turning on the sequence."
    }


def test_turning_a_sequence_off_pauses_everybody_in_it(apollo):
    (one, *_) = ids = contacts("ready")[:2]
    enroll(apollo, ids)

    reply = turn(apollo, SPRING, "abort")

    assert reply.json()["emailer_campaign"]["active"] is False
    assert events(apollo, one)[0]["reason"] == "Sequence inactive"
    again = turn(apollo, SPRING, "abort")
    assert again.json() == {"error": "The sequence is already inactive."}
    turn(apollo, SPRING, "approve")
    assert kinds(apollo, one) == ["resumed", "paused", "enrolled"]


def test_putting_a_sequence_away_finishes_everybody_in_it(apollo):
    (one,) = ids = contacts("ready")[:1]
    enroll(apollo, ids)

    reply = turn(apollo, SPRING, "archive")

    assert reply.json() == {
        "emailer_campaign": {"id": SPRING, "active": False, "archived": True, "deleted": True}
    }
    assert kinds(apollo, one) == ["completed", "enrolled"]


@pytest.mark.parametrize("how", ["approve", "abort", "archive"])
def test_a_sequence_nobody_has_cannot_be_turned(apollo, how):
    assert turn(apollo, "0" * 24, how).status_code == 404
    assert turn(apollo, "x", how).json() == {
        "error": "Parameters misconfigured. x is not a valid ID"
    }


@pytest.mark.parametrize(
    ("mode", "left", "event", "effect"),
    [
        ("mark_as_finished", [("finished", "manually finished")], "completed", "finished"),
        ("stop", [("paused", "manually paused")], "paused", "stopped"),
        ("remove", [], "removed", "removed"),
    ],
)
def test_contacts_leave_in_three_ways(apollo, mode, left, event, effect):
    ids = contacts("ready")[:1]
    enroll(apollo, ids)

    reply = remove(apollo, ids, mode)
    again = remove(apollo, ids, mode)

    assert reply.status_code == again.status_code == 200
    assert statuses(reply) == statuses(again) == left
    assert kinds(apollo, ids[0]) == [event, "enrolled"]
    effects = apollo.sandbox.books()["effects"]
    assert [e["kind"] for e in effects] == ["enrolled", effect]
    assert effects[-1]["contact"] == ids[0]


def test_a_contact_taken_out_can_be_enrolled_anew_and_a_finished_one_cannot(apollo):
    out, finished = contacts("ready")[:2]
    enroll(apollo, [out, finished])
    remove(apollo, [out], "remove")
    remove(apollo, [finished], "mark_as_finished")

    reply = enroll(apollo, [out, finished])

    assert [contact["id"] for contact in reply.json()["contacts"]] == [out]
    assert list(reply.json()["skipped_contact_ids"]) == [finished]


def test_unknown_contacts_are_left_out_and_the_query_is_heard(apollo):
    ids = contacts("already_there")
    query = {"emailer_campaign_ids[]": [SPRING], "contact_ids[]": ["0" * 24, *ids]}

    reply = apollo.post(REMOVE, mode="remove", **query)

    assert [contact["id"] for contact in reply.json()["contacts"]] == ids
    assert reply.json()["emailer_campaigns"] == [{"id": SPRING}]
    assert reply.json()["num_contacts"] == 0
    assert reply.json()["contact_statuses"]["active"] == "loading"


@pytest.mark.parametrize("name", ["emailer_campaign_ids", "contact_ids", "mode"])
def test_a_removal_says_from_what_whom_and_how(apollo, name):
    body = {"emailer_campaign_ids": [SPRING], "contact_ids": contacts("ready"), "mode": "stop"}

    reply = apollo.post(REMOVE, body | {name: None})

    assert reply.status_code == 422
    assert reply.json() == {"error": f"Required parameter '{name}' missing"}


def test_the_feed_tells_of_one_contact_the_newest_first(apollo):
    (contact,) = contacts("failed_elsewhere")
    enroll(apollo, [contact])

    told = events(apollo, contact)

    assert [(e["type"], e["sequence_id"]) for e in told] == [
        ("enrolled", SPRING),
        ("failed", FAIR),
        ("enrolled", FAIR),
    ]
    assert told[0]["sequence_name"] == "Spring outreach"
    assert kinds(apollo, contact, sequence_id=FAIR) == ["failed", "enrolled"]
    assert kinds(apollo, contact, sequence_id="0" * 24) == []


@pytest.mark.parametrize(
    ("per_page", "count"), [(2, 2), (0, 1), (-3, 1), ("junk", 1), (50, 50), (500, 50)]
)
def test_the_length_of_the_feed_is_brought_into_range(apollo, per_page, count):
    (contact,) = contacts("ready")[:1]
    for _ in range(26):
        enroll(apollo, [contact])
        remove(apollo, [contact], "remove")

    assert len(events(apollo, contact, per_page=per_page)) == count


def test_the_feed_of_a_contact_nobody_has_is_not_found(apollo):
    reply = apollo.post(FEED, {"contact_id": WORLD.person(9).id})

    assert (reply.status_code, reply.json()) == (404, {"error": "Contact not found"})
    assert apollo.post(FEED, {}).status_code == 422


def test_mailboxes_are_listed_with_the_revoked_ones(apollo):
    boxes = apollo.get("/email_accounts").json()["email_accounts"]

    usable = [b["email"] for b in boxes if b["active"] and b["revoked_at"] is None]
    assert "robin.sample@example.com" in usable
    assert len(usable) < len(boxes)
    assert [b["id"] for b in boxes if b["default"]] == [MAILBOX]


def test_schedules_are_listed(apollo):
    schedules = apollo.get("/emailer_schedules").json()["emailer_schedules"]

    assert [s["default"] for s in schedules] == [True, False]
    assert schedules[0]["schedule_hash"]["monday"] == [[8, 17]]


def test_what_became_of_sequences_outlives_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        enroll(first, contacts("ready")[:1])
        turn(first, SPRING, "abort")
        before = kinds(first, contacts("ready")[0])
    with calling(persist=world) as second:
        assert turn(second, SPRING, "abort").status_code == 422
        assert kinds(second, contacts("ready")[0]) == before == ["paused", "enrolled"]
