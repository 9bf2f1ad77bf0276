"""What is read at the terminal: narrow, examples before flags, common flags first, every topic there."""

import re

import click
import pytest

from apollo_batch.entrypoints.cli import cli
from apollo_batch.entrypoints.topics import told, topics
from apollo_batch.errors import EXIT_MEANINGS
from apollo_batch.model import Status
from apollo_batch.reasons import REASONS

ROOT = click.Context(cli, info_name="apollo-batch", max_content_width=100, terminal_width=80)


def every_command(context=ROOT):
    """Each command as its context, groups before what is in them."""
    yield context
    for name, command in getattr(context.command, "commands", {}).items():
        yield from every_command(click.Context(command, parent=context, info_name=name))


COMMANDS = {context.command_path: context for context in every_command()}


@pytest.mark.parametrize("path", COMMANDS)
def test_a_help_page_fits_eighty_columns(path):
    page = COMMANDS[path].get_help()

    assert [line for line in page.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("path", COMMANDS)
def test_a_help_page_has_an_example_before_its_flags(path):
    words, _, flags = COMMANDS[path].get_help().partition("\nOptions:\n")

    assert flags
    if path == "apollo-batch":
        path += " run"
    assert re.search(rf"^    {path}( |$)", words, flags=re.MULTILINE), "no example"


@pytest.mark.parametrize("path", COMMANDS)
def test_the_flags_that_most_want_come_first(path):
    options = [p.opts[0] for p in COMMANDS[path].command.params if isinstance(p, click.Option)]

    common = [o for o in options if o in {"--sandbox", "--yes", "--max-credits", "--output"}]
    rare = [o for o in options if o in {"--state", "--threads", "--encoding", "--debug"}]
    assert [o for o in options if o in {*common, *rare}] == [*common, *rare]


@pytest.mark.parametrize("path", list(COMMANDS)[1:])
def test_help_of_a_command_is_its_help_page(path):
    words = path.split()[1:]

    assert told(ROOT, words).endswith(COMMANDS[path].get_help())


@pytest.mark.parametrize("name", list(topics()))
def test_a_topic_fits_eighty_columns_and_begins_with_its_title(name):
    page = told(ROOT, [name])

    title, blank, *_ = page.splitlines()
    assert title == topics()[name].splitlines()[0].removeprefix("# ")
    assert [line for line in page.splitlines() if len(line) > 80] == []
    assert blank == ""
    assert told(ROOT, name.replace("-", " ").split()) == page


def test_help_alone_lists_every_command_and_every_topic():
    listed = told(ROOT, [])

    assert re.findall(r"^  ([a-z-]+) ", listed, flags=re.MULTILINE) == [*cli.commands, *topics()]
    assert [line for line in listed.splitlines() if len(line) > 80] == []


def test_the_topics_of_codes_name_every_one():
    assert all(f"- {int(code)}: " in topics()["exit-codes"] for code in EXIT_MEANINGS)
    assert all(f"- {status.words}: " in topics()["statuses"] for status in Status)
    assert all(f"- {code} (" in topics()["reasons"] for code in REASONS)


def test_a_topic_names_no_command_and_no_flag_that_is_not_there():
    text = "\n".join(topics().values())
    names = set(re.findall(r"apollo-batch ([a-z]+)", text))
    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))

    known = {o for c in COMMANDS.values() for p in c.command.params for o in p.opts}
    assert names <= cli.commands.keys()
    assert flags <= known
