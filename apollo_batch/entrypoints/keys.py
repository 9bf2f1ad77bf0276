"""The key is put into the keyring, looked at without being shown, and taken out again."""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apollo_batch import keychain
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.errors import AccessError, Exit, InvalidError, OutOfReachError, UsageError
from apollo_batch.settings import KEY_PAGE, Credential, checked, credentials, no_key, origin_of

_MOST = 10_000
_MOST_OF_A_JOB = 1_000_000
_TELLING = 12
"""Shorter keys may be part of any word."""
_MASTER = {
    True: "It is a master key and may do everything; `apollo-batch doctor JOB` lists the scopes that "
    "a job needs, and a key with no more than those can do less harm.",
    False: "It is no master key: it may do what its scopes say.",
    None: "",
}


def set_key(*, offline: bool) -> None:
    """Ask for a key, see that Apollo knows it, and put it into the keyring."""
    name = keychain.name_of_keyring()
    credential = checked(_typed(), "what was typed")
    if not offline:
        team, _ = _asked(credential)
        console.say(f"Apollo knows this key: team {team}." if team else "Apollo knows this key.")
    keychain.keep(credential.secret.reveal())
    console.say(f"It is kept in {name}, as {keychain.SERVICE} / {keychain.NAME}.")
    others = [each.source for each in _others()]
    if others:
        console.say(f"It is not in use yet: {others[0]} goes before it. Unset that first.")


def refuse_words(words: Sequence[str]) -> None:
    """Refuse a key that was typed behind the command, without showing it again."""
    if words:
        raise UsageError(
            Code.KEY_ON_THE_LINE,
            "A key is never typed behind a command: others on this machine see it there, and your "
            "shell writes it down.",
            fix="Type `apollo-batch auth set` alone, with a new key in place of that one.",
        )


def _typed() -> str:
    if not console.can_ask():
        return sys.stdin.read(_MOST)
    import click

    typed: str = click.prompt("Apollo API key (it is not shown)", hide_input=True, err=True)
    return typed


def _asked(credential: Credential) -> tuple[str | None, bool | None]:
    """Ask Apollo, for nothing, whose key it is, and whether it is a master key."""
    from apollo_batch.apollo.client import Client
    from apollo_batch.apollo.wire import Wire

    wire = Wire(Client(origin_of(os.environ), credential, os.environ), time.sleep)
    return wire.team(), None if credential.bearer else wire.is_master()


def _others() -> Iterator[Credential]:
    """Give what holds a key or token besides the keyring; what is none is left out."""
    try:
        yield from credentials(os.environ, keyring=False)
    except AccessError as problem:
        console.say(str(problem))


def clear_key() -> None:
    """Take the key out of the keyring, and say what else holds one."""
    gone = keychain.forget()
    console.say("The keyring holds no key any more." if gone else "The keyring holds no key.")
    for each in _others():
        console.say(f"{each.source} still holds one{_ending(each)}; that is for you to clear.")


@dataclass(frozen=True)
class _Status:
    """What is known of the keys here, and of the one that is in use."""

    found: tuple[Credential, ...]
    """The one in use first."""
    accepted: bool | None
    """None: Apollo was not asked, or could not be."""
    says: str
    team: str | None
    master: bool | None

    @property
    def code(self) -> Exit:
        """What the command ends with."""
        if self.accepted is False:
            return Exit.ACCESS
        return Exit.OUT_OF_REACH if self.says and self.accepted is None else Exit.OK

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        sources = [
            {"source": each.source, "in_use": number == 0, "ends_in": each.secret.ending or None}
            for number, each in enumerate(self.found)
        ]
        return {
            "schema": 1,
            "exit_code": int(self.code),
            "sources": sources,
            "accepted": self.accepted,
            "team": self.team,
            "master": self.master,
        }


def tell_status(*, offline: bool, as_json: bool) -> Exit:
    """Say which key is in use and from where, which are not, and what Apollo says of it."""
    found = tuple(credentials(os.environ))
    if not found:
        raise no_key()
    status = _Status(found, None, "", None, None) if offline else _status(found)
    if as_json:
        console.result(json.dumps(status.as_json(), ensure_ascii=False, indent=2))
        return status.code
    for number, each in enumerate(found):
        use = "in use: " if number == 0 else "not in use, for the first goes before it: "
        console.result(f"{use}{each.source}{_ending(each)}")
    for line in (status.says, _MASTER[status.master]):
        if line:
            console.result(line)
    return status.code


def _status(found: tuple[Credential, ...]) -> _Status:
    try:
        team, master = _asked(found[0])
    except AccessError as problem:
        return _Status(found, False, problem.message, None, None)
    except OutOfReachError as problem:
        return _Status(found, None, problem.message, None, None)
    says = f"Apollo knows it: team {team}." if team else "Apollo knows it."
    return _Status(found, True, says, team, master)


def see_that_no_key_is_in(job: Path, *, keyring: bool = True) -> None:
    """Refuse a job file that holds a key that is here; it is not shown again."""
    if not job.is_file():
        return  # what comes through a pipe can be read once only
    try:
        with job.open("rb") as file:
            lines = file.read(_MOST_OF_A_JOB).splitlines()
        found = list(credentials(os.environ, keyring=False))
        # A keyring may have its owner asked to unlock it: it is left alone where another key is.
        found = found or list(credentials(os.environ, keyring=keyring))
    except (OSError, AccessError):
        return  # whoever reads the job, or needs the key, says what is wrong
    values = [each.secret.reveal().encode() for each in found]
    for number, line in enumerate(lines, start=1):
        if any(value in line for value in values if len(value) >= _TELLING):
            raise InvalidError(
                Code.SECRET_IN_JOB,
                f"{job}:{number}: your API key stands in this job file.",
                fix=f"Take it out, and make a new key in {KEY_PAGE}: whoever reads the file has this one.",
            )


def _ending(credential: Credential) -> str:
    ending = credential.secret.ending
    return f", which ends in …{ending}" if ending else ""
