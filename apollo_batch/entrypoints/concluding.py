"""A run that has ended comes in; its output is written, how it ended said, and the exit code goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.building import build_run
from apollo_batch.entrypoints.collecting import warn
from apollo_batch.entrypoints.following import where
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.entrypoints.trouble import words_of
from apollo_batch.errors import Exit, OutputError, UsageError
from apollo_batch.journal import tell
from apollo_batch.journal.store import Store
from apollo_batch.runner import output, report
from apollo_batch.runner.document import document_of
from apollo_batch.runner.masking import masked
from apollo_batch.runner.reading import see_that_it_is_there
from apollo_batch.runner.summarise import not_known, verdict
from apollo_batch.sheets.annotate import needs_suffix


@dataclass(frozen=True)
class Ending:
    """How a run has ended, before its output is written."""

    store: Store
    found: report.Figures
    wanted: output.Wanted
    code: Exit
    following: str | None
    """The one command that goes on from here, if there is something to go on with."""


def check_output(store: Store, wanted: output.Wanted, name: str) -> None:
    """See that --output can be meant before anything is paid; UsageError where it cannot.

    `name` is what is worked on.
    """
    path, _ = output.place(store, wanted)
    if wanted.target is not None and not path.parent.is_dir():
        raise UsageError(
            Code.OUTPUT_NAME,
            f"--output {wanted.target}: there is no folder {wanted.target.parent}.",
            fix="Make the folder first, or name another place.",
        )
    needed = needs_suffix(wanted.sheet) if wanted.sheet else ".xlsx"
    if not wanted.as_csv and path.suffix.lower() in {".xlsx", ".xlsm"} - {needed}:
        raise UsageError(
            Code.OUTPUT_NAME,
            f"--output {wanted.target} is no name for what {name} becomes: Excel would not open "
            "it.",
            fix=f"End it in {needed}.",
        )


def conclude(ending: Ending, manner: Manner, *, raise_first: str = "") -> Exit:
    """Write the output, say how it ended, and give the exit code.

    `raise_first` is what has to be done before the next command.
    """
    code, following, found = ending.code, ending.following, ending.found
    path: Path | None = None
    try:
        delivered = output.deliver(
            ending.store,
            found,
            ending.wanted,
            now=found.record["updated"],
            next_step=following,
        )
        path = delivered.path
        for notice in delivered.notices:
            console.say(notice)
    except OutputError as problem:
        console.say(words_of(problem))
        code = Exit.NOT_WRITTEN if code is not Exit.IN_DOUBT else code
        remedy = problem.remedy or (("--format", "csv") if manner.as_csv else ())
        following = console.command(["export", found.run, *where(manner), *remedy])
    document = document_of(found, exit_code=code, output=path, next_step=following)
    code = build_run(manner.artifacts, ending.store, found, document)
    _tell(found, document | {"exit_code": int(code)}, path, manner)
    warn(found, found.record["updated"], where(manner))
    # What has to be done first stands right above the command it holds up.
    for line in (raise_first, following and f"Next: {following}"):
        if line:
            console.say(line)
    return code


def told_as_purged(store: Store, run: str | None, manner: Manner) -> Exit | None:
    """Say of a run that was purged how it had ended; None where there is none, or it was not."""
    record = tell.run_of(store, run) if run is not None else None
    if record is None or record["purged"] is None:
        return None
    found = report.figures(store, record["id"])
    try:
        see_that_it_is_there(found.record)
    except OutputError as purged:
        console.say(words_of(purged))
    document = document_of(found, exit_code=found.exit_code, output=None, next_step=None)
    code = build_run(manner.artifacts, store, found, document)
    _tell(found, document | {"exit_code": int(code)}, None, manner)
    return code


def _tell(
    found: report.Figures, document: Mapping[str, Any], path: Path | None, manner: Manner
) -> None:
    if manner.as_json:
        console.document(document)
    else:
        console.result(verdict(found))
        if path is not None:
            console.result(f"Written to {console.short(path)}")
    if not_known(found):
        console.say(not_known(found))
    if found.record["stop_note"]:
        # Apollo's own words may name somebody; a build's log is read by many.
        note = found.record["stop_note"]
        console.say(masked(note) if manner.ci else note)
