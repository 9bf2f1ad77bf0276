"""A person comes in; wherever the state tells of them is found, emptied, and closed for the future."""

import contextlib
import json
import re
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

from apollo_batch.apollo.reading import UnreadableError, read_json
from apollo_batch.errors import BatchError
from apollo_batch.journal import erased, erasing, purge
from apollo_batch.journal.erasing import Answer, Row
from apollo_batch.journal.store import Store
from apollo_batch.runner.holding import holding
from apollo_batch.runner.purging import drop_copies
from apollo_batch.runner.subject import Subject
from apollo_batch.sheets.read import open_sheet
from apollo_batch.skips import ERASED

_PASSES = 4
"""So often what is found may name another address or id of theirs."""
_CODINGS = ("utf-8", "utf-16", "cp1252")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Found:
    """Where a person was found."""

    typed: Subject
    """As somebody named them."""
    subject: Subject
    """With what their own records say of them."""
    rows: tuple[Row, ...]
    under_way: tuple[Row, ...]
    """Of these, those that are being asked for at this moment."""
    waiting: tuple[Row, ...]
    """Of these, those that are in doubt or pending: they are not erased yet."""
    answers: tuple[int, ...]
    copies: tuple[Path, ...]
    """Copies of spreadsheets."""
    outputs: Mapping[Path, tuple[int, ...]]
    """Workbooks that runs wrote, with the rows that name them; () where it is not a row."""
    written: Mapping[str, Path]
    """Runs to the workbook that each wrote."""
    jobs: tuple[str, ...]
    """Runs whose job file's own words name them."""

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs whose rows they are."""
        return tuple(sorted({row.run for row in self.rows}))


def find(store: Store, subject: Subject) -> Found:
    """Look everywhere; nothing changes."""
    records, typed = erasing.records(store), subject
    made, ids = erasing.made_to(store, subject.made_to(store.salt))
    subject = replace(subject, ids=subject.ids | ids)
    for _ in range(_PASSES):
        answers = _answers(store, subject)
        wider = subject.with_what(one for records_ in answers.values() for one in records_)
        if wider == subject:
            break
        subject = wider
    copies, in_copies = _copies(store, subject, records)
    rows = erasing.rows_telling(store, subject.in_cells, subject.in_value) | in_copies | made
    copies |= _copies_of(store, records, {row.run for row in rows if not row.sheet})
    job = (one["id"] for one in records if subject.in_text(one["job"] + one["input_path"]))
    return Found(
        typed=typed,
        subject=subject,
        rows=tuple(sorted(rows)),
        under_way=tuple(sorted(erasing.under_way(store, rows))),
        waiting=tuple(sorted(erasing.waiting(store, rows))),
        answers=tuple(answers),
        copies=tuple(sorted(copies)),
        outputs=_outputs(subject, records, rows),
        written={one["id"]: Path(one["output_path"]) for one in records if one["output_path"]},
        jobs=tuple(job),
    )


def _answers(store: Store, subject: Subject) -> dict[int, list[Mapping[str, Any]]]:
    """Find the answers that tell of them, each with their own records in it."""
    found = {}
    for answer in erasing.answers(store):
        data = _data(answer)
        if subject.in_value(data) or subject.in_text(answer.message):
            found[answer.number] = list(subject.in_answer(data))
    return found


def _data(answer: Answer) -> Any:
    try:
        return read_json(answer.body)
    except UnreadableError:
        return answer.body.decode("utf-8", "replace")


def _copies(
    store: Store, subject: Subject, records: Iterable[Mapping[str, Any]]
) -> tuple[set[Path], set[Row]]:
    """Find the copies of spreadsheets that tell of them, and the rows whose they are."""
    found, rows = set(), set()
    for path in sorted((store.folder / "copies").glob("*/*")):
        if _in_file(path, subject):
            found.add(path)
    for record in records:
        path = _copy_of(store, record)
        numbers = _numbers(path, subject, json.loads(record["reading"]))
        if numbers:
            found.add(path)
            rows |= {Row(record["id"], "", number) for number in numbers}
    return found, rows


def _copy_of(store: Store, record: Mapping[str, Any]) -> Path:
    digest, name = str(record["input_hash"])[:16], Path(record["input_path"]).name
    return store.folder / "copies" / digest / name


def _copies_of(
    store: Store, records: Iterable[Mapping[str, Any]], names: Collection[str]
) -> set[Path]:
    """Find the copies of the spreadsheets of some runs."""
    copies = (_copy_of(store, one) for one in records if one["id"] in names)
    return {copy for copy in copies if copy.is_file()}


def _numbers(path: Path, subject: Subject, reading: Mapping[str, Any]) -> tuple[int, ...]:
    """Number the rows of a spreadsheet that tell of them; () where it cannot be read."""
    how = {name: reading.get(name) for name in ("table", "header_row", "encoding")}
    with contextlib.suppress(BatchError, OSError):
        sheet = open_sheet(path, name=reading.get("sheet"), **how)
        return tuple(row.number for row in sheet.rows() if subject.in_cells(row.cells))
    return ()


def _in_file(path: Path, subject: Subject) -> bool:
    """Whether any text in a file names them, on whatever sheet."""
    with contextlib.suppress(OSError, zipfile.BadZipFile):
        return any(map(subject.in_text, _texts(path)))
    return False


def _texts(path: Path) -> Iterator[str]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                text = package.read(name).decode("utf-8", "replace")
                yield unescape(_TAG.sub(" ", text))
        return
    content = path.read_bytes()
    yield from (content.decode(coding, "ignore") for coding in _CODINGS)


def _outputs(
    subject: Subject, records: Iterable[Mapping[str, Any]], rows: Collection[Row]
) -> dict[Path, tuple[int, ...]]:
    """Find the workbooks that tell of them, with the rows as far as they are rows of the input."""
    found = {}
    for record in records:
        path = Path(record["output_path"])
        if not record["output_path"] or not path.is_file():
            continue
        reading = json.loads(record["reading"]) | {"encoding": None}
        theirs = {row.number for row in rows if row.run == record["id"] and not row.sheet}
        theirs |= set(_numbers(path, subject, reading))
        if theirs or _in_file(path, subject):
            found[path] = tuple(sorted(theirs))
    return found


@dataclass(frozen=True)
class Erased:
    """What was done about a person."""

    rows: int
    answers: int
    copies: int
    whole: bool
    """Whether nothing of it is left in the journal's file."""


