"""The name of a topic or command comes in; what there is to read of it goes out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from apollo_batch.codes import Code
from apollo_batch.entrypoints.paragraphs import wrapped
from apollo_batch.errors import EXIT_MEANINGS, UsageError
from apollo_batch.model import STATUS_MEANINGS
from apollo_batch.reasons import REASONS
from apollo_batch.suggest import did_you_mean

_FOLDER = Path(__file__).parent / "pages" / "topics"


def _exit_codes() -> str:
    told = [f"- {int(code)}: {words}" for code, words in EXIT_MEANINGS.items()]
    return _listed(
        "What the process says when it ends", told, "`apollo-batch explain 8` tells more."
    )


def _statuses() -> str:
    told = [f"- {status.words}: {words}" for status, words in STATUS_MEANINGS.items()]
    return _listed("What became of a row", told, "`apollo-batch explain in_doubt` tells more.")


def _reasons() -> str:
    told = [
        f"- {reason.code} ({reason.status.words}): {reason.sentence}" for reason in REASONS.values()
    ]
    return _listed(
        "Why it became of it", told, "`apollo-batch explain bad_email` says what to do about one."
    )


def _listed(title: str, lines: Sequence[str], more: str) -> str:
    return "\n\n".join((f"# {title}", "\n".join(lines), more))


_MADE: dict[str, Callable[[], str]] = {
    "exit-codes": _exit_codes,
    "statuses": _statuses,
    "reasons": _reasons,
}


def topics() -> dict[str, str]:
    """Every topic and its text; the first line is its title."""
    written = {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.md"))}
    return {name: make() for name, make in _MADE.items()} | written


def told(root: click.Context, words: Sequence[str]) -> str:
    """Tell of a topic, a command, or both of one name; UsageError where there is neither."""
    if not words:
        return "\n".join(_all(root))
    found = topics()
    name = "-".join(words).lower().replace("_", "-")
    command = _command(root, words)
    parts = [wrapped(found[name].removeprefix("# ").strip())] if name in found else []
    parts += [command.get_help()] if command is not None else []
    if parts:
        return "\n\n".join(parts)
    raise UsageError(
        Code.UNKNOWN_WORD,
        f"There is no topic and no command {' '.join(words)!r}.",
        fix=did_you_mean(name, [*found, *_commands(root)]) or "`apollo-batch help` lists them.",
    )


def _all(root: click.Context) -> Iterator[str]:
    yield "Commands: apollo-batch help COMMAND\n"
    for name, command in _commands(root).items():
        yield f"  {name:<11} {command.get_short_help_str(66)}"
    yield "\nTopics: apollo-batch help TOPIC\n"
    for name, text in topics().items():
        yield f"  {name:<11} {text.splitlines()[0].removeprefix('# ')}"
    yield "\nCodes of errors, reasons, statuses: apollo-batch explain CODE"


def _commands(root: click.Context) -> Mapping[str, click.Command]:
    return root.command.commands if isinstance(root.command, click.Group) else {}


def _command(root: click.Context, words: Sequence[str]) -> click.Context | None:
    context = root
    for word in words:
        command = _commands(context).get(word)
        if command is None:
            return None
        context = click.Context(command, parent=context, info_name=word)
    return context
