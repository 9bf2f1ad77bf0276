"""The owner's list of Apollo's operations, where this machine has it: endpoints, words, fields."""

import os
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of the list."""

    title: str
    method: str
    path: str
    parameters: tuple[str, ...]
    """As they are written there: `person_titles[]`, `revenue_range[min]`."""
    fields: tuple[str, ...]
    """What its answer's records are said to hold."""

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"


def read():
    """Read the list that APOLLO_REFERENCE leads to; () where it leads nowhere."""
    folder = os.environ.get("APOLLO_REFERENCE")
    path = Path(folder, "brief.md") if folder else None
    if path is None or not path.is_file():
        return ()
    sections = re.split(r"^#{2,3} ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tuple(endpoint for section in sections for endpoint in _endpoints(section))


def _endpoints(section):
    method = re.search(r"\*\*Method\*\*: `(\w+)`", section)
    path = re.search(r"\*\*URL\*\*: `(\S+)`", section)
    if method and path:
        title = section.partition("\n")[0]
        yield Endpoint(title, method[1], path[1], tuple(_named(section)), tuple(_fields(section)))


def _named(section):
    """The parameters of a section; of a pair of ends the second leaves out the name."""
    for line in section.splitlines():
        if not line.startswith("  - `"):
            continue
        name = ""
        for word in re.findall(r"`([^`]+)`", re.sub(r"\([^)]*\)", "", line.partition(":")[0])):
            name = name.rpartition("[")[0] + word if word.startswith("[") else word
            yield name
    for line in re.findall(r"\*\*Parameters\*\*: (.*)", section):
        yield from re.findall(r"`([^`]+)`", line)


def _fields(section):
    """What stands behind `with` or `including`, each up to its first blank."""
    for listed in re.findall(
        r"\*\*Response\*\*: Returns (?:\w+ count and )?\w+ (?:object|array) "
        r"with:? (?!enriched)(?:.* including )?(.*)\.$",
        section,
        flags=re.MULTILINE,
    ):
        for part in listed.split(","):
            word = part.split()[0]
            if re.fullmatch(r"[a-z][a-z_]+", word):
                yield word
