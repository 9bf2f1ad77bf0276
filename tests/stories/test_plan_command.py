"""`plan` says beforehand what `run` does then, and nothing is paid for it."""

import json
import re

import pytest
from enroll_maker import contacts, enrolling
from makers import BULK, JOBS, PAID, SAMPLES, Desk, lead, leads, save_job, serving, story

from apollo_batch.errors import Exit

SAMPLE_JOBS = [
    ("enrich-people.yaml", "leads.xlsx"),
    ("enrich-companies.yaml", "companies.csv"),
    ("enrich-company-finance.yaml", "companies.csv"),
]


def mixed():
    return [
        *leads(12),
        lead(100),
        lead(1, Last_Name="", Website=""),
        lead(2, Email="not an address"),
        lead(3, Website="gmail.com"),
        lead(4, Last_Name="Nobody"),
    ]


def test_a_plan_makes_no_paid_call_and_no_writing_one(desk, apollo):
    told = story(desk, apollo, mixed())

    ended = desk.call("plan", told.job, told.sheet)
    asked = [entry["route"] for entry in apollo.books()["log"]]

    assert ended.code == 0, ended.err
    assert asked
    assert not PAID & set(asked)
    assert apollo.books()["credits"]["consumed"] == 0
    assert sorted(path.name for path in desk.folder.iterdir()) == ["job.yaml", "leads.csv", "state"]


@pytest.mark.parametrize(("job", "sheet"), SAMPLE_JOBS)
def test_the_numbers_of_a_plan_are_what_the_run_then_does(desk, apollo, job, sheet):
    words = (JOBS / job, SAMPLES / sheet)
    target = desk.folder / "out.xlsx"

    plan = desk.call("plan", *words, "--json").document
    ended = desk.run(*words, "--output", target)
    run = ended.document

    assert ended.code == 0, ended.err
    assert plan["rows"] == run["rows"]["total"]
    assert sum(plan["skips"].values()) == run["rows"]["skipped"]
    assert plan["skips"].items() <= run["reasons"].items()
    assert plan["requests"] == run["requests"]
    charged = float(run["credits"]["reported"]) + float(run["credits"]["derived"])
    assert charged <= float(plan["credits"]["most"])
    assert float(plan["credits"]["least"]) <= float(plan["credits"]["likely"])


def test_a_plan_in_words_says_rows_skips_requests_and_credits(desk, apollo):
    told = story(desk, apollo, mixed())

    said = desk.call("plan", told.job, told.sheet, "--max-credits", 9).out

    assert "leads.csv: 17 rows." in said
    assert f"To ask: 13 in 2 requests to {BULK}." in said
    assert "Same as another row, so asked once: 1 row." in said
    assert "Skipped before anything is sent: 3 rows." in said
    assert re.search(r"1 +bad_email: Not an e-mail address\. .* \(row \d+\)", said)
    assert "at most 13. The budget stops it at 9." in said


def test_a_plan_begins_with_what_a_person_would_say(desk, apollo):
    told = story(desk, apollo, mixed())

    first = desk.call("plan", told.job, told.sheet, "--max-credits", 9).out.splitlines()[0]

    assert first == (
        "I will look up 13 people (13 credits at the most, and no more than 9). 3 rows are skipped: "
        "1 weak identity, 1 bad email, 1 freemail domain. Nothing will be e-mailed."
    )


def test_a_plan_says_first_who_would_be_e_mailed(desk, apollo):
    told = enrolling(desk, apollo, contacts(3))

    first = desk.call("plan", told.job, told.sheet).out.splitlines()[0]

    assert first == "I will enroll 3 contacts (no credits). At most 3 contacts will be e-mailed."


def test_a_plan_says_first_that_fewer_are_e_mailed_where_fewer_were_counted(desk, apollo):
    told = enrolling(desk, apollo, contacts(3))

    first = desk.call("plan", told.job, told.sheet, "--max-enroll", 2).out.splitlines()[0]

    assert first.endswith("At most 3 contacts will be e-mailed, and no more than 2 in all.")


@pytest.mark.parametrize(("job", "sheet"), SAMPLE_JOBS)
def test_the_numbers_of_the_sentences_are_those_of_the_figures(desk, apollo, job, sheet):
    words = ("plan", JOBS / job, SAMPLES / sheet)

    first = desk.call(*words).out.splitlines()[0]
    plan = desk.call(*words, "--json").document
    asked, most = re.search(r"look up (\d+) \w+ \((\d+) credits?", first).groups()
    skipped, why = re.search(r"(\d+) rows? (?:is|are) skipped: (.*?)\. ", first).groups()

    assert int(asked) == plan["to_ask"]
    assert most == plan["credits"]["most"]
    assert int(skipped) == sum(plan["skips"].values())
    assert sum(map(int, re.findall(r"\d+", why))) == int(skipped)


