"""A request's credentials come in; whose they are, or Apollo's refusal, goes out."""

from collections.abc import Mapping
from dataclasses import dataclass

from apollo_batch.sandbox.answer import Answer, plain, told

MASTER_KEY = "sandbox-master-key"
_WRONG_KEY = (
    "Invalid API key. See https://docs.apollo.io/reference/authentication for how to authenticate."
)
_PEOPLE = frozenset({"api/v1/people/match", "api/v1/people/bulk_match"})
_ORGANIZATIONS = frozenset({"api/v1/organizations/enrich", "api/v1/organizations/bulk_enrich"})


@dataclass(frozen=True)
class Key:
    """What a key may do."""

    scopes: frozenset[str] | None = None
    """None: everything."""
    barred: frozenset[str] = frozenset()
    """What the plan behind it leaves out."""

    def refusal(self, scope: str) -> Answer | None:
        """The 403 for a route this key may not use."""
        if scope in self.barred:
            return _inaccessible(
                f"{scope} is not accessible with this api_key on a free plan. "
                "Please upgrade your plan from https://app.apollo.io/"
            )
        if self.scopes is not None and scope not in self.scopes:
            return _inaccessible(
                f"This API key is not authorized to access {scope}. Request an API key from your "
                "administrator that includes this endpoint in its configured scope."
            )
        return None


class Keyring:
    """The keys and tokens of a world."""

    def __init__(self, master: str, *, legacy: bool) -> None:
        self._legacy = legacy
        self._keys = {
            master: Key(),
            "sandbox-key-people": Key(scopes=_PEOPLE),
            "sandbox-key-organizations": Key(scopes=_ORGANIZATIONS),
            # A free account without a work e-mail address cannot enrich.
            "sandbox-free-key": Key(barred=_PEOPLE | _ORGANIZATIONS),
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
