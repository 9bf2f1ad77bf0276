"""A spreadsheet dropped into a watched folder: what becomes of it, where it lies, what is said of it."""

import json
import shutil
import threading
from contextlib import suppress

import pytest
from enroll_maker import contacts, enrolling
from makers import cells_of, leads, save_csv, save_job, save_xlsx
from watch_maker import lying, words


def consumed(apollo):
    return apollo.books()["credits"]["consumed"]


def test_a_dropped_spreadsheet_comes_back_with_result_report_and_words(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(12))
    before = (inbox / "leads.xlsx").read_bytes()

    watched.settle()

    assert lying(inbox, "done") == ["leads.annotated.xlsx", "leads.report.html", "leads.xlsx"]
    assert (inbox / "done/leads.xlsx").read_bytes() == before
    rows = cells_of(inbox / "done/leads.annotated.xlsx")
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * 12
    assert "12 rows: 12 succeeded. 12 credits charged." in words(inbox / "done/leads.xlsx")
    told = json.loads((inbox / "done/leads.xlsx.status.json").read_text())
    assert told["state"] == "done"
    assert told["rows"] == {"succeeded": 12}
    assert told["credits"] == "12"
    assert lying(inbox, "working") == []
    assert consumed(apollo) == 12


def test_a_file_is_taken_only_when_it_was_the_same_for_a_whole_window(watched, apollo):
    inbox = watched.job()
    target = inbox / "leads.csv"
    whole = save_csv(watched.desk.folder / "whole.csv", leads(12)).read_bytes()

    for cut in (100, 300, len(whole)):
        target.write_bytes(whole[:cut])
        watched.turn(2)
        assert target.exists()
    watched.settle()

    assert "12 rows" in words(inbox / "done/leads.csv")


def test_a_file_that_is_open_is_left_alone_and_who_has_it_open_is_said(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(1))
    owner = bytes([4]) + b"Anna" + b" " * 50
    (inbox / "~$leads.xlsx").write_bytes(owner)

    watched.turn(20)

    assert lying(inbox, "working") == []
    assert "open in a spreadsheet program by Anna" in words(inbox / "leads.xlsx")
    assert (
        "leads.xlsx: It is open in a spreadsheet program by Anna."
        in (inbox / "STATUS.txt").read_text()
    )

    (inbox / "~$leads.xlsx").unlink()
    watched.settle()

    assert "1 row" in words(inbox / "done/leads.xlsx")
    assert not (inbox / "leads.xlsx.status.txt").exists()


def test_the_same_content_under_twenty_names_is_run_once(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "n00.xlsx", leads(3))
    for number in range(1, 20):
        shutil.copy(inbox / "n00.xlsx", inbox / f"n{number:02}.xlsx")

    watched.turn(12)

    told = [words(inbox / f"done/n{number:02}.xlsx") for number in range(20)]
    assert "3 rows: 3 succeeded" in told[0]
    assert all("The same, to the last byte, as n00.xlsx" in each for each in told[1:])
    assert all("Its result is n00.annotated.xlsx." in each for each in told[1:])
    again = f"--state {watched.desk.state} --fresh"
    assert all(again in each for each in told[1:])
    assert consumed(apollo) == 3


def test_what_was_run_elsewhere_before_is_said_with_the_whole_path_of_its_result(watched):
    inbox = watched.job()
    sheet = save_xlsx(watched.desk.folder / "leads.xlsx", leads(3))
    watched.desk.call("run", watched.jobs / "look-up.yaml", sheet, "--yes")
    shutil.copy(sheet, inbox / "leads.xlsx")

    watched.settle()

    result = watched.desk.folder / "leads.annotated.xlsx"
    assert f"Its result is {result}." in words(inbox / "done/leads.xlsx")


def test_a_name_that_comes_again_with_new_content_is_a_run_of_its_own(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(3))
    watched.settle()
    save_xlsx(inbox / "leads.xlsx", leads(5))

    watched.settle()

    done = lying(inbox, "done")
    assert {"leads.xlsx", "leads-2.xlsx", "leads.annotated.xlsx", "leads-2.annotated.xlsx"} <= set(
        done
    )
    assert "5 rows: 5 succeeded. 2 credits charged." in words(inbox / "done/leads-2.xlsx")
    assert consumed(apollo) == 5


