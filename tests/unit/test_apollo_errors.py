"""Refusals: every shape of Apollo's errors becomes one sentence and the right consequence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.apollo.arrival import judge
from apollo_batch.apollo.client import Reply
from apollo_batch.apollo.reading import error_text
from apollo_batch.model import Arrival, Halt

SCOPE = "api/v1/people/bulk_match"
CREDITS = {
    "error": "You have insufficient credits! <a href='https://app.apollo.io/'>Upgrade your plan</a>",
    "error_details": {
        "code": "BILLING.LIMIT.CREDITS_EXHAUSTED",
        "message": "Your team has used all of its credits for this billing cycle.",
    },
}
SHAPES = [
    (
        400,
        {"status": "failed", "error_code": "INVALID_REQUEST", "error_message": "missing details"},
        Halt.BUG,
        "missing details",
    ),
    (
        400,
        '{"error_code":"RECORD_LIMIT_EXCEEDED","error_message":"too many"}',
        Halt.BUG,
        "too many",
    ),
    (400, {"error_code": "invalid_request_id"}, Halt.BUG, "invalid_request_id"),
    (400, {"error": "Please add a valid 'webhook_url'"}, Halt.BUG, "valid 'webhook_url'"),
    (401, "Invalid API key. See https://docs.apollo.io/", Halt.ACCESS, "Settings > Integrations"),
    (401, "", Halt.ACCESS, "does not know this API key"),
    (401, "<html><h1>401</h1></html>", Halt.ACCESS, "does not know this API key"),
    (
        401,
        {"error": "The access token is invalid.", "error_code": "INVALID_ACCESS_TOKEN"},
        Halt.ACCESS,
        "token is wrong or has expired",
    ),
    (401, {"error": "This task belongs to another user."}, None, "belongs to another user"),
    (
        403,
        {
            "error": f"This API key is not authorized to access {SCOPE}. Request an API key …",
            "error_code": "API_INACCESSIBLE",
        },
        Halt.ACCESS,
        f"may not use {SCOPE}. Give it that scope, or use a master key",
    ),
    (
        403,
        {"error": f"{SCOPE} is not accessible with this api_key", "error_code": "API_INACCESSIBLE"},
        Halt.ACCESS,
        "Give it that scope",
    ),
    (
        403,
        {"error": f"{SCOPE} is not accessible with this api_key on a free plan. Please upgrade"},
        Halt.ACCESS,
        "on paid plans only",
    ),
    (
        403,
        {"message": "This endpoint is only available to Apollo users on paid plans."},
        Halt.ACCESS,
        "on paid plans only",
    ),
    (
        403,
        {"error": "You do not have permission to access lists."},
        Halt.ACCESS,
        "ask your Apollo administrator",
    ),
    (404, {"status": 404, "error": "Not Found"}, None, "Not Found"),
    (404, {"message": "Could not find label", "error": "Record not found."}, None, "not found"),
    (410, {"error_code": "request_id_expired"}, None, "request_id_expired"),
    (422, {"error": "Cannot update contact as it is deleted."}, None, "as it is deleted"),
    (
        422,
        {"status": "failed", "error_code": "UNKNOWN_ERROR", "error_message": "no conversion"},
        None,
        "no conversion",
    ),
    (422, CREDITS, Halt.CREDITS, "used all of its credits"),
    (
        422,
        {"error": "Insufficient credits. Please upgrade your plan."},
        Halt.CREDITS,
        "Insufficient credits",
    ),
    (
        422,
        {"error": "Validation failed", "error_details": {"field": "email", "message": "is bad"}},
        None,
        "is bad",
    ),
    (413, "<html><body><h1>Too Large</h1></body></html>", None, "Too Large"),
]


def reply(status, body):
    text = body if isinstance(body, str) else json.dumps(body)
    return Reply(status, {}, text.encode())


@pytest.mark.parametrize(("status", "body", "halt", "words"), SHAPES)
def test_a_refusal_had_no_effect_says_what_it_is_and_stops_what_it_must(status, body, halt, words):
    finding = judge(reply(status, body), SCOPE)

    assert finding.arrival is Arrival.REFUSED
    assert finding.halt is halt
    assert words in finding.message
    assert "<" not in finding.message
    assert "{" not in finding.message


@pytest.mark.parametrize(
    "body",
    [
        {"message": "The maximum number of api calls allowed for people/match is 50 times"},
        {"message": '{"message": "The maximum number of api calls allowed is 50 times"}'},
        {"error": "We are already processing the request for your sequence"},
        "Retry later",
        "",
    ],
)
def test_a_429_had_no_effect_and_stops_nothing(body):
    finding = judge(reply(429, body), SCOPE)

    assert finding.arrival is Arrival.LIMITED
    assert finding.halt is None
    assert "{" not in finding.message


def test_a_message_inside_a_message_is_unpacked():
    inner = json.dumps({"message": "The maximum is 50"})

    assert error_text(json.dumps({"message": inner}).encode()) == "The maximum is 50"


@pytest.mark.parametrize("status", [408, 500, 501, 502, 503, 504, 520, 599])
def test_a_timeout_or_a_failure_over_there_may_have_been_carried_out(status):
    assert judge(reply(status, {"error": "oops"}), SCOPE).arrival is Arrival.UNKNOWN


@given(st.integers(200, 599), st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
def test_whatever_comes_is_judged_without_a_fault_of_ours(status, body):
    finding = judge(Reply(status, {}, body), SCOPE)

    assert isinstance(finding.arrival, Arrival)
    finding.message.encode()
    assert not any(character < " " for character in finding.message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "error_message", "error_code", "error_details"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from([400, 401, 403, 404, 422, 429]))
def test_an_error_of_any_shape_is_read_as_far_as_it_goes(data, status):
    finding = judge(Reply(status, {}, json.dumps(data).encode()), SCOPE)

    assert finding.arrival in {Arrival.REFUSED, Arrival.LIMITED}
    assert len(finding.message) < 700
