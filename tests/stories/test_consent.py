"""Whoever pays has agreed: by typing y, by --yes with a limit, or nothing leaves."""

import signal

import pytest
from makers import lead, leads, save_csv, save_job, story
from terminal import at_a_terminal

from apollo_batch.errors import Exit


def test_without_a_terminal_and_without_yes_nothing_is_sent(desk, apollo):
    told = story(desk, apollo)

    ended = desk.call("run", told.job, told.sheet, "--max-credits", 5, stdin="y\n")

    assert ended.code == Exit.USAGE
    assert "Add --yes" in ended.err
    assert "up to 3 credits" in ended.err
    assert apollo.paid_calls() == 0
    assert not (desk.folder / "leads.annotated.xlsx").exists()


def test_the_embedded_sandbox_asks_like_apollo(desk, apollo):
    told = story(desk, apollo)

    ended = desk.call("run", told.job, told.sheet, "--sandbox")

    assert ended.code == Exit.USAGE
    assert "Add --yes" in ended.err


@pytest.mark.parametrize(("rows", "code"), [(200, 0), (201, Exit.USAGE)])
def test_yes_alone_reaches_as_far_as_two_hundred_credits(desk, apollo, rows, code):
    told = story(desk, apollo, rows)

    ended = told.run()

    assert ended.code == code, ended.err
    assert apollo.books()["credits"]["consumed"] == (0 if code else 200)
    assert ("--max-credits 201" in ended.err) == bool(code)


def test_a_limit_of_the_job_is_a_limit_named_somewhere(desk, apollo):
    told = story(desk, apollo, 201, limits={"max_credits": 500})

    ended = told.run()

    assert ended.code == 0, ended.err


@pytest.mark.parametrize("how", ["flag", "environment"])
def test_in_ci_yes_needs_a_limit_too(desk, apollo, how):
    told = story(desk, apollo)
    words, environ = (["--ci"], {}) if how == "flag" else ([], {"CI": "true"})

    bare = told.run(*words, **environ)
    limited = told.run(*words, "--max-credits", 5, **environ)

    assert bare.code == Exit.USAGE
    assert "Add --max-credits N" in bare.err
    assert limited.code == 0, limited.err
    assert apollo.paid_calls() == 1


def test_in_ci_the_embedded_sandbox_needs_no_limit(desk, apollo):
    told = story(desk, apollo)

    ended = told.run("--ci", "--sandbox")

    assert ended.code == 0, ended.err
    assert apollo.paid_calls() == 0


def test_in_ci_nobody_is_asked_even_at_a_terminal(desk, apollo):
    told = story(desk, apollo)

    code, said = at_a_terminal(desk, "y\n", "run", told.job, told.sheet, "--ci")

    assert code == Exit.USAGE
    assert "[y/N]" not in said
    assert apollo.paid_calls() == 0


@pytest.mark.parametrize("answer", ["y\n", "YES\n", " yes \n"])
def test_a_clear_yes_at_a_terminal_is_enough(desk, apollo, answer):
    told = story(desk, apollo)

    code, said = at_a_terminal(desk, answer, "run", told.job, told.sheet)

    assert code == 0, said
    assert "Spend up to 3 credits? [y/N]" in said
    assert apollo.books()["credits"]["consumed"] == 3


@pytest.mark.parametrize("answer", ["\n", "n\n", "no\n", "yeah\n", "\x04"])
def test_anything_else_is_a_no(desk, apollo, answer):
    told = story(desk, apollo)

    code, said = at_a_terminal(desk, answer, "run", told.job, told.sheet)

    assert code == Exit.USAGE, said
    assert "Nothing was sent." in said
    assert apollo.paid_calls() == 0


def test_ctrl_c_at_the_question_sends_nothing(desk, apollo):
    told = story(desk, apollo)

    code, said = at_a_terminal(desk, signal.SIGINT, "run", told.job, told.sheet)

    assert code == Exit.INTERRUPTED, said
    assert "Traceback" not in said
    assert apollo.paid_calls() == 0


def test_the_question_names_no_more_than_the_budget(desk, apollo):
    told = story(desk, apollo)

    _, said = at_a_terminal(desk, "n\n", "run", told.job, told.sheet, "--max-credits", "2")

    assert "Spend up to 2 credits? [y/N]" in said


def test_where_nothing_is_to_be_asked_nobody_is_asked(desk, apollo):
    sheet = save_csv(desk.folder / "leads.csv", [lead(1, Last_Name="", Website="")])
    job = save_job(desk.folder / "job.yaml")

    ended = desk.call("run", job, sheet)
    code, said = at_a_terminal(desk, "", "run", job, sheet)

    assert (ended.code, code) == (0, 0)
    assert "[y/N]" not in said
    assert apollo.paid_calls() == 0


def test_a_finished_run_is_written_again_without_a_question(desk, apollo):
    told = story(desk, apollo, leads(2))
    told.run()

    ended = desk.call("run", told.job, told.sheet)

    assert ended.code == 0, ended.err
    assert apollo.paid_calls() == 1
