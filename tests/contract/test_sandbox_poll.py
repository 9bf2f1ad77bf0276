"""Results that come later: polled by the number of their request, and sent to this machine."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sandbox_caller import BULK, HOOK, MATCH, calling

from apollo_batch.sandbox.world import World

WORLD = World(42)
WITH_MOBILE = next(p for p in WORLD.people() if p.has_mobile)
WITHOUT = next(p for p in WORLD.people() if not p.has_mobile)
PHONE = {"reveal_phone_number": "true", "webhook_url": HOOK}
WATERFALL = {
    "run_waterfall_email": "true",
    "run_waterfall_phone": "true",
    "webhook_url": HOOK,
}
# Half a minute and more pass in a few milliseconds.
FAST = 20_000
PATIENCE = 30
UNKNOWN = {"error_code": "request_id_unknown"}


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def asked(apollo, *people, **query):
    return apollo.post(BULK, {"details": [{"id": p.id} for p in people]}, **query).json()


def poll(apollo, number):
    return apollo.get(f"/webhook_result/{number}")


def ready(apollo, number, until=lambda reply: reply.status_code == 200):
    """Ask until the result is there; the sandbox's clock runs fast."""
    given_up = time.monotonic() + PATIENCE
    while time.monotonic() < given_up:
        reply = poll(apollo, number)
        if until(reply):
            return reply.json()
    raise AssertionError(f"After {PATIENCE} seconds: {reply.status_code} {reply.text}")


class Listener(HTTPServer):
    """A webhook of ours: keeps what it is sent, and answers as it is told to."""

    def __init__(self, status=200):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = status
        self.got = []
        self.heard = threading.Semaphore(0)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook/7f3c?run=1"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, self.headers["content-type"], json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()
        self.server.heard.release()

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def listening(status=200):
    with Listener(status) as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        try:
            yield listener
        finally:
            listener.shutdown()
            thread.join()


def test_a_result_is_pending_until_it_is_there(apollo):
    number = asked(apollo, WITH_MOBILE, **PHONE)["request_id"]

    reply = poll(apollo, number)

    assert reply.status_code == 404
    assert reply.json() == {"error_code": "result_pending", "retry_after_seconds": 10}


def test_a_phone_result_names_the_people_and_their_numbers():
    with calling(time_scale=FAST) as apollo:
        number = asked(apollo, WITH_MOBILE, WITHOUT, **PHONE)["request_id"]
        result = ready(apollo, number)
        charged = apollo.charged()

    assert result["request_id"] == str(number)
    assert (result["request_type"], result["webhook_status"]) == ("phone", "success")
    payload = result["webhook_result"]
    assert payload["total_requested_enrichments"] == 2
    assert (payload["unique_enriched_records"], payload["missing_records"]) == (1, 1)
    found = {person["id"]: person["phone_numbers"] for person in payload["people"]}
    assert found[WITHOUT.id] == []
    (mobile,) = found[WITH_MOBILE.id]
    assert "555-01" in mobile["raw_number"]
    assert mobile["sanitized_number"].startswith("+1")
    assert charged == 2 + 8


def test_a_single_match_is_polled_by_its_top_level_number():
    with calling(time_scale=FAST) as apollo:
        reply = apollo.post(MATCH, {"id": WITH_MOBILE.id}, **PHONE).json()
        result = ready(apollo, reply["request_id"])
        job = poll(apollo, reply["phone_enrichment"]["request_id"])

    assert [p["id"] for p in result["webhook_result"]["people"]] == [WITH_MOBILE.id]
    assert (job.status_code, job.json()) == (400, {"error_code": "invalid_request_id"})


def test_a_waterfall_result_says_what_the_vendors_found():
    with calling(time_scale=FAST) as apollo:
        number = asked(apollo, WITH_MOBILE, WITHOUT, **WATERFALL)["request_id"]
        payload = ready(apollo, number)["webhook_result"]
        pending = apollo.sandbox.books()["pending"]

    assert pending == []
    assert payload["request_id"] == str(number)
    assert payload["target_fields"] == ["emails", "phone_numbers"]
    assert (payload["mobile_records_enriched"], payload["mobile_records_not_found"]) == (1, 1)
    assert payload["records_enriched"] + payload["enrichment_not_found"] == 2
    with_mobile, without = payload["people"]
    assert len(with_mobile["phone_numbers"]) == 1
    (vendor,) = without["waterfall"]["phone_numbers"][0]["vendors"]
    assert (vendor["status"], vendor["statusCode"]) == ("NOT_FOUND", "no_apollo_data")
    emails = [email for person in payload["people"] for email in person["emails"]]
    assert len(emails) == payload["email_records_enriched"]


def test_a_waterfall_that_found_nobody_comes_back_empty():
    with calling(time_scale=FAST) as apollo:
        reply = apollo.post(MATCH, {"email": "nobody@nowhere.example"}, **WATERFALL).json()
        payload = ready(apollo, reply["request_id"])["webhook_result"]

    assert payload["people"] == []
    assert (payload["records_enriched"], payload["enrichment_not_found"]) == (0, 1)


def test_a_waterfall_is_refused_where_credits_do_not_reach(apollo):
    apollo.sandbox.reset(credits=10)

    reply = asked(apollo, WITH_MOBILE, **WATERFALL)

    assert reply["waterfall"]["status"] != "accepted"
    assert apollo.sandbox.books()["pending"] == []
    assert poll(apollo, reply["request_id"]).json() == UNKNOWN


