"""A spreadsheet becomes a job: by a few questions, by flags, or by nothing but the guess."""

import json
import shutil
import signal
import subprocess
import sys

import openpyxl
import pytest
from header_sets import header_sets
from makers import SAMPLES, lead, leads, save_csv, save_xlsx
from rich.cells import cell_len
from terminal import talk

from apollo_batch.errors import Exit
from apollo_batch.job.load import load

SETS = [each for each in header_sets() if each.operation != "sequences.enroll"]


def columns_of(job):
    """Parameter to column, as a job file names them."""
    return {name: source.column for name, source in load(job).steps[0].sources.items()}


@pytest.mark.parametrize(
    "sets", [SETS[::6], pytest.param(SETS, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_what_init_makes_of_a_sheet_is_sound(desk, sets):
    for number, each in enumerate(sets):
        sheet = save_csv(desk.folder / f"sheet {number}.csv", each.rows, each.columns)
        asked = ["--operation", each.operation] if each.asked else []

        made = desk.call("init", sheet, "--yes", *asked)
        job = desk.folder / f"sheet {number}.yaml"
        checked = desk.call("check", job, "--sheet", sheet)

        assert (made.code, checked.code) == (0, 0), (each.name, made.err, checked.err)
        assert load(job).steps[0].operation.name == each.operation


def test_what_init_writes_can_be_planned_and_run_at_once(desk):
    sheet = save_xlsx(desk.folder / "leads.xlsx", leads(3))

    made = desk.call("init", sheet, "--yes")
    ended = desk.run(desk.folder / "leads.yaml", sheet, "--sandbox")

    assert made.code == 0, made.err
    assert made.out == "Written to leads.yaml, and job.schema.json for editors beside it.\n"
    assert "apollo-batch plan leads.yaml" in made.err
    assert ended.document["rows"]["succeeded"] == 3
    assert not (desk.folder / ".gitignore").exists()


def test_the_schema_is_named_in_the_first_line_and_lies_beside_the_job(desk):
    save_csv(desk.folder / "leads.csv", leads(1))

    made = desk.call("init", "leads.csv", "--yes", "--output", "mine/look.yaml")

    first = (desk.folder / "mine/look.yaml").read_text().splitlines()[0]
    schema = json.loads((desk.folder / "mine/job.schema.json").read_text())
    assert made.code == 0, made.err
    assert first == "# yaml-language-server: $schema=./job.schema.json"
    assert schema == desk.call("schema").document


def test_a_job_goes_to_the_folder_of_jobs_where_there_is_one(desk):
    save_csv(desk.folder / "leads.csv", leads(1))
    (desk.folder / "jobs").mkdir()

    desk.call("init", "leads.csv", "--yes")

    assert (desk.folder / "jobs/leads.yaml").is_file()


@pytest.mark.parametrize("there", ["leads.yaml", "job.schema.json"])
def test_a_file_that_is_there_is_never_overwritten(desk, there):
    save_csv(desk.folder / "leads.csv", leads(1))
    (desk.folder / there).write_text("mine")

    made = desk.call("init", "leads.csv", "--yes")

    assert (desk.folder / there).read_text() == "mine"
    if there == "leads.yaml":
        assert made.code == Exit.USAGE
        assert "is there already" in made.err
        assert "Add --output leads-2.yaml" in made.err
        assert not (desk.folder / "job.schema.json").exists()
    else:
        assert made.code == 0
        assert "`apollo-batch schema` prints" in made.err


def test_in_a_git_repository_what_runs_write_is_kept_out_once(desk):
    (desk.folder / ".git").mkdir()
    (desk.folder / "lists").mkdir()
    (desk.folder / ".gitignore").write_text("*.tmp")
    save_csv(desk.folder / "lists/leads.csv", leads(1))

    first = desk.call("init", "lists/leads.csv", "--yes")
    once = (desk.folder / ".gitignore").read_text()
    second = desk.call("init", "lists/leads.csv", "--yes", "--output", "other.yaml")

    assert ".gitignore now keeps" in first.err
    assert once.startswith("*.tmp\n")
    assert "*.annotated*\n" in once
    assert ".gitignore" not in second.err
    assert (desk.folder / ".gitignore").read_text() == once


def test_every_answer_can_be_a_flag(desk):
    book = openpyxl.Workbook()
    for title in ("Cover", "People"):
        sheet = book.active if title == "Cover" else book.create_sheet(title)
        sheet.title = title
        sheet.append(["made", "for", "you"])
        sheet.append(["Whom", "Where", "Work Email", "Where now"])
        sheet.append(["Ada Muster", "Musterbau", "ada@musterbau.example", "Probe AG"])
    book.save(desk.folder / "people.xlsx")

    made = desk.call(
        *("init", "people.xlsx", "--operation", "people.enrich", "--sheet", "people"),
        *("--header-row", 2, "--map", "name=Whom", "--map", "organization_name=where now"),
        *("--map", "email=", "--option", "reveal_personal_emails=true", "--name", "Ours: all"),
        *("--output", "mine.yaml"),
    )

    job = load(desk.folder / "mine.yaml")
    assert made.code == 0, made.err
    assert columns_of(desk.folder / "mine.yaml") == {
        "name": "Whom",
        "organization_name": "Where now",
    }
    assert (job.name, job.sheet, job.header_row) == ("Ours: all", "People", 2)
    assert job.steps[0].options == {"reveal_personal_emails": True}


def test_an_enrollment_names_its_sequence_and_its_mailbox_or_is_not_written(desk):
    sheet = shutil.copy(SAMPLES / "contacts-to-enroll.xlsx", desk.folder)
    words = ("init", sheet, "--operation", "sequences.enroll")
    named = ("--option", "sequence=One contact per company")
    sender = ("--option", "mailbox=robin.sample@example.com")

    bare = desk.call(*words)
    made = desk.call(*words, *named, *sender)
    job = desk.folder / "contacts-to-enroll.yaml"
    plan = desk.call("plan", job, sheet, "--sandbox")

    assert bare.code == Exit.USAGE
    assert "Add --option sequence=… --option mailbox=…" in bare.err
    assert "apollo-batch list sequences" in bare.err
    assert made.code == 0, made.err
    assert columns_of(job) == {"contact_id": "Contact Id"}
    assert plan.code == 0, plan.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--operation", "people.enrihc"], "Did you mean `people.enrich`?"),
        (["--operation", "tasks.search"], "takes nothing from a row"),
        (["--map", "emial=Email"], "Did you mean `email`?"),
        (["--map", "email=Emial"], "Did you mean `Email`?"),
        (["--map", "email"], "Write it like email=Email."),
        (["--map", "reveal_personal_emails=Email"], "--option reveal_personal_emails=VALUE"),
        (["--option", "reveal_emails=true"], "It takes reveal_personal_emails"),
        (["--option", "reveal_personal_emails"], "Write it like sequence=Spring."),
        (["--map", "email=", "--map", "last_name="], "is not enough for people.enrich"),
        (["--output", "leads.csv"], "leads.csv is no name for a job file."),
        (["--output", "."], "is a folder"),
        (["--operation", "contacts.update"], "Add --map contact_id=COLUMN."),
        (["--operation", "tasks.create"], "Add --map contact_id=COLUMN --option user=…"),
    ],
)
def test_what_cannot_be_is_said_with_one_thing_to_do_and_nothing_is_written(desk, words, said):
    save_csv(desk.folder / "leads.csv", leads(1))
    before = sorted(desk.folder.iterdir())

    ended = desk.call("init", "leads.csv", "--yes", *words)

    assert ended.code == Exit.USAGE, ended.err
    assert said in ended.err
    assert sorted(desk.folder.iterdir()) == before


def test_a_sheet_that_shows_nothing_to_look_up_by_says_what_it_has(desk):
    save_csv(desk.folder / "odd.csv", [["red", "9"]], ["Colour", "Size"])

    ended = desk.call("init", "odd.csv", "--yes")

    assert ended.code == Exit.USAGE
    assert "It has: Colour, Size." in ended.err
    assert "--map PARAMETER=COLUMN" in ended.err


def test_our_own_columns_come_back_without_being_taken_for_the_persons(desk):
    sheet = save_xlsx(desk.folder / "leads.xlsx", leads(2))
    desk.call("init", sheet, "--yes")
    desk.run(desk.folder / "leads.yaml", sheet, "--sandbox")

    made = desk.call("init", "leads.annotated.xlsx", "--yes")

    assert made.code == 0, made.err
    job = (desk.folder / "leads.annotated.yaml").read_text()
    assert columns_of(desk.folder / "leads.yaml") == columns_of(
        desk.folder / "leads.annotated.yaml"
    )
    assert "(Apollo)" not in job
    assert "Apollo Status" not in job


def test_the_questions_and_their_usual_answers(desk):
    save_csv(desk.folder / "leads.csv", leads(3))

    code, shown = talk(
        desk, [("A number", "\n"), ("Right?", "\n"), ("Where to?", "\n")], "init", "leads.csv"
    )

    assert code == 0, shown
    assert "leads.csv, 3 rows; the first:" in shown
    assert "  1  Look people up" in shown
    assert "lists [1]:" in shown
    assert "Where to? [leads.yaml]" in shown
    assert columns_of(desk.folder / "leads.yaml") == {
        "first_name": "First Name",
        "last_name": "Last Name",
        "domain": "Website",
        "email": "Email",
    }


def test_wrong_answers_are_asked_again_and_right_ones_are_heeded(desk):
    save_csv(desk.folder / "leads.csv", [lead(100, Notes="hello")])
    (desk.folder / "leads.yaml").write_text("mine")

    code, shown = talk(
        desk,
        [
            ("A number", "contacts.craete\n"),
            ("Did you mean `contacts.create`?", "3\n"),
            ("Right?", "title=Note\n"),
            ("Did you mean `Notes`?", "title=Notes\n"),
            ("Right?", "\n"),
            ("Where to? [leads-2.yaml]", "leads.yaml\n"),
            ("is there already", "save.yaml\n"),
        ],
        *("init", "leads.csv"),
    )

    assert code == 0, shown
    assert columns_of(desk.folder / "save.yaml")["title"] == "Notes"
    assert (desk.folder / "leads.yaml").read_text() == "mine"


def test_no_job_begins_with_more_than_two_hundred_credits_to_spend(desk):
    few = save_csv(desk.folder / "few.csv", leads(150))
    many = save_csv(desk.folder / "many.csv", leads(250))

    desk.call("init", few, "--yes")
    told = desk.call("init", many, "--yes")
    ended = desk.run(desk.folder / "many.yaml", many, "--sandbox")

    assert load(desk.folder / "few.yaml").limits.max_credits == 150
    assert load(desk.folder / "many.yaml").limits.max_credits == 200
    assert "250 credits at the most" in told.err
    assert ended.code == Exit.BUDGET
    assert ended.document["next"]


def test_a_sheet_without_rows_yet_has_a_job_all_the_same(desk):
    save_csv(desk.folder / "empty.csv", [], ["Email", "Company", "Notes"])

    made = desk.call("init", "empty.csv", "--yes")

    assert made.code == 0, made.err
    assert columns_of(desk.folder / "empty.yaml")["email"] == "Email"


def test_several_sheets_are_named_and_one_is_chosen(desk):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["This", "and", "that"])
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    book.create_sheet("Leads").append(["Email", "Company"])
    book["Leads"].append(["ada@musterbau.example", "Musterbau"])
    book.save(desk.folder / "book.xlsx")

    code, shown = talk(
        desk,
        [("Which one has the rows?", "2\n"), ("A number", "\n"), ("Right?", "\n"), ("Where", "\n")],
        *("init", "book.xlsx"),
    )

    assert code == 0, shown
    assert "book.xlsx has 2 sheets:\n  1  Notes\n  2  Leads\n" in shown
    assert load(desk.folder / "book.yaml").sheet == "Leads"


