"""Names and counts in, a drawing of them as SVG out; it says in words what it shows."""

from collections.abc import Sequence
from decimal import Decimal

from apollo_batch.runner.element import Markup, element
from apollo_batch.sheets.summary import CHART_COLOURS

Count = int | Decimal

_WIDTH, _ROW, _BAR = 560, 28, 18
_LABELS, _NUMBERS = 270, 80
_LONGEST_LABEL = 36


def bars(title: str, rows: Sequence[tuple[str, Count]]) -> Markup:
    """Draw one bar a row, the longest for the highest count."""
    most = max((count for _, count in rows), default=1) or 1
    said = "; ".join(f"{label}: {count}" for label, count in rows)
    drawn = [_bar(place, label, count, most) for place, (label, count) in enumerate(rows)]
    return element(
        "svg",
        element("title", title),
        element("desc", said),
        drawn,
        attributes={"viewBox": f"0 0 {_WIDTH} {_ROW * len(rows)}", "role": "img"},
    )


def _bar(place: int, label: str, count: Count, most: Count) -> Markup:
    top = place * _ROW + (_ROW - _BAR) // 2
    middle = str(place * _ROW + _ROW // 2)
    length = float(Decimal(count) / Decimal(most)) * (_WIDTH - _LABELS - _NUMBERS)
    colour = CHART_COLOURS.get(label)
    size = {"x": str(_LABELS), "y": str(top), "width": f"{length:.1f}", "height": str(_BAR)}
    fill = {"fill": f"#{colour}"} if colour else {"class": "bar"}
    number = {"x": f"{_LABELS + length + 8:.1f}", "y": middle, "class": "number"}
    return element(
        "g",
        element("text", _short(label), attributes={"x": "0", "y": middle}),
        element("rect", attributes=size | fill),
        element("text", f"{count:,}", attributes=number),
    )


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1].rstrip() + "…"
