"""What a person may be about to type comes in; the words that it can be go out, to the shell."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_JOBS = {".yaml", ".yml"}
_PLAIN = re.compile(r"[\w./@+-]+")


def jobs(_context: click.Context, _argument: click.Parameter, begun: str) -> list[CompletionItem]:
    """Name the job files that it can be, those in `jobs/` too; else any file."""
    folder = Path(begun).parent if begun and not begun.endswith("/") else Path(begun or ".")
    known = [folder, Path("jobs")] if not begun else [folder]
    found = (path for each in known if each.is_dir() for path in each.iterdir())
    names = [str(path) for path in found if path.suffix in _JOBS]
    items = _beginning(sorted(names), begun)
    # A name that has to be quoted is better left to the shell itself.
    plain = all(_PLAIN.fullmatch(item.value) for item in items)
    return items if items and plain else [CompletionItem(begun, type="file")]


def runs(context: click.Context, _argument: click.Parameter, begun: str) -> list[CompletionItem]:
    """Name the runs that it can be, the newest first."""
    from apollo_batch.errors import BatchError
    from apollo_batch.journal.recent import recent_runs
    from apollo_batch.settings import Secret, sandbox_folder, state_place

    try:
        place = state_place(context.params.get("state"), os.environ)
    except BatchError:
        return []
    if isinstance(place, Secret):
        return []  # a server is too far away to be asked at every key
    if context.params.get("sandbox"):
        place = sandbox_folder(place)
    return _beginning(recent_runs(place if place.suffix == ".db" else place / "journal.db"), begun)


def operations(
    _context: click.Context, _argument: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Name the operations that it can be."""
    from apollo_batch.catalogue.operations import OPERATIONS

    return [
        CompletionItem(operation.name, help=operation.does)
        for operation in OPERATIONS.values()
        if operation.name.startswith(begun)
    ]


def codes(_context: click.Context, _argument: click.Parameter, begun: str) -> list[CompletionItem]:
    """Name the codes, reasons and statuses that it can be."""
    from apollo_batch.codes import Code
    from apollo_batch.model import Status
    from apollo_batch.reasons import REASONS

    return _beginning(dict.fromkeys([*Code, *REASONS, *Status]), begun)


def topics(context: click.Context, _argument: click.Parameter, begun: str) -> list[CompletionItem]:
    """Name the topics and commands that it can be."""
    from apollo_batch.entrypoints.topics import topics as written

    root = context.find_root().command
    commands = root.list_commands(context) if isinstance(root, click.Group) else []
    return _beginning([*written(), *commands], begun)


def _beginning(words: Iterable[str], begun: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(begun)]
