"""A command that cannot be read: what is wrong, one thing to do, and a code."""

import click
import pytest

from apollo_batch.codes import Code
from apollo_batch.entrypoints.cli import cli
from apollo_batch.entrypoints.misread import in_our_words, wants_help
from apollo_batch.errors import UsageError

TYPED = {
    "run": (Code.WORD_MISSING, "needs JOB", "Type: apollo-batch run [OPTIONS] JOB [SHEET]"),
    "show": (Code.WORD_MISSING, "needs RUN", "`apollo-batch runs` lists them."),
    "list": (Code.WORD_MISSING, "needs KIND", "KIND, with one of: users, mailboxes, "),
    "check": (Code.WORD_MISSING, "needs JOBS", "Type: apollo-batch check"),
    "runn": (Code.UNKNOWN_COMMAND, "'runn'", "Did you mean: apollo-batch run?"),
    "exprot 1": (Code.UNKNOWN_COMMAND, "'exprot'", "Did you mean: apollo-batch export?"),
    "frobnicate": (Code.UNKNOWN_COMMAND, "'frobnicate'", "See: apollo-batch help"),
    "run a b --max-credit 5": (Code.UNKNOWN_FLAG, "--max-credit", "Did you mean --max-credits?"),
    "run a b --sandbx": (Code.UNKNOWN_FLAG, "--sandbx", "Did you mean --sandbox?"),
    "run a b --treads=4": (Code.UNKNOWN_FLAG, "--treads", "Did you mean --threads?"),
    "run a b --colour": (Code.UNKNOWN_FLAG, "--colour", "See: apollo-batch run --help"),
    "run a b -x": (Code.UNKNOWN_FLAG, "-x", "See: apollo-batch run --help"),
    "--sandbox run a": (Code.UNKNOWN_FLAG, "--sandbox", "See: apollo-batch --help"),
    "run a b c": (Code.WORD_TOO_MANY, "no further word: c", "in quotes"),
    "show 1 2 3": (Code.WORD_TOO_MANY, "no further word: 2 3", "Type: apollo-batch show"),
    "schema leads": (Code.WORD_TOO_MANY, "leads", "Type: apollo-batch schema"),
    "run a b --format xlxs": (Code.FLAG_VALUE, "--format is never 'xlxs'", "Did you mean `xlsx`?"),
    "run a b --format pdf": (Code.FLAG_VALUE, "--format is never 'pdf'", "xlsx, csv"),
    "list sequence": (Code.FLAG_VALUE, "KIND is never 'sequence'", "Did you mean `sequences`?"),
    "run a b --threads lots": (Code.FLAG_VALUE, "not 'lots'", "1 or more, at most 64"),
    "run a b --threads 65": (Code.FLAG_VALUE, "not '65'", "1 or more, at most 64"),
    "run a b --first 0": (Code.FLAG_VALUE, "not '0'", "1 or more"),
    "run a b --max-enroll -1": (Code.FLAG_VALUE, "not '-1'", "0 or more"),
    "run a b --threads": (Code.FLAG_VALUE, "--threads needs a value", "Write it behind --threads."),
    "run a b --yes=5": (Code.FLAG_VALUE, "--yes takes no value", "Write --yes alone."),
    "sandbox --time-scale slow": (Code.FLAG_VALUE, "a number, not 'slow'", "1 or more"),
    "sandbox --faults gone.yaml": (Code.FLAG_VALUE, "gone.yaml", "Type: apollo-batch sandbox"),
    "why 1 two": (Code.FLAG_VALUE, "not 'two'", "digits"),
    "help budgts": (Code.UNKNOWN_WORD, "'budgts'", "Did you mean `budgets`?"),
    "explain": (Code.WORD_MISSING, "needs CODE", "Type: apollo-batch explain"),
    "explain bad_emial": (Code.UNKNOWN_WORD, "bad_emial", "Did you mean `bad_email`?"),
    "operations people.enrish": (
        Code.UNKNOWN_OPERATION,
        "'people.enrish'",
        "Did you mean `people.enrich`?",
    ),
    "run a b --rows 9-2": (Code.FLAG_VALUE, "'9-2'", "2-11"),
    "run a b --patience ten": (Code.FLAG_VALUE, "'ten'", "10m"),
}


def refused(words):
    """What is said of a command that cannot be read."""
    try:
        cli.main(words, prog_name="apollo-batch", standalone_mode=False)
    except click.UsageError as problem:
        return in_our_words(problem)
    except UsageError as problem:
        return problem
    raise AssertionError(words)


@pytest.mark.parametrize("typed", TYPED)
def test_a_command_that_cannot_be_read_is_answered_with_one_thing_to_do(typed):
    code, said, fix = TYPED[typed]

    problem = refused(typed.split())

    assert problem.code is code
    assert said in problem.message
    assert fix in problem.fix
    assert problem.message.endswith(".")
    assert "\n" not in f"{problem.message}{problem.fix}"


@pytest.mark.parametrize(
    "typed", ["-h run", "run -h", "run a b c -h", "run --max-credit 5 -h", "run --format pdf -h"]
)
def test_help_may_be_asked_for_anywhere(typed, capsys):
    words = typed.split()
    try:
        cli.main(words, prog_name="apollo-batch", standalone_mode=False)
    except click.UsageError as problem:
        told = wants_help(problem, words)
    else:
        told = capsys.readouterr().out

    assert told.startswith("Usage: apollo-batch run ")


def test_help_behind_two_dashes_is_a_word_like_any_other():
    with pytest.raises(click.UsageError) as refusal:
        cli.main(["show", "--", "1", "-h"], prog_name="apollo-batch", standalone_mode=False)

    assert wants_help(refusal.value, ["show", "--", "1", "-h"]) is None
