"""The system's keyring: a key is put there, found there and taken out again; never kept in plain text."""

from typing import Any

from apollo_batch.codes import Code
from apollo_batch.errors import AccessError

SERVICE, NAME = "apollo-batch", "api_key"
CALLED = "the system's keyring"
_SAFE = 1
"""The priority from which the library recommends a place: below, a key would lie there in plain text."""
_ELSEWHERE = (
    "Put the key into a file that only you can read (chmod 600), and name it: "
    "export APOLLO_API_KEY_FILE=…"
)


def kept() -> str | None:
    """Find the key; None where there is none, or no keyring to ask."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, NAME) or None
    except (KeyringError, RuntimeError, ImportError, AttributeError):
        return None


def name_of_keyring() -> str:
    """Name the keyring that a key can be kept in; AccessError where this machine has none."""
    found = _backend()
    if found is None or found.priority < _SAFE:
        raise AccessError(
            Code.NO_KEYRING,
            "This machine has no keyring that keeps a key safely; a server or a container seldom has.",
            fix=_ELSEWHERE,
        )
    return str(found.name)


def keep(value: str) -> None:
    """Put a key in, and see that it is there."""
    import keyring
    from keyring.errors import KeyringError

    name_of_keyring()
    try:
        keyring.set_password(SERVICE, NAME, value)
        there = keyring.get_password(SERVICE, NAME) == value
    except (KeyringError, RuntimeError):
        there = False
    if not there:
        raise AccessError(
            Code.NO_KEYRING,
            "The system's keyring did not take the key: it may be locked.",
            fix=_ELSEWHERE,
        )


def forget() -> bool:
    """Take the key out; False where there was none. AccessError where it could not be taken out."""
    import keyring
    from keyring.errors import KeyringError

    if kept() is None:
        return False
    try:
        keyring.delete_password(SERVICE, NAME)
    except (KeyringError, RuntimeError):
        raise AccessError(
            Code.NO_KEYRING,
            "The system's keyring did not give the key up: it may be locked.",
            fix=f"Unlock it, or delete {SERVICE} / {NAME} there yourself.",
        ) from None
    return True


def _backend() -> Any:
    import keyring

    try:
        return keyring.get_keyring()
    except (RuntimeError, ImportError, AttributeError):  # one that is configured and not there
        return None
