"""A plan, or a run that has ended, comes in; what a build shows and keeps of it goes out."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.annotating import of_end
from apollo_batch.entrypoints.ci import on_github
from apollo_batch.entrypoints.trouble import words_of
from apollo_batch.entrypoints.workflow import command
from apollo_batch.errors import Exit, OutputError
from apollo_batch.files import sha256
from apollo_batch.journal import tell
from apollo_batch.journal.store import Store
from apollo_batch.runner import artifacts
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.markdown import planned, summary
from apollo_batch.runner.publicly import reasons_to_review
from apollo_batch.runner.report import Figures
from apollo_batch.runner.summarise import verdict

_ADDRESS = re.compile(r"https://[\w.-]+(:\d+)?/[\w.-]+/[\w.-]+/actions/runs/\d+")


def warn_of_a_new_journal(store: Store) -> None:
    """Say that nothing is known of earlier builds: where there were any, theirs was not fetched."""
    if tell.all_runs(store):
        return
    said = (
        "The journal is new: whatever earlier builds paid for, created or enrolled is not known here, "
        "and is done again. If this is not the first build, see that its state is kept (--state)."
    )
    console.say(said)
    console.annotate([command("warning", said)])


def build_run(
    folder: Path | None, store: Store, found: Figures, document: Mapping[str, Any]
) -> Exit:
    """Keep what `--artifacts` asks for and tell GitHub how a run ended; give the exit code."""
    code = Exit(document["exit_code"])
    if folder is not None:
        try:
            artifacts.keep(folder, store, found, document)
        except OutputError as problem:
            console.say(words_of(problem))
            code = Exit.NOT_WRITTEN if code in {Exit.OK, Exit.ROWS_FAILED} else code
    if on_github(os.environ):
        console.annotate(of_end(code, verdict(found), reasons_to_review(store, found.run)))
        link = _link(os.environ) if folder is not None else ""
        _summed_up(summary(store, found, code, document["next"]) + link)
    return code


def build_plan(folder: Path | None, ready: Ready, lines: Sequence[str]) -> None:
    """Keep a plan as a text to be read before it is agreed to, and show it where GitHub shows it."""
    if folder is None and not on_github(os.environ):
        return
    wish, source = ready.wish, ready.rows.source(ready.wish.input)
    made_of = [(str(wish.job), sha256(wish.job))]
    if wish.input is not None:
        made_of.append((str(wish.input), source["input_hash"]))
    text = planned(ready.job.name, lines, made_of)
    if folder is not None:
        artifacts.write(folder / artifacts.PLAN, text)
    if on_github(os.environ):
        _summed_up(text)


def _link(environ: Mapping[str, str]) -> str:
    """Say where GitHub shows what a build keeps; "" where the address is none that can be linked."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    host, repository, run = (environ.get(name, "") for name in names)
    address = f"{host}/{repository}/actions/runs/{run}"
    if not _ADDRESS.fullmatch(address):
        return ""
    return f"\nFigures, tests and report are among the [artifacts of this build]({address}#artifacts).\n"


def _summed_up(text: str) -> None:
    """Add a text to the summary that GitHub shows of the step; without one the run is as good."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        artifacts.append(Path(path), text)
    except OutputError as problem:
        console.say(words_of(problem))
