"""Fifty commands to the runner in every place that text comes from: GitHub's runner sees none but ours."""

import json

import pytest
from github_runner import commands
from makers import HEADER, Desk, lead, leads, save_csv, save_job, save_xlsx, story
from stand_in import PROFILE, Said, standing_in
from terminal import at_a_terminal

from apollo_batch.entrypoints.workflow import command

CANARY = "SHOULD-NOT-ARRIVE"
NAMES = ("error", "warning", "notice", "debug", "group", "add-mask", "set-output", "add-path")
OPENINGS = ("::{} ::{}", "\r::{} ::{}", "\n::{} ::{}", "%0A::{} ::{}", "##[{}]{}", "\r\n  ##[{}]{}")
PAYLOADS = [
    *(opening.format(name, CANARY) for name in NAMES for opening in OPENINGS),
    f"::stop-commands::{CANARY}",
    f"::set-env name=PATH::{CANARY}",
    f"\u2028::error::{CANARY}",
    f"\u00a0\u200b::error file=a,line=1::{CANARY}",
    f"x\x0b::error::{CANARY}",
    f"\x1b[2K\r::add-matcher::{CANARY}",
    f"section_start:0:x\r\x1b[0K{CANARY}",
    f"]\n::endgroup::\n::echo::on{CANARY}",
]
GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true"}
OURS = {"error", "warning", "notice"}


def some(payloads):
    """A tenth of them; the others where there is time."""
    return [
        p if n % 10 == 3 else pytest.param(p, marks=pytest.mark.slow)
        for n, p in enumerate(payloads)
    ]


def assert_nothing_is_obeyed(ended):
    """Every command in what was printed is one that the product itself gives."""
    assert commands(ended.out) == []
    for found in commands(ended.err):
        assert found.name in OURS, found
        assert found.properties.get("title", "apollo-batch").startswith(
            ("apollo-batch", "Job file")
        )
        assert set(found.properties) <= {"title", "file", "line", "col", "endColumn"}
    for line in ended.err.replace("\r", "\n").splitlines():
        assert not line.lstrip().startswith("::") or line == command_of(line)
    assert not set("\r\x1b\x0b\x9b") & set(ended.out + ended.err)


def command_of(line):
    """A command as we would write what it says."""
    (found,) = commands(line)
    return command(found.name, found.data, **found.properties)


def test_there_are_fifty_and_more_and_the_runner_obeys_nearly_all_of_them():
    assert len(PAYLOADS) >= 50
    assert sum(bool(commands(payload)) for payload in PAYLOADS) >= 35


def test_in_every_cell_and_every_name_of_a_column(desk, apollo):
    rows = [
        *leads(3),
        *([payload] * len(HEADER) for payload in PAYLOADS),
        *(lead(n, Email=payload) for n, payload in enumerate(PAYLOADS)),
    ]
    told = story(desk, apollo, rows)
    save_csv(told.sheet, [[*row, "x"] for row in rows], [*HEADER, PAYLOADS[0]])

    ended = told.run("--max-credits", 300, "--artifacts", desk.folder / "kept", **GITHUB)
    planned = desk.call("plan", told.job, told.sheet, **GITHUB)
    run = ended.document["run"]
    others = [desk.call(*words, **GITHUB) for words in (("show", run), ("runs",), ("report", run))]
    why = [desk.call("why", run, row, **GITHUB) for row in range(5, 5 + len(PAYLOADS), 9)]

    assert ended.code == 0, ended.err
    for each in (ended, planned, *others, *why):
        assert each.code == 0, each.err
        assert_nothing_is_obeyed(each)
        assert CANARY not in each.out + each.err or each in why
    kept = "".join(path.read_text() for path in (desk.folder / "kept").iterdir())
    assert CANARY not in kept


@pytest.mark.parametrize("payload", some(PAYLOADS))
def test_in_a_job_file(desk, payload):
    texts = {"name": payload}, {"operation": payload}, {payload: "x"}, {"map": {"email": payload}}
    for number, changes in enumerate(texts):
        job = save_job(desk.folder / f"job{number}.yaml", **changes)
        sheet = save_xlsx(desk.folder / "leads.xlsx", leads(2))

        for words in (
            ("check", job),
            ("check", job, "--sheet", sheet),
            ("run", job, sheet, "--yes"),
        ):
            more = ("--sandbox",) if words[0] == "run" else ()
            assert_nothing_is_obeyed(desk.call(*words, *more, **GITHUB))


