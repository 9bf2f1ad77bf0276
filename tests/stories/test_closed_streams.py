"""Whoever started a command may have closed its streams, or stopped reading: that costs words alone."""

from pathlib import Path

import pytest
from makers import cells_of, story

from apollo_batch.entrypoints.cli import cli

ELSEWHERE = {
    "sandbox": "it runs until it is stopped",
    "watch": "it runs until it is stopped",
    "undo": "what there is to take back is taken back once",
}
"""Commands that are not typed here, and why."""


def typed(told, run):
    """Every command, in words that it can do something with."""
    job, sheet = told.job, told.sheet
    return {
        "run": ("run", job, sheet, "--yes"),
        "plan": ("plan", job, sheet),
        "check": ("check", job),
        "schema": ("schema",),
        "operations": ("operations",),
        "list": ("list", "users"),
        "doctor": ("doctor", job),
        "runs": ("runs",),
        "show": ("show", run),
        "why": ("why", run, 2),
        "export": ("export", run, "--output", sheet.with_name("out.xlsx")),
        "report": ("report", run),
        "resolve": ("resolve", run),
        "collect": ("collect", run),
        "verify": ("verify", run),
        "usage": ("usage", run),
        "init": ("init", sheet, "--yes", "--force"),
        "auth": ("auth", "status"),
        "config": ("config", "show"),
        "explain": ("explain", "AB3101"),
        "help": ("help", "exit-codes"),
        "completion": ("completion", "bash"),
        "purge": ("purge", "--older-than", "400d", "--yes"),
        "erase": ("erase", "--email", "nobody@acme.example", "--yes"),
    }


@pytest.mark.parametrize(
    "streams",
    [
        {"CLOSED": "1"},
        {"CLOSED": "0 1 2"},
        {"UNREAD": "1"},
        {"UNREAD": "1 2"},
    ],
    ids=["stdout is closed", "all are closed", "nobody reads stdout", "nobody reads anything"],
)
def test_every_command_ends_as_if_somebody_listened(desk, apollo, streams):
    told = story(desk, apollo, 3)
    run = told.run().document["run"]
    commands = typed(told, run)
    heard = {name: desk.call(*words) for name, words in commands.items()}

    unheard = {name: desk.call(*words, **streams) for name, words in commands.items()}

    assert cli.commands.keys() - ELSEWHERE.keys() - commands.keys() == set()
    assert {name: one.code for name, one in unheard.items()} == {
        name: one.code for name, one in heard.items()
    }
    for one in unheard.values():
        assert "bug of ours" not in one.err
        assert "Exception ignored" not in one.err
    assert not list(Path.home().glob("apollo-batch-crash-*"))


def test_with_all_streams_closed_nothing_is_written_into_a_file_in_their_place(desk, apollo):
    told = story(desk, apollo, 3)

    ended = told.run(CLOSED="0 1 2")
    shown = desk.call("runs")

    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert "3 succeeded" in shown.out
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * 3
    assert told.run("--rows", "2-4").document["rows"]["succeeded"] == 3


def test_where_nobody_can_answer_nothing_is_sent(desk, apollo):
    told = story(desk, apollo, 3)

    ended = desk.call("run", told.job, told.sheet, CLOSED="0")

    assert ended.code == 2
    assert "nobody can be asked" in ended.err
    assert apollo.paid_calls() == 0


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), ("help", "exit-codes")])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_help_has_no_letter_too_many(desk, words, encoding):
    ended = desk.call(*words, PYTHONIOENCODING=encoding)

    assert ended.code == 0
    assert ended.out


@pytest.mark.parametrize(
    "words", [("--help",), ("completion", "bash"), ("watch", ".", "--service")]
)
def test_a_page_that_nobody_reads_to_its_end_is_no_trouble(desk, words):
    ended = desk.call(*words, UNREAD="1")

    assert (ended.code, ended.err) == (0, "")


def test_no_room_where_the_result_goes_is_told_in_words(desk):
    with Path("/dev/full").open("w") as full, desk.started("schema", stdout=full) as process:
        _, err = process.communicate(timeout=20)

    assert process.returncode == 9
    assert "could not be written where stdout leads: No space left on device." in err
