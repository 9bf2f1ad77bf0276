"""The team: whose key opens what, how much is used, and what outlives a restart."""

import json

import pytest
from sandbox_caller import BULK, MATCH, ORGANIZATION, calling

from apollo_batch.catalogue.addresses import ADDRESSES
from apollo_batch.errors import UsageError
from apollo_batch.sandbox.rules import RULES
from apollo_batch.sandbox.serve import Setup, running
from apollo_batch.sandbox.world import World

PERSON = World(42).person(9)
PROFILE = "/users/api_profile"
LIMITS = "/usage_stats/api_usage_stats"
BALANCES = "/usage_stats/credit_usage_stats"
WRONG_KEY = (
    "Invalid API key. See https://docs.apollo.io/reference/authentication for how to authenticate."
)


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def addresses():
    return [(a.method, a.path) for name, a in ADDRESSES.items() if name in RULES]


@pytest.mark.parametrize(("method", "path"), addresses())
@pytest.mark.parametrize("prefix", ["/api/v1", "/v1"])
def test_every_address_of_the_catalogue_is_answered(apollo, method, path, prefix):
    headers = {"x-api-key": apollo.sandbox.key}

    assert apollo.ask(method, path, prefix=prefix, headers=headers).status_code != 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("PUT", MATCH),
        ("GET", BALANCES),
        ("GET", "/people/match/"),
        ("GET", ""),
    ],
)
def test_any_other_address_is_not_found(apollo, method, path):
    reply = apollo.ask(method, path, headers={"x-api-key": apollo.sandbox.key})

    assert reply.status_code == 404
    assert reply.json() == {"status": 404, "error": "Not Found"}


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}, {"Authorization": "Basic eDp5"}])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", BULK), ("GET", ORGANIZATION), ("GET", PROFILE)]
)
def test_a_wrong_key_is_told_so_in_plain_text_without_rate_headers(apollo, headers, method, path):
    reply = apollo.ask(method, path, headers=headers)

    assert reply.status_code == 401
    assert reply.text == WRONG_KEY
    assert reply.headers["content-type"].startswith("text/plain")
    assert not any("rate-limit" in name or "usage" in name for name in reply.headers)


def test_a_token_opens_everything_until_it_expires(apollo):
    def profile(token):
        return apollo.ask("GET", PROFILE, headers={"Authorization": f"Bearer {token}"})

    assert profile("sandbox-oauth-token").status_code == 200
    assert profile("sandbox-expired-token").status_code == 401
    assert profile("sandbox-expired-token").json()["error_code"] == "INVALID_ACCESS_TOKEN"


def test_a_scoped_key_opens_only_its_own_routes(apollo):
    refused = apollo.get(ORGANIZATION, key="sandbox-key-people", domain="brightwater.example")

    assert apollo.post(MATCH, {"id": PERSON.id}, key="sandbox-key-people").status_code == 200
    assert refused.status_code == 403
    assert refused.json() == {
        "error": "This API key is not authorized to access api/v1/organizations/enrich. "
        "Request an API key from your administrator that includes this endpoint in its "
        "configured scope.",
        "error_code": "API_INACCESSIBLE",
    }
    assert not any("rate-limit" in name for name in refused.headers)
    assert apollo.post(MATCH, {}, key="sandbox-key-organizations").status_code == 403


def test_a_free_key_is_shown_the_plans(apollo):
    refused = apollo.post(BULK, {}, key="sandbox-free-key")

    assert refused.status_code == 403
    assert refused.json() == {
        "error": "api/v1/people/bulk_match is not accessible with this api_key on a free plan. "
        "Please upgrade your plan from https://app.apollo.io/",
        "error_code": "API_INACCESSIBLE",
    }
    assert apollo.get(PROFILE, key="sandbox-free-key").status_code == 200


def test_a_key_in_query_or_body_is_heard_only_as_a_favour_to_old_clients(apollo):
    def ask(caller, **how):
        return caller.ask("POST", MATCH, **how).status_code

    with calling(legacy_auth=True) as old:
        assert ask(old, json={"api_key": old.sandbox.key}) == 200
        assert ask(old, params={"api_key": old.sandbox.key}) == 200
    assert ask(apollo, json={"api_key": apollo.sandbox.key}) == 401
    assert ask(apollo, params={"api_key": apollo.sandbox.key}) == 401


def test_the_health_question_says_whether_the_key_is_good(apollo):
    good, bad = apollo.get("/auth/health"), apollo.get("/auth/health", key="wrong")

    assert good.json() == {"healthy": True, "is_logged_in": True}
    assert bad.json() == {"healthy": True, "is_logged_in": False}
    assert apollo.get("/auth/health", key="sandbox-key-people").json()["is_logged_in"]


def test_profile_and_balances_agree_with_the_ledger(apollo):
    apollo.post(BULK, {"details": [{"id": World(42).person(n).id} for n in range(7)]})

    plain = apollo.get(PROFILE).json()
    profile = apollo.get(PROFILE, include_credit_usage="true").json()
    pool = apollo.post(BALANCES).json()["credit_usage_stats"]["lead_credit"]
    books = apollo.sandbox.books()

    assert pool == {"limit": 48000, "consumed": 7, "left_over": 47993}
    assert profile["effective_num_lead_credits"] - profile["total_unified_credits_used"] == 47993
    assert profile["num_credits_remaining"] == 0
    assert plain["team_id"] == books["team"]
    assert "num_credits_remaining" not in plain
    assert sum(charge["credits"] for charge in books["charges"]) == 7
    assert [charge["n"] for charge in books["charges"]] == [1, 2, 3, 4, 5, 6, 7]


