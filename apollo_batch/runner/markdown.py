"""A run's figures, or a plan's sentences, in; Markdown that a build shows, with no row's data in it, out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from apollo_batch.errors import EXIT_MEANINGS, Exit
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.runner.publicly import REVIEWED, reasons_of, rows_of
from apollo_batch.runner.report import Figures, plain
from apollo_batch.runner.summarise import left, verdict

MOST_BYTES = 64_000
"""GitHub drops a summary that is too long, all of it."""
_MOST_REASONS, _MOST_ROWS, _MOST_CHARACTERS = 20, 200, 2_000
_BAR = 20
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def literal(text: str) -> str:
    """Show a text that is not ours as it is: no markup, link or mention comes of it."""
    # In a span of code nothing is read but its end, and in a table the bar.
    plainly = _UNSEEN.sub(" ", text).replace("`", "'").strip()[:_MOST_CHARACTERS]
    return f"`{plainly}`".replace("|", "\\|") if plainly else ""


def fenced(lines: Iterable[str], language: str = "text") -> str:
    """Show lines as they are, between fences that none of them can end."""
    text = "\n".join(_UNSEEN.sub(" ", line) for line in lines)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _table(head: Sequence[str], rows: Iterable[tuple[str, int]]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "| --- | ---: |"]
    return "\n".join([*lines, *(f"| {name} | {count:,} |" for name, count in rows)])


def summary(store: Store, found: Figures, code: Exit, next_step: str | None) -> str:
    """Say what a run came to; rows that a person has to look at are named by their number alone."""
    parts = [
        f"## apollo-batch: {literal(found.record['job_name'])}",
        f"**{verdict(found)}**",
        f"Ended with code {int(code)}: {EXIT_MEANINGS[code]}.",
        *_counted(found),
        *_credits(found),
        *_to_review(store, found),
        *_next(next_step),
    ]
    text = "\n\n".join(parts) + "\n"
    return text if len(text.encode()) <= MOST_BYTES else "\n\n".join(parts[:3]) + "\n"


def _counted(found: Figures) -> Iterator[str]:
    yield _table(("Status", "Rows"), [(s.words, n) for s in Status if (n := found.ended.get(s))])
    reasons = reasons_of(found)
    told = [(_said(why), n) for why, n in [*reasons.items()][:_MOST_REASONS]]
    if len(reasons) > _MOST_REASONS:
        told.append(("other reasons", sum([*reasons.values()][_MOST_REASONS:])))
    if told:
        yield _table(("Reason", "Rows"), told)


def _said(why: str) -> str:
    """Show a reason, whose words a job file or Apollo may have given, as text in a table."""
    return re.sub(r"([\\`*_\[\]<>|~&@])", r"\\\1", why)


def _credits(found: Figures) -> Iterator[str]:
    cap, spent = found.budget.get("cap"), found.bill.spent
    said = f"Credits: {plain(found.charged)} charged"
    if cap is not None:
        said += f", {plain(spent)} of {plain(cap)} of the budget are used. {_bar(spent, cap)}"
    rest = left(found.balances.get("after", {}))
    yield f"{said.rstrip('.')}." + (f" {rest:,} are left." if rest is not None else "")


def _bar(spent: Decimal, cap: Decimal) -> str:
    full = round(_BAR * min(Decimal(1), spent / cap)) if cap else _BAR
    return f"`{'█' * full}{'░' * (_BAR - full)}`"


def _to_review(store: Store, found: Figures) -> Iterator[str]:
    names: Mapping[Status, list[str]] = {status: [] for status in REVIEWED}
    for came in rows_of(store, found.run):
        if came.told.status in REVIEWED:
            names[came.told.status].append(came.name.removeprefix("row "))
    for status, rows in names.items():
        if rows:
            more = f" and {len(rows) - _MOST_ROWS:,} more" if len(rows) > _MOST_ROWS else ""
            yield f"{status.words}, to be looked at: rows {', '.join(rows[:_MOST_ROWS])}{more}."


def _next(next_step: str | None) -> Iterator[str]:
    if next_step:
        yield "Next:"
        yield fenced([next_step[:_MOST_CHARACTERS]], "sh")


def planned(job: str, lines: Iterable[str], made_of: Iterable[tuple[str, str]]) -> str:
    """Say a plan, and what it was made of."""
    sources = [f"| {literal(name)} | `{digest}` |" for name, digest in made_of]
    table = "\n".join(["| Made of | SHA-256 |", "| --- | --- |", *sources])
    text = f"## apollo-batch: plan of {literal(job)}\n\n{fenced(lines)}\n\n{table}\n"
    return text if len(text.encode()) <= MOST_BYTES else f"{text[:_MOST_CHARACTERS]}\n"
