"""Ctrl-C or a request to end comes in; what is under way is finished first, and nothing new leaves."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.errors import Exit, OutOfReachError
from apollo_batch.journal.store import Store
from apollo_batch.runner.engine import Watch

_INT_DRAIN, _TERM_DRAIN = 10.0, 6.0


@contextmanager
def on_signals(watch: Watch, store: Store) -> Iterator[None]:
    """Stop what a watch is kept over when a signal asks for it; the second one ends at once."""

    def on_signal(number: int, _frame: object) -> None:
        if watch.stop_signal is not None:
            os._exit(128 + number)
        drain = _TERM_DRAIN if number == signal.SIGTERM else _INT_DRAIN
        watch.stop(number, drain)
        store.wait_no_longer(drain if watch.in_flight else 0.0)
        # Straight to the descriptor: the signal may have come in the middle of a print.
        said = f"Finishing the {_calls(watch)} in flight, then stopping. Ctrl-C again stops now.\n"
        os.write(2, said.encode())

    before = {n: signal.signal(n, on_signal) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _calls(watch: Watch) -> str:
    return f"{watch.in_flight} call{'' if watch.in_flight == 1 else 's'}"


def ended_without_journal(away: OutOfReachError, watch: Watch, manner: Manner) -> Exit:
    """Say how it goes on where a run was ended while its journal's server was away."""
    lost = f" In doubt: {_calls(watch)} in flight." if watch.in_flight else ""
    console.say(away.message + lost)
    console.say(f"Next: {console.command(manner.words)}")
    return exit_by(watch.stop_signal)


def exit_by(number: int | None) -> Exit:
    """Say what a process ends with that a signal has stopped."""
    return Exit.TERMINATED if number == signal.SIGTERM else Exit.INTERRUPTED
