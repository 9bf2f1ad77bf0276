"""Whatever text goes in, markup that shows it comes out: the one writer of HTML and SVG."""

import html
from collections.abc import Iterable

from apollo_batch.sheets import celltext

_EMPTY = frozenset({"meta", "link", "rect"})


class Markup(str):
    """Finished markup; any other text is escaped before it becomes part of a page."""

    __slots__ = ()


def element(
    name: str, *inside: str | Iterable[Markup], attributes: dict[str, str] | None = None
) -> Markup:
    """Write one element: text in it and in its attributes is escaped, markup in it stands."""
    said = "".join(f' {key}="{_escaped(value)}"' for key, value in (attributes or {}).items())
    if name in _EMPTY:
        return Markup(f"<{name}{said}/>")
    return Markup(f"<{name}{said}>{''.join(map(_inner, inside))}</{name}>")


def _inner(part: str | Iterable[Markup]) -> str:
    if isinstance(part, Markup):
        return part
    return _escaped(part) if isinstance(part, str) else "".join(map(_inner, part))


def _escaped(text: str) -> str:
    return html.escape(celltext.clean(text), quote=True)
