"""What a command needs opened: the journal, a line to Apollo or to the embedded sandbox."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from apollo_batch.clock import SystemClock
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.ci import refuse_strangers
from apollo_batch.journal.store import Store, open_store
from apollo_batch.settings import (
    Credential,
    Secret,
    Settings,
    read_settings,
    sandbox_folder,
    state_place,
)

if TYPE_CHECKING:
    from apollo_batch.runner.place import Place


@contextmanager
def open_journal(
    state: str | None, *, sandbox: bool = False, fresh: bool = False
) -> Iterator[Store]:
    """Open the journal; the embedded sandbox has one of its own, which `fresh` begins anew."""
    place = state_place(state, os.environ)
    if sandbox:
        place = sandbox_of(place)
        if fresh:
            shutil.rmtree(place, ignore_errors=True)
    store = open_store(place, tell=console.say)
    try:
        yield store
    finally:
        store.close()


def sandbox_of(state: Path | Secret) -> Path:
    """Name the folder of the embedded sandbox; its journal is a file, whatever the real one is."""
    if isinstance(state, Secret):
        from apollo_batch.journal.address import address_of, folder_of

        return folder_of(address_of(state)) / "sandbox"
    return sandbox_folder(state)


@contextmanager
def settings_for(store: Store, *, sandbox: bool) -> Iterator[Settings]:
    """Read the settings, or stand in a sandbox whose world lives beside its journal."""
    if not sandbox:
        yield read_settings(os.environ)
        return
    from apollo_batch.sandbox.serve import Setup, running

    # It lives as long as a command: what comes later is there for the next one.
    setup = Setup(profile="unlimited", persist=store.folder / "world.jsonl", results_after=0)
    with running(setup) as answering:
        ours = {"APOLLO_BASE_URL": answering.base_url, "APOLLO_API_KEY": answering.key}
        real = read_settings({**os.environ, **ours})
        yield Settings(
            origin=answering.base_url,
            credential=Credential(Secret(answering.key), "the sandbox"),
            policy=real.policy,
        )


@contextmanager
def place_for(
    state: str | None, *, sandbox: bool, fresh: bool = False
) -> Iterator[tuple["Place", Settings]]:
    """Open all a run needs; AccessError where the key is missing or Apollo does not know it."""
    from apollo_batch.apollo.client import Client
    from apollo_batch.apollo.wire import Wire
    from apollo_batch.journal.accounts import account_of
    from apollo_batch.runner.place import Place
    from apollo_batch.runner.suppression import whom_to_spare

    if not sandbox:
        read_settings(os.environ).key()
        refuse_strangers(os.environ)
    with ExitStack() as stack:
        store = stack.enter_context(open_journal(state, sandbox=sandbox, fresh=fresh))
        settings = stack.enter_context(settings_for(store, sandbox=sandbox))
        listed = settings.policy.do_not_contact
        suppression = whom_to_spare(store, listed)
        credential = settings.key()
        wire = Wire(Client(settings.origin, credential, os.environ), time.sleep)
        account = account_of(store, _mark(settings.origin, credential), wire.team())
        clock = SystemClock(store.ahead())
        yield Place(store, wire, clock, account, settings.policy, suppression), settings


def _mark(origin: str, credential: Credential) -> str:
    # A key is known again by this; it cannot be had back from it.
    text = f"{origin} {credential.secret.reveal()}"
    return sha256(text.encode()).hexdigest()[:16]
