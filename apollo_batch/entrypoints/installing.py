"""A shell's name comes in; the script by which it completes our words goes out, or to its place."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.errors import OutputError, UsageError
from apollo_batch.files import whole

SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
PROGRAM = "apollo-batch"
ASKED_BY = "_APOLLO_BATCH_COMPLETE"
"""The variable by which the script asks us for words."""


@dataclass(frozen=True)
class _Change:
    """What putting the script in its place would change."""

    script: Path
    file: Path | None = None
    """The shell's own file, that gets a line; None: the shell finds the script by itself."""
    line: str = ""

    def told(self) -> list[str]:
        """Say it in words."""
        lines = [f"  {self.script}: the script is written there"]
        return [*lines, *([f"  {self.file}: this line is added: {self.line}"] if self.line else [])]


def script_for(shell: str, cli: click.Command) -> str:
    """Write the script."""
    complete = SHELLS[shell](cli, {}, PROGRAM, ASKED_BY)
    # The version of the shell here is not asked for: the script may be for another machine.
    return f"{(complete.source_template % complete.source_vars()).strip()}\n"


def install(shell: str, cli: click.Command, *, yes: bool) -> None:
    """Put the script where the shell finds it, once somebody has agreed to what that changes."""
    change = _change(shell)
    console.say("\n".join(["This would change:", *change.told()]))
    if not yes and not console.can_ask():
        raise UsageError(
            Code.NOT_AGREED, "Nobody can be asked.", fix="Add --yes to agree beforehand."
        )
    if not yes and not console.yes("Change it?"):
        raise UsageError(Code.DECLINED, "Nothing was changed.", fix=f"{PROGRAM} completion {shell}")
    try:
        change.script.parent.mkdir(parents=True, exist_ok=True)
        with whole(change.script) as draft:
            draft.write_text(script_for(shell, cli), encoding="utf-8")
        if change.file is not None and change.line:
            _add(change.file, change.line)
    except OSError as problem:
        raise OutputError(
            Code.OUTPUT_NOT_WRITTEN,
            f"It could not be written: {problem.strerror}.",
            fix=f"{PROGRAM} completion {shell} prints the script, for a place of your own.",
        ) from None
    console.say(f"Done. Open a new {shell}, and press Tab behind `{PROGRAM} `.")


def _change(shell: str) -> _Change:
    home = Path.home()
    if shell == "fish":
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        return _Change(config / "fish" / "completions" / f"{PROGRAM}.fish")
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    script = data / PROGRAM / f"completion.{shell}"
    own = (Path(os.environ.get("ZDOTDIR") or home) if shell == "zsh" else home) / f".{shell}rc"
    line = f"source {shlex.quote(str(script))}"
    return _Change(script, own, "" if line in _lines(own) else line)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _add(path: Path, line: str) -> None:
    # Added to, never replaced: it may be a link, and it is somebody's own.
    whole_lines = not path.exists() or path.read_bytes().endswith(b"\n") or not path.stat().st_size
    with path.open("a", encoding="utf-8") as file:
        file.write(("" if whole_lines else "\n") + line + "\n")
