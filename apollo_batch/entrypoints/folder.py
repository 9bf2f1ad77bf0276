"""The words a person types to have a folder watched, in which others drop their spreadsheets."""

import sys
from pathlib import Path
from typing import Any

import click

from apollo_batch.entrypoints import streams
from apollo_batch.entrypoints.words import SANDBOX, STATE, settled


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--jobs",
    type=click.Path(path_type=Path),
    default=Path("jobs"),
    show_default=True,
    help="Where the job files are; each gets a folder of its name in DIR.",
)
@click.option("--once", is_flag=True, help="Run what is there and whole, then end: for cron.")
@SANDBOX
@STATE
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    metavar="N",
    default=settled("threads", "8"),
    show_default="as the settings say, else 8",
    help="Calls at once.",
)
@click.option("--yes", is_flag=True, help="Refused: in a folder nobody sees what is agreed to.")
@click.option(
    "--service", is_flag=True, help="Print a systemd unit that keeps this command going, and end."
)
def watch(folder: Path, **flags: Any) -> None:
    """Run every spreadsheet that somebody drops into DIR. Result, status and report appear there.

    \b
    Examples:
      apollo-batch watch /srv/leads --jobs jobs --sandbox
      apollo-batch watch /srv/leads --once
    """
    if flags.pop("service"):
        from apollo_batch.entrypoints.service import unit_for

        streams.put(unit_for(folder, flags["jobs"], flags["state"], flags["threads"]), sys.stdout)
        return
    from apollo_batch.entrypoints.watched import watch_folder

    sys.exit(watch_folder(folder, **flags))


COMMANDS = (watch,)
