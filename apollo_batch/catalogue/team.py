"""Free questions about the team behind the key: who it is, its limits, its credits."""

from apollo_batch.catalogue.addresses import at

PROFILE = at("users.profile")
LIMITS = at("usage.api")
BALANCES = at("usage.credits")
HEALTH = at("auth.health")
