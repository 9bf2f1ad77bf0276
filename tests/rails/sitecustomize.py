"""No test, and no process that a test starts, speaks with anybody but this machine.

Python imports a module of this name when it starts; tests/conftest.py puts its folder on the path
of every child, and runs it in the tests' own process too.
"""

import sys

LOCAL = {"localhost", "::1", "0.0.0.0", "::", ""}
# Reserved names (RFC 2606, RFC 6761): they lead nowhere, so that a test may ask for one.
NOWHERE = (".invalid", ".example", ".test")


def local(host):
    """Whether a host is this machine."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else host
    return name in LOCAL or name.removeprefix("::ffff:").startswith("127.")


def watch(event, args):
    """Refuse to reach for the world outside."""
    if event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        host = args[1][0]
    elif event == "socket.getaddrinfo" and not str(args[0]).endswith(NOWHERE):
        host = args[0]
    else:
        return
    if not local(host):
        raise RuntimeError(f"A test reached for {host!r}. Tests speak with 127.0.0.1 only.")


sys.addaudithook(watch)
