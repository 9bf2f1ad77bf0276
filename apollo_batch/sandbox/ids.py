"""Values that should be ids come in; Apollo's refusal of the first that is none goes out."""

import re
from collections.abc import Iterable

from apollo_batch.sandbox.answer import Answer, invalid

_ID = re.compile(r"[0-9a-f]{24}")


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def bad_id(values: Iterable[str]) -> Answer | None:
    """Refuse a malformed id that was sent as a value: it is named itself."""
    bad = next((value for value in values if not is_id(value)), None)
    return None if bad is None else invalid(f"Parameters misconfigured. {bad} is not a valid ID")


def bad_path_id(name: str, text: str) -> Answer | None:
    """Refuse a malformed id that stands in the path: the parameter is named."""
    return None if is_id(text) else invalid(f"Parameters misconfigured. {name} is not a valid ID")
