"""What the sandbox's team has is read over a socket, as Apollo's would be."""

import pytest

from apollo_batch.apollo import lookups
from apollo_batch.apollo.client import Client
from apollo_batch.apollo.wire import Wire
from apollo_batch.errors import AccessError, OutOfReachError
from apollo_batch.job.load import loads
from apollo_batch.job.resolve import resolved
from apollo_batch.runner.directory import directory_for
from apollo_batch.sandbox.serve import Setup, running
from apollo_batch.settings import Credential, Secret


@pytest.fixture(scope="module")
def sandbox():
    with running(Setup(profile="unlimited")) as answering:
        yield answering


def wire_to(sandbox, key=None):
    credential = Credential(Secret(key or sandbox.key), "a test")
    return Wire(Client(sandbox.base_url, credential, {}), lambda _: None)


def test_members_stages_fields_and_lists_are_read(sandbox):
    wire = wire_to(sandbox)

    users = lookups.users(wire)
    lists = lookups.lists(wire)
    fields = lookups.fields(wire)
    stages = [lookups.contact_stages(wire), lookups.account_stages(wire), lookups.deal_stages(wire)]

    assert {each.gone for each in users} == {"", "deleted"}
    assert {"contact", "account"} <= {each.of for each in lists}
    assert {"picklist", "date", "boolean"} <= {each.type for each in fields}
    assert any(each.choices for each in fields)
    assert all(each.gone.startswith("read-only") for each in fields if each.name == "CRM Tier")
    assert all(stages)


def test_a_job_in_words_becomes_one_in_ids(sandbox):
    wire = wire_to(sandbox)
    job = loads(
        "version: 1\noperation: contacts.create\nmap: {email: E, stage: Stage}\n"
        "options:\n  owner: alex.carver@example.com\n  list: Newsletter\n"
        "  typed_custom_fields: {Lead Source: Website, Partner: 'yes'}\n",
        "a.yaml",
    )

    step = resolved(job, directory_for(job, wire)).steps[0]

    alex = next(u for u in lookups.users(wire) if "alex.carver@example.com" in u.others)
    assert step.constants["owner_id"] == alex.id
    assert step.constants["label_names"] == ["Newsletter"]
    fields = {each.id: each for each in lookups.fields(wire)}
    told = {
        fields[number].name: value
        for number, value in step.constants["typed_custom_fields"].items()
    }
    source = next(each for each in fields.values() if each.name == "Lead Source")
    assert told == {"Lead Source": dict(map(reversed, source.choices))["Website"], "Partner": True}


def test_a_wrong_key_stops_and_silence_is_out_of_reach(sandbox):
    with pytest.raises(AccessError):
        lookups.users(wire_to(sandbox, "wrong"))

    gone = Wire(Client("http://127.0.0.1:9", Credential(Secret("k"), "a test"), {}), lambda _: None)
    with pytest.raises(OutOfReachError):
        lookups.lists(gone)
