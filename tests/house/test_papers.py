"""The papers tell the truth: what they show is run, what is made is fresh, nothing is left out."""

import ast
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from makers import JOBS, SAMPLES

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.codes import Code
from apollo_batch.entrypoints.cli import cli
from apollo_batch.errors import EXIT_MEANINGS, Exit
from apollo_batch.job.shape import schema
from apollo_batch.model import Status
from apollo_batch.reasons import REASONS

HOUSE = Path(__file__).parents[2]
PAPERS = [
    *(HOUSE / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((HOUSE / "docs").glob("*.md")),
]
README = PAPERS[0].read_text(encoding="utf-8")
ALL = "\n".join(path.read_text(encoding="utf-8") for path in PAPERS)
PROGRAM = re.compile(r"\.venv/bin/apollo-batch (.*)")


def blocks(text, language):
    """Every block of a language, as it stands between its fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def sessions(block):
    """The commands of a console block, each with the output that is shown below it."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    assert parts[0] == "", "a console block begins with a command"
    return list(zip(parts[1::2], parts[2::2], strict=True))


def fits(shown, told):
    """Whether an output is the one shown; `…` stands for anything, a line of its own for lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…\n" else re.escape(line).replace("…", ".*")
        for line in shown.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, told) is not None


def at_a_desk(folder):
    """A folder as a person has it after the checkout, and a shell that finds the program."""
    for source in (JOBS, SAMPLES):
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("*annotated*"))
    program = folder / "bin" / "apollo-batch"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m apollo_batch "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "APOLLO_BATCH_STATE": str(folder / "state")}


def commands():
    """Every command as it is typed, with its options."""
    return [
        (name, c.help, [p for p in c.params if isinstance(p, click.Option)])
        for name, c in typed(cli)
    ]


def typed(group, before=""):
    """Every command as it is typed, those of a group behind its name."""
    for name, command in group.commands.items():
        inner = isinstance(command, click.Group)
        yield from typed(command, f"{before}{name} ") if inner else [(f"{before}{name}", command)]


@pytest.mark.parametrize(
    "paper",
    [p for p in PAPERS if blocks(p.read_text(encoding="utf-8"), "console")],
    ids=lambda p: p.name,
)
def test_what_a_paper_shows_is_what_happens(paper, tmp_path):
    environ = at_a_desk(tmp_path)

    for block in blocks(paper.read_text(encoding="utf-8"), "console"):
        for command, shown in sessions(block):
            done = subprocess.run(
                ["bash", "-c", f"{command} 2>&1"],
                cwd=tmp_path,
                env=environ,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )

            assert fits(shown, done.stdout), f"$ {command}\n{done.stdout}"


def test_the_quick_start_ends_as_readme_says(tmp_path):
    (typed,) = PROGRAM.findall(README)
    (shown,) = blocks(README, "text")
    environ = at_a_desk(tmp_path)

    done = subprocess.run(
        ["apollo-batch", *shlex.split(typed)],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == shown
    assert (tmp_path / "samples/leads.annotated.xlsx").is_file()


def test_readme_has_two_commands_for_a_fresh_machine_one_line_each_and_the_check_types_both():
    fresh = [line for line in README.splitlines() if line.startswith("python3 -m venv ")]
    check = (HOUSE / ".ci/run").read_text(encoding="utf-8")

    tries, tests = fresh
    assert tries.endswith(
        ".venv/bin/apollo-batch run jobs/enrich-people.yaml samples/leads.xlsx --sandbox --yes"
    )
    assert tests.endswith("--group dev && .venv/bin/pytest -n 2")
    assert "grep '^python3 -m venv ' README.md" in check
    assert '"$(readme 1)"' in check
    assert "$(readme 2 " in check


def test_every_shell_line_in_the_papers_is_one_that_is_checked():
    lines = {line for text in blocks(ALL, "sh") for line in text.splitlines()}

    known = re.compile(r"python3 -m venv |bash \.ci/run|pipx install \./apollo_batch-")
    assert [line for line in lines if not known.match(line)] == []


def test_what_is_made_is_fresh():
    done = subprocess.run(
        [sys.executable, HOUSE / "docs/generate.py", "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_begins_with_a_picture_of_what_really_comes_back():
    done = subprocess.run(
        [sys.executable, HOUSE / "docs/picture.py", "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "(docs/result.png)" in README.partition("\n## ")[0]


def test_a_picture_of_other_cells_is_noticed(tmp_path):
    picture = runpy.run_path(str(HOUSE / "docs/picture.py"))
    book = picture["ran"](tmp_path)
    drawn_from = picture["digest"](book.worksheets[0])

    book.worksheets[0]["H2"] = 1000

    png = picture["PICTURE"].read_bytes()
    assert picture["noted"](png) == drawn_from != picture["digest"](book.worksheets[0])
    assert picture["noted"](picture["with_note"](png, "else")) == "else"


def test_a_paper_that_went_stale_is_noticed():
    generate = runpy.run_path(str(HOUSE / "docs/generate.py"))
    stale = README.replace("| 10 | another process", "| 11 | another process")

    assert stale != README
    assert generate["brought_up_to_date"](stale) == generate["brought_up_to_date"](README) == README


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.name)
def test_every_link_inside_the_house_leads_somewhere(paper):
    text = paper.read_text(encoding="utf-8")

    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        linked = (paper.parent / name) if name else paper
        assert linked.exists(), target
        if linked.suffix != ".md":
            continue
        titles = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not anchor or anchor in {
            re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles
        }


def test_every_reason_status_and_exit_code_is_in_the_papers():
    told = (HOUSE / "docs/reasons.md").read_text(encoding="utf-8")
    assert [code for code in REASONS if f"| `{code}` |" not in told] == []
    assert [status for status in Status if f"| {status.words} |" not in README] == []
    assert set(EXIT_MEANINGS) == set(Exit)
    assert [
        e for e, words in EXIT_MEANINGS.items() if f"| {int(e)} | {words} |" not in README
    ] == []


def test_every_command_and_flag_is_in_the_papers_and_explains_itself():
    told = (HOUSE / "docs/commands.md").read_text(encoding="utf-8")

    for name, help_, options in commands():
        _, found, rest = told.partition(f"## `apollo-batch {name}")
        section = rest.partition("\n## ")[0]
        assert found, name
        assert help_
        assert [o.opts[0] for o in options if f"| `{o.opts[0]}" not in section or not o.help] == []


def test_the_papers_name_no_command_and_no_flag_that_is_not_there():
    typed = re.sub(r"^python3 [^\n]*$|^```text\n.*?^```$", "", ALL, flags=re.MULTILINE | re.DOTALL)
    names = set(re.findall(r"apollo-batch ([a-z]+)\b", typed))
    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", typed))

    known = {opt for _, _, options in commands() for o in options for opt in o.opts}
    of_others = {"--version", "--help", "--check", "--wheel", "--signal", "--hypothesis-profile"}
    assert names <= cli.commands.keys() | {"apollo"}
    assert flags - known - of_others == set()


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_every_operation_parameter_and_field_is_in_the_papers(operation):
    told = (HOUSE / "docs/operations.md").read_text(encoding="utf-8")
    section = told.partition(f"## `{operation.name}`")[2].partition("\n## ")[0]

    words = [p.name for p in operation.params] + sorted(operation.fields)
    words += [f"{r.method} {r.path}" for r in operation.routes]
    assert [word for word in words if f"`{word}`" not in section] == []


def test_every_key_of_a_job_file_is_in_the_papers():
    told = (HOUSE / "docs/job-file.md").read_text(encoding="utf-8")
    made = schema()
    shapes = [made, *made["$defs"].values(), *made["$defs"]["SourceShape"]["anyOf"]]

    keys = {key for shape in shapes for key in shape.get("properties", ())}
    assert {"version", "sheet", "column", "max_credits"} <= keys
    assert [key for key in keys if f"| `{key}` |" not in told] == []


def sentences():
    """Every text in the program's source, with `…` where a value is filled in."""
    for path in (HOUSE / "apollo_batch").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "…" for p in node.values]
                yield "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_messages_that_troubles_explains_are_those_that_are_said():
    told = (HOUSE / "docs/troubles.md").read_text(encoding="utf-8")
    said = list(sentences())

    quoted = re.findall(r"^\*\*(.+?)\*\*| Or \*\*(.+?)\*\*", told, flags=re.MULTILINE)
    messages = [one or other for one, other in quoted if not (one or other).endswith(":")]
    parts = [[part.strip(" .") for part in each.split("…")] for each in messages]
    assert len(messages) > 10
    assert [m for m, p in zip(messages, parts, strict=True) if not some_says(said, p)] == []


