"""The search over contacts: filters, order, pages, and an index that may be late."""

import pytest
from sandbox_caller import calling

SEARCH = "/contacts/search"


@pytest.fixture(scope="module")
def running_sandbox():
    # A fast clock: two requests never fall into one of its milliseconds.
    with calling(profile="unlimited", time_scale=1000) as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def made(apollo, number, **values):
    known = {
        "first_name": "Quorra",
        "last_name": f"Seek{number}",
        "email": f"q{number}@seek.example",
    }
    return apollo.post("/contacts", known | values).json()["contact"]


def found(apollo, **filters):
    return [c["id"] for c in apollo.post(SEARCH, filters).json()["contacts"]]


def test_words_are_looked_for_in_name_title_company_and_address(apollo):
    number = made(apollo, 1, title="Chief Sampler", organization_name="Seek Sample Co")["id"]

    for words in ("quorra SEEK1", "sampler", "seek sample", "q1@seek.example"):
        assert found(apollo, q_keywords=words) == [number]
    assert found(apollo, q_keywords="quorra nobody") == []


def test_stages_and_lists_narrow_it_and_the_breadcrumbs_say_what_was_understood(apollo):
    stages = {s["name"]: s["id"] for s in apollo.get("/contact_stages").json()["contact_stages"]}
    number = made(apollo, 1, contact_stage_id=stages["Bad Data"], label_names=["Seekers"])["id"]
    label = next(one["id"] for one in apollo.get("/labels").json() if one["name"] == "Seekers")
    asked = {
        "q_keywords": "quorra",
        "contact_stage_ids": [stages["Bad Data"], "0" * 24],
        "contact_label_ids": [label],
        "a_misspelt_filter": ["x"],
    }

    reply = apollo.post(SEARCH, asked).json()

    assert [contact["id"] for contact in reply["contacts"]] == [number]
    assert [
        (c["signal_field_name"], c["value"], c["display_name"]) for c in reply["breadcrumbs"]
    ] == [
        ("q_keywords", "quorra", "quorra"),
        ("contact_stage_ids", stages["Bad Data"], "Bad Data"),
        ("contact_stage_ids", "0" * 24, "[Deleted Stage]"),
        ("contact_label_ids", label, "Seekers"),
    ]
    assert found(apollo, q_keywords="quorra", contact_stage_ids=[stages["New"]]) == []


def test_a_misspelt_filter_gives_everything_and_no_breadcrumb(apollo):
    reply = apollo.post(SEARCH, {"contact_stage_ids[]": ["0" * 24]}).json()

    assert reply["breadcrumbs"] == []
    assert reply["pagination"]["total_entries"] == apollo.sandbox.books()["crm"]["contacts"] > 1000


def test_pages_add_up_and_numbers_may_be_text(apollo):
    numbers = [made(apollo, n)["id"] for n in range(5)]

    pages = [
        apollo.post(SEARCH, {"q_keywords": "quorra", "page": p, "per_page": "2"}).json()
        for p in ("1", 2, 3, 4)
    ]

    listed = [contact["id"] for page in pages for contact in page["contacts"]]
    assert sorted(listed) == sorted(numbers)
    assert pages[1]["pagination"] == {
        "page": 2,
        "per_page": 2,
        "total_entries": 5,
        "total_pages": 3,
    }


def test_it_is_sorted_newest_first_or_the_other_way_round(apollo):
    first, second = (made(apollo, n)["id"] for n in (1, 2))
    apollo.patch(f"/contacts/{first}", {"title": "Changed"})
    asked = {"q_keywords": "quorra", "sort_by_field": "contact_updated_at"}

    assert found(apollo, **asked) == [first, second]
    assert found(apollo, **asked, sort_ascending=True) == [second, first]
    assert found(apollo, **asked | {"sort_by_field": "contact_created_at"}) == [second, first]
    refused = apollo.post(SEARCH, {"sort_by_field": "shoe_size"})
    assert refused.json() == {"error": "Invalid sort criteria", "skip_alert_dialog": True}


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ({"per_page": 0}, "An error occurred. Per page cannot be 0."),
        ({"per_page": 101}, "Per page not supported"),
        (
            {"page": 501, "per_page": 100},
            "Invalid parameter passed in. Page * per page number is over threshold.",
        ),
    ],
)
def test_a_page_beyond_what_is_shown_is_refused(apollo, page, error):
    reply = apollo.post(SEARCH, page)

    assert (reply.status_code, reply.json()) == (422, {"error": error})
    assert apollo.post(SEARCH, {"page": 500, "per_page": 100}).json()["contacts"] == []


def test_what_is_found_shows_account_and_company(apollo):
    known = apollo.post("/accounts", {"domain": "brightwater.example"}).json()["account"]
    number = made(apollo, 1, organization_name="Brightwater Analytics")["id"]

    (contact,) = apollo.post(SEARCH, {"q_keywords": "quorra"}).json()["contacts"]

    assert contact["id"] == number
    assert contact["account"]["id"] == contact["account_id"]
    assert contact["account"]["domain"] == known["domain"]
    assert contact["organization"]["primary_domain"] == "brightwater.example"
    assert contact["contact_job_change_event"] is None


def test_a_late_index_knows_neither_what_is_new_nor_what_has_changed():
    saved = {"q_keywords": "nora@corner-bakery.example"}
    with calling(index_lag=3600) as late:
        (before,) = late.post(SEARCH, saved).json()["contacts"]
        made(late, 1)
        late.patch(f"/contacts/{before['id']}", {"title": "Changed"})

        assert found(late, q_keywords="quorra") == []
        assert late.post(SEARCH, saved).json()["contacts"] == [before]
        assert late.get(f"/contacts/{before['id']}").json()["contact"]["title"] == "Changed"


def test_a_late_index_catches_up_on_the_sandboxs_clock():
    with calling(index_lag=3600, time_scale=1e9) as fast:
        number = made(fast, 1)["id"]

        assert found(fast, q_keywords="quorra") == [number]
