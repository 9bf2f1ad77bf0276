"""The words a person types to arrange how the program works here: settings, key, completion."""

from pathlib import Path

import click

from apollo_batch.entrypoints.words import Suggesting


@click.group(cls=Suggesting)
def config() -> None:
    """See what is set, and where."""


@config.command()
@click.argument("job", required=False, type=click.Path(path_type=Path))
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
    """Print where your own settings file is, or would be."""
    from apollo_batch.entrypoints.origins import print_path

    print_path()


COMMANDS = (config,)
