"""Every example that a help page or a topic shows is typed here, against the sandbox, and works."""

import re
import shlex
import shutil

import click
import pytest
from makers import JOBS, SAMPLES

from apollo_batch.entrypoints.cli import cli
from apollo_batch.entrypoints.topics import topics

RUN = "261125-040007-f19f"
NOT_HERE = {
    "sandbox": "serves until Ctrl-C; other stories start it",
    "auth set": "asks for a key, and writes into the system's keyring",
    "auth clear": "writes into the system's keyring",
    "watch /srv/leads --jobs": "watches until it is stopped",
    "completion bash --install": "asks, and writes into the home folder",
}
"""Examples that cannot be typed in a story, and why."""
ENDS = {"auth status": 5, "auth status --offline": 5, f"resolve {RUN} --rows 2-11 --done": 2}
"""What an example ends with here, where it is not 0: there is no key, and nothing is in doubt."""


def shown():
    """Every example, as it is typed behind the program's name."""
    texts = [*topics().values(), *(page.help or "" for page in pages(cli))]
    lines = (line.strip() for text in texts for line in text.splitlines())
    return list(dict.fromkeys(line[13:] for line in lines if line.startswith("apollo-batch ")))


def pages(command):
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from pages(each)


def typed(example):
    """Its words, in the sandbox and agreed to where the command knows how."""
    words = shlex.split(example.partition(" >")[0].replace("/srv/leads", "dropped"))
    command: click.Command = cli
    for word in words:
        command = getattr(command, "commands", {}).get(word, command)
    flags = {opt for param in command.params for opt in param.opts}
    more = [flag for flag in ("--sandbox", "--yes") if flag in flags and flag not in words]
    return words + [flag for flag in more if not (flag == "--yes" and words[0] == "watch")]


def skipped(example):
    return any(example.startswith(start) for start in NOT_HERE)


def furnished(desk):
    """Lay jobs, samples and a spreadsheet on a desk."""
    for source in (JOBS, SAMPLES):
        shutil.copytree(
            source, desk.folder / source.name, ignore=shutil.ignore_patterns("*annotated*")
        )
    shutil.copy(SAMPLES / "leads.xlsx", desk.folder / "leads.xlsx")


def a_run(desk):
    """The id of a run that is there to be told of."""
    ended = desk.run("jobs/enrich-people.yaml", "leads.xlsx", "--sandbox")
    return ended.document["run"]


def test_nothing_is_left_out_that_is_not_there():
    assert [start for start in NOT_HERE if not any(e.startswith(start) for e in shown())] == []
    assert len(shown()) > 40


@pytest.mark.parametrize("example", [each for each in shown() if not skipped(each)])
def test_an_example_works_as_it_is_shown(desk, example):
    furnished(desk)
    if "--plan" in example:
        desk.call("plan", "jobs/enrich-people.yaml", "leads.xlsx", "--sandbox", "-o", "plan.json")
    run = a_run(desk) if RUN in example or "RUN" in example else ""
    words = [re.sub(rf"{RUN}|RUN", run, word) for word in typed(example)]

    ended = desk.call(*words)

    assert ended.code == ENDS.get(example, 0), ended.err