def test_more_than_a_hundred_credits_wait_for_a_person_who_moves_the_plan(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(101))

    watched.settle()

    assert lying(inbox, "review") == ["leads.xlsx", "leads.xlsx.plan.json"]
    said = words(inbox / "review/leads.xlsx")
    assert "It may cost up to 101 credits" in said
    assert "I will look up 101 people" in said
    assert "move leads.xlsx.plan.json from the folder review into the folder approved" in said
    assert consumed(apollo) == 0

    (inbox / "review/leads.xlsx.plan.json").rename(inbox / "approved/leads.xlsx.plan.json")
    watched.settle()

    assert "101 rows: 101 succeeded. 101 credits charged." in words(inbox / "done/leads.xlsx")
    assert lying(inbox, "review") == lying(inbox, "approved") == lying(inbox, "working") == []
    assert not list((inbox / "review").iterdir())
    assert consumed(apollo) == 101


@pytest.mark.parametrize(
    "what", ["edited", "of another sheet", "made up", "too old", "job changed"]
)
def test_a_plan_that_is_not_the_one_that_was_shown_agrees_to_nothing(watched, apollo, what):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(101))
    watched.settle()
    plan = inbox / "review/leads.xlsx.plan.json"
    document = json.loads(plan.read_text())
    if what == "edited":
        plan.write_text(json.dumps(document | {"most_credits": "9000"}))
    if what == "of another sheet":
        save_xlsx(inbox / "review/leads.xlsx", leads(150))
    if what == "made up":
        plan.write_text("{}")
    if what == "too old":
        watched.clock.passed += 1
        old = document | {"expires": document["made"]}
        plan.write_text(json.dumps(old))
    if what == "job changed":
        save_job(watched.jobs / "look-up.yaml", keep={"Work Email": "email"})

    plan.rename(inbox / "approved/leads.xlsx.plan.json")
    watched.settle()

    assert lying(inbox, "review") == ["leads.xlsx", "leads.xlsx.plan.json"]
    assert lying(inbox, "approved") == []
    assert "needs approval again" in words(inbox / "review/leads.xlsx")
    assert consumed(apollo) == 0

    (inbox / "review/leads.xlsx.plan.json").rename(inbox / "approved/leads.xlsx.plan.json")
    watched.settle()

    assert "succeeded" in words(inbox / "done/leads.xlsx")


def test_a_plan_that_is_rewritten_the_moment_it_appears_agrees_to_nothing(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(101))
    plan = inbox / "review/leads.xlsx.plan.json"
    gone = threading.Event()

    def rewrite():
        while not gone.is_set():
            with suppress(OSError, ValueError):
                document = json.loads(plan.read_text())
                plan.write_text(json.dumps(document | {"most_credits": "9000"}))
                return

    rewriter = threading.Thread(target=rewrite)
    rewriter.start()
    watched.settle()
    rewriter.join(20)
    gone.set()
    assert "9000" in plan.read_text()
    plan.rename(inbox / "approved/leads.xlsx.plan.json")
    watched.settle()

    assert "needs approval again" in words(inbox / "review/leads.xlsx")
    assert consumed(apollo) == 0


def test_an_enrollment_waits_for_a_person_whatever_it_costs(watched, apollo):
    people = contacts(3)
    told = enrolling(watched.desk, apollo, people)
    shutil.copy(told.job, watched.jobs / "enroll.yaml")
    watched.watcher.look()
    inbox = watched.folder / "enroll"
    shutil.copy(told.sheet, inbox / told.sheet.name)

    watched.settle()

    assert "3 contacts, who are then e-mailed" in words(inbox / "review" / told.sheet.name)
    plan = inbox / f"review/{told.sheet.name}.plan.json"
    plan.rename(inbox / "approved" / plan.name)
    watched.settle()

    assert "3 succeeded" in words(inbox / "done" / told.sheet.name)


def test_a_spreadsheet_that_cannot_be_used_says_why_and_others_go_on(watched, apollo):
    inbox = watched.job()
    (inbox / "a.xlsx").write_bytes(b"no workbook at all\n")
    save_csv(inbox / "b.csv", [["x"]], header=["Nothing"])
    save_xlsx(inbox / "c.xlsx", leads(2))

    watched.settle()

    assert lying(inbox, "failed") == ["a.xlsx", "b.csv"]
    assert "no Excel workbook, whatever its name says" in words(inbox / "failed/a.xlsx")
    assert "2 succeeded" in words(inbox / "done/c.xlsx")
