"""A record in, the new columns that a job keeps of it out."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from apollo_batch.catalogue.paths import Step, pick

Keep = Mapping[str, Sequence[Step]]
"""New column to the path of its value."""

# What Apollo shows in place of what it has not worked out, or does not show.
_PLACEHOLDERS = re.compile(r"^email_not_unlocked@|^loading$")


def kept(record: Any, keep: Keep) -> dict[str, str]:
    """Pick the values of a job's columns; placeholders must never reach a cell."""
    texts = {column: pick(record, path) for column, path in keep.items()}
    return {column: "" if _PLACEHOLDERS.match(text) else text for column, text in texts.items()}