@pytest.mark.parametrize("payload", some(PAYLOADS))
def test_in_the_name_of_a_file_and_in_a_flag(desk, payload):
    job = save_job(desk.folder / f"{payload}.yaml")
    sheet = save_csv(desk.folder / f"{payload}.csv", leads(2))
    broken = desk.folder / f"{payload}2.xlsx"
    broken.write_bytes(b"no workbook")
    kept = desk.folder / "kept"

    ran = desk.call(
        "run", job, sheet, "--sandbox", "--yes", "--json", "--artifacts", kept, **GITHUB
    )
    spoken = desk.call("run", job, sheet, "--sandbox", "--yes", **GITHUB)
    wrong = [
        desk.call(*words, **GITHUB)
        for words in (
            ("run", job, broken, "--sandbox", "--yes"),
            ("run", job, payload, "--sandbox", "--yes"),
            ("run", job, sheet, "--sandbox", "--period", f"auto:{payload}"),
            ("run", job, sheet, "--rows", payload),
            (payload,),
            ("check", payload),
            ("show", payload, "--sandbox"),
            (f"--{payload}",),
        )
    ]

    assert (ran.code, spoken.code) == (0, 0), ran.err
    assert json.loads(ran.out)["input"] == str(sheet)
    for each in (ran, spoken, *wrong):
        assert_nothing_is_obeyed(each)


def test_in_whatever_is_answered(desk, apollo):
    told = story(desk, apollo, 40)
    turn = iter(range(10_000))

    def hostile(asked):
        if asked.path.endswith("api_profile"):
            return PROFILE
        payload = PAYLOADS[next(turn) % len(PAYLOADS)]
        record = dict.fromkeys(("id", "name", "email", "title", "email_status", payload), payload)
        status = (200, 422, 400, 403, 200)[next(turn) % 5]
        body = {"matches": [record] * 10, "credits_consumed": payload, "error": payload}
        return Said(body | {"message": payload, payload: payload}, status, (("x-note", "a"),))

    with standing_in(hostile) as address:
        for period in range(12):
            ended = desk.call(
                *("run", told.job, told.sheet, "--yes", "--max-credits", 500, "--threads", 1),
                *("--period", period),
                **GITHUB,
                APOLLO_BASE_URL=address,
            )
            assert_nothing_is_obeyed(ended)
            assert ended.code in {3, 5, 6, 7, 8}, ended.err
        runs = [line.split()[0] for line in desk.call("runs").out.splitlines()]
        for run in runs:
            assert_nothing_is_obeyed(desk.call("show", run, **GITHUB))


MACHINES = {
    "github": {"GITHUB_ACTIONS": "true"},
    "gitlab": {"GITLAB_CI": "true"},
    "github, told to be one": {"CI": "true", "GITHUB_ACTIONS": "true"},
    "any": {"CI": "true"},
    "any, with a number": {"CI": "1"},
}


@pytest.mark.parametrize(
    "more", [{}, {"GITHUB_STEP_SUMMARY": "nowhere/summary.md"}], ids=["bare", "lost"]
)
@pytest.mark.parametrize("environ", MACHINES.values(), ids=MACHINES)
def test_in_a_build_of_any_kind_nobody_is_asked_and_a_missing_piece_is_no_harm(
    desk, apollo, environ, more
):
    told = story(desk, apollo, 3)

    asked = desk.call("run", told.job, told.sheet, **environ, **more)
    unsaid = desk.call("run", told.job, told.sheet, "--yes", **environ, **more)
    ended = told.run("--max-credits", 5, **environ, **more)

    assert [each.code for each in (asked, unsaid, ended)] == [2, 2, 0]
    assert "nobody can be asked" in asked.err
    assert [found.name for found in commands(ended.err)] == ["warning", "notice"] * (
        "GITHUB_ACTIONS" in environ
    )


def test_a_desk_is_no_build(desk):
    assert Desk(desk.folder).call("run", "none.yaml", "--sandbox").err.count("::error") == 0


@pytest.mark.parametrize("environ", MACHINES.values(), ids=MACHINES)
def test_at_a_terminal_that_a_build_has_given_nobody_is_asked_and_nothing_is_drawn(
    desk, apollo, environ
):
    told = story(desk, apollo, 3)
    desk.environ |= environ

    code, shown = at_a_terminal(desk, "", "run", told.job, told.sheet)
    done, said = at_a_terminal(desk, "", "run", told.job, told.sheet, "--yes", "--max-credits", 5)

    assert (code, done) == (2, 0)
    assert "[y/N]" not in shown
    assert "\x1b" not in shown + said
