"""The text of a new job comes in; it, the schema beside it and lines for git are on disk afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import OutputError, UsageError
from apollo_batch.files import whole
from apollo_batch.job.draft import SCHEMA
from apollo_batch.job.shape import schema

_READABLE = 0o644
"""A job holds nobody's data, and is there to be passed on."""
IGNORED = ("*.annotated*", "*.results*.xlsx", "*.results*.csv", "*.undone*", "*.report.html")
"""What a run writes, with people in it."""


def free(target: Path) -> Path:
    """Find a name that no file has: the one that was asked for, else the next number."""
    names = (target.with_stem(f"{target.stem}-{number}") for number in range(2, 10_000))
    return target if not target.exists() else next(path for path in names if not path.exists())


def see_that_it_is_new(target: Path) -> None:
    """Refuse to write over a file; UsageError names one that is free."""
    if target.is_dir():
        raise UsageError(Code.OUTPUT_NAME, f"{target} is a folder.", fix="Name the file inside it.")
    if target.suffix.lower() not in {".yaml", ".yml"}:
        raise UsageError(
            Code.OUTPUT_NAME,
            f"{target} is no name for a job file.",
            fix=f"Call it {target.with_suffix('.yaml')}.",
        )
    if target.exists():
        raise UsageError(
            Code.JOB_IN_THE_WAY,
            f"{target} is there already and stays as it is.",
            fix=f"Add --output {free(target)}.",
        )


def write_new(target: Path, text: str) -> Iterator[str]:
    """Write a job and its schema, and yield what a person should know besides."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield from _schema(target.with_name(SCHEMA))
        _put(target, text)
    except OSError as trouble:
        raise OutputError(
            Code.OUTPUT_NOT_WRITTEN,
            f"{target} could not be written: {trouble.strerror}.",
            fix="Name another place with --output.",
        ) from None


def _schema(target: Path) -> Iterator[str]:
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if not target.exists():
        _put(target, text)
    elif target.read_bytes() != text.encode():
        yield f"{target} is another version's and stays; `apollo-batch schema` prints this one's."


def _put(target: Path, text: str) -> None:
    with whole(target, ready=lambda _: see_that_it_is_new_at_last(target)) as draft:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(_READABLE)


def see_that_it_is_new_at_last(target: Path) -> None:
    """Look once more, right before a file takes its place."""
    if target.exists():
        raise UsageError(
            Code.JOB_IN_THE_WAY,
            f"{target} has come to be there meanwhile and stays as it is.",
            fix="Give the same command again: it names a new one.",
        )


def keep_out_of_git(folder: Path) -> Path | None:
    """Add what runs write to the .gitignore of a folder's repository; None: nothing was to add."""
    home = next(
        (each for each in (folder, *folder.parents) if (each / ".git").exists()),
        None,
    )
    if home is None:
        return None
    path = home / ".gitignore"
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    missing = [line for line in IGNORED if line not in text.splitlines()]
    if not missing:
        return None
    start = "\n" if text and not text.endswith("\n") else ""
    lines = "".join(f"{line}\n" for line in missing)
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{start}# What apollo-batch writes: people's data.\n{lines}")
    except OSError:  # not ours to change: the job is written all the same
        return None
    return path
