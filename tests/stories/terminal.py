"""A terminal of its own for a command: what it asks is answered, what it shows is read."""

import os
import pty
import select
import signal
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
