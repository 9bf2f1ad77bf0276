"""A run that has ended in; the files that a build keeps of it, none with a row's data, out."""

import json
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from apollo_batch import __version__
from apollo_batch.codes import Code
from apollo_batch.errors import OutputError, UsageError
from apollo_batch.files import whole
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.runner.junit import junit
from apollo_batch.runner.page import page
from apollo_batch.runner.problems import problems_of
from apollo_batch.runner.report import Figures, plain
from apollo_batch.runner.summarise import summarise
from apollo_batch.sheets.refusals import told_plainly

PLAN = "plan.md"
_OF_A_RUN = ("run.json", "junit.xml", "report.html", "run.env")


def see_that_it_is_apart(folder: Path) -> None:
    """UsageError where the folder holds anything else: who keeps it would keep that as well."""
    if folder.is_file():
        raise UsageError(
            Code.FLAG_VALUE,
            f"--artifacts {folder} is a file.",
            fix="Name a folder of its own.",
        )
    others = {p.name for p in folder.iterdir()} - {PLAN, *_OF_A_RUN} if folder.is_dir() else set()
    if others:
        raise UsageError(
            Code.FLAG_VALUE,
            f"--artifacts {folder} holds other files too, such as {min(others)}.",
            fix="Name a folder of its own: all of it is kept where many can read it.",
        )


def keep(folder: Path, store: Store, found: Figures, document: Mapping[str, Any]) -> None:
    """Write the files of a run; OutputError where they cannot be written."""
    mark = f"apollo-batch {__version__}, run {found.run}"
    texts = (
        json.dumps(document, ensure_ascii=False, indent=2) + "\n",
        junit(store, found),
        page(found.run, summarise(found, None), problems_of(store, found.run), mark),
        "".join(f"{name}={value}\n" for name, value in _variables(found, document)),
    )
    for name, text in zip(_OF_A_RUN, texts, strict=True):
        write(folder / name, text)


def write(path: Path, text: str) -> None:
    """Write one file, its folder too where it is not there."""
    with told_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as draft:
            draft.write_text(text, encoding="utf-8")


def append(path: Path, text: str) -> None:
    """Add a text to a file at once, so that nothing of another program comes in between."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, f"\n{text}".encode())
        finally:
            os.close(handle)
    except OSError as problem:
        raise OutputError(
            Code.OUTPUT_NOT_WRITTEN,
            f"{path} could not be written: {problem.strerror}.",
            fix="See that its folder is there and may be written to.",
        ) from None


def _variables(found: Figures, document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name what later jobs may ask: GitLab takes twenty at the most, a number or a word each."""
    yield "APOLLO_RUN_ID", found.run
    yield "APOLLO_RUN_EXIT_CODE", str(document["exit_code"])
    yield "APOLLO_RUN_ROWS", str(found.rows)
    for status in Status:
        yield f"APOLLO_RUN_{status.name}", str(found.statuses.get(status, 0))
    yield "APOLLO_RUN_CREDITS_CHARGED", _number(found.charged)
    yield "APOLLO_RUN_CREDITS_HELD", _number(found.bill.held)
    yield "APOLLO_RUN_ENROLLED", str(found.enrolled)


def _number(credits: Decimal) -> str:
    return plain(credits) or "0"
