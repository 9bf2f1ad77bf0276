"""The words a person types to have something explained: a code, a topic, a command."""

import click

from apollo_batch.entrypoints import completing


@click.command()
@click.argument("code", nargs=-1, required=True, shell_complete=completing.codes)
def explain(code: tuple[str, ...]) -> None:
    """Explain the CODE of an error, a reason, a status or an exit code.

    It needs no network.

    \b
    Examples:
      apollo-batch explain AB3001
      apollo-batch explain in_doubt
      apollo-batch explain 8
    """
    from apollo_batch.entrypoints import console
    from apollo_batch.entrypoints.explaining import explained
    from apollo_batch.entrypoints.paragraphs import wrapped

    console.result(wrapped(explained(" ".join(code))))


@click.command("help")
@click.argument("topic", nargs=-1, shell_complete=completing.topics)
@click.pass_context
def help_(context: click.Context, topic: tuple[str, ...]) -> None:
    """Tell of a TOPIC or a command; alone, list them.

    \b
    Examples:
      apollo-batch help
      apollo-batch help budgets
      apollo-batch help run
    """
    from apollo_batch.entrypoints import console
    from apollo_batch.entrypoints.topics import told

    console.result(told(context.find_root(), topic))


COMMANDS = (explain, help_)