def test_who_enrolls_is_asked_for_the_sequence_and_the_mailbox(desk):
    sheet = shutil.copy(SAMPLES / "contacts-to-enroll.xlsx", desk.folder)

    code, shown = talk(
        desk,
        [
            ("A number", "sequences.enroll\n"),
            ("Right?", "\n"),
            ("sequence, for every row (`apollo-batch list sequences` shows them):", "Spring\n"),
            ("mailbox, for every row", "me@ourselves.example\n"),
            ("Where to?", "enroll.yaml\n"),
        ],
        *("init", sheet),
    )

    assert code == 0, shown
    constants = load(desk.folder / "enroll.yaml").steps[0].constants
    assert constants["sequence_id"] == "Spring"


@pytest.mark.parametrize("question", ["A number", "Right?", "Where to?"])
@pytest.mark.parametrize(
    ("typed", "code"), [(signal.SIGINT, Exit.INTERRUPTED), ("\x04", Exit.USAGE)]
)
def test_whoever_leaves_in_the_middle_leaves_nothing_behind(desk, question, typed, code):
    save_csv(desk.folder / "leads.csv", leads(1))
    asked = ["A number", "Right?", "Where to?"]
    exchange = [(each, "\n") for each in asked[: asked.index(question)]]

    ended, shown = talk(desk, [*exchange, (question, typed)], "init", "leads.csv")

    assert ended == code, shown
    assert "Traceback" not in shown
    assert [path.name for path in desk.folder.iterdir()] == ["leads.csv"]