def test_a_plan_as_json_is_one_document(desk, apollo):
    told = story(desk, apollo, mixed())

    plan = desk.call("plan", told.job, told.sheet, "--json", "--first", 5).document

    assert plan["schema"] == 1
    assert plan["job"] == str(told.job)
    assert plan["input"] == str(told.sheet)
    assert (plan["rows"], plan["to_ask"], plan["not_selected"]) == (17, 5, 8)
    assert plan["requests"] == {BULK: 1}
    assert plan["credits"]["most"] == "5"


def test_after_a_run_the_plan_of_it_is_empty(desk, apollo):
    told = story(desk, apollo, mixed())
    told.run()

    plan = desk.call("plan", told.job, told.sheet, "--json").document
    said = desk.call("plan", told.job, told.sheet).out

    assert plan["to_ask"] == 0
    assert plan["requests"] == {BULK: 0}
    assert plan["credits"]["most"] == "0"
    run = desk.call("runs").out.split()[0]
    assert said.startswith(f"I have nothing left to ask: run {run} is through with these rows. ")


def test_what_another_file_paid_for_is_known_to_a_plan(desk, apollo):
    told = story(desk, apollo, 12)
    told.run()
    save_job(told.job, keep={"City": "city"})

    plan = desk.call("plan", told.job, told.sheet, "--json").document

    assert (plan["known"], plan["to_ask"]) == (12, 0)


def test_a_plan_counts_phone_numbers_at_their_price(desk, apollo):
    options = {"reveal_phone_number": True, "webhook_url": "https://hooks.acme.example/a"}
    told = story(desk, apollo, 3, options=options)

    plan = desk.call("plan", told.job, told.sheet, "--json").document

    assert plan["credits"]["most"] == "27"


def test_a_plan_needs_a_key_that_apollo_knows(desk, apollo):
    told = story(desk, apollo)

    wrong = desk.call("plan", told.job, told.sheet, APOLLO_API_KEY="made-up-key")
    sandbox = desk.call("plan", told.job, told.sheet, "--sandbox", APOLLO_API_KEY="")

    assert wrong.code == Exit.ACCESS
    assert sandbox.code == 0, sandbox.err


def test_a_plan_says_how_long_apollos_limits_stretch_it(desk, tmp_path_factory):
    server = Desk(tmp_path_factory.mktemp("server"))
    with serving(server, "--plan-profile", "free") as slow:
        desk.environ |= slow.environ
        told = story(desk, slow, 450)
        plan = desk.call("plan", told.job, told.sheet, "--json")
        said = desk.call("plan", told.job, told.sheet).out

    assert json.loads(plan.out)["seconds"] == 120
    assert "stretch this to about 2 min" in said


def test_a_plan_reckons_with_what_is_left_to_the_team(desk, tmp_path_factory):
    server = Desk(tmp_path_factory.mktemp("server"))
    own = desk.folder / "settings.toml"
    own.write_text("headroom = 0.5\n")
    with serving(server, "--plan-profile", "free") as slow:
        desk.environ |= slow.environ
        told = story(desk, slow, 450, limits={"headroom": 0.1})
        by_job = desk.call("plan", told.job, told.sheet, "--json").document
        strict = {"APOLLO_BATCH_SETTINGS": str(own)}
        by_settings = desk.call("plan", told.job, told.sheet, "--json", **strict).document

    # 45 requests: 18 at once, 18 and 9; with half of a window left alone, 10 at once and four more.
    assert (by_job["seconds"], by_settings["seconds"]) == (120, 240)


@pytest.mark.parametrize("text", ["1", "-0.1", "'0.4'", "true", "nan"])
def test_a_share_in_the_settings_that_is_none_is_refused(desk, apollo, text):
    own = desk.folder / "settings.toml"
    own.write_text(f"headroom = {text}\n")
    told = story(desk, apollo)

    ended = desk.call("plan", told.job, told.sheet, APOLLO_BATCH_SETTINGS=str(own))

    assert ended.code == Exit.INVALID
    assert "headroom is a number, 0 or more and less than 1" in ended.err


def test_a_run_leaves_what_the_plan_said_it_would(desk, tmp_path_factory):
    server = Desk(tmp_path_factory.mktemp("server"))
    with serving(server, "--plan-profile", "free", "--time-scale", 120) as slow:
        desk.environ |= slow.environ
        told = story(desk, slow, 250, limits={"headroom": 0.4, "max_credits": 300})
        ended = told.run()
        windows = [w for w in slow.books()["windows"] if w["route"] == BULK]

    assert ended.code == 0, ended.err
    assert max(w["used"] for w in windows if w["span"] == "minute") <= 12
    assert ended.document["requests"] == {BULK: 25}
