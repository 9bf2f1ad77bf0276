"""A terminal of its own for a command: what it asks is answered, what it shows is read."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from leakscan import leaked

_MOVES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Terminal:
    """The far end of a terminal: what a command has shown on it, and a keyboard."""

    process: object
    main: int
    shown: bytes = b""
    _read: int = field(default=0, repr=False)

    @property
    def text(self):
        """All that was shown, without what moved the cursor or coloured anything."""
        return _MOVES.sub(b"", self.shown).decode().replace("\r", "")

    def shows(self, what, seconds=30):
        """Read on until it shows this, after what was waited for before; False where it ends."""
        ends = time.monotonic() + seconds
        while what not in self.shown[self._read :]:
            if not self._reads_on(ends):
                return False
        self._read = self.shown.index(what, self._read) + len(what)
        return True

    def types(self, keys):
        """Type keys, or press Ctrl-C."""
        if isinstance(keys, signal.Signals):
            os.killpg(self.process.pid, keys)
        else:
            os.write(self.main, keys.encode() if isinstance(keys, str) else keys)

    def is_closed(self):
        """Close the window: the command's terminal is gone from then on."""
        os.close(self.main)
        self.main = -1

    def ends(self, seconds=30):
        """Read to the end; gives the exit code."""
        until = time.monotonic() + seconds
        while self.main >= 0 and self._reads_on(until):
            pass
        code = self.process.wait(timeout=10)
        assert not leaked(self.shown), "a secret was shown"
        return code

    def _reads_on(self, ends):
        if time.monotonic() > ends:
            return False
        ready, _, _ = select.select([self.main], [], [], 1)
        try:
            self.shown += os.read(self.main, 4096) if ready else b""
        except OSError:  # the far end has hung up
            return False
        return True


@contextmanager
def terminal(desk, *words, columns=80, **more):
    """Run the program at a terminal of its own, so many letters wide."""
    main, other = pty.openpty()
    fcntl.ioctl(main, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams = {"stdin": other, "stdout": other, "stderr": other}
    with desk.started(*words, **streams, preexec_fn=_own, more=more) as process:
        os.close(other)
        at = Terminal(process, main)
        try:
            yield at
        finally:
            if at.main >= 0:
                os.close(at.main)


def _own():
    """Make the terminal the process's own, so that it hears when the window is closed."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def at_a_terminal(desk, typed, *words, asks=b"[y/N]", **how):
    """Run the program at a terminal of its own; answer once it asks, and read what it shows."""
    with terminal(desk, *words, **how) as at:
        if typed and at.shows(asks):
            at.types(typed)
        code = at.ends()
    return code, at.shown.decode()


def talk(desk, exchange, *words, **how):
    """Run the program at a terminal so wide; answer each question that it asks, in their order.

    `exchange` is what a question contains, and what is typed then: text, or a signal.
    """
    with terminal(desk, *words, **how) as at:
        for question, typed in exchange:
            if at.shows(question.encode()):
                at.types(typed)
        code = at.ends()
    return code, at.shown.decode().replace("\r\n", "\n")
