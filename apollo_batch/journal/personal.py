"""What every column of the journal may tell of a person: the list that purging and erasing go by."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from apollo_batch.journal.schema import (
    attempts,
    balances,
    budgets,
    chunks,
    effects,
    erased,
    items,
    lanes,
    meta,
    questions,
    rows,
    runs,
    waiters,
    windows,
)

Columns = Mapping[Table, Mapping[str, Any]]
"""Of each table its columns, with what stands in them once they are emptied."""

CELLS: Columns = {
    rows: {"cells": "[]", "hash": ""},
    items: {
        "params": "{}",
        "lot": "",
        "gate": "",
        **dict.fromkeys(("note", "kept", "old", "expects")),
    },
    runs: {"stop_note": ""},
}
"""Cells, what was sent and found of them, and words about them: they go when a run is purged."""

ANSWERS: Columns = {attempts: {"body": None, "message": None}}
"""What Apollo answered: it goes with its run, or when nobody may be answered from it any more."""

IDS: Columns = {items: {"found": None}, effects: {"found": None}}
"""Apollo's numbers of people and records: what was made is known by them, so they stay."""

KEYED = {
    runs: ("identity",),
    items: ("question", "subject"),
    questions: ("question",),
    effects: ("subject",),
    erased: ("mark",),
}
"""Hashes of cells, made with the journal's own salt: by them nothing is bought or made twice."""

WORDS = {
    runs: ("job_name", "job", "job_path", "input_path", "output_path", "reading", "period"),
    chunks: ("gate",),
    items: ("reason",),
}
"""The job file's own words, and the names of files: they are the user's, not of one row."""

PASSING = {meta: ("value",)}
"""Names of users and mailboxes of the team, for an hour; the salt; who holds a run."""

PLAIN = {
    meta: ("key",),
    runs: (
        *("id", "account", "input_hash", "output_hash", "selection", "planned", "entered", "stop"),
        *("news", "news_written", "created", "updated", "purged", "emptied", "delivered"),
    ),
    rows: ("account", "run", "sheet", "number", "parent"),
    items: (
        *("id", "account", "run", "step", "sheet", "row", "root", "onward", "state", "twin"),
        *("route", "course", "page", "since", "looks", "untold", "not_before", "leg"),
        *("company", "chunk", "source", "position", "status", "undoes", "credits"),
    ),
    chunks: ("id", "account", "run", "step", "kind", "operation", "route", "lane", "items"),
    attempts: (
        *("id", "account", "run", "step", "chunk", "lane", "owner", "probe", "sent_at", "done_at"),
        *("outcome", "http", "missing", "unknown", "headers", "request_id", "held", "spent"),
        *("reported", "derived", "ask_from", "late", "late_in", "expected"),
    ),
    questions: (
        *("account", "variant", "operation", "run", "item", "state", "attempt", "position", "at"),
    ),
    erased: ("at",),
    effects: ("account", "operation", "step", "run", "item", "state", "owner", "at"),
    **{table: tuple(table.c.keys()) for table in (lanes, windows, waiters, budgets, balances)},
}
"""Numbers, states, times, and names out of closed lists: nothing of a person."""
