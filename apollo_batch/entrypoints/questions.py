"""A question goes out to the person at the terminal; an answer that can be used comes in."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.preview import safe
from apollo_batch.errors import UsageError

T = TypeVar("T")


def answer(question: str) -> str:
    """Ask; UsageError where nobody answers any more."""
    text = console.asked(question)
    if not text:  # the end of what can be typed: Ctrl-D
        raise UsageError(
            Code.DECLINED, "\nNothing was written.", fix="Run it again whenever you like."
        )
    return text.strip()


def again(question: str, read: Callable[[str], T]) -> T:
    """Ask until the answer can be used; what is wrong with one is said."""
    while True:
        text = answer(question)
        try:
            return read(text)
        except UsageError as problem:
            console.say(str(problem))


def choice(question: str, names: Sequence[str], usual: str | None, read: Callable[[str], T]) -> T:
    """Ask for a number of a list that was shown, or for a name; Enter takes the usual one."""

    def picked(text: str) -> T:
        number = int(text) if text.isdecimal() and len(text) < 5 else 0
        if 0 < number <= len(names):
            return read(names[number - 1])
        return read(usual if usual is not None and not text else text)

    hint = "" if usual is None else f" [{names.index(usual) + 1}]"
    return again(f"{question}{hint}:", picked)


def show(title: str, lines: Sequence[str]) -> None:
    """Show a list of which a number may be typed."""
    console.say(title)
    for number, line in enumerate(lines, start=1):
        console.say(f"  {number}  {safe(line)}")
