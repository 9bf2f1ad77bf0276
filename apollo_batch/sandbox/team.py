"""The rules of the team's free questions: who it is, its limits, its credits."""

import json
from typing import Any

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.books import number
from apollo_batch.sandbox.rule import Call, Rule, flag

_CREDIT_TYPES = (
    "direct_dial_credit export_credit conversation_credit ai_credit power_up_credit "
    "inbound_website_visitor_credit contact_website_visitor_credit web_search_record_credit dialer"
).split()
_STRANGER = told(200, {"healthy": True, "is_logged_in": False})
_OTHER_BALANCES = ("direct_dial", "export", "ai", "power_up")


def profile(call: Call) -> Answer:
    """Who the key acts as, with the balance where it is asked for."""
    state = call.state
    me: dict[str, Any] = {
        "id": state.world.id_of("user", 1),
        "team_id": state.books.team_id,
        "first_name": "Robin",
        "last_name": "Sample",
        "title": "Operations",
        "email": "robin.sample@example.com",
    }
    if flag(call.params.get("include_credit_usage")):
        used = number(state.books.consumed)
        # On plans with one pool of credits this number stays at zero.
        me |= {"num_credits_remaining": 0}
        me |= {"effective_num_lead_credits": number(state.books.limit)}
        me |= {"num_lead_credits_used": used, "total_unified_credits_used": used}
        for name in _OTHER_BALANCES:
            me |= {f"effective_num_{name}_credits": 0, f"num_{name}_credits_used": 0}
    return told(200, me)


def balances(call: Call) -> Answer:
    """The credits; one pool, told as lead credits."""
    books = call.state.books
    stats: dict[str, Any] = {
        "lead_credit": {
            "limit": number(books.limit),
            "consumed": number(books.consumed),
            "left_over": number(books.left),
        }
    }
    stats |= {name: {"limit": 0, "consumed": 0, "left_over": 0} for name in _CREDIT_TYPES}
    cycle = {"start_date": "2026-11-01T00:00:00.000Z", "end_date": "2026-12-01T00:00:00.000Z"}
    return told(200, {"credit_usage_stats": stats, "current_credit_cycle": cycle})


def limits(call: Call) -> Answer:
    """Every route's windows; the keys are JSON lists, spelled as text. A GET hears nothing."""
    if call.method == "GET":
        return Answer(200, b"")
    state = call.state
    usage = {}
    for scope, rate_class in state.rate_classes.items():
        controller, _, action = scope.rpartition("/")
        usage[json.dumps([controller, action])] = state.limiter.usage(scope, rate_class)
    return told(200, usage)


def health(_call: Call) -> Answer:
    """That the key is good."""
    return told(200, {"healthy": True, "is_logged_in": True})


RULES = {
    "users.profile": Rule(
        profile, scope="api/v1/users/api_profile", takes=frozenset({"include_credit_usage"})
    ),
    "usage.api": Rule(
        limits,
        scope="api/v1/usage_stats/api_usage_stats",
        also=(("POST", "/usage"), ("GET", "/usage_stats/api_usage_stats")),
    ),
    "usage.credits": Rule(balances, scope="api/v1/usage_stats/credit_usage_stats"),
    "auth.health": Rule(health, scope="auth/health", stranger=_STRANGER),
}
