"""The pilot of a run, in the order a person sees it: a few rows, what they came to, whether to go on."""

from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.journal import runs, tell
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.pilot import came_to
from apollo_batch.runner.place import Place


def goes_on(place: Place, ready: Ready, run: str, manner: Manner) -> bool:
    """Say what a pilot came to, and find out whether the rest follows; else the run is stopped."""
    record = tell.run_of(place.store, run)
    if record is not None and record["stop"]:
        return False  # it has ended already, for a reason of its own
    came = came_to(place.store, ready, run)
    console.say(came.words)
    asks = not (manner.yes or manner.ci or manner.plan) and console.can_ask()
    if asks:
        why = "" if console.yes("Go on with the other rows?") else "you said no to the rest"
    else:
        why = came.poor
    if why:
        runs.stop(place.store, run, "pilot", f"The run ended after its pilot: {why}.")
    return not why
