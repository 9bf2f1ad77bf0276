"""A masked log of a run for whoever has to find out why: no key, no cell, no answer in it."""

import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from apollo_batch.files import PRIVATE_FILE, private_folder
from apollo_batch.model import Chunk, Settlement


class DebugLog:
    """Writes one line a request."""

    def __init__(self, path: Path) -> None:
        private_folder(path.parent)
        path.touch(mode=PRIVATE_FILE)
        self.path = path
        self._lock = threading.Lock()

    def note(self, chunk: Chunk, settlement: Settlement) -> None:
        """Note what a request asked of which items, and how it ended."""
        ids = ",".join(str(item.id) for item in chunk.items)
        told = {
            "chunk": chunk.id,
            "operation": chunk.operation,
            "route": chunk.route,
            "items": ids,
            "arrival": settlement.arrival.value,
            "status": settlement.http,
            "bytes": len(settlement.body),
            "reported": settlement.reported,
            "request_id": settlement.headers.get("x-request-id"),
        }
        line = " ".join(f"{name}={value}" for name, value in told.items())
        # A full disk may cost a line here, but never the answer that the line is about.
        with suppress(OSError), self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")
