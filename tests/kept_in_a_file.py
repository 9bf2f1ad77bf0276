"""Keyrings for tests: one that keeps what it is given, one that does so in plain text, one locked."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class Keyring(KeyringBackend):
    """Stands for the keyring of a desktop."""

    priority = 5

    @property
    def _file(self):
        return Path(os.environ["HOME"], "keyring.json")

    def _all(self):
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service}/{username}")

    def set_password(self, service, username, password):
        self._file.write_text(json.dumps(self._all() | {f"{service}/{username}": password}))

    def delete_password(self, service, username):
        kept = self._all()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("there is none")
        self._file.write_text(json.dumps(kept))


class Plain(Keyring):
    """Stands for one that the library does not recommend: it keeps passwords in plain text."""

    priority = 0.5


class Untouched(Keyring):
    """Stands for one that would ask its owner to unlock it: whoever looks there fails."""

    def get_password(self, *_):
        raise AssertionError("the keyring was opened without need")


class Locked(Keyring):
    """Stands for one whose owner has not unlocked it."""

    def get_password(self, *_):
        raise KeyringLocked("it is locked")

    set_password = get_password
