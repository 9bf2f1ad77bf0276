"""A settings file comes in; what it says, each with its line, goes out, or why it cannot count."""

import os
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.layers.known import SETTINGS
from apollo_batch.layers.setting import Layer, Said
from apollo_batch.layers.values import value_of
from apollo_batch.suggest import near

_MOST_BYTES = 64 * 1024
_MOST_LINES = 50
"""No value goes on for longer, where it is one that counts."""
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TWICE = ("Cannot overwrite a value", "A name is set twice")
_WHOSE = {
    Layer.PROJECT: "The project's settings",
    Layer.USER: "Your settings",
    Layer.POLICY: "Your organization's policy",
}
_LIKE_A_KEY = re.compile(r"key|token|secret|password", re.IGNORECASE)


def read_file(
    path: Path, layer: Layer, *, needed: bool = False, owner: int | None = None
) -> list[Said]:
    """Read what a file says of settings; nothing where there is none and none is needed.

    `owner`: who alone may be able to change it; None: that does not matter.
    """
    try:
        # A pipe in a file's place must not keep a run waiting.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if owner is not None:
                _see_that_it_is_theirs(path, file, owner)
            text = _text(path, file)
    except FileNotFoundError as problem:
        if not needed:
            return []
        raise _unreadable(path, layer, problem) from None
    except OSError as problem:
        # A limit that was meant and cannot be read must not turn into no limit.
        raise _unreadable(path, layer, problem) from None
    return list(_said(path, layer, text))


def _unreadable(path: Path, layer: Layer, problem: OSError) -> InvalidError:
    return InvalidError(
        Code.SETTINGS_UNREADABLE,
        f"{_WHOSE[layer]} in {path} cannot be read: {problem.strerror}.",
        fix="They may hold a limit on credits: see that the file is there and readable.",
    )


def _see_that_it_is_theirs(path: Path, file: BinaryIO, owner: int) -> None:
    for each, found in ((path, os.fstat(file.fileno())), (path.parent, path.parent.stat())):
        if found.st_uid != owner or found.st_mode & 0o022:
            raise InvalidError(
                Code.POLICY_OPEN,
                f"{each} can be changed by others than its administrator, so the policy in {path} "
                "proves nothing. Nothing is sent.",
                fix=f"As the administrator: chown root '{each}' && chmod go-w '{each}'",
            )


def _text(path: Path, file: BinaryIO) -> str:
    is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    content = file.read(_MOST_BYTES + 1) if is_file else b""
    if not is_file or len(content) > _MOST_BYTES:
        raise _unfit(f"{path} is no settings file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidError(
            Code.SETTINGS_UNREADABLE,
            f"{path} is not saved as UTF-8.",
            fix="Save it again as UTF-8.",
        ) from None


def _said(path: Path, layer: Layer, text: str) -> Iterator[Said]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        where = f"{path}:{_place(str(problem), text)}"
        words = _PLACE.sub("", str(problem)).replace(*_TWICE)
        raise _unfit(f"{where}: {words}.") from None
    except (ValueError, RecursionError):
        raise _unfit(
            f"{path} holds a number too long, or lists in lists, for any setting."
        ) from None
    lines = _lines(text)
    for name, raw in found.items():
        where = f"{path}:{lines.get(name, 1)}"
        _see_that_it_may(where, name, layer)
        try:
            value = value_of(SETTINGS[name], raw, path.parent)
        except InvalidError as problem:
            raise InvalidError(
                problem.code, f"{where}: {problem.message}", fix=problem.fix
            ) from None
        yield Said(name, value, layer, where)


def _unfit(words: str) -> InvalidError:
    return InvalidError(Code.SETTINGS_UNREADABLE, words, fix="Mend the file, or move it away.")


def _place(words: str, text: str) -> str:
    found = _PLACE.search(words)
    return f"{found[1]}:{found[2]}" if found and found[1] else str(len(text.splitlines()))


def _lines(text: str) -> dict[str, int]:
    """Find the line on which each top-level key of a sound file begins."""
    found: dict[str, int] = {}
    part: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        part.append(line)
        keys = _keys(part)
        if keys is None and len(part) < _MOST_LINES:
            continue
        if keys is None:
            break  # each line more would be read once more with all before it
        found |= {key: number - len(part) + 1 for key in keys if key not in found}
        part = []
    return found


def _keys(part: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads("\n".join(part))
    except tomllib.TOMLDecodeError:
        return None  # the value goes on in the next line


def _see_that_it_may(where: str, name: str, layer: Layer) -> None:
    setting = SETTINGS.get(name)
    if setting is None:
        raise InvalidError(
            Code.SETTINGS_UNKNOWN, f"{where}: nothing is called {name!r} here.", fix=_meant(name)
        )
    if layer not in setting.said_by:
        raise InvalidError(
            Code.SETTINGS_ELSEWHERE,
            f"{where}: {name} is not for a project's file, which may come from anybody.",
            fix="Take it out there, and write it into your own settings.",
        )


def _meant(name: str) -> str:
    if _LIKE_A_KEY.search(name):
        return "A key is in no settings file: put it into the keyring with `apollo-batch auth set`."
    return near(name, sorted(SETTINGS))
