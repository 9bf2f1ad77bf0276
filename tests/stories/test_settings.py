"""Settings as a person meets them: shown with their origin, taken by commands, refused where broken."""

import os

import pytest
from makers import BULK, JOBS, SAMPLES, story

from apollo_batch.errors import Exit


def own(desk, text):
    """Write the person's own settings file, where the system keeps it."""
    path = desk.folder / ".config" / "apollo-batch" / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def project(desk, text):
    path = desk.folder / "apollo-batch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def shown(desk, *words, **environ):
    ended = desk.call("config", "show", "--json", *words, **environ)
    assert ended.code == 0, ended.err
    return ended.document["settings"]


def test_every_setting_is_shown_with_its_file_and_line_and_with_what_was_said_in_vain(desk):
    path = own(desk, "# mine\n\nkeep_credits = 10\nmax_credits = 500\n")
    project(desk, "max_credits = 900\n")

    ended = desk.call("config", "show", "--origin", APOLLO_BATCH_MAX_CREDITS="800")
    lines = ended.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("max_credits "))

    assert lines[at].split() == ["max_credits", "500", f"{path}:4"]
    assert "not in force: 800 (APOLLO_BATCH_MAX_CREDITS)" in lines[at + 1]
    assert "not in force: 900 (apollo-batch.toml:1)" in lines[at + 2]
    assert any(line.split() == ["headroom", "0", "default"] for line in lines)


def test_without_origin_only_what_is_in_force_is_shown(desk):
    own(desk, "max_credits = 500\n")

    ended = desk.call("config", "show", APOLLO_BATCH_MAX_CREDITS="800")

    assert "max_credits        500\n" in ended.out
    assert "800" not in ended.out


def test_what_a_job_says_is_shown_for_that_job(desk, apollo):
    told = story(desk, apollo, limits={"max_credits": 7}, zone="Asia/Tokyo")
    own(desk, 'max_credits = 500\nzone = "Europe/Berlin"\n')

    found = shown(desk, told.job)

    assert found["max_credits"]["value"] == "7"
    assert found["max_credits"]["from"][0]["where"].endswith("job.yaml, limits.max_credits")
    assert found["max_credits"]["not_in_force"][0]["value"] == "500"
    assert found["zone"]["value"] == "Asia/Tokyo"


def test_the_password_of_a_journals_server_is_shown_nowhere(desk):
    own(desk, 'state = "postgresql://me:canary-word@db.example/journal"\n')

    ended = desk.call("config", "show", "--origin", APOLLO_BATCH_STATE="")

    assert "postgresql://me@db.example/journal" in ended.out
    assert "canary-word" not in ended.out + ended.err


def test_where_the_own_file_is_or_would_be_is_said(desk):
    usual, named = (
        desk.call("config", "path"),
        desk.call("config", "path", APOLLO_BATCH_SETTINGS="x.toml"),
    )

    assert usual.out == f"{desk.folder}/.config/apollo-batch/settings.toml\n"
    assert named.out == f"{desk.folder}/x.toml\n"


def test_a_mistyped_word_behind_config_is_told_what_was_meant(desk):
    ended = desk.call("config", "shwo")

    assert ended.code == Exit.USAGE
    assert "Did you mean: apollo-batch config show?" in ended.err


def test_the_project_says_how_a_run_is_done_and_a_flag_says_it_nearer(desk, apollo):
    told = story(desk, apollo)
    project(desk, 'format = "csv"\nthreads = 2\n')

    by_project = told.run()
    by_flag = told.run("--format", "xlsx")
    by_name = told.run("--output", "result.xlsx")

    assert by_project.document["output"].endswith("leads.annotated.csv")
    assert by_flag.document["output"].endswith("leads.annotated.xlsx")
    assert by_name.document["output"].endswith("result.xlsx")


def test_the_journal_is_where_the_own_settings_say_unless_a_variable_says_otherwise(desk, apollo):
    told = story(desk, apollo)
    own(desk, f'state = "{desk.folder}/mine"\n')

    told.run(APOLLO_BATCH_STATE="")
    runs = desk.call("runs", APOLLO_BATCH_STATE="")
    others = desk.call("runs")

    assert (desk.folder / "mine" / "journal.db").is_file()
    assert len(runs.out.splitlines()) == 1
    assert others.out == ""


