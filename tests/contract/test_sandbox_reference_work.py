"""Sequences, deals, tasks and polled results against the examples that Apollo publishes.

Set APOLLO_REFERENCE to a folder that holds Apollo's OpenAPI document, apollo-openapi.json.
"""

import pytest
from sandbox_caller import BULK, HOOK, calling
from test_sandbox_poll import FAST, ready
from test_sandbox_reference import assert_same_types, example

from apollo_batch.sandbox.seeds_enrollable import numbers_of
from apollo_batch.sandbox.world import World

WORLD = World(42)
SPRING = WORLD.id_of("sequence", 1)
MAILBOX = WORLD.id_of("mailbox", 1)
READY = [WORLD.id_of("enrollable", number) for number in numbers_of("ready")]
ME = WORLD.id_of("user", 1)
DEAL = WORLD.id_of("seeded deal", 1)
TASK = WORLD.id_of("seeded task", 1)
PERSON = next(p for p in WORLD.people() if p.has_mobile and p.number % 2)
ADD = "/emailer_campaigns/{sequence_id}/add_contact_ids"
# Of a mailbox, what tells how warm it is.
WARMTH = ("mailwarming", "true_warmup", "sendgrid", "mailgun", "nylas", "is_opted_in")


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def assert_alike(ours, theirs, left_out=()):
    """Nothing of theirs is missing, and wherever both say something it is of the same kind."""
    assert theirs.keys() - ours.keys() - set(left_out) == set()
    assert_same_types(ours, theirs)


def enroll(apollo, ids):
    body = {"emailer_campaign_id": SPRING, "send_email_from_email_account_id": MAILBOX}
    return apollo.post(ADD.replace("{sequence_id}", SPRING), {**body, "contact_ids": ids}).json()


def test_an_enrollment_looks_like_apollos(apollo, paths):
    theirs = example(paths, "post", ADD)

    ours = enroll(apollo, [READY[0], "0" * 24])

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    (contact,), (their_contact,) = ours["contacts"], theirs["contacts"]
    assert_alike(contact, their_contact)
    name = "contact_campaign_statuses"
    assert contact[name][0].keys() == their_contact[name][0].keys()
    assert_same_types(contact[name][0], their_contact[name][0])
    for name in ("emailer_campaign", "team"):
        assert ours[name].keys() == theirs[name].keys()
    for name in ("emailer_steps", "emailer_touches"):
        assert ours[name][0].keys() == theirs[name][0].keys()
        assert_same_types(ours[name][0], theirs[name][0])


def test_a_removal_looks_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/remove_or_stop_contact_ids", "OK")
    enroll(apollo, READY[:1])

    body = {"emailer_campaign_ids": [SPRING], "contact_ids": READY[:1], "mode": "mark_as_finished"}
    ours = apollo.post("/emailer_campaigns/remove_or_stop_contact_ids", body).json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    assert_alike(ours["contacts"][0], theirs["contacts"][0])
    assert ours["contact_statuses"].keys() == theirs["contact_statuses"].keys()
    assert_alike(ours["emailer_steps"][0], theirs["emailer_steps"][0])


def test_found_sequences_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/emailer_campaigns/search")

    ours = apollo.post("/emailer_campaigns/search", {"q_name": "spring"}).json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    assert_alike(ours["emailer_campaigns"][0], theirs["emailer_campaigns"][0])
    assert ours["emailer_campaigns"][0].keys() == theirs["emailer_campaigns"][0].keys()
    assert ours["breadcrumbs"][0].keys() == theirs["breadcrumbs"][0].keys()
    assert ours["pagination"].keys() == theirs["pagination"].keys()


@pytest.mark.parametrize("how", ["abort", "approve", "archive"])
def test_turned_sequences_look_like_apollos(apollo, paths, how):
    theirs = example(paths, "post", f"/{how}", "OK")
    path = f"/emailer_campaigns/{SPRING}"
    if how == "approve":
        apollo.post(f"{path}/abort", {})

    ours = apollo.post(f"{path}/{how}", {}).json()

    assert ours.keys() == theirs.keys()
    assert ours["emailer_campaign"].keys() == theirs["emailer_campaign"].keys()
    if "emailer_steps" in theirs:
        assert ours["emailer_steps"][0].keys() == theirs["emailer_steps"][0].keys()


def test_the_feed_looks_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/activity_feed", "OK")
    enroll(apollo, READY[:1])

    ours = apollo.post("/emailer_campaigns/activity_feed", {"contact_id": READY[0]}).json()

    assert ours.keys() == theirs.keys()
    enrolled = next(e for e in theirs["events"] if e["type"] == "enrolled")
    assert ours["events"][0].keys() == enrolled.keys()
    assert_same_types(ours["events"][0], enrolled)


def test_mailboxes_and_schedules_look_like_apollos(apollo, paths):
    boxes = example(paths, "get", "/email_accounts")["email_accounts"]
    schedules = example(paths, "get", "/emailer_schedules")["emailer_schedules"]

    our_boxes = apollo.get("/email_accounts").json()["email_accounts"]
    our_schedules = apollo.get("/emailer_schedules").json()["emailer_schedules"]

    warmth = {name for name in boxes[0] if name.startswith(WARMTH)}
    assert_alike(our_boxes[0], boxes[0], warmth)
    assert our_schedules[0].keys() == schedules[0].keys()
    assert_same_types(our_schedules[0], schedules[0])


