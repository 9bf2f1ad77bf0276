"""A wait comes in; whether it is sat out goes out, or that the run ends, and what is told of it."""

from dataclasses import dataclass, replace

from apollo_batch.clock import at, lasting
from apollo_batch.journal.answers import Answer, Over, Wait

STORM_SECONDS = 600.0
"""How long Apollo is waited for while it is out of reach, where nobody says otherwise."""
LIMITS = {
    "minute": "Apollo's minute window is full",
    "hour": "Apollo's hour window is full",
    "day": "Apollo's day window is full",
    "pause": "Apollo asked us to wait",
}


@dataclass(frozen=True)
class Patience:
    """How long a run waits for Apollo."""

    seconds: float | None = None
    """None: for Apollo's limits as long as they last, for Apollo out of reach the usual time."""
    began: float = 0.0
    """When the run set out: what others waited before counts for nothing."""

    def weigh(self, answer: Answer | None, now: float) -> Answer | None:
        """Say how long a wait is sat out; Over where it would be for too long."""
        if isinstance(answer, Wait) and answer.why == "storm":
            return self._storm(answer, now)
        if isinstance(answer, Wait) and answer.why in LIMITS and answer.until is not None:
            return self._limit(answer, answer.until - now)
        return answer

    def _storm(self, wait: Wait, now: float) -> Answer:
        most = STORM_SECONDS if self.seconds is None else self.seconds
        ends = max(wait.since, self.began) + most
        if now < ends:
            return replace(wait, until=min(wait.until or ends, ends), ends=ends)
        return Over("out_of_reach", f"{wait.trouble}; it was waited for {lasting(most)}.")

    def _limit(self, wait: Wait, left: float) -> Answer:
        if self.seconds is None or left <= self.seconds:
            return wait
        shut = f"{LIMITS[wait.why]}, until {at(left)} (for {lasting(left)})"
        return Over("limited", f"{shut}; --patience is {lasting(self.seconds)}.")
