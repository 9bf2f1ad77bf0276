"""The words a person types about what is kept of people: how long, and of whom no more."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from apollo_batch.entrypoints.words import SANDBOX, STATE, duration


@click.command()
@click.option(
    "--older-than",
    metavar="D",
    callback=lambda _context, _option, text: duration("--older-than", text),
    help="What was kept for longer, answers too: 30d, 12h.  [default: retention_days of your "
    "settings; else cells for 30d, answers as long as they may be used again]",
)
@click.option("--run", "run_id", metavar="RUN", help="This run alone, however old.")
@click.option("--yes", is_flag=True, help="Agree beforehand.")
@STATE
@SANDBOX
def purge(
    older_than: float | None, run_id: str | None, *, yes: bool, state: str | None, sandbox: bool
) -> NoReturn:
    """Delete the cells and answers that the journal keeps of old runs. It says what first, and asks.

    What was bought, made and paid stays known, without the people: nothing is bought or made
    twice. Runs with rows to be asked, in doubt or pending are left alone. Workbooks are yours.

    \b
    Examples:
      apollo-batch purge --older-than 7d
      apollo-batch purge --run 261125-040007-f19f --yes
    """
    from apollo_batch.entrypoints.purging import Typed, purge_state

    asks = os.environ.get("CI", "").lower() not in {"true", "1"}
    sys.exit(purge_state(Typed(older_than, run_id, state, sandbox=sandbox, yes=yes, asks=asks)))


@click.command()
@click.option("--email", "emails", multiple=True, metavar="X", help="Their e-mail address.")
@click.option("--apollo-id", "ids", multiple=True, metavar="ID", help="Apollo's id of them.")
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="First and last name; namesakes too."
)
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path),
    help="A text file of such people, one a line.",
)
@click.option(
    "--rewrite-outputs",
    is_flag=True,
    help="Write workbooks that name them again, with nothing in our columns of their rows.",
)
@click.option("--yes", is_flag=True, help="Agree beforehand.")
@STATE
@SANDBOX
def erase(
    emails: tuple[str, ...],
    ids: tuple[str, ...],
    names: tuple[str, ...],
    file: Path | None,
    **flags: Any,
) -> NoReturn:
    """Delete all that is kept of a person, and never ask, make or send anything about them again.

    It says what it found, asks, and prints a receipt. What was paid stays counted. Rows of theirs
    that are in doubt or pending are named; erase once more when they have ended.

    \b
    Examples:
      apollo-batch erase --email ada@acme.example
      apollo-batch erase --name "Ada Example" --yes
    """
    from apollo_batch.entrypoints.erasing import Typed, erase_people

    asks = os.environ.get("CI", "").lower() not in {"true", "1"}
    typed = {"--email": emails, "--apollo-id": ids, "--name": names}
    people = tuple((flag, word) for flag, words in typed.items() for word in words)
    sys.exit(erase_people(Typed(people, file, asks=asks, **flags)))


COMMANDS = (purge, erase)
"""Every command of this room."""