@pytest.mark.parametrize("number", ["abc", "1.5", "6a" * 12, str(2**63), str(-(2**63) - 1)])
def test_what_is_no_number_of_64_bits_is_invalid(apollo, number):
    reply = poll(apollo, number)

    assert (reply.status_code, reply.json()) == (400, {"error_code": "invalid_request_id"})


def test_a_rounded_number_is_unknown(apollo):
    number = asked(apollo, WITH_MOBILE, **PHONE)["request_id"]
    rounded = int(float(number))

    for stranger in (rounded, 1, -1):
        reply = poll(apollo, stranger)
        assert (reply.status_code, reply.json()) == (404, UNKNOWN)


def test_a_request_that_brings_nothing_later_is_unknown(apollo):
    plain = asked(apollo, WITH_MOBILE)["request_id"]
    asked(apollo, WITH_MOBILE, **PHONE)
    skipped = asked(apollo, WITH_MOBILE, **PHONE)

    assert skipped["phone_enrichment"]["status"] == "skipped"
    for number in (plain, skipped["request_id"]):
        assert poll(apollo, number).json() == UNKNOWN


def test_a_result_expires_after_thirty_days():
    # A second of ours is two weeks.
    with calling(time_scale=14 * 24 * 3600) as apollo:
        number = asked(apollo, WITH_MOBILE, **PHONE)["request_id"]
        reply = ready(apollo, number, until=lambda reply: reply.status_code == 410)

    assert reply == {"error_code": "request_id_expired"}


def test_a_failed_delivery_still_shows_the_result():
    lost = PHONE | {"webhook_url": "https://hooks.invalid/7f3c"}
    with calling(time_scale=FAST) as apollo:
        result = ready(apollo, asked(apollo, WITH_MOBILE, **lost)["request_id"])

    assert (result["webhook_status"], result["failure_reason"]) == ("failed", "Webhook error: 404")
    assert result["webhook_result"]["people"][0]["phone_numbers"]


def test_polling_costs_nothing_and_counts_as_any_other_route(apollo):
    number = asked(apollo, WITH_MOBILE, **PHONE)["request_id"]
    before = apollo.charged()

    replies = [poll(apollo, number) for _ in range(3)]

    assert apollo.charged() == before
    assert replies[-1].headers["x-minute-usage"] == "3"


def test_a_pending_result_outlives_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as slow:
        number = asked(slow, WITH_MOBILE, **PHONE)["request_id"]
        assert poll(slow, number).json()["error_code"] == "result_pending"
    with calling(persist=world, time_scale=FAST) as fast:
        result = ready(fast, number)
    with calling(persist=world) as again:
        assert poll(again, number).json()["webhook_result"] == result["webhook_result"]


def test_a_result_is_sent_to_a_listener_on_this_machine():
    with listening() as listener, calling(time_scale=FAST) as apollo:
        number = asked(apollo, WITH_MOBILE, **PHONE | {"webhook_url": listener.url})["request_id"]
        assert listener.heard.acquire(timeout=PATIENCE)
        result = ready(apollo, number, lambda r: r.json().get("webhook_status") == "success")
        charged = apollo.charged()

    assert listener.got == [
        ("/hook/7f3c?run=1", "application/json", result["webhook_result"]),
    ]
    assert "request_id" not in result["webhook_result"]
    assert charged == 9


def test_a_listener_may_hear_a_result_twice():
    with listening() as listener, calling(time_scale=FAST, deliveries=2) as apollo:
        asked(apollo, WITH_MOBILE, **PHONE | {"webhook_url": listener.url})
        assert listener.heard.acquire(timeout=PATIENCE)
        assert listener.heard.acquire(timeout=PATIENCE)
        assert apollo.charged() == 9

    first, second = listener.got
    assert first == second


@pytest.mark.parametrize("status", [404, 500, 302])
def test_a_listener_that_refuses_is_told_of_in_the_poll(status):
    with listening(status) as listener, calling(time_scale=FAST) as apollo:
        number = asked(apollo, WITH_MOBILE, **PHONE | {"webhook_url": listener.url})["request_id"]
        result = ready(apollo, number, lambda r: r.json().get("webhook_status") == "failed")

    assert result["failure_reason"] == f"Webhook error: {status}"
    assert result["webhook_result"]["people"][0]["phone_numbers"]


def test_a_listener_that_is_gone_is_told_of_in_the_poll():
    with listening() as listener:
        url = listener.url
    with calling(time_scale=FAST) as apollo:
        number = asked(apollo, WITH_MOBILE, **PHONE | {"webhook_url": url})["request_id"]
        result = ready(apollo, number, lambda r: r.json().get("webhook_status") == "failed")

    assert result["failure_reason"] == "Webhook error: ConnectionRefusedError"


def test_a_delivery_is_made_up_for_after_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with listening() as listener:
        with calling(persist=world) as slow:
            asked(slow, WITH_MOBILE, **PHONE | {"webhook_url": listener.url})
            assert listener.got == []
        with calling(persist=world, time_scale=FAST) as fast:
            fast.get("/auth/health")
            assert listener.heard.acquire(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://127.0.0.1:9/x", 200),
        ("http://localhost:9/x", 200),
        ("http://[::1]:9/x", 200),
        ("http://127.0.0.1.hooks.example.com/x", 400),
        ("http://localhost.example.com/x", 400),
        ("http://192.0.2.1/x", 400),
        ("ftp://127.0.0.1/x", 400),
        ("https://127.0.0.1:99999/x", 400),
    ],
)
def test_plain_http_will_do_on_this_machine_only(apollo, url, status):
    reply = apollo.post(MATCH, {"id": WITH_MOBILE.id}, **PHONE | {"webhook_url": url})

    assert reply.status_code == status
