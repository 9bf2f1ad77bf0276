"""Lists: unique among their kind, filled and emptied by name, counted."""

import pytest
from sandbox_caller import calling

LABELS = "/labels"
ADD = "/labels/add_entity_ids_to_label_names"
REMOVE = "/labels/remove_entity_ids_from_label_names"


@pytest.fixture(scope="module")
def running_sandbox():
    with calling(profile="unlimited") as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def contact(apollo, **values):
    return apollo.post("/contacts", {"first_name": "Nell"} | values).json()["contact"]["id"]


def on(apollo, number):
    labels = apollo.get(f"/contacts/{number}").json()["labels"]
    return {label["name"] for label in labels}


def test_all_lists_come_without_an_object_around_them_and_a_name_may_stand_for_two(apollo):
    labels = apollo.get(LABELS).json()

    alike = {one["modality"] for one in labels if one["name"] == "Trade fair 2026"}
    assert isinstance(labels, list)
    assert alike == {"contacts", "accounts"}
    keys = [(one["modality"], one["name"]) for one in labels]
    assert len(set(keys)) == len(keys)
    assert all(one["id"] == one["_id"] == one["key"] for one in labels)


def test_a_list_is_made_once_for_each_kind_of_record(apollo):
    body = {"name": "Spring fair", "modality": "contacts"}
    made = apollo.post(LABELS, body).json()["label"]
    again = apollo.post(LABELS, body)
    other = apollo.post(LABELS, body | {"modality": "accounts", "book_of_business": True})

    assert (made["cached_count"], made["book_of_business"]) == (0, None)
    assert again.status_code == 422
    assert again.json() == {"error": "Spring fair already exists", "skip_alert_dialog": True}
    assert other.json()["label"]["book_of_business"] is True


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"modality": "contacts"}, "Please enter a non-empty name!"),
        ({"name": " ", "modality": "contacts"}, "Please enter a non-empty name!"),
        ({"name": "X"}, "Please enter a non-empty modality!"),
        ({"name": "X", "modality": "leads"}, "Please enter a valid modality!"),
    ],
)
def test_a_list_that_cannot_be_made_is_refused_in_apollos_words(apollo, body, error):
    reply = apollo.post(LABELS, body)

    assert (reply.status_code, reply.json()) == (422, {"error": error})


def test_records_are_put_on_lists_by_name_and_bad_ids_are_dropped_without_a_word(apollo):
    numbers = [contact(apollo), contact(apollo)]
    asked = {
        "entity_ids": [*numbers, "nonsense", "0" * 24],
        "label_names": ["Newsletter", "Spring fair"],
        "modality": "contacts",
    }

    first, again = (apollo.post(ADD, asked).json()["labels"] for _ in range(2))

    assert [(one["name"], one["cached_count"]) for one in again] == [
        # Somebody was on it before the first request.
        ("Newsletter", 3),
        ("Spring fair", 2),
    ]
    assert first == again
    assert on(apollo, numbers[0]) == {"Newsletter", "Spring fair"}
    assert [kind for kind, _, _ in apollo.effects()].count("labelled") == 2


def test_records_are_taken_off_lists(apollo):
    number = contact(apollo, label_names=["Newsletter", "Spring fair"])
    asked = {"entity_ids": [number], "label_names": ["Spring fair", "Nowhere"]}

    reply = apollo.post(REMOVE, asked | {"modality": "contacts"}).json()

    assert [(one["name"], one["cached_count"]) for one in reply["labels"]] == [("Spring fair", 0)]
    assert on(apollo, number) == {"Newsletter"}
    assert "Nowhere" not in {label["name"] for label in apollo.get(LABELS).json()}


@pytest.mark.parametrize("path", [ADD, REMOVE])
@pytest.mark.parametrize(
    "nothing", [{"entity_ids": []}, {"entity_ids": ["0" * 24]}, {"label_names": []}]
)
def test_where_there_is_nothing_to_do_it_says_so(apollo, path, nothing):
    asked = {"entity_ids": [contact(apollo)], "label_names": ["New"], "modality": "contacts"}

    reply = apollo.post(path, asked | nothing)

    assert (reply.status_code, reply.json()) == (200, {"message": "No Models or Lists provided"})
    assert "New" not in {label["name"] for label in apollo.get(LABELS).json()}


def test_an_unknown_kind_of_record_is_refused(apollo):
    reply = apollo.post(ADD, {"entity_ids": [], "label_names": [], "modality": "leads"})

    assert (reply.status_code, reply.json()) == (422, {"error": "Invalid modality: leads."})


def test_a_contacts_id_is_none_of_an_account(apollo):
    asked = {"entity_ids": [contact(apollo)], "label_names": ["New"], "modality": "accounts"}

    assert apollo.post(ADD, asked).json() == {"message": "No Models or Lists provided"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [(ADD, "add_entities_to_labels"), (REMOVE, "remove_entities_from_labels")],
)
def test_on_request_it_goes_on_in_the_background(apollo, path, kind):
    number = contact(apollo)
    asked = {"entity_ids": [number], "label_names": ["New"], "modality": "contacts"}

    job = apollo.post(path, asked | {"async": True}).json()["entity_progress_job"]

    assert (job["job_type"], job["progress"], job["entity_ids"]) == (kind, -1, [number])
    assert job["params"] == {"modality": "contacts", "label_names": ["New"]}
    assert on(apollo, number) == ({"New"} if path == ADD else set())


def test_lists_outlive_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        number = contact(first, label_names=["Spring fair"])
    with calling(persist=world) as second:
        assert on(second, number) == {"Spring fair"}
        reply = second.post(LABELS, {"name": "Spring fair", "modality": "contacts"})
        assert reply.status_code == 422
