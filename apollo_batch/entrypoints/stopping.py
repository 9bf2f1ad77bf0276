"""Ctrl-C or a request to end comes in; what is under way is finished first, and nothing new leaves."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from apollo_batch.entrypoints import console, streams
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.errors import EndedError, Exit, OutOfReachError
from apollo_batch.journal.store import Store
from apollo_batch.runner.engine import Watch

_PATIENT, _HURRIED = 10.0, 3.5
"""How long calls in flight are waited for: at a desk, and where whoever asks soon kills."""
_GONE, _LAST = 4.8, 0.9
"""After how long the output is left unwritten, and how much later the process ends in any case.

Six seconds in all: GitHub's runner asks with SIGINT, with SIGTERM 7.5 seconds later, and then kills.
"""


def _be_gone(number: int) -> None:
    """See that what a signal asked to end has ended soon, whatever is still to be written."""

    def on_alarm(_number: int, _frame: object) -> None:
        raise EndedError(exit_by(number))

    signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, _GONE)


@contextmanager
def on_signals(watch: Watch, store: Store, *, hurried: bool = False) -> Iterator[None]:
    """Stop what a watch is kept over when a signal asks for it; the second one ends at once.

    `hurried`: whoever asks does not wait for long, as builds do not.
    """

    def on_signal(number: int, _frame: object) -> None:
        if watch.stop_signal is not None:
            _at_once(number)
            return
        hurry = hurried or number == signal.SIGTERM
        drain = _HURRIED if hurry else _PATIENT
        if hurry:
            _be_gone(number)
        watch.stop(number, drain)
        store.wait_no_longer(drain if watch.in_flight else 0.0)
        streams.at_once(
            f"Finishing the {_calls(watch)} in flight, then stopping. Ctrl-C again stops now.\n"
        )

    asking = {signal.SIGTERM, signal.SIGINT} if hurried else {signal.SIGTERM}
    before = {n: signal.signal(n, on_signal) for n in asking_to_end()}
    try:
        with _looked_after(asking):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _looked_after(asking: set[signal.Signals]) -> Iterator[None]:
    """See that the process has ended soon after one of these signals, even where no handler runs.

    None does while the main thread waits outside of Python, for a lock of the journal or a disk.
    """
    read, write = os.pipe()
    os.set_blocking(write, False)
    threading.Thread(target=_look_after, args=(read, asking), daemon=True).start()
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(write)


def _look_after(read: int, asking: set[signal.Signals]) -> None:
    with open(read, "rb", buffering=0) as told:
        while number := told.read(1):
            if number[0] in asking:
                time.sleep(_GONE + _LAST)
                os._exit(128 + number[0])


def asking_to_end() -> Iterator[int]:
    """Give the signals by which a process is asked to end, a closed terminal's among them."""
    yield from (signal.SIGINT, signal.SIGTERM)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else nohup: it is to go on
        yield signal.SIGHUP


def _at_once(number: int) -> None:
    """End now; but a terminal that is closed says so twice, itself and by its shell."""
    if number != signal.SIGHUP:
        streams.give_back()
        os._exit(128 + number)


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
    ended = number in {signal.SIGTERM, signal.SIGHUP}
    return Exit.TERMINATED if ended else Exit.INTERRUPTED
