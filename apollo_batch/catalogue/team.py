"""Free questions about the team behind the key: who it is, its limits, its credits."""

from apollo_batch.catalogue.addresses import at

PROFILE = at("users.profile")
LIMITS = at("usage.api")
BALANCES = at("usage.credits")
HEALTH = at("auth.health")
MASTERS = at("emails.activities")
"""What a master key alone may ask, whatever the id: 'API key access: Master API key' on its page."""

POOL = "lead_credit"
"""The kind of credits that look-ups are paid with; on unified plans it is the shared pool."""
