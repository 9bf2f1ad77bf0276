"""Limits on the wire: what the headers say, and what happens when a window is full."""

import pytest
from sandbox_caller import BULK, MATCH, calling

MINUTE = ("x-rate-limit-minute", "x-minute-usage", "x-minute-requests-left")
HOUR = ("x-rate-limit-hourly", "x-hourly-usage", "x-hourly-requests-left")
DAY = ("x-rate-limit-24-hour", "x-24-hour-usage", "x-24-hour-requests-left")


def told(reply, names):
    return tuple(reply.headers.get(name) for name in names)


def test_a_limited_plan_counts_down_in_every_window():
    with calling(profile="free") as apollo:
        apollo.post(BULK, {})
        reply = apollo.post(BULK, {})

    assert told(reply, MINUTE) == ("20", "2", "18")
    assert told(reply, HOUR) == ("100", "2", "98")
    assert told(reply, DAY) == ("600", "2", "598")


def test_an_unlimited_window_has_an_empty_limit_and_nothing_else():
    with calling() as apollo:
        reply = apollo.post(BULK, {})

    assert told(reply, MINUTE) == ("1000", "1", "999")
    assert told(reply, HOUR) == told(reply, DAY) == ("", None, None)


@pytest.mark.parametrize(
    ("profile", "single", "bulk", "free"),
    [
        ("free", "50", "20", "50"),
        ("basic", "1000", "1000", "200"),
        ("professional", "1000", "1000", "200"),
        ("organization", "1000", "1000", "200"),
        ("legacy", "1000", "500", "200"),
        ("unlimited", "", "", ""),
    ],
)
def test_every_plan_has_its_minutes(profile, single, bulk, free):
    with calling(profile=profile) as apollo:
        replies = apollo.post(MATCH, {}), apollo.post(BULK, {}), apollo.get("/users/api_profile")

    assert tuple(reply.headers["x-rate-limit-minute"] for reply in replies) == (single, bulk, free)


def test_a_full_window_refuses_counts_nothing_and_says_when_it_reopens():
    with calling(profile="free") as apollo:
        for _ in range(20):
            apollo.post(BULK, {})
        refused = apollo.post(BULK, {})
        again = apollo.post(BULK, {})
        elsewhere = apollo.post(MATCH, {})
        books = apollo.sandbox.books()

    assert refused.status_code == again.status_code == 429
    assert refused.json() == {
        "message": "The maximum number of api calls allowed for api/v1/people/bulk_match is 20 "
        "times per minute. Please upgrade your plan from "
        "https://app.apollo.io/#/settings/plans/upgrade."
    }
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert told(again, MINUTE) == ("20", "20", "0")
    assert elsewhere.status_code == 200
    assert books["requests"]["POST /people/bulk_match"] == {
        "answered": 0,
        "limited": 2,
        "failed": 20,
    }


def test_twins_and_prefixes_share_one_window():
    with calling(profile="free") as apollo:
        apollo.post(MATCH, {})
        apollo.get(MATCH)
        headers = {"x-api-key": apollo.sandbox.key}
        reply = apollo.ask("POST", MATCH, prefix="/v1", headers=headers)

    assert told(reply, MINUTE) == ("50", "3", "47")


def test_keys_share_the_windows_of_their_team():
    with calling() as apollo:
        apollo.post(MATCH, {})
        reply = apollo.post(MATCH, {}, key="sandbox-key-people")

    assert reply.headers["x-minute-usage"] == "2"


def test_a_scaled_clock_is_named_and_reopens_windows_sooner():
    with calling(profile="free", time_scale=60_000) as apollo:
        for _ in range(21):
            reply = apollo.post(BULK, {})
        windows = [w for w in apollo.sandbox.books()["windows"] if w["span"] == "minute"]

    assert reply.headers["x-sandbox-time-scale"] == "60000"
    assert len(windows) > 1
    assert sum(window["used"] for window in windows) <= 21


def test_a_clock_of_normal_speed_is_not_named():
    with calling() as apollo:
        assert "x-sandbox-time-scale" not in apollo.post(MATCH, {}).headers
