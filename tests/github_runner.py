"""What GitHub's runner makes of a log: a second telling of its grammar, after its own sources."""

import re
from dataclasses import dataclass

REGISTERED = frozenset(
    "add-mask add-matcher add-path debug echo endgroup error group internal-set-repo-path notice "
    "remove-matcher save-state set-env set-output stop-commands warning".split()
)
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_OLDER = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))
# What .NET's TrimStart takes away, and the older controls besides.
_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


@dataclass(frozen=True)
class Command:
    """A command as the runner carries it out."""

    name: str
    properties: dict[str, str]
    data: str


def commands(log: str) -> list[Command]:
    """Every command in a log, in its order."""
    lines = re.split(r"\r\n|\r|\n", log)
    return [found for line in lines if (found := _newer(line) or _older(line)) is not None]


def _newer(line: str) -> Command | None:
    line = line.lstrip(_SPACE)
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        return None
    return _command(line[2:end], line[end + 2 :], ",", _PROPERTY, _DATA)


def _older(line: str) -> Command | None:
    start = line.find("##[")
    if start < 0 or (end := line.find("]", start)) < 0:
        return None
    return _command(line[start + 3 : end], line[end + 1 :], ";", _OLDER, _OLDER)


def _command(head, data, between, of_properties, of_data):
    name, _, rest = head.partition(" ")
    if name.lower() not in REGISTERED:
        return None
    pairs = (pair.partition("=") for pair in rest.strip().split(between) if pair)
    properties = {key: _meant(value, of_properties) for key, _, value in pairs if key and value}
    return Command(name, properties, _meant(data, of_data))


def _meant(text, mappings):
    for written, token in mappings:
        text = text.replace(written, token)
    return text
