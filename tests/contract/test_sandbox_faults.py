"""Faults: each one really happens, on the socket, at the scripted call, charged or not."""

import json
import time

import pytest
import requests
from sandbox_caller import BULK, MATCH, ORGANIZATIONS, calling

from apollo_batch.errors import UsageError
from apollo_batch.sandbox.world import World

PERSON = World(42).person(9)
ASKED = {"details": [{"id": PERSON.id}, {"name": "Nobody"}, {"id": World(42).person(1).id}]}


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def plot(apollo, fault, **more):
    apollo.sandbox.plot([{"route": "POST /people/bulk_match", "fault": fault, **more}])


@pytest.mark.parametrize(
    ("fault", "status", "charged"),
    [
        ("429", 429, 0),
        ("500_before", 500, 0),
        ("500_after", 500, 2),
        ("502_html", 502, 0),
        ("503_before", 503, 0),
        ("503_after", 503, 2),
        ("html_200", 200, 0),
        ("empty_body", 200, 2),
        ("nan", 200, 2),
    ],
)
def test_a_fault_answers_in_apollos_place_and_charges_only_when_it_comes_after(
    apollo, fault, status, charged
):
    plot(apollo, fault)

    reply = apollo.post(BULK, ASKED)

    assert reply.status_code == status
    assert apollo.charged() == charged
    assert apollo.sandbox.books()["log"][-1]["fault"] == fault


@pytest.mark.parametrize(("fault", "charged"), [("reset_before", 0), ("reset_after", 2)])
def test_a_reset_cuts_the_connection_without_a_word(apollo, fault, charged):
    plot(apollo, fault)

    with pytest.raises(requests.ConnectionError, match="Connection reset by peer"):
        apollo.post(BULK, ASKED)

    assert apollo.charged() == charged
    assert apollo.sandbox.books()["log"][-1]["status"] is None


def test_a_torn_reply_breaks_off_in_the_middle(apollo):
    plot(apollo, "torn")

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        apollo.post(BULK, ASKED)

    assert apollo.charged() == 2


@pytest.mark.parametrize(("fault", "charged"), [("hang", 0), ("hang_after", 2)])
def test_a_hanging_call_gets_no_answer_for_as_long_as_it_was_told(apollo, fault, charged):
    plot(apollo, fault, seconds=0.2)

    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        apollo.post(BULK, ASKED)

    assert time.monotonic() - began > 0.15
    assert apollo.charged() == charged


def test_a_hanging_call_does_not_keep_the_sandbox_from_ending():
    with calling() as apollo:
        plot(apollo, "hang")
        url = f"{apollo.sandbox.base_url}/api/v1{BULK}"
        headers = {"x-api-key": apollo.sandbox.key}
        with pytest.raises(requests.ReadTimeout):
            apollo.session.post(url, json=ASKED, headers=headers, timeout=0.1)
        began = time.monotonic()

    assert time.monotonic() - began < 3


def test_a_slow_answer_is_late_and_whole(apollo):
    plot(apollo, "slow", seconds=0.2)

    began = time.monotonic()
    reply = apollo.post(BULK, ASKED)

    assert time.monotonic() - began > 0.15
    assert reply.json()["unique_enriched_records"] == 2


def test_latency_delays_every_answer():
    with calling(latency_ms=60) as apollo:
        began = time.monotonic()
        apollo.post(BULK, ASKED)

    assert time.monotonic() - began > 0.05


def test_a_scripted_429_says_how_long_and_counts_in_no_window(apollo):
    plot(apollo, "429", on=[2], seconds=7)

    replies = [apollo.post(BULK, ASKED) for _ in range(3)]

    assert [reply.status_code for reply in replies] == [200, 429, 200]
    assert replies[1].headers["retry-after"] == "7"
    assert replies[2].headers["x-minute-usage"] == "2"


def test_echoed_keys_nan_dropped_nulls_and_another_order(apollo):
    def body(fault):
        plot(apollo, fault)
        return apollo.post(BULK, ASKED).text

    assert apollo.sandbox.key in body("echo_key")
    assert "NaN" in body("nan")
    plain = json.loads(body("echo_key"))["matches"]
    assert json.loads(body("drop_null"))["matches"] == [match for match in plain if match]
    assert json.loads(body("reorder"))["matches"] == plain[::-1]


def test_companies_are_reordered_too(apollo):
    asked = {"details": [{"domain": World(42).company(n).domain} for n in range(4)]}
    plain = apollo.post(ORGANIZATIONS, asked).json()["organizations"]
    apollo.sandbox.plot([{"fault": "reorder"}])

    assert apollo.post(ORGANIZATIONS, asked).json()["organizations"] == plain[::-1]


@pytest.mark.parametrize(
    ("when", "struck"),
    [({"on": [1, 3]}, [1, 3]), ({"on": 2}, [2]), ({"every": 2}, [2, 4]), ({}, [1, 2, 3, 4])],
)
def test_a_fault_strikes_at_the_calls_it_names(apollo, when, struck):
    plot(apollo, "500_before", **when)

    statuses = [apollo.post(BULK, ASKED).status_code for _ in range(4)]

    assert [n for n, status in enumerate(statuses, start=1) if status == 500] == struck


def test_chance_is_the_same_for_the_same_seed(apollo):
    def statuses():
        plot(apollo, "500_before", probability=0.5)
        return [apollo.post(BULK, {}).status_code for _ in range(20)]

    first = statuses()

    assert {400, 500} == set(first)
    assert statuses() == first


def test_a_fault_of_one_route_leaves_the_others_alone_and_a_star_means_all(apollo):
    plot(apollo, "500_before")
    assert apollo.post(MATCH, {}).status_code == 200

    apollo.sandbox.plot([{"route": "*", "fault": "500_before"}])
    assert apollo.post(MATCH, {}).status_code == 500


def test_faults_can_be_sent_and_are_refused_with_the_reason(apollo):
    url = f"{apollo.sandbox.base_url}/sandbox/faults"

    good = apollo.session.post(url, json=[{"fault": "500_before", "on": [1]}], timeout=10)
    bad = apollo.session.post(url, json=[{"fault": "fire"}], timeout=10)
    torn = apollo.session.post(url, data=b"[", timeout=10)

    assert good.json() == {"faults": 1}
    assert apollo.post(MATCH, {}).status_code == 500
    assert bad.status_code == torn.status_code == 422
    assert "Fault 1" in bad.json()["error"]


def test_a_fault_file_is_read_at_the_start(tmp_path):
    script = tmp_path / "faults.yaml"
    script.write_text("- {route: POST /people/match, on: [1], fault: 502_html}\n")

    with calling(faults=script) as apollo:
        assert apollo.post(MATCH, {}).status_code == 502
        assert apollo.post(MATCH, {}).status_code == 200


@pytest.mark.parametrize("text", ["{", "just words", "- {fault: fire}", "- {when: now}"])
def test_a_fault_file_that_makes_no_sense_is_refused(tmp_path, text):
    script = tmp_path / "faults.yaml"
    script.write_text(text)

    with pytest.raises(UsageError), calling(faults=script):
        pass
