"""What a sandbox shall be like."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.sandbox.keys import MASTER_KEY
from apollo_batch.sandbox.limits import PROFILES
from apollo_batch.suggest import near


@dataclass(frozen=True)
class Setup:
    """Everything that can be chosen before it starts."""

    port: int = 0
    """0: any that is free."""
    seed: int = 42
    """The same seed, the same people."""
    key: str = MASTER_KEY
    strict: bool = False
    """Refuse parameters that Apollo does not know, instead of ignoring them."""
    latency_ms: float = 0
    time_scale: float = 1.0
    """How much faster than ours its clock runs."""
    profile: str = "professional"
    faults: Path | None = None
    persist: Path | None = None
    legacy_auth: bool = False
    """Hear a key in the query or body, as Apollo once did."""
    credits: int | None = None
    """None: as many as the plan has."""
    deliveries: int = 1
    """How often a result is sent to a webhook address on this machine."""
    results_after: float | None = None
    """Seconds of its clock until a result that comes later is there; None: 30 to 210."""
    price: Decimal = Decimal(1)
    """Credits for a person or company; on some plans it is a fraction."""
    index_lag: float = 0
    """Seconds of its clock until a search over the team's own records knows of a change."""

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise UsageError(
                Code.SANDBOX_SETUP,
                f"The sandbox knows no plan called '{self.profile}'.",
                fix=near(self.profile, PROFILES),
            )
        if self.time_scale <= 0:
            raise UsageError(
                Code.SANDBOX_SETUP,
                "The sandbox's clock must run forward.",
                fix="Use --time-scale 60.",
            )
