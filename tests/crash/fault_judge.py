"""The judge of whatever met trouble on the line: one question to the judge of each kind."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from typing import Any

import openpyxl
from crash_scene import Scene, Sheet
from effects_judge import assert_effects
from effects_scene import Task
from fault_scene import Search
from judge import assert_invariants, judge_instants, judge_leftovers

ODD = ("In doubt", "Failed", "No match")
"""What a row may end with that met trouble; what it has to, the test knows."""


def assert_faultless(
    scene: Scene,
    command: Any,
    books: dict[str, Any],
    code: int,
    *,
    spoilt: bool,
    known: Collection[str],
) -> None:
    """See that journal, books and workbook tell one story, whatever was on the line.

    `spoilt`: an answer said something else than what was carried out. `known`: what a search can
    find.
    """
    if isinstance(command, Sheet):
        codes = {command.path.stem: code}
        assert_invariants(scene, books, codes, spoilt=spoilt, besides=ODD)
    elif isinstance(command, Search):
        _judge_search(command, books, known, spoilt=spoilt)
    else:
        assert isinstance(command, Task)
        assert_effects(scene, books, {command.path.stem: code}, [command], spoilt=spoilt)


def _judge_search(
    search: Search, books: dict[str, Any], known: Collection[str], *, spoilt: bool
) -> None:
    """See that what is found is there, each once, and that it cost nothing."""
    book = openpyxl.load_workbook(search.output)
    head, *lines = book["Apollo Found"].values
    book.close()
    found = [line[head.index("Id")] for line in lines]
    assert spoilt or len(found) == len(set(found)), "found twice"
    assert spoilt or set(found) <= set(known), "found, and not there"
    assert books["credits"]["consumed"] == 0
    with closing(sqlite3.connect(search.scene.state / "journal.db")) as c:
        c.row_factory = sqlite3.Row
        assert c.execute("pragma integrity_check").fetchall()[0][0] == "ok"
        for attempt in c.execute("select * from attempts").fetchall():
            assert attempt["outcome"] != "sent"
            assert attempt["held"] == attempt["spent"] == 0
        judge_instants(c)
    judge_leftovers(search.scene)
