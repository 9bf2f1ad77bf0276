"""The judge of whatever writes: holds journal and workbook against the ledger that Apollo keeps.

No subject has two effects, every row ends, and ends with what the ledger says was made of it;
nothing is told as done that the ledger does not know, and the counters are what they count.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

import tally
from crash_scene import Scene
from effects_scene import Task, Writing, effects
from judge import judge_canaries, judge_instants, judge_leftovers
from makers import cells_of

from apollo_batch.journal.budget import scopes_of

Row = Mapping[str, Any]
Books = dict[str, Any]


def assert_effects(
    scene: Scene,
    books: Books,
    codes: Mapping[str, int],
    tasks: Sequence[Task],
    *,
    spoilt: bool = False,
) -> list[Row]:
    """See that journal, workbooks and ledger tell one story; give the rows as the journal has them.

    `codes`: by sheet, what its last run ended with. `spoilt`: an answer left records out that it
    should have shown, so that what was done once more harmlessly may be told as failed.
    """
    with closing(sqlite3.connect(f"file:{scene.state / 'journal.db'}?mode=ro", uri=True)) as c:
        c.row_factory = sqlite3.Row
        assert c.execute("pragma integrity_check").fetchall()[0][0] == "ok"
        _judge_attempts(c)
        _judge_claims(c, books, tasks)
        judge_instants(c)
        ended = [_judge_run(c, task, books, codes[task.path.stem], spoilt=spoilt) for task in tasks]
    for task, rows in zip(tasks, ended, strict=True):
        _judge_output(task, rows)
        _judge_verdict(task, rows[0]["run"])
    _judge_ledger(books, tasks)
    judge_leftovers(scene)
    judge_canaries(scene, {task.path for task in tasks}, _addresses(tasks))
    return [row for rows in ended for row in rows]


def _addresses(tasks: Sequence[Task]) -> list[str]:
    """The e-mail addresses that rows name."""
    cells = (cell for task in tasks for row in task.writing.rows for cell in row)
    return [cell for cell in cells if "@" in cell]


def made_of(books: Books, writing: Writing, cells: Sequence[str]) -> Sequence[Row]:
    """What the ledger says was made of a row."""
    return [e for e in effects(books, writing) if _named(e, writing) == cells[writing.key or 0]]


def _named(effect: Row, writing: Writing) -> str:
    if writing.key is None:
        return str(effect["id"])
    return str(effect["contact"] if writing.table == "tasks" else effect["subject"])


def _judge_attempts(c: sqlite3.Connection) -> None:
    attempts = c.execute("select * from attempts").fetchall()
    for attempt in attempts:
        assert attempt["outcome"] != "sent", "sent, and nobody is left who waits for it"
        assert attempt["held"] == attempt["spent"] == 0, "what is free was counted"
    for budget in c.execute("select * from budgets").fetchall():
        mine = [a for a in attempts if budget["scope"] in _scopes(a)]
        assert (budget["held"], budget["spent"]) == (0, sum(a["spent"] for a in mine))


def _scopes(attempt: Row) -> Iterable[str]:
    return scopes_of(attempt["account"], attempt["run"], attempt["sent_at"]).values()


def _judge_claims(c: sqlite3.Connection, books: Books, tasks: Sequence[Task]) -> None:
    claims = c.execute("select * from effects").fetchall()
    open_still = [e for e in claims if e["state"] in {"claimed", "sought"}]
    assert not open_still, "claimed, or looked for, by nobody who is alive"
    known = {e["id"] for task in tasks for e in effects(books, task.writing)}
    noted = {e["found"] for e in claims if e["state"] == "made" and e["found"]}
    assert noted <= known, "the journal notes an effect that the ledger does not know"


def _judge_run(
    c: sqlite3.Connection, task: Task, books: Books, code: int, *, spoilt: bool
) -> list[Row]:
    runs = c.execute("select id from runs where input_path = ?", [str(task.path)]).fetchall()
    assert len(runs) == 1, "the same command must continue its run"
    asked = "select * from items where run = ? order by row"
    rows = [dict(row) for row in c.execute(asked, [runs[0]["id"]]).fetchall()]
    assert [row["row"] for row in rows] == list(range(2, len(task.writing.rows) + 2))
    for row, cells in zip(rows, task.writing.rows, strict=True):
        made = made_of(books, task.writing, cells)
        if not (spoilt and task.writing.again and row["status"] == "failed"):
            _judge_row(row, made, task.writing, cells)
    tally.count(tally.ROWS, len(rows))
    tally.count(tally.DOUBTS, sum(row["status"] == "in_doubt" for row in rows))
    statuses = {row["status"] for row in rows}
    expected = 8 if "in_doubt" in statuses else 3 if "failed" in statuses else 0
    assert code == expected, "the exit code tells another story"
    return rows


def _judge_row(row: Row, made: Sequence[Row], writing: Writing, cells: Sequence[str]) -> None:
    assert row["state"] == "done", f"row {row['row']} never ends"
    assert writing.again or len(made) <= 1, f"made more than once: {made}"
    if row["status"] == "succeeded":
        _judge_success(row, made, writing, cells)
    elif row["status"] in {"skipped", "no_match"}:
        assert not made, f"made, and told as {row['reason']}"
    elif row["status"] == "failed":
        assert not made or made[0]["id"] in row["note"], "made, and told as failed"
    else:
        assert row["status"] == "in_doubt"


def _judge_success(row: Row, made: Sequence[Row], writing: Writing, cells: Sequence[str]) -> None:
    if row["reason"] in {"updated", "already_there"} and writing.kind == "created":
        assert not made, "made anew, and told as updated"
        return
    assert made, f"told as {row['reason']}, and the ledger knows nothing of it"
    if writing.operation != "lists.add":  # whose answer names nobody
        assert row["found"] == made[-1]["id"], "a row has another's id"


def _judge_output(task: Task, rows: Sequence[Row]) -> None:
    assert task.path.read_bytes() == task.content, "the input was changed"
    lines = cells_of(task.path.with_name(f"{task.path.stem}.annotated.xlsx"))
    assert len(lines) == len(rows)
    for line, row, cells in zip(lines, rows, task.writing.rows, strict=True):
        assert [str(line[name] or "") for name in task.writing.header] == list(cells)
        assert line["Apollo Status"] == row["status"].replace("_", " ").capitalize()
        if "Id" in line and row["status"] == "succeeded":
            assert line["Id"] == row["found"]


def _judge_verdict(task: Task, run: str) -> None:
    check = task.scene.start("verify", run)
    assert check.end() == 0, check.told() + check.said()


def _judge_ledger(books: Books, tasks: Sequence[Task]) -> None:
    for task in tasks:
        keys = {
            cells[task.writing.key or 0]
            for other in tasks
            if other.writing.operation == task.writing.operation
            for cells in other.writing.rows
        }
        strange = [e for e in effects(books, task.writing) if _named(e, task.writing) not in keys]
        assert not strange, f"done to somebody nobody asked for: {strange}"
