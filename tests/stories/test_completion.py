"""A shell asks for words, and is given those that can be meant; installing it asks first."""

import shlex
import subprocess
import sys

import pytest
from makers import leads, save_csv, save_job
from terminal import at_a_terminal

from apollo_batch.errors import Exit

ASK = """
source {script}
COMP_WORDS=({words})
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_apollo_batch_completion apollo-batch
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def complete(desk):
    """A bash that has read the script; gives what it makes of words begun, the last of them."""
    program = desk.folder / "bin" / "apollo-batch"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m apollo_batch "$@"\n')
    program.chmod(0o755)
    script = desk.folder / "completion.bash"
    script.write_text(desk.call("completion", "bash").out)

    def ask(*words):
        typed = " ".join(shlex.quote(word) for word in ("apollo-batch", *words))
        environ = desk._environ({})
        done = subprocess.run(
            ["bash", "--norc", "-c", ASK.format(script=script, words=typed)],
            cwd=desk.folder,
            env=environ | {"PATH": f"{program.parent}:{environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return done.stdout.split()

    return ask


def test_a_shell_completes_whatever_can_be_typed(desk, complete):
    (desk.folder / "jobs").mkdir()
    job = save_job(desk.folder / "jobs" / "look-up.yaml")
    save_job(desk.folder / "mine.yaml")
    sheet = save_csv(desk.folder / "leads.csv", leads(2))
    run = desk.run(job, sheet, "--sandbox").document["run"]

    assert complete("ru") == ["run", "runs"]
    assert complete("config", "s") == ["show"]
    assert "clear" in complete("auth", "")
    assert complete("run", "jobs/l") == ["jobs/look-up.yaml"]
    assert complete("run", "") == ["jobs/look-up.yaml", "mine.yaml"]
    assert complete("run", "mine.yaml", "leads.csv", "--max-c") == ["--max-credits"]
    assert complete("run", "--format", "") == ["xlsx", "csv"]
    assert complete("list", "se") == ["sequences"]
    assert complete("show", "--sandbox", run[:3]) == [run]
    assert complete("show", run[:3]) == []
    assert "people.enrich" in complete("operations", "people.e")
    assert complete("completion", "z") == ["zsh"]
    assert complete("explain", "AB410") == [f"AB410{number}" for number in range(1, 7)]
    assert complete("explain", "bad_em") == ["bad_email"]
    assert complete("help", "exit") == ["exit-codes"]


def test_a_broken_settings_file_and_a_missing_journal_leave_completion_silent(desk, complete):
    (desk.folder / "apollo-batch.toml").write_text("max_credits = = 5")

    assert complete("show", "") == []
    assert complete("resu") == []
    assert not desk.state.exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_asks_the_program(desk, shell):
    ended = desk.call("completion", shell)

    assert ended.code == 0, ended.err
    assert f"_APOLLO_BATCH_COMPLETE={shell}_complete" in ended.out
    assert list(desk.folder.iterdir()) == []


def test_installing_says_what_it_changes_asks_and_changes_nothing_more(desk):
    own = desk.folder / ".bashrc"
    own.write_text("# mine")
    script = desk.folder / ".local/share/apollo-batch/completion.bash"

    refused, said = at_a_terminal(desk, "n\n", "completion", "bash", "--install")
    before = (own.read_text(), script.exists())
    code, shown = at_a_terminal(desk, "y\n", "completion", "bash", "--install")
    again = desk.call("completion", "bash", "--install", "--yes")

    assert refused == Exit.USAGE
    assert before == ("# mine", False)
    assert str(script) in said
    assert f"source {script}" in said
    assert code == 0, shown
    assert own.read_text() == f"# mine\nsource {script}\n"
    assert "_apollo_batch_completion" in script.read_text()
    assert again.code == 0
    assert own.read_text() == f"# mine\nsource {script}\n"


def test_where_nobody_can_be_asked_nothing_is_installed_without_yes(desk):
    ended = desk.call("completion", "fish", "--install")
    agreed = desk.call("completion", "fish", "--install", "--yes")

    assert ended.code == Exit.USAGE
    assert "--yes" in ended.err
    assert agreed.code == 0, agreed.err
    assert (desk.folder / ".config/fish/completions/apollo-batch.fish").is_file()
