"""A group of commands: common flags come first, `-h` may stand in front, a mistyped command is told."""

import click

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.suggest import nearest

_FIRST = (
    "--sandbox",
    "--yes",
    "--max-credits",
    "--max-enroll",
    "--first",
    "--rows",
    "--plan",
    "--output",
    "--format",
    "--json",
)
"""The flags that most people want, as a help page lists them; the others follow."""


class Suggesting(click.Group):
    """A group of commands that knows what a mistyped one was meant to be."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Take a command, its common flags first."""
        cmd.params.sort(key=_how_rare)
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own shape
        """Keep the order in which a person needs them."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `-h run` for `run -h`."""
        if len(args) > 1 and args[0] in ctx.help_option_names and not args[1].startswith("-"):
            args = [*args[1:], args[0]]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            meant = nearest(name, self.list_commands(ctx))
            hint = (
                f"Did you mean: {ctx.command_path} {meant}?" if meant else "See: apollo-batch help"
            )
            raise UsageError(Code.UNKNOWN_COMMAND, f"There is no command {name!r}.", fix=hint)
        return super().resolve_command(ctx, args)


def _how_rare(param: click.Parameter) -> int:
    if isinstance(param, click.Argument):
        return -1
    return _FIRST.index(param.opts[0]) if param.opts[0] in _FIRST else len(_FIRST)
