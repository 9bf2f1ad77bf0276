"""A request's credentials come in; whose they are, or Apollo's refusal, goes out."""

from collections.abc import Mapping
from dataclasses import dataclass

from apollo_batch.sandbox.answer import Answer, plain, told
from apollo_batch.sandbox.rule import Rule

MASTER_KEY = "sandbox-master-key"
_WRONG_KEY = (
    "Invalid API key. See https://docs.apollo.io/reference/authentication for how to authenticate."
)
_PAID_ONLY = {"message": "This endpoint is only available to Apollo users on paid plans."}


def _scopes(*lines: str) -> frozenset[str]:
    """Spell scopes out: a controller and its actions."""
    pairs = ((line.split()[0], line.split()[1:]) for line in lines)
    return frozenset(
        f"{controller}/{action}" for controller, actions in pairs for action in actions
    )


_PEOPLE = _scopes("api/v1/people match bulk_match")
_ORGANIZATIONS = _scopes("api/v1/organizations enrich bulk_enrich")
_SEARCHES = _scopes(
    "api/v1/mixed_people api_search",
    "api/v1/mixed_companies search",
    "api/v1/news_articles search",
    "api/v1/contacts search",
    "api/v1/accounts search",
    "api/v1/emailer_campaigns search",
    "api/v1/tasks search",
    "api/v1/users search",
    "deals/api/v1/opportunities search",
)
_SAVED = _scopes(
    "api/v1/contacts create search show update bulk_create bulk_update update_stages update_owners",
    "api/v1/accounts create search show update bulk_create bulk_update update_owners",
    "api/v1/contact_stages index",
    "api/v1/account_stages index",
)
_USERS = _scopes("api/v1/users search")


@dataclass(frozen=True)
class Key:
    """What a key may do."""

    scopes: frozenset[str] | None = None
    """None: a master key, or one of every scope but those it is without."""
    without: frozenset[str] = frozenset()
    free: bool = False
    """Of a free account that has no business address."""

    @property
    def is_master(self) -> bool:
        return self.scopes is None and not self.without

    def refusal(self, rule: Rule, *, free_plan: bool) -> Answer | None:
        """The 403 for a route that this key, or the plan behind it, does not open."""
        if not self._opens(rule):
            return _inaccessible(
                f"This API key is not authorized to access {rule.scope}. Request an API key from "
                "your administrator that includes this endpoint in its configured scope."
            )
        if rule.gate == "paid_plan" and (free_plan or self.free):
            return told(403, _PAID_ONLY)
        if rule.gate == "work_email" and self.free:
            return _inaccessible(
                f"{rule.scope} is not accessible with this api_key on a free plan. "
                "Please upgrade your plan from https://app.apollo.io/"
            )
        return None

    def _opens(self, rule: Rule) -> bool:
        if rule.master_only:
            return self.is_master
        return rule.scope not in self.without and (self.scopes is None or rule.scope in self.scopes)


class Keyring:
    """The keys and tokens of a world."""

    def __init__(self, master: str, *, legacy: bool) -> None:
        self._legacy = legacy
        self._keys = {
            master: Key(),
            "sandbox-key-people": Key(scopes=_PEOPLE),
            "sandbox-key-organizations": Key(scopes=_ORGANIZATIONS),
            "sandbox-key-searches": Key(scopes=_SEARCHES),
            "sandbox-key-saved": Key(scopes=_SAVED),
            "sandbox-key-no-users": Key(without=_USERS),
            "sandbox-free-key": Key(free=True),
        }
        self._tokens = {"sandbox-oauth-token": Key()}

    def identify(
        self, headers: Mapping[str, str], params: Mapping[str, object]
    ) -> tuple[str, Key | Answer]:
        """Name the secret that was shown, and what it opens: a key, or the 401."""
        secret = headers.get("x-api-key")
        if secret is None and self._legacy:
            shown = params.get("api_key")
            secret = shown if isinstance(shown, str) else None
        if secret is not None:
            return secret, self._keys.get(secret) or plain(401, _WRONG_KEY)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return token, self._tokens.get(token) or _bad_token()
        return "", plain(401, _WRONG_KEY)


def _inaccessible(error: str) -> Answer:
    return told(403, {"error": error, "error_code": "API_INACCESSIBLE"})


def _bad_token() -> Answer:
    body = {"error": "The access token is invalid.", "error_code": "INVALID_ACCESS_TOKEN"}
    return told(401, body)
