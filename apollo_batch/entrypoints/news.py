"""What happens in a watched folder is told once, when it changes, and never a second time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class News:
    """Tells the person at the terminal, or the log of the service, what is new."""

    say: Callable[[str], None]
    _told: dict[str, str] = field(default_factory=dict)

    def tell(self, about: str, words: str) -> None:
        """Say how something is by now, where it is not as before; "": all is well."""
        before = self._told.get(about, "")
        if words != before:
            self._told[about] = words
            self.say(words or f"Over: {before}")

    @contextmanager
    def trouble(self, about: str, words: str) -> Iterator[None]:
        """Outlive what a folder does; say so once, and once more when it is over."""
        try:
            yield
        except OSError as problem:
            self.tell(about, f"{words}: {problem.strerror or problem}.")
        else:
            self.tell(about, "")