def test_no_credits_left_is_said_in_apollos_words(apollo):
    apollo.sandbox.reset(credits=2)
    people = [{"id": World(42).person(number).id} for number in range(3)]

    too_many = apollo.post(BULK, {"details": people})
    enough = apollo.post(BULK, {"details": people[:2]})
    none_left = apollo.post(BULK, {"details": people[:1]})

    assert enough.status_code == 200
    assert too_many.status_code == none_left.status_code == 422
    assert none_left.json()["error"].startswith("You have insufficient credits! <a href=")
    assert none_left.json()["error_details"] == {
        "code": "BILLING.LIMIT.CREDITS_EXHAUSTED",
        "message": "Your team has used all of its credits for this billing cycle.",
    }
    assert apollo.charged() == 2
    assert apollo.get(PROFILE).status_code == 200


def test_usage_mirrors_the_windows_under_keys_that_are_lists_spelled_as_text(apollo):
    for _ in range(3):
        reply = apollo.post(MATCH, {})

    for path in (LIMITS, "/usage"):
        usage = {tuple(json.loads(key)): spans for key, spans in apollo.post(path).json().items()}
        minute = usage["api/v1/people", "match"]["minute"]
        assert minute == {"limit": 1000, "consumed": 3, "left_over": 997}
    assert reply.headers["x-minute-usage"] == "3"
    assert apollo.get(LIMITS).content == b""


def test_the_books_tell_requests_windows_and_the_log(apollo):
    apollo.post(BULK, {})
    apollo.post(MATCH, {"id": PERSON.id})

    books = apollo.sandbox.books()
    outside = apollo.session.get(f"{apollo.sandbox.base_url}/sandbox/books", timeout=10).json()

    assert books["requests"]["POST /people/bulk_match"] == {
        "answered": 0,
        "limited": 0,
        "failed": 1,
    }
    assert books["requests"]["POST /people/match"]["answered"] == 1
    assert [(entry["route"], entry["status"]) for entry in books["log"]] == [
        ("POST /people/bulk_match", 400),
        ("POST /people/match", 200),
    ]
    minute = books["windows"][0]
    assert (minute["route"], minute["span"]) == ("POST /people/bulk_match", "minute")
    assert (minute["used"], minute["cap"], minute["closed"]) == (1, 1000, None)
    assert outside["team"] == books["team"]
    assert outside["charges"] == books["charges"]


def test_a_reset_makes_another_team_with_nothing_used(apollo):
    before = apollo.sandbox.books()["team"]
    apollo.post(MATCH, {"id": PERSON.id})

    url = f"{apollo.sandbox.base_url}/sandbox/reset"
    reply = apollo.session.post(url, json={"credits": 5}, timeout=10)

    assert reply.json()["team"] == apollo.sandbox.books()["team"] != before
    assert apollo.sandbox.books()["credits"] == {"limit": 5, "consumed": 0, "left": 5}


def test_team_credits_and_ledger_outlive_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        first.post(MATCH, {"id": PERSON.id})
        before = first.sandbox.books()
    with world.open("ab") as file:
        file.write(b'{"charge": {"cre')  # killed while writing
    with calling(persist=world) as second:
        second.post(MATCH, {"id": PERSON.id})
        after = second.sandbox.books()
    with calling(persist=world) as third:
        last = third.sandbox.books()

    assert before["team"] == after["team"] == last["team"]
    assert [charge["what"] for charge in last["charges"]] == [PERSON.id] * 2
    assert last["credits"]["consumed"] == 2
    assert world.stat().st_mode & 0o077 == 0


def test_a_reset_is_remembered_after_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        first.post(MATCH, {"id": PERSON.id})
        first.sandbox.reset()
        team = first.sandbox.books()["team"]
    with calling(persist=world) as second:
        assert second.sandbox.books()["team"] == team
        assert second.charged() == 0


def test_a_pending_phone_number_outlives_a_restart_and_is_charged_once(tmp_path):
    world = tmp_path / "world.jsonl"
    with_mobile = next(person for person in World(42).people() if person.has_mobile)
    asked = {"details": [{"id": with_mobile.id}]}
    hook = {"reveal_phone_number": "true", "webhook_url": "https://hooks.example.com/1"}
    with calling(persist=world) as slow:
        slow.post(BULK, asked, **hook)
        assert slow.charged() == 1
    for _ in range(2):
        with calling(persist=world, time_scale=1e9) as fast:
            assert fast.charged() == 9


def test_a_port_in_use_is_said_with_a_way_out(apollo):
    port = int(apollo.sandbox.base_url.rpartition(":")[2])

    with pytest.raises(UsageError, match=f"port {port}") as caught, running(Setup(port=port)):
        pass

    assert "--port" in caught.value.fix


def test_an_unknown_plan_is_refused_with_the_plans_there_are():
    with pytest.raises(UsageError, match="'gold'") as caught:
        Setup(profile="gold")

    assert "professional" in caught.value.fix


def test_two_worlds_of_one_seed_hold_the_same_people_and_different_teams(apollo):
    with calling() as other:
        assert other.sandbox.books()["team"] != apollo.sandbox.books()["team"]
        mine, theirs = (c.post(MATCH, {"id": PERSON.id}).json() for c in (apollo, other))

    assert mine["person"] == theirs["person"]