def test_forty_columns_are_enough(desk):
    names = ["Contact / First name", "Work e-mail address of the person", "名前", "Company"]
    rows = [["Ada", "ada.muster@musterbau.example", "エイダ" * 9, "Musterbau " * 9]] * 5
    save_csv(desk.folder / "leads.csv", rows, names)

    _, shown = talk(desk, [("A number", "\x04")], "init", "leads.csv", columns=40)

    preview = shown.partition("; the first:\n")[2].splitlines()[: len(names)]
    assert all(cell_len(line) <= 40 for line in preview), preview
    assert all(len(line.split("  ")) > 3 for line in preview), preview


def test_nothing_in_a_cell_or_a_name_does_anything_to_the_terminal(desk):
    evil = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\r\n::error::x"
    save_csv(desk.folder / "leads.csv", [["ada@m.example", evil]], ["Email", f"Notes {evil}"])

    made = desk.call("init", "leads.csv", "--yes")

    assert made.code == 0, made.err
    said = made.err + made.out
    assert not any(sign in said for sign in ("\x1b", "\x07", "\u202e", "\r"))
    job = (desk.folder / "leads.yaml").read_text()
    assert all(sign == "\n" or sign.isprintable() for sign in job)
    assert not any(line.startswith(":") for line in said.splitlines())


def test_no_terminal_asks_nothing_and_neither_does_ci(desk):
    save_csv(desk.folder / "leads.csv", leads(1))

    piped = desk.call("init", "leads.csv", stdin="")
    ci = subprocess.run(
        [sys.executable, "-m", "apollo_batch", "init", "leads.csv", "--output", "b.yaml"],
        cwd=desk.folder,
        env=desk._environ({"CI": "true"}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (piped.code, ci.returncode) == (0, 0), (piped.err, ci.stderr)
    assert "Right?" not in piped.err + ci.stderr
