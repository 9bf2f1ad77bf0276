"""The workflow commands of GitHub's runner: ours are written as it reads them, all other text is no command."""

import re
import unicodedata

_DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_DATA, (":", "%3A"), (",", "%2C"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# The runner's first grammar, and those of others like it: anywhere in a line.
_OLDER = re.compile(r"##(?=\w*\[)")
_IN_JSON = re.compile(r"[\x7f-\x9f\u2028\u2029]|##(?=\w*\[)")


def command(name: str, data: str, **properties: str | int | None) -> str:
    """Write one command on one line; a property that is None is left out."""
    said = [(key, str(value).strip()) for key, value in properties.items() if value is not None]
    told = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in said if value)
    return f"::{name}{' ' if told else ''}{told}::{_escaped(data, _DATA)}"


def _escaped(text: str, mappings: tuple[tuple[str, str], ...]) -> str:
    text = _CONTROL.sub("", text)
    for token, replacement in mappings:
        text = text.replace(token, replacement)
    return text


def harmless(text: str) -> str:
    """Break up whatever in a text the runner would take for a command; the rest stays as it is."""
    return "\n".join(map(_harmless, re.split(r"\r\n?|\n", text)))


def _harmless(line: str) -> str:
    line = _OLDER.sub("# #", line)
    start = next((i for i, letter in enumerate(line) if not _unseen(letter)), len(line))
    return f"{line[:start]}: {line[start + 1 :]}" if line.startswith("::", start) else line


def _unseen(letter: str) -> bool:
    """Whether the runner may look past a character at the beginning of a line."""
    return letter.isspace() or unicodedata.category(letter) in {"Cc", "Cf"}


def harmless_json(text: str) -> str:
    """Do the same to a JSON document, which says the same as before."""
    # Outside of its strings no document has any of these characters.
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0][0]):04x}{found[0][1:]}", text)
