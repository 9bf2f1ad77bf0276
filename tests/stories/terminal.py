"""A terminal of its own for a command: what it asks is answered, what it shows is read."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time


def at_a_terminal(desk, typed, *words, asks=b"[y/N]"):
    """Run the program at a terminal of its own; answer once it asks, and read what it shows."""
    main, other = pty.openpty()
    with desk.started(*words, stdin=other, stdout=other, stderr=other) as process:
        os.close(other)
        shown = b""
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            ready, _, _ = select.select([main], [], [], 1)
            try:
                shown += os.read(main, 4096) if ready else b""
            except OSError:  # the far end has hung up
                break
            if typed and asks in shown:
                if typed is signal.SIGINT:
                    os.killpg(process.pid, typed)
                else:
                    os.write(main, typed.encode())
                typed = ""
        process.wait(timeout=10)
    os.close(main)
    return process.returncode, shown.decode()


def talk(desk, exchange, *words, columns=80):
    """Run the program at a terminal so wide; answer each question that it asks, in their order.

    `exchange` is what a question contains, and what is typed then: text, or a signal.
    """
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with desk.started(*words, stdin=other, stdout=other, stderr=other) as process:
        os.close(other)
        shown, heard, left = b"", 0, list(exchange)
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            ready, _, _ = select.select([main], [], [], 1)
            try:
                shown += os.read(main, 4096) if ready else b""
            except OSError:  # the far end has hung up
                break
            if left and left[0][0].encode() in shown[heard:]:
                heard, (_, typed) = len(shown), left.pop(0)
                if isinstance(typed, signal.Signals):
                    os.killpg(process.pid, typed)
                else:
                    os.write(main, typed.encode())
        assert time.monotonic() < ends, f"nobody answered: {shown.decode()}"
        process.wait(timeout=10)
    os.close(main)
    return process.returncode, shown.decode().replace("\r\n", "\n")
