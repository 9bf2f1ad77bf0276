"""The words a person types to arrange how the program works here: settings, key, completion."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from apollo_batch.entrypoints import completing, streams
from apollo_batch.entrypoints.grouping import Suggesting


@click.group(cls=Suggesting)
def config() -> None:
    """See what is set, and where.

    \b
    Examples:
      apollo-batch config show --origin
      apollo-batch config path
    """


@config.command()
@click.argument(
    "job", required=False, type=click.Path(path_type=Path), shell_complete=completing.jobs
)
@click.option("--origin", is_flag=True, help="Say who says it, and what else was said.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(job: Path | None, origin: bool, as_json: bool) -> None:
    """Show every setting and its value in force; with JOB, as it is for that job.

    \b
    Examples:
      apollo-batch config show --origin
      apollo-batch config show jobs/enrich-people.yaml --origin
    """
    from apollo_batch.entrypoints.origins import print_settings

    print_settings(job, origin=origin, as_json=as_json)


@config.command()
def path() -> None:
    """Print where your own settings file is, or would be.

    \b
    Example:
      apollo-batch config path
    """
    from apollo_batch.entrypoints.origins import print_path

    print_path()


@click.group(cls=Suggesting)
def auth() -> None:
    """Keep the API key in the system's keyring, and see which one is in use.

    \b
    Examples:
      apollo-batch auth set
      apollo-batch auth status
    """


OFFLINE = click.option(
    "--offline", is_flag=True, help="Do not ask Apollo whether it knows the key."
)


@auth.command("set")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="")
@OFFLINE
def set_(words: tuple[str, ...], offline: bool) -> None:
    """Put the key into the system's keyring: typed unseen, or from standard input.

    \b
    Examples:
      apollo-batch auth set
      apollo-batch auth set < key.txt
    """
    from apollo_batch.entrypoints.keys import refuse_words, set_key

    refuse_words(words)
    set_key(offline=offline)


@auth.command()
@OFFLINE
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(offline: bool, as_json: bool) -> NoReturn:
    """Say where the key in use comes from, its last four letters, and whether Apollo knows it.

    \b
    Examples:
      apollo-batch auth status
      apollo-batch auth status --offline
    """
    from apollo_batch.entrypoints.keys import tell_status

    sys.exit(tell_status(offline=offline, as_json=as_json))


@auth.command()
def clear() -> None:
    """Take the key out of the system's keyring, and say what else still holds one.

    \b
    Example:
      apollo-batch auth clear
    """
    from apollo_batch.entrypoints.keys import clear_key

    clear_key()


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.option("--install", is_flag=True, help="Put it where the shell finds it; it asks first.")
@click.option("--yes", is_flag=True, help="Agree beforehand to what --install changes.")
@click.pass_context
def completion(context: click.Context, shell: str, install: bool, yes: bool) -> None:
    """Print the script by which a shell completes commands, flags, jobs, runs and operations.

    \b
    Examples:
      apollo-batch completion bash --install
      apollo-batch completion zsh > apollo-batch.zsh
    """
    from apollo_batch.entrypoints import installing

    cli = context.find_root().command
    if install:
        installing.install(shell, cli, yes=yes)
    else:
        streams.put(installing.script_for(shell, cli), sys.stdout)


COMMANDS = (config, auth, completion)
