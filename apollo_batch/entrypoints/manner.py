"""How a person wants a run done, beyond what it does."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Manner:
    """How a person wants a run done, beyond what it does."""

    state: str | None = None
    sandbox: bool = False
    yes: bool = False
    ci: bool = False
    output: Path | None = None
    as_csv: bool = False
    as_json: bool = False
    debug: bool = False
    artifacts: Path | None = None
    """The folder of what a build keeps, without personal data."""
    plan: Path | None = None
    """Where a plan is saved, or was: what a run may do without being asked."""
    wait: float = 0.0
    """Seconds to wait for results that come later."""
    words: tuple[str, ...] = ()
    """What was typed, for the command that goes on."""
