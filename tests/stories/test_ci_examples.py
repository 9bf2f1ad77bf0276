"""The workflows that the papers give away: safe to copy, and their commands work as they stand there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from makers import JOBS, SAMPLES, Desk

HOUSE = Path(__file__).parents[2]
GITHUB, GITLAB = HOUSE / "docs/ci/github-weekly.yml", HOUSE / "docs/ci/gitlab-weekly.yml"
SCHEMAS = {GITHUB: "vendor.github-workflows", GITLAB: "vendor.gitlab-ci"}


def ran(*words):
    return subprocess.run(
        [*map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )


def steps():
    jobs = yaml.safe_load(GITHUB.read_text(encoding="utf-8"))["jobs"]
    return [(name, step) for name, job in jobs.items() for step in job["steps"]]


def commands():
    """Every command of ours in the examples, as it is typed there."""
    github = [
        (name, step["run"]) for name, step in steps() if "apollo-batch " in step.get("run", "")
    ]
    jobs = yaml.safe_load(GITLAB.read_text(encoding="utf-8"))
    gitlab = [(name, line) for name in ("plan", "run") for line in jobs[name]["script"]]
    return [
        (f"{where}-{name}", line)
        for where, found in (("github", github), ("gitlab", gitlab))
        for name, line in found
    ]


@pytest.mark.parametrize(
    "workflow", [GITHUB, HOUSE / ".github/workflows/ci.yml"], ids=lambda p: p.name
)
def test_a_security_check_of_workflows_finds_nothing(workflow):
    zizmor = Path(sys.executable).with_name("zizmor")

    checked = ran(zizmor, "--offline", "--persona", "pedantic", "--no-progress", workflow)

    assert checked.returncode == 0, checked.stdout
    assert "No findings to report" in checked.stdout


@pytest.mark.parametrize("example", SCHEMAS, ids=lambda p: p.name)
def test_an_example_is_what_its_host_can_read(example):
    schema = ("--builtin-schema", SCHEMAS[example])

    checked = ran(sys.executable, "-m", "check_jsonschema", *schema, example)

    assert checked.returncode == 0, checked.stdout


def test_every_action_is_pinned_to_a_commit_and_says_which_version_that_is():
    uses = re.findall(r"uses: (.*)", GITHUB.read_text(encoding="utf-8"))

    assert len(uses) > 5
    assert [
        use for use in uses if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)
    ] == []


def test_nothing_is_pasted_into_a_script_and_only_the_comment_may_write():
    scripts = [step["run"] for _, step in steps() if "run" in step]
    jobs = yaml.safe_load(GITHUB.read_text(encoding="utf-8"))["jobs"]
    writes = [name for name, job in jobs.items() if "write" in job["permissions"].values()]

    assert [script for script in scripts if "${{" in script] == []
    assert writes == ["comment"]
    assert "secrets" not in str(jobs["comment"])


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_the_commands_of_an_example_do_what_it_keeps_afterwards(tmp_path, name, command):
    desk = Desk(tmp_path)
    (tmp_path / "leads.xlsx").write_bytes((SAMPLES / "leads.xlsx").read_bytes())
    (tmp_path / "result").mkdir()
    program, *words = shlex.split(
        command.replace('"$JOB"', shlex.quote(str(JOBS / "enrich-people.yaml")))
    )

    ended = desk.call(*words, "--sandbox", CI="true")

    assert program == "apollo-batch"
    assert ended.code == 0, ended.err
    kept = {path.name for path in (tmp_path / "kept").iterdir()}
    assert kept == (
        {"plan.md"} if "plan" in name else {"run.json", "junit.xml", "report.html", "run.env"}
    )
    assert (tmp_path / "result/leads.xlsx").is_file() == ("run" in name)
