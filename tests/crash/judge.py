"""The judge of every crash: reads journal, books and workbook with its own eyes, not the product's.

The invariants, by number: (1) an effect at most once, (2) never above the budget, (3) what we call
charged was charged, (4) each row once with one final status, (5) the output whole, (6) nothing
asked again that was answered, (7) the journal sound and no draft left behind, (8) the key nowhere,
personal data in no file that is not meant for it, (9) the exit code true, (11) no row with
another's answer, (12) the input untouched. (10), an end in time, is a matter of timeouts.
"""

import itertools
import json
import sqlite3
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine
import tally
from crash_scene import CANARY, HEADER, KEEP, NUMBER_FOR_AN_ID, Scene, Sheet

from apollo_batch.journal.budget import scopes_of

TICKS = 10_000
MOST = {"people.enrich": TICKS}
"""What a row costs at most, by operation; others cost nothing."""
DOUBTFUL = {"lost", "unknown"}
Row = Mapping[str, Any]


def counts_under(attempt):
    """The budgets that an attempt counts under."""
    return scopes_of(attempt["account"], attempt["run"], attempt["sent_at"]).values()


def assert_invariants(
    scene: Scene,
    books: Mapping[str, Any],
    codes: Mapping[str, int],
    *,
    resent: bool = False,
    spoilt: bool = False,
    besides: Collection[str] = ("In doubt",),
) -> None:
    """See that whatever happened, nothing was lost, bought twice, mixed up or left lying about.

    `codes`: by sheet, what its last run ended with. `resent`: rows in doubt were asked once more,
    so that they may have been paid for twice. `spoilt`: answers said something else than what was
    carried out. `besides`: what a row may end with instead of what it should.
    """
    with closing(sqlite3.connect(f"file:{scene.state / 'journal.db'}?mode=ro", uri=True)) as c:
        c.row_factory = sqlite3.Row
        assert c.execute("pragma integrity_check").fetchall()[0][0] == "ok"
        attempts = c.execute("select * from attempts").fetchall()
        _judge_attempts(attempts)
        if spoilt:
            _judge_bounds(attempts, books)
        else:
            _judge_charges(attempts, books, resent=resent)
        _judge_counters(c, attempts)
        judge_instants(c)
        for name, sheet in scene.sheets.items():
            _judge_run(c, sheet, codes[name], besides)
        claimed = c.execute("select count(*) from questions where state = 'claimed'").fetchone()
        assert claimed[0] == 0, "a question is claimed by nobody who is alive"
    _judge_windows(books)
    assert not [entry for entry in books["log"] if entry["status"] == 429], "a limit was hit"
    judge_leftovers(scene)
    judge_canaries(scene, {s.path for s in scene.sheets.values()}, _addresses(scene))


def _judge_attempts(attempts: Sequence[Row]) -> None:
    for attempt in attempts:
        assert attempt["outcome"] != "sent", "sent, and nobody is left who waits for it"
        assert attempt["held"] == 0, "credits are held at rest"
        if attempt["outcome"] == "done":
            assert attempt["body"], "an answer that was paid for was not kept"
            assert attempt["spent"] == (attempt["reported"] or attempt["derived"] or 0)


def _judge_charges(attempts: Sequence[Row], books: Mapping[str, Any], *, resent: bool) -> None:
    """Every charge belongs to exactly one attempt: to the one whose answer holds it, or to doubt."""
    charged: dict[int, list[Row]] = {}
    for charge in books["charges"]:
        charged.setdefault(charge["request"], []).append(charge)
    requests = Counter(frozenset(c["what"] for c in bill) for bill in charged.values())
    answers = Counter(
        found for a in attempts if a["outcome"] == "done" and (found := frozenset(_found(a)))
    )
    assert answers <= requests, "an answer that the books do not know"
    unanswered = requests - answers
    doubtful = [a for a in attempts if a["outcome"] in DOUBTFUL]
    assert unanswered.total() <= len(doubtful), "a charge that no attempt owns up to"
    consumed = Decimal(str(books["credits"]["consumed"]))
    bill = sum((Decimal(a["reported"] or a["derived"] or 0) for a in attempts), Decimal(0)) / TICKS
    in_doubt = sum((Decimal(a["spent"]) for a in doubtful), Decimal(0)) / TICKS
    assert bill <= consumed <= bill + in_doubt, "journal and books disagree"
    assert consumed - bill == sum(len(found) * n for found, n in unanswered.items())
    most = 2 if resent else 1
    twice = {question: n for question, n in books["asked"].items() if n > most}
    assert not twice, f"bought more than once: {twice}"


def _found(attempt: Row) -> Iterator[str]:
    for record in json.loads(zlib.decompress(attempt["body"]))["matches"]:
        if record:
            yield record["id"]


def _judge_counters(c: sqlite3.Connection, attempts: Sequence[Row]) -> None:
    for budget in c.execute("select * from budgets").fetchall():
        mine = [a for a in attempts if budget["scope"] in counts_under(a)]
        assert budget["held"] == sum(a["held"] for a in mine) == 0
        assert budget["spent"] == sum(a["spent"] for a in mine), "a counter is not its sum"
        assert budget["cap"] is None or budget["spent"] <= budget["cap"], "above the budget"


def _judge_bounds(attempts: Sequence[Row], books: Mapping[str, Any]) -> None:
    """Whatever Apollo told, no less was counted than was charged, and nothing bought twice."""
    consumed = Decimal(str(books["credits"]["consumed"]))
    assert sum(Decimal(a["spent"]) for a in attempts) / TICKS >= consumed, "charged, not counted"
    assert max(books["asked"].values(), default=0) <= 1, "bought more than once"


