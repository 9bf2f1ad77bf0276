"""Fields, stages and members: which there are, and what may be written into a custom field."""

import pytest
from sandbox_caller import calling

TYPES = set("string textarea number date datetime boolean picklist multipicklist".split())


@pytest.fixture(scope="module")
def running_sandbox():
    with calling(profile="unlimited") as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def typed(apollo, modality="contact"):
    every = apollo.get("/typed_custom_fields").json()["typed_custom_fields"]
    return {f["type"]: f for f in reversed(every) if f["modality"] == modality}


def written(apollo, values, path="/contacts"):
    body = {"first_name": "Nell", "name": "Nell", "typed_custom_fields": values}
    (record,) = (
        v for k, v in apollo.post(path, body).json().items() if k in {"contact", "account"}
    )
    return record["typed_custom_fields"], record["custom_field_errors"], record["id"]


@pytest.mark.parametrize("modality", ["contact", "account", "opportunity"])
def test_there_is_a_field_of_every_type_for_every_kind_of_record(apollo, modality):
    fields = typed(apollo, modality)

    assert fields.keys() == TYPES
    assert [option["name"] for option in fields["picklist"]["picklist_values"]]
    assert apollo.get("/custom_fields").json() == apollo.get("/typed_custom_fields").json()


def test_the_newer_list_prefixes_ids_and_knows_where_a_field_comes_from(apollo):
    every = apollo.get("/fields").json()["fields"]
    by_source = {
        source: apollo.get("/fields", source=source).json()["fields"]
        for source in ("system", "custom", "crm_synced")
    }

    assert sum(map(len, by_source.values())) == len(every)
    assert all(
        field["source"] == source for source, fields in by_source.items() for field in fields
    )
    bare = {
        field["id"] for kind in ("contact", "account") for field in typed(apollo, kind).values()
    }
    prefixed = {field["id"].partition(".")[2] for field in by_source["custom"]}
    assert bare <= prefixed
    assert all(f["id"].startswith(f"{f['modality']}.") for f in every)
    assert not any("picklist_values" in field for field in every)


def test_values_are_kept_by_bare_ids_and_choices_come_back_as_lists_of_ids(apollo):
    fields = typed(apollo)
    (one, two, *_), (several, more, *_) = (
        [option["id"] for option in fields[kind]["picklist_values"]]
        for kind in ("picklist", "multipicklist")
    )
    given = {
        "string": "A-1",
        "number": "12.5",
        "date": "2026-01-02",
        "datetime": "2026-01-02T09:00:00+01:00",
        "boolean": "true",
        "picklist": one,
        "multipicklist": [several, more],
    }

    values, errors, number = written(apollo, {fields[k]["id"]: v for k, v in given.items()})

    kept = {kind: values[fields[kind]["id"]] for kind in given}
    assert kept == given | {"number": 12.5, "boolean": True, "picklist": [one]}
    assert errors == {}
    change = {"typed_custom_fields": {fields["picklist"]["id"]: two, fields["string"]["id"]: ""}}
    after = apollo.patch(f"/contacts/{number}", change).json()["contact"]["typed_custom_fields"]
    assert after[fields["picklist"]["id"]] == [two]
    assert fields["string"]["id"] not in after
    assert after[fields["number"]["id"]] == 12.5


@pytest.mark.parametrize("path", ["/contacts", "/accounts"])
def test_what_cannot_be_kept_is_told_by_field_and_the_rest_is_kept(apollo, path):
    modality, other = ("contact", "account") if path == "/contacts" else ("account", "contact")
    fields, others = typed(apollo, modality), typed(apollo, other)
    good = {fields["string"]["id"]: "A-1"}
    bad = {
        "0" * 24: "x",
        f"{modality}.{fields['string']['id']}": "x",
        others["string"]["id"]: "x",
        fields["number"]["id"]: "many",
        fields["date"]["id"]: "02.01.2026",
        fields["boolean"]["id"]: "perhaps",
        fields["picklist"]["id"]: "Website",
    }

    values, errors, _ = written(apollo, good | bad, path)

    assert values == good
    assert errors.keys() == bad.keys()
    assert all(isinstance(error, str) and error for error in errors.values())


def test_a_text_is_no_longer_than_its_field(apollo):
    field = typed(apollo)["string"]

    values, errors, _ = written(apollo, {field["id"]: "x" * (field["text_field_max_length"] + 1)})

    assert values == {}
    assert errors.keys() == {field["id"]}


def test_a_newer_field_has_dashes_in_its_id(apollo):
    assert typed(apollo)["boolean"]["id"].count("-") == 4


@pytest.mark.parametrize(
    ("path", "name"), [("/contact_stages", "contact_stages"), ("/account_stages", "account_stages")]
)
def test_stages_have_names_of_their_own(apollo, path, name):
    listed = apollo.get(path).json()[name]

    assert len({stage["name"] for stage in listed}) == len(listed) > 3
    assert [stage["display_order"] for stage in listed] == list(range(len(listed)))
    assert listed[0]["team_id"] == apollo.sandbox.books()["team"]


def test_a_deal_stages_name_stands_in_several_pipelines(apollo):
    listed = apollo.get("/opportunity_stages").json()["opportunity_stages"]

    pipelines = {s["opportunity_pipeline_id"] for s in listed if s["name"] == "Proposal"}
    assert len(pipelines) == 2
    assert any(s["is_won"] and s["is_closed"] and s["probability"] == 100 for s in listed)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_members_come_page_by_page_under_numbers_that_are_text(apollo, method):
    headers = {"x-api-key": apollo.sandbox.key}
    reply = apollo.ask(
        method, "/users/search", params={"page": 2, "per_page": 2}, headers=headers
    ).json()
    everyone = apollo.get("/users/search").json()["users"]

    assert reply["pagination"] == {
        "page": "2",
        "per_page": "2",
        "total_entries": 5,
        "total_pages": 3,
    }
    assert reply["users"] == everyone[2:4]


def test_the_acting_user_is_the_oldest_member_and_some_have_left(apollo):
    users = apollo.get("/users/search").json()["users"]
    profile = apollo.get("/users/api_profile").json()

    oldest = min(users, key=lambda user: user["created_at"])
    assert [oldest[name] for name in profile] == list(profile.values())
    assert [user["deleted"] for user in users].count(True) == 1
    assert {user["credit_limit"] for user in users} == {None, 500}
