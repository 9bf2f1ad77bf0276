"""A folder to be watched in; the systemd unit that keeps it watched, out."""

import shlex
import shutil
import sys
from pathlib import Path


def unit_for(folder: Path, jobs: Path, state: str | None, threads: int) -> str:
    """Write a systemd unit that keeps a folder watched."""
    program = shutil.which("apollo-batch") or sys.argv[0]
    words = [program, "watch", str(folder.resolve()), "--jobs", str(jobs.resolve())]
    words += ["--threads", str(threads), *(["--state", state] if state else [])]
    typed = " ".join(_quoted(word) for word in words)
    return f"""[Unit]
Description=apollo-batch watches {_escaped(str(folder.resolve()))}
Wants=network-online.target
After=network-online.target
RequiresMountsFor={_quoted(str(folder.resolve()))}

[Service]
ExecStart={typed}
# The key, in a file that only this service's user can read.
Environment=APOLLO_API_KEY_FILE=%h/.config/apollo-batch/key
Restart=on-failure
RestartSec=60
# Wrong words, a job folder that is not there, or no key: trying again would not help.
RestartPreventExitStatus=2 4 5 10
TimeoutStopSec=10
KillMode=mixed
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target
"""


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """Write a word so that systemd takes it as it is."""
    plain = _escaped(word).replace("\\", "\\\\").replace("$", "$$")
    return plain if shlex.quote(plain) == plain else '"' + plain.replace('"', '\\"') + '"'