def judge_instants(c: sqlite3.Connection) -> None:
    """See that at no moment more was held and spent than a budget lets.

    Worked out anew: from when each attempt left, what it could cost at most, and its end.
    """
    asked = "select a.*, k.operation, k.items from attempts a join chunks k on k.id = a.chunk"
    rows = c.execute(asked).fetchall()
    for budget in c.execute("select * from budgets where cap is not null").fetchall():
        steps: list[tuple[float, int]] = []
        for a in rows:
            if budget["scope"] in counts_under(a):
                most = MOST.get(a["operation"], 0) * len(json.loads(a["items"]))
                steps += [(a["sent_at"], most), (a["done_at"], a["spent"] - most)]
        # What came back and what leaves is written down in one moment, in this order.
        at_once = list(itertools.accumulate(step for _, step in sorted(steps)))
        assert max(at_once, default=0) <= budget["cap"], "above the budget for a moment"


def _judge_run(c: sqlite3.Connection, sheet: Sheet, code: int, besides: Collection[str]) -> None:
    runs = c.execute("select id from runs where input_path = ?", [str(sheet.path)]).fetchall()
    assert len(runs) == 1, "the same command must continue its run"
    run = runs[0]["id"]
    numbers = [n for n, lead in enumerate(sheet.leads, start=2) if lead.cells]
    rows = c.execute("select number from rows where run = ? order by number", [run]).fetchall()
    assert [row["number"] for row in rows] == numbers
    items = c.execute("select * from items where run = ? order by row", [run]).fetchall()
    assert [item["row"] for item in items] == numbers
    tally.count(tally.ROWS, len(items))
    tally.count(tally.DOUBTS, sum(item["status"] == "in_doubt" for item in items))
    for item in items:
        assert item["state"] == ("done" if item["twin"] is None else "twin")
    doubt = any(item["status"] == "in_doubt" for item in items)
    failed = any(item["status"] == "failed" for item in items)
    assert code == (8 if doubt else 3 if failed else 0), "the exit code tells another story"
    statuses = {item["row"]: item["status"] for item in items}
    ended = {i["row"]: i["status"] or statuses[i["twin"]] for i in items}
    _judge_output(sheet, ended, besides)


def _judge_output(sheet: Sheet, statuses: Mapping[int, str], besides: Collection[str]) -> None:
    assert sheet.path.read_bytes() == sheet.content, "the input was changed"
    book = openpyxl.load_workbook(sheet.output)
    lines = [[cell or "" for cell in line] for line in book.worksheets[0].values]
    book.close()
    raw = python_calamine.CalamineWorkbook.from_path(str(sheet.output))
    assert [[c or "" for c in line[:5]] for line in raw.get_sheet_by_index(0).to_python()] == [
        line[:5] for line in lines
    ]
    width = len(HEADER)
    assert tuple(lines[0][:width]) == HEADER
    assert tuple(lines[0][-len(KEEP) :]) == tuple(KEEP)
    for number, lead in enumerate(sheet.leads, start=2):
        line = lines[number - 1] if number <= len(lines) else [""] * (width + 4 + len(KEEP))
        status, person, email = line[width], line[-3], line[-2]
        assert "".join(line[:width]) == "".join(lead.cells), "a cell of theirs was changed"
        if not lead.cells:
            assert status == ""
            continue
        assert status == statuses[number].replace("_", " ").capitalize()
        assert status in {lead.expects, *besides}
        found = status == "Succeeded"
        known = {lead.person, str(NUMBER_FOR_AN_ID)} if found else {""}
        assert person in known, "a row holds another's answer"
        assert not (found and lead.cells[1]) or email == lead.cells[1]


def _judge_windows(books: Mapping[str, Any]) -> None:
    for window in books["windows"]:
        assert window["cap"] is None or window["used"] <= window["cap"]


def judge_leftovers(scene: Scene) -> None:
    """See that nothing lies about that should not, and that the key is nowhere."""
    files = [path for path in scene.folder.rglob("*") if path.is_file()]
    drafts = [path.name for path in files if path.suffix == ".part"]
    assert not drafts, "a draft was left behind"
    assert not list(scene.folder.glob("*.annotated-2*")), "its own output was not known again"
    assert not list(scene.folder.glob("apollo-batch-crash-*")), "a bug was reported"
    for path in files:
        assert scene.served.key.encode() not in content_of(path), f"the key is in {path.name}"


def judge_canaries(scene: Scene, inputs: Collection[Path], personal: Iterable[str]) -> None:
    """See that cells of columns no job names stay in the workbooks, and people out of the talk."""
    copies = scene.state / "copies"
    for path in (path for path in scene.folder.rglob("*") if path.is_file()):
        if path in inputs or copies in path.parents or ".annotated" in path.name:
            continue
        content = content_of(path)
        assert CANARY.encode() not in content, f"a cell nobody named is in {path.name}"
        if not path.name.startswith("journal.db"):
            assert not [p for p in personal if p.encode() in content], f"people are in {path.name}"


def _addresses(scene: Scene) -> list[str]:
    leads = (lead for sheet in scene.sheets.values() for lead in sheet.leads)
    return [lead.cells[1] for lead in leads if lead.cells and lead.cells[1]]


def content_of(path: Path) -> bytes:
    """What is in a file; in a workbook, behind its compression."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        return b"".join(package.read(name) for name in package.namelist())