def some_says(said, parts):
    """Whether one text has all parts."""
    return any(all(part in each for part in parts) for each in said)


def test_every_code_that_the_papers_name_is_one():
    named = set(re.findall(r"\bAB\d{4}\b", ALL))

    assert named
    assert named <= {code.value for code in Code}


def test_every_room_is_in_the_architecture():
    told = (HOUSE / "docs/architecture.md").read_text(encoding="utf-8")

    rooms = [p.relative_to(HOUSE / "apollo_batch") for p in (HOUSE / "apollo_batch").rglob("*.py")]
    assert [room for room in rooms if f"| `{room}` | " not in told] == []


def test_the_floors_are_drawn_as_they_are_kept():
    told = (HOUSE / "docs/architecture.md").read_text(encoding="utf-8")
    kept = re.search(
        r"^layers = \[(.*?)^\]", (HOUSE / "pyproject.toml").read_text(encoding="utf-8"), re.M | re.S
    )

    floors = re.findall(r'"(.+)"', kept[1])
    drawn = re.findall(r"^\d  (\S+(?: \| \S+)*)", told, flags=re.MULTILINE)
    assert drawn == floors


def test_an_output_that_differs_does_not_fit_what_is_shown():
    assert fits("a\n…\nz\n", "a\nb\nc\nz\n")
    assert fits("run …: done\n", "run 17: done\n")
    assert not fits("a\n…\nz\n", "a\nb\n")
    assert not fits("run …: done\n", "run 17: failed\n")
    assert not fits("a\n", "a\nb\n")


THREATS = re.findall(
    r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
    (HOUSE / "docs/security.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_there_are_threats_enough_and_each_has_a_number_of_its_own():
    assert [int(number) for number, *_ in THREATS] == list(range(1, len(THREATS) + 1))
    assert len(THREATS) >= 25


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat[0])
def test_each_threat_has_a_control_and_a_test_that_is_there(threat):
    _, what, control, shown_by = threat
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", shown_by)

    assert what.strip()
    assert control.strip()
    assert named
    for file, test in named:
        source = (HOUSE / "tests" / file).read_text(encoding="utf-8")
        assert f"def {test or 'test_'}" in source, f"{file} has no {test}"
