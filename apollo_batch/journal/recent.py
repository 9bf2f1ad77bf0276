"""A journal's file in; the ids of its last runs out, fast enough for a shell that waits for them."""

import sqlite3
from contextlib import closing
from pathlib import Path

_MOST = 50
_SECONDS = 0.2


def recent_runs(file: Path) -> list[str]:
    """Give the ids of the last runs, the newest first; none where the file cannot be read now."""
    try:
        uri = f"{file.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_SECONDS)) as journal:
            found = journal.execute("select id from runs order by id desc limit ?", [_MOST])
            return [str(row[0]) for row in found]
    except (sqlite3.Error, OSError, ValueError):
        return []