def test_a_budget_of_the_project_stops_a_run_and_the_message_says_which_line(desk, apollo):
    told = story(desk, apollo, 6)
    project(desk, "\nmax_credits = 4\n")

    ended = told.run()

    assert ended.code == Exit.BUDGET
    assert told.judged(ended)["credits"]["reported"] == "4"
    assert (
        "apollo-batch.toml:2 sets this budget. First raise max_credits = 4 there to 6." in ended.err
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("max_credit = 5", "apollo-batch.toml:1: nothing is called 'max_credit' here."),
        ("\n\nthread = 5", "apollo-batch.toml:3: nothing is called 'thread' here."),
        ("threads = 0", "apollo-batch.toml:1: threads is a whole number from 1 to 64."),
        ("threads = 2.5", "threads is a whole number from 1 to 64."),
        ('format = "doc"', "format is xlsx or csv, in quotes."),
        (
            'zone = "Mars/Olympus"',
            "zone is the name of a time zone, like Europe/Berlin, in quotes.",
        ),
        ("patience = 10", "patience is a duration, like 30s, 10m or 2h, in quotes."),
        ('trusted_hosts = ["evil.example"]', "trusted_hosts is not for a project's file"),
        ('state = "elsewhere"', "state is not for a project's file"),
        ("max_credits = = 5", "apollo-batch.toml:1:15: "),
        ("[limits]\nmax_credits = 5", "nothing is called 'limits' here."),
        ('api_key = "canary-key"', "`apollo-batch auth set`"),
        ("max_credits = 5\nmax_credits = 6", "apollo-batch.toml:2:"),
        (f"max_credits = {'9' * 5_000}", "apollo-batch.toml holds a number too long"),
        (f"max_credits = {'[' * 5_000}{']' * 5_000}", "lists in lists"),
        ("max_credits = [\n" + "1,\n" * 20_000 + "]", "max_credits is a number, 0 or more."),
    ],
)
def test_what_cannot_count_stops_a_run_with_its_place(desk, apollo, text, says):
    told = story(desk, apollo)
    project(desk, text)

    ended = told.run()

    assert ended.code == Exit.INVALID
    assert says in ended.err
    assert "canary-key" not in ended.err
    assert apollo.books()["log"] == []


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("APOLLO_BATCH_MAX_CREDIT", "5", "Did you mean `APOLLO_BATCH_MAX_CREDITS`?"),
        ("APOLLO_BATCH_BUDGET", "5", "APOLLO_BATCH_BUDGET sets nothing."),
        ("APOLLO_BATCH_MAX_CREDITS", "many", "max_credits is a number, 0 or more."),
        ("APOLLO_BATCH_MAX_CREDITS", "nan", "max_credits is a number, 0 or more."),
        ("APOLLO_BATCH_MAX_CREDITS", "1e30", "max_credits is a number, 0 or more."),
        ("APOLLO_BATCH_MAX_ENROLL", "1e999999999", "max_enroll is a whole number, 0 or more."),
        ("APOLLO_BATCH_THREADS", "65", "threads is a whole number from 1 to 64."),
        ("APOLLO_BATCH_TRUSTED_HOSTS", "evil.example", "is not for the environment"),
        ("APOLLO_BATCH_DO_NOT_CONTACT", "nowhere.txt", "nowhere.txt cannot be read"),
    ],
)
def test_a_variable_that_cannot_count_stops_a_run(desk, apollo, variable, text, says):
    ended = story(desk, apollo).run(**{variable: text})

    assert ended.code == Exit.INVALID
    assert says in ended.err
    assert apollo.paid_calls() == 0


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "huge", "not text"])
def test_what_is_no_file_of_settings_stops_a_run_and_keeps_nobody_waiting(desk, apollo, kind):
    path = desk.folder / "apollo-batch.toml"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "huge":
            path.write_text("#" * 70_000)
        case "not text":
            path.write_bytes(b"\xff\xfe")

    ended = story(desk, apollo).run()

    assert ended.code == Exit.INVALID
    assert "apollo-batch.toml" in ended.err
    assert apollo.books()["log"] == []


def test_the_lists_of_person_project_and_variable_spare_people_together(desk, apollo):
    told = story(desk, apollo, 4)
    rows = (desk.folder / "leads.csv").read_text().splitlines()[1:]
    domains = [row.split(",")[2] for row in rows]
    own(desk, 'do_not_contact = "mine.txt"\n').with_name("mine.txt").write_text(domains[0])
    project(desk, 'do_not_contact = "theirs.txt"\n').with_name("theirs.txt").write_text(domains[1])
    (desk.folder / "third.txt").write_text(domains[2])

    ended = told.run(APOLLO_BATCH_DO_NOT_CONTACT="third.txt")

    assert told.judged(ended)["reasons"] == {"suppressed": 3}
    assert told.judged(ended)["requests"] == {BULK: 1}


def test_the_plan_names_the_zone_and_the_number_that_the_settings_say(desk, apollo):
    own(desk, 'max_enroll = 3\nzone = "Asia/Tokyo"\n')

    theirs = JOBS / "create-tasks.yaml"
    job = desk.folder / "tasks.yaml"
    job.write_text(theirs.read_text().replace("zone: Europe/Berlin\n", ""))
    tasks = desk.call("plan", job, SAMPLES / "tasks-to-create.csv")
    named = desk.call("plan", theirs, SAMPLES / "tasks-to-create.csv")
    mails = desk.call("plan", JOBS / "enroll-contacts.yaml", SAMPLES / "contacts-to-enroll.xlsx")

    assert "Dates with a time that name no zone are taken as Asia/Tokyo." in tasks.out
    assert "Dates with a time that name no zone are taken as Europe/Berlin." in named.out
    assert "and no more than 3 in all." in mails.out


def test_no_more_are_enrolled_than_the_project_allows_and_the_line_to_raise_is_named(desk, apollo):
    project(desk, "max_enroll = 1\n")
    words = (JOBS / "enroll-contacts.yaml", SAMPLES / "contacts-to-enroll.xlsx")

    ended = desk.call("run", *words, "--yes", "--max-enroll", 4, "--output", "out.xlsx")

    assert ended.code == Exit.BUDGET
    assert "1 succeeded" in ended.out
    assert "apollo-batch.toml:1 sets this number. First raise max_enroll there to 4." in ended.err