def test_deals_look_like_apollos(apollo, paths):
    only = {"/opportunities": paths["/opportunities"]}
    made = example(only, "post", "/opportunities")["opportunity"]
    viewed = example(paths, "get", "/opportunities/{opportunity_id}")["opportunity"]
    listed = example(paths, "get", "/opportunities/search")

    ours = apollo.post("/opportunities", {"name": "X", "amount": "5"}).json()["opportunity"]
    our_view = apollo.get(f"/opportunities/{DEAL}").json()["opportunity"]
    our_list = apollo.get("/opportunities/search", per_page=3).json()

    assert ours.keys() == made.keys()
    assert_same_types(ours, made)
    assert our_view.keys() == viewed.keys()
    assert_same_types(our_view, viewed)
    assert_alike(our_view["account"], viewed["account"])
    assert our_list.keys() == listed.keys()
    assert_same_types(our_list, listed)
    assert_alike(our_list["opportunities"][0], listed["opportunities"][0])


def test_the_deals_of_a_contact_look_like_apollos(apollo, paths):
    ending, name = "/contacts/{contact_id}/opportunities", "Contact with associated deals"
    (theirs,) = example(paths, "post", ending, name)["opportunities"]

    (ours,) = apollo.post(f"/contacts/{READY[0]}/opportunities", {}).json()["opportunities"]

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    role, their_role = (d["opportunity_contact_roles"][0] for d in (ours, theirs))
    assert role.keys() == their_role.keys()
    assert role["contact"].keys() == their_role["contact"].keys()


@pytest.mark.parametrize("many", [False, True])
def test_made_tasks_look_like_apollos(apollo, paths, many):
    path = "/tasks/bulk_create" if many else "/tasks"
    theirs = example(paths, "post", path)
    asked = {"user_id": ME, "type": "call", "status": "scheduled", "due_at": "2026-12-01T10:00:00Z"}

    ours = apollo.post(path, {**asked, "contact_id": READY[0], "contact_ids": READY}).json()

    assert ours.keys() == theirs.keys()
    task, their_task = (r["tasks"][0] if many else r["task"] for r in (ours, theirs))
    assert task.keys() == their_task.keys()
    assert_same_types(task, their_task)
    # In this example alone a contact carries its pages elsewhere.
    assert_alike(task["contact"], their_task["contact"], {"github_url", "facebook_url"})


def test_found_tasks_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/tasks/search")

    ours = apollo.post("/tasks/search").json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    assert ours["faceting"].keys() == theirs["faceting"].keys()
    assert_alike(ours["tasks"][0], theirs["tasks"][0])
    about_a_deal = next(task for task in ours["tasks"] if task["opportunity"])
    assert_alike(about_a_deal["opportunity"], theirs["tasks"][0]["opportunity"])


def test_single_tasks_look_like_apollos(apollo, paths):
    viewed = example(paths, "get", "/tasks/{id}", "OK")["task"]
    completed = example(paths, "post", "/tasks/{id}/complete", "OK")
    skipped = example(paths, "post", "/tasks/{id}/skip", "OK")

    ours = apollo.get(f"/tasks/{TASK}").json()["task"]
    ours_completed = apollo.post(f"/tasks/{TASK}/complete", {}).json()
    another = WORLD.id_of("seeded task", 2)
    ours_skipped = apollo.post(f"/tasks/{another}/skip", {}).json()

    assert_alike(ours, viewed)
    assert ours_completed.keys() == completed.keys()
    assert_alike(ours_completed["task"], completed["task"])
    assert ours_skipped["task"].keys() == skipped["task"].keys()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"reveal_phone_number": "true"}, "Phone enrichment"),
        ({"run_waterfall_email": "true", "run_waterfall_phone": "true"}, "Waterfall enrichment"),
    ],
)
def test_polled_results_look_like_apollos(paths, query, name):
    theirs = example(paths, "get", "/webhook_result/{request_id}", name)
    with calling(time_scale=FAST) as fast:
        people = [{"id": PERSON.id}]
        asked = fast.post(BULK, {"details": people}, **query, webhook_url=HOOK).json()
        ours = ready(fast, asked["request_id"])

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    payload, their_payload = ours["webhook_result"], theirs["webhook_result"]
    assert payload.keys() == their_payload.keys()
    assert_same_types(payload, their_payload)
    person, them = payload["people"][0], their_payload["people"][0]
    assert person.keys() == them.keys()
    assert_alike(person["phone_numbers"][0], them["phone_numbers"][0])
    if "waterfall" in them:
        assert person["waterfall"].keys() == them["waterfall"].keys()
        for what, asked_vendors in them["waterfall"].items():
            vendor = person["waterfall"][what][0]["vendors"][0]
            assert vendor.keys() == asked_vendors[0]["vendors"][0].keys()
