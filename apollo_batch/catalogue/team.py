"""Free questions about the team behind the key: who it is, its limits, its credits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A call without rows: it costs nothing and may be asked at any time."""

    method: str
    path: str
    scope: str
    told_at: str


PROFILE = Question("GET", "/users/api_profile", "api/v1/users/api_profile", "view-api-profile")
LIMITS = Question(
    "POST",
    "/usage_stats/api_usage_stats",
    "api/v1/usage_stats/api_usage_stats",
    "view-api-usage-stats",
)
BALANCES = Question(
    "POST",
    "/usage_stats/credit_usage_stats",
    "api/v1/usage_stats/credit_usage_stats",
    "view-credit-usage-stats",
)
HEALTH = Question("GET", "/auth/health", "any valid key", "authentication")

QUESTIONS = (PROFILE, LIMITS, BALANCES, HEALTH)
