"""A saved plan that a run was given in; it holds for what would be done now, or nothing is sent."""

from dataclasses import replace

from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.following import planning
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.errors import UsageError
from apollo_batch.runner import saved
from apollo_batch.runner.bound import bound, writes
from apollo_batch.runner.invocation import Ready, Wish
from apollo_batch.runner.period import period_at
from apollo_batch.runner.place import Place


def with_plan(wish: Wish, manner: Manner) -> Wish:
    """Read the saved plan that stands for a yes, where one is named."""
    if manner.plan is None:
        return wish
    for flag, is_on in (("--fresh", wish.fresh), ("--resend-in-doubt", wish.resend_in_doubt)):
        if is_on:
            raise UsageError(
                Code.FLAGS_CONTRADICT,
                f"{flag} asks for more than a saved plan says.",
                fix=f"Leave out {flag}, or --plan: then you are asked.",
            )
    return replace(wish, agreed=saved.read(manner.plan))


def in_period(wish: Wish, manner: Manner, now: float) -> tuple[Wish, Manner]:
    """Name the period that is meant, in what is typed to go on too: that may be in the next one."""
    period = period_at(wish.period, now)
    if period == wish.period:
        return wish, manner
    whole = {f"--period={wish.period}": f"--period={period}"}
    pairs = zip(("", *manner.words), manner.words, strict=False)
    words = [period if before == "--period" else whole.get(word, word) for before, word in pairs]
    return replace(wish, period=period), replace(manner, words=tuple(words))


def see_that_it_is_the_plan(place: Place, ready: Ready, manner: Manner) -> None:
    """InvalidError where a saved plan is not the one of what would be done now."""
    agreed = ready.wish.agreed
    if agreed is None or manner.plan is None:
        return
    again = console.command(planning(manner.words, manner))
    agreed.refuse_if_changed(
        bound(place, ready), writes(ready.plan), place.clock.now(), again=again
    )
