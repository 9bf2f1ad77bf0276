"""People's numbers are sent to no host that the person, or the organization, did not list."""

import pytest
from makers import leads, save_csv, save_job

from apollo_batch.apollo.client import Client
from apollo_batch.apollo.wire import Wire
from apollo_batch.clock import SystemClock
from apollo_batch.errors import InvalidError
from apollo_batch.job.load import load
from apollo_batch.journal.store import open_store
from apollo_batch.runner.invocation import Wish, prepare
from apollo_batch.runner.place import Place
from apollo_batch.runner.strangers import see_that_hosts_are_listed
from apollo_batch.settings import APOLLO, Credential, Policy, Secret

PHONES = {"reveal_phone_number": True, "webhook_url": "https://Hooks.Acme.Example/a?token=1"}


def place(*hosts, origin=APOLLO, store=None):
    wire = Wire(Client(origin, Credential(Secret("a-key"), "a test"), {}), lambda _: None)
    return Place(store, wire, SystemClock(), "team", Policy(webhook_hosts=frozenset(hosts)))


def job(folder, **options):
    return load(save_job(folder / "job.yaml", options=options))


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        ("acme.example",),
        ("evil.hooks.acme.example",),
        ("hooks.acme.example.evil.example",),
        (".acme.example",),
        ("*",),
        ("*.acme.example",),
    ],
)
def test_a_host_that_is_not_listed_word_for_word_is_refused_with_what_to_write(tmp_path, hosts):
    with pytest.raises(InvalidError) as caught:
        see_that_hosts_are_listed(place(*hosts), job(tmp_path, **PHONES))

    assert "people to hooks.acme.example too" in caught.value.message
    assert 'webhook_hosts = ["hooks.acme.example"]' in caught.value.fix
    assert "token" not in str(caught.value)


def test_a_host_that_is_listed_is_taken_however_the_job_writes_it(tmp_path):
    see_that_hosts_are_listed(place("hooks.acme.example"), job(tmp_path, **PHONES))


def test_a_job_that_names_none_needs_none_listed(tmp_path):
    see_that_hosts_are_listed(place(), job(tmp_path))


def test_a_sandbox_sends_nothing_anywhere_and_needs_none_listed(tmp_path):
    here = place(origin="http://127.0.0.1:9")

    see_that_hosts_are_listed(here, job(tmp_path, **PHONES))


def test_a_run_is_refused_before_anything_is_asked(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(Client, "call", lambda _, request: asked.append(request))
    store = open_store(tmp_path / "state")
    sheet = save_csv(tmp_path / "leads.csv", leads(2))
    wish = Wish(job=save_job(tmp_path / "job.yaml", options=PHONES), input=sheet)

    with pytest.raises(InvalidError, match="your settings do not list that host"):
        prepare(place(store=store), wish, sheet)
    store.close()

    assert asked == []
