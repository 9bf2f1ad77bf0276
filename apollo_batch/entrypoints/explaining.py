"""A code, a reason, a status or an exit code comes in; what it means, and what to do, goes out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import Exit, UsageError
from apollo_batch.model import STATUS_MEANINGS, Reason, Status
from apollo_batch.reasons import APOLLOS, REASONS, sentence
from apollo_batch.skips import ENROLLMENT_CODES, LIFTED_BY
from apollo_batch.suggest import did_you_mean

_FOLDER = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class Page:
    """What is told of one code."""

    word: str
    title: str
    text: str
    """Paragraphs, and an example that is indented."""
    chapter: str
    """The title of what it stands in."""


@cache
def pages() -> dict[str, Page]:
    """Read all pages, in the order of their codes: those of errors, then those of exit codes."""
    found = [page for path in _FOLDER.glob("*.md") for page in _pages(path)]
    found.sort(key=lambda page: (page.word.isdecimal(), len(page.word), page.word))
    return {page.word: page for page in found}


def _pages(path: Path) -> Iterator[Page]:
    head, *parts = path.read_text(encoding="utf-8").split("\n## ")
    for part in parts:
        first, _, text = part.partition("\n")
        word, _, title = first.partition(" ")
        yield Page(word, title, text.strip(), head.strip().removeprefix("# "))


def explained(word: str) -> str:
    """Explain a word that a person has met; UsageError where it is none of ours."""
    plain = word.strip().strip("[]")
    told = [*_page(plain), *_status(plain), *_reason(_snake(plain))]
    if told:
        return "\n\n".join(told)
    known = [*REASONS, *Status, *STATUS_MEANINGS]
    guess = None if re.search(r"\d", plain) else did_you_mean(plain, known)
    message = f"Nothing is called {word!r} here."
    where = "Copy it out of the message again; `apollo-batch help` lists what there is to read."
    raise UsageError(Code.UNKNOWN_WORD, message, fix=guess or where)


def _snake(word: str) -> str:
    return word if word.startswith(APOLLOS) else re.sub(r"[\s-]+", "_", word.lower())


def _page(word: str) -> Iterator[str]:
    digits = re.fullmatch(r"(?:AB)?(\d+)", word, re.IGNORECASE)
    if digits is None:
        return
    number = digits[1]
    page = pages().get(f"AB{number}" if len(number) == 4 else number)
    if page is not None:
        name = page.word if page.word.startswith("AB") else f"Exit code {page.word}"
        yield f"{name}: {page.title}.\n\n{page.text}"


def _status(word: str) -> Iterator[str]:
    for status in Status:
        if _snake(word) == status.value:
            behind = ", ".join(r.code for r in REASONS.values() if r.status is status)
            reasons = f"\n\nIts reasons: {behind}." if behind else ""
            yield f"{status.words}, a status.\n\n{STATUS_MEANINGS[status]}{reasons}"


def _reason(code: str) -> Iterator[str]:
    if code in REASONS:
        yield "\n\n".join(_told(REASONS[code]))
    elif code.startswith(APOLLOS):
        yield f"{code}, a reason of Apollo's that is not known here.\n\n{sentence(code)}"


def _told(reason: Reason) -> Iterator[str]:
    whose = "one of Apollo's own reasons" if reason.code in ENROLLMENT_CODES else "a reason"
    yield f"{reason.code}, {whose} of rows that are {reason.status.words.lower()}."
    yield reason.sentence
    if reason.remedy:
        yield f"Do: {reason.remedy}"
    lifting = sorted(LIFTED_BY.get(reason.code, ()))
    if lifting:
        yield f"What lets such contacts in all the same: {', '.join(lifting)}."
    again = "takes such rows up again" if reason.again else "does not ask such rows again"
    yield f"The same command {again}."


def exit_codes() -> list[Page]:
    """The pages of the exit codes."""
    return [pages()[str(int(code))] for code in Exit]