@contextlib.contextmanager
def held(store: Store, subject: Subject, now: float) -> Iterator[Found]:
    """Look everywhere with every run held that tells of a person; HeldError where one is under way."""
    with contextlib.ExitStack() as stack:
        found, names = find(store, subject), set[str]()
        while more := set(found.runs) - names:
            for one in erasing.records(store):
                if one["id"] in more:
                    stack.enter_context(holding(store, one["account"], one["identity"], now))
            names |= more
            found = find(store, subject)
        yield found


def erase(store: Store, found: Found, now: float) -> Erased:
    """Empty what tells of a person, and know them again; the runs that tell of them are held.

    Ended in the middle, the same again does the rest: whoever is erased is known again first.
    """
    asked = erasing.asked(store, found.rows)
    again = {erased.mark(store.salt, erased.By.ASKED, one) for one in asked}
    erased.add(store, found.subject.marks(store.salt) | again, now)
    rows = [row for row in found.rows if row not in found.waiting]
    erasing.empty(store, rows, ERASED)
    # What names only what the others told of them goes first: the same again must find it.
    last = set(_answers(store, found.typed))
    new = sorted(_rewritten(store, found), key=lambda answer: answer.number in last)
    erasing.rewrite(store, new)
    erasing.hush(store, found.subject.in_text)
    for path in found.copies:
        shutil.rmtree(path.parent, ignore_errors=True)
    purge.note_purged(store, purge.last_purged(store))  # names of the team's users go, too
    with store.alone() as alone:
        drop_copies(store, now, alone=alone)
        whole = store.compact(alone=alone)
    return Erased(len(rows), len(new), len(found.copies), whole)


def _rewritten(store: Store, found: Found) -> Iterator[Answer]:
    """Take them out of answers, but for those that a row of theirs is still to be read from."""
    subject, chosen = found.subject, set(found.answers)
    if found.waiting:
        chosen -= purge.awaited(store)
    for answer in erasing.answers(store):
        if answer.number not in chosen:
            continue
        data = subject.out_of(_data(answer))
        body = (
            data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=_number)
        )
        message = "" if subject.in_text(answer.message) else answer.message
        yield Answer(answer.number, body.encode(), message)


def _number(value: Any) -> float:
    return float(value)


def by_run(rows: Iterable[Row]) -> dict[str, list[int]]:
    """Sort rows by their runs."""
    sorted_: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        sorted_[row.run].append(row.number)
    return dict(sorted_)
