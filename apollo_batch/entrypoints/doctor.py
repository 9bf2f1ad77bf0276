"""The command that examines what a run needs: this machine, the files, the line to Apollo, the key."""

import os
import sys
import time
from collections.abc import Collection, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from apollo_batch.apollo.client import Client
from apollo_batch.apollo.wire import Wire
from apollo_batch.clock import SystemClock
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.opening import open_journal, settings_for
from apollo_batch.errors import AccessError, BatchError, Exit, InvalidError, UsageError
from apollo_batch.journal.store import Store
from apollo_batch.runner import drift, line, machine, papers
from apollo_batch.runner.checkup import Checked, Level, ended, failed, tried, well
from apollo_batch.runner.said import settings_said
from apollo_batch.runner.scopes import scopes_of
from apollo_batch.runner.suppression import read_lists
from apollo_batch.settings import Secret, Settings, state_place

_WIDTH = 24


@dataclass(frozen=True)
class Patient:
    """What is to be examined."""

    job: Path | None
    sheet: Path | None
    state: str | None
    sandbox: bool
    drift: bool


def examine(patient: Patient, *, as_json: bool) -> Exit:
    """Examine what a run needs, and say how it is; nothing is paid, nothing written to Apollo."""
    found = []
    for checked in _checks(patient):
        found.append(checked)
        if not as_json:
            _tell(checked)
    code = ended(found)
    if as_json:
        checks = [checked.as_json() for checked in found]
        document = {"schema": 1, "exit_code": int(code), "checks": checks}
        console.document(document)
    return code


def _tell(checked: Checked) -> None:
    console.result(f"{checked.level:<5} {checked.check:<{_WIDTH}} {checked.says}")
    if checked.fix:
        console.result(f"{'':<5} {'':<{_WIDTH}} {checked.fix}")


def _checks(patient: Patient) -> Iterator[Checked]:
    yield machine.python(sys.version_info[:3])
    yield machine.versions()
    scopes: frozenset[str] = frozenset()
    if patient.job is not None:
        checked, job = papers.job_file(patient.job)
        yield checked
        scopes = scopes_of(job) if job else scopes
    if patient.sheet is not None:
        yield papers.sheet(patient.sheet)
    said = settings_said(os.environ)
    yield said
    if said.level is Level.FAIL:
        return  # they may say where the journal is, and what may be spent
    with ExitStack() as stack:
        store = yield from _journal(patient, stack)
        if store is not None:
            yield from _apollo(patient, store, scopes, stack)


def _journal(patient: Patient, stack: ExitStack) -> Generator[Checked, None, Store | None]:
    """See to the journal, and give it open; None where it cannot be used."""
    try:
        place = state_place(patient.state, os.environ)
        if not isinstance(place, Secret):
            folder = place.parent if place.suffix == ".db" else place
            for checked in (machine.permissions(folder, os.environ), machine.local(folder)):
                yield checked
                if checked.level is Level.FAIL:
                    return None
        store = stack.enter_context(open_journal(patient.state, sandbox=patient.sandbox))
    except BatchError as problem:
        yield failed("state", problem)
        return None
    except OSError as problem:
        words = f"The state folder cannot be used: {problem.strerror}."
        yield failed(
            "state", UsageError(Code.STATE_UNUSABLE, words, fix="Name another one with --state.")
        )
        return None
    yield well("state", f"The journal is in {store.folder}.")
    yield machine.room(store.folder)
    yield machine.stop_file(store.folder)
    return store


_BELONGS = {InvalidError: "settings", UsageError: "address", AccessError: "key"}


def _apollo(
    patient: Patient, store: Store, scopes: Collection[str], stack: ExitStack
) -> Iterator[Checked]:
    try:
        settings = stack.enter_context(settings_for(store, sandbox=patient.sandbox))
    except (InvalidError, UsageError, AccessError) as problem:
        yield failed(_BELONGS[type(problem)], problem)
        return
    yield well("address", settings.origin)
    if settings.policy.do_not_contact:
        yield tried("do not contact", lambda: _listed(settings))
    key = tried("key", lambda: f"It comes from {settings.key().source}.")
    yield key
    if key.level is Level.FAIL:
        return
    client = Client(settings.origin, settings.key(), os.environ)
    way = list(line.way(settings.origin, client.proxy, os.environ))
    yield from way
    if all(checked.level is Level.OK for checked in way):
        yield from _line(patient, Wire(client, time.sleep), scopes, bearer=settings.key().bearer)


def _line(
    patient: Patient, wire: Wire, scopes: Collection[str], *, bearer: bool
) -> Iterator[Checked]:
    for checked in line.reach(wire, SystemClock().now()):
        yield checked
        if checked.level is Level.FAIL:
            return
    team = line.team(wire)
    yield team
    if team.level is Level.FAIL:
        return
    yield from line.account(wire, scopes, least=not (patient.sandbox or bearer))
    if patient.drift:
        yield from drift.drift(wire)


def _listed(settings: Settings) -> str:
    listed = settings.policy.do_not_contact
    read_lists(listed)
    return f"{', '.join(map(str, listed))} can be read."
