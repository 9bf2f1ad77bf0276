"""The sandbox's replies about the team's own records against the examples Apollo publishes."""

import pytest
from sandbox_caller import calling
from test_sandbox_reference import LEFT_OUT, assert_same_types, example

from apollo_batch.sandbox.world import World

WORLD = World(42)
SAVED = next(WORLD.company(n) for n in range(300) if WORLD.company(n).account_id)
KNOWN = {
    "first_name": "Nell",
    "last_name": "Harrow",
    "email": f"nell@{SAVED.domain}",
    "organization_name": SAVED.name,
    "title": "Buyer",
    "direct_phone": "555-555-0149",
    "present_raw_address": "Austin, Texas, United States",
    "label_names": ["Spring fair"],
}
# Traces of one linked CRM, and of settings of the app alone.
OF_A_LINKED_CRM = {"salesforce_record_url"}
CONTACTS, ACCOUNTS, LABELS = "/contacts", "/accounts", "/labels"


@pytest.fixture(scope="module")
def apollo():
    with calling(profile="unlimited") as caller:
        yield caller


def assert_alike(ours, theirs, *, besides=frozenset()):
    """Ours says everything that theirs does, and the same kind of thing."""
    assert theirs.keys() - ours.keys() <= besides
    assert_same_types(ours, theirs)


def test_a_created_contact_looks_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/contacts")

    ours = apollo.post(CONTACTS, KNOWN).json()

    assert ours.keys() == theirs.keys()
    assert ours["contact"].keys() == theirs["contact"].keys()
    assert_same_types(ours["contact"], theirs["contact"])
    assert (
        ours["contact"]["phone_numbers"][0].keys() == theirs["contact"]["phone_numbers"][0].keys()
    )
    assert ours["labels"][0].keys() == theirs["labels"][0].keys()


def test_a_deduplicated_contact_looks_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/contacts", "Deduplication-Result")

    apollo.post(CONTACTS, KNOWN)
    ours = apollo.post(CONTACTS, KNOWN | {"run_dedupe": True}).json()

    assert ours.keys() == theirs.keys()
    assert ours["dedupe_result"].keys() == theirs["dedupe_result"].keys()
    assert ours["dedupe_result"]["match_reason"] == theirs["dedupe_result"]["match_reason"]
    assert_alike(ours["contact"], theirs["contact"])


@pytest.mark.parametrize("method", ["get", "patch"])
def test_a_contact_that_is_shown_or_changed_looks_like_apollos(apollo, paths, method):
    theirs = example(paths, method, "/contacts/{contact_id}")
    path = f"{CONTACTS}/{apollo.post(CONTACTS, KNOWN).json()['contact']['id']}"

    ours = (apollo.get(path) if method == "get" else apollo.patch(path, {"title": "X"})).json()

    assert ours.keys() == theirs.keys()
    assert_alike(ours["contact"], theirs["contact"])


def test_found_contacts_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/contacts/search")
    apollo.post(CONTACTS, KNOWN)
    stage = apollo.get("/contact_stages").json()["contact_stages"][0]["id"]

    asked = {"q_keywords": KNOWN["email"], "contact_stage_ids": [stage]}
    ours = apollo.post("/contacts/search", asked).json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    assert ours["pagination"].keys() == theirs["pagination"].keys()
    assert ours["breadcrumbs"][0].keys() == theirs["breadcrumbs"][0].keys()
    labels = {crumb["label"] for crumb in theirs["breadcrumbs"]}
    assert labels == {crumb["label"] for crumb in ours["breadcrumbs"]}
    record, reference = ours["contacts"][0], theirs["contacts"][0]
    assert_alike(record, reference)
    assert_alike(record["organization"], reference["organization"])
    assert_alike(record["account"], reference["account"])


def test_contacts_in_bulk_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/contacts/bulk_create")
    changed = example(paths, "post", "/contacts/bulk_update")
    job = example(paths, "post", "/contacts/bulk_update", "Asynchronous-Update")
    items = [{"first_name": "Nell", "last_name": "B", "organization_name": "Quay Sample"}]

    ours = apollo.post("/contacts/bulk_create", {"contacts": items}).json()
    (contact,) = ours["created_contacts"]
    own = {"contact_attributes": [{"id": contact["id"], "title": "X"}]}
    our_change = apollo.post("/contacts/bulk_update", own).json()
    our_job = apollo.post("/contacts/bulk_update", own | {"async": True}).json()

    assert ours.keys() == theirs.keys()
    assert_alike(contact, theirs["created_contacts"][0])
    assert our_change.keys() == changed.keys()
    assert_same_types(our_change["contacts"][0], changed["contacts"][0])
    assert our_job["entity_progress_job"].keys() == job["entity_progress_job"].keys()


@pytest.mark.parametrize("route", ["update_stages", "update_owners"])
def test_contacts_that_were_set_look_like_apollos(apollo, paths, route):
    theirs = example(paths, "post", f"/contacts/{route}")["contacts"][0]
    contact = apollo.post(CONTACTS, KNOWN).json()["contact"]
    same = {name: contact[name] for name in ("contact_stage_id", "owner_id")}

    reply = apollo.post(f"{CONTACTS}/{route}", **{"contact_ids[]": [contact["id"]]}, **same).json()

    assert_alike(reply["contacts"][0], theirs)
    assert route == "update_stages" or reply["contacts"][0].keys() == theirs.keys()


def test_an_account_looks_like_apollos(apollo, paths):
    created = example(paths, "post", "/accounts")
    changed = example(paths, "patch", "/accounts/{account_id}")
    shown = example(paths, "get", "/accounts/{id}", "OK")

    ours = apollo.post(ACCOUNTS, {"name": "Quay", "phone": "555-555-0108"}).json()
    path = f"{ACCOUNTS}/{ours['account']['id']}"
    our_change = apollo.patch(path, {"domain": "quay.example"}).json()
    ours_shown = apollo.get(f"{ACCOUNTS}/{SAVED.account_id}").json()

    assert ours["account"].keys() == created["account"].keys()
    assert_same_types(ours["account"], created["account"])
    assert our_change.keys() == changed.keys()
    assert_alike(our_change["account"], changed["account"])
    assert ours_shown.keys() == shown.keys()
    assert_alike(ours_shown["account"], shown["account"], besides=LEFT_OUT | OF_A_LINKED_CRM)


def test_found_accounts_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/accounts/search")
    stages = apollo.get("/account_stages").json()["account_stages"]
    apollo.post(ACCOUNTS, {"name": "Sought Sample", "phone": "555-555-0108"})

    asked = {"q_organization_name": "sought", "account_stage_ids": [stages[0]["id"]]}
    ours = apollo.post("/accounts/search", asked).json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    assert [c["label"] for c in ours["breadcrumbs"]] == [c["label"] for c in theirs["breadcrumbs"]]
    assert ours["accounts"][0].keys() == theirs["accounts"][0].keys()
    assert_same_types(ours["accounts"][0], theirs["accounts"][0])


def test_accounts_in_bulk_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/accounts/bulk_create")
    changed = example(paths, "post", "/accounts/bulk_update")
    owned = example(paths, "post", "/accounts/update_owners")
    item = {"name": "Quay", "domain": "quay.example", "phone": "555-555-0135"}

    ours = apollo.post("/accounts/bulk_create", {"accounts": [item]}).json()
    (account,) = ours["created_accounts"]
    stage = {"account_stage_id": account["account_stage_id"]}
    our_change = apollo.post(
        "/accounts/bulk_update", {"account_ids": [account["id"]]} | stage
    ).json()
    owner = {"account_ids[]": [account["id"]], "owner_id": account["owner_id"]}
    our_owned = apollo.post("/accounts/update_owners", **owner).json()

    assert ours.keys() == theirs.keys()
    assert account.keys() == theirs["created_accounts"][0].keys()
    assert our_change["accounts"][0].keys() == changed["accounts"][0].keys()
    assert our_owned["accounts"][0].keys() == owned["accounts"][0].keys()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/contact_stages", "contact_stages"),
        ("/account_stages", "account_stages"),
        ("/opportunity_stages", "opportunity_stages"),
    ],
)
def test_stages_look_like_apollos(apollo, paths, path, name):
    theirs = example(paths, "get", path)

    ours = apollo.get(path).json()

    assert ours.keys() == theirs.keys() == {name}
    assert ours[name][0].keys() == theirs[name][0].keys()
    assert_same_types(ours[name][0], theirs[name][0])


def test_lists_look_like_apollos(apollo, paths):
    listed, created = (example(paths, method, "/labels") for method in ("get", "post"))
    add = "/labels/add_entity_ids_to_label_names"
    number = apollo.post(CONTACTS, KNOWN).json()["contact"]["id"]
    asked = {"entity_ids": [number], "label_names": ["A"], "modality": "contacts"}

    ours = apollo.get(LABELS).json()
    our_created = apollo.post(LABELS, {"name": "Reference", "modality": "contacts"}).json()
    added, job = (apollo.post(add, asked | {"async": later}).json() for later in (False, True))

    assert ours[0].keys() == listed[0].keys()
    assert_same_types(ours[0], listed[0])
    assert our_created["label"].keys() == created["label"].keys()
    theirs = example(paths, "post", add, "Records added")
    assert added["labels"][0].keys() == theirs["labels"][0].keys()
    theirs = example(paths, "post", add, "Processing in background (async)")
    assert job["entity_progress_job"].keys() == theirs["entity_progress_job"].keys()


def test_fields_look_like_apollos(apollo, paths):
    typed, every = (example(paths, "get", path) for path in ("/typed_custom_fields", "/fields"))

    ours = apollo.get("/typed_custom_fields").json()["typed_custom_fields"]
    our_every = apollo.get("/fields").json()["fields"]

    picklists = [
        next(f for f in fields if f["type"] == "picklist")
        for fields in (ours, typed["typed_custom_fields"])
    ]
    assert picklists[0].keys() == picklists[1].keys()
    options = [field["picklist_values"][0] for field in picklists]
    assert options[0].keys() == options[1].keys()
    for source in ("system", "custom"):
        pair = [next(f for f in fs if f["source"] == source) for fs in (our_every, every["fields"])]
        assert pair[0].keys() == pair[1].keys()
        assert_same_types(*pair)


def test_members_look_like_apollos(apollo, paths):
    theirs = example(paths, "get", "/users/search")

    ours = apollo.get("/users/search", page=1, per_page=3).json()

    assert ours.keys() == theirs.keys() | {"num_fetch_result"}
    assert_alike(ours["pagination"], theirs["pagination"])
    # The rest of a member are a hundred settings of the app, most of which nobody can want.
    assert ours["users"][0].keys() <= theirs["users"][0].keys()
    assert_same_types(ours["users"][0], theirs["users"][0])
