"""A search for every row of a spreadsheet: what it finds has a sheet that names the row."""

from pathlib import Path

import openpyxl
import pytest
from makers import (
    JOBS,
    SAMPLES,
    WORLD,
    cells_of,
    judge,
    save_csv,
    save_job,
    save_xlsx,
    until,
)
from searching import COMPANIES, PEOPLE, asked_of, found_in

from apollo_batch.errors import Exit

NEWS = "POST /news_articles/search"
POSTINGS = "GET /organizations/{organization_id}/job_postings"
ACCOUNTS = "POST /accounts/search"
TARGETS = SAMPLES / "target-companies.csv"


def places(desk, *named):
    """Lay a sheet of places on the desk."""
    return save_csv(desk.folder / "places.csv", [[name] for name in named], header=["Place"])


def companies_there(desk, per_row=5, **changes):
    """Lay a job on the desk that looks for companies at each place: a credit a page."""
    return save_job(
        desk.folder / "job.yaml",
        operation="organizations.search",
        map={"organization_locations": "Place"},
        per_row=per_row,
        keep={"Company": "name", "Company Id": "organization_id"},
        **changes,
    )


def judged(desk, apollo, ended):
    return judge(ended, desk.state, apollo.books())


def test_each_record_names_the_row_it_was_found_for(desk, apollo):
    sheet = save_xlsx(
        desk.folder / "places.xlsx",
        [["Germany", "home"], ["Atlantis", ""], ["Canada", ""], ["", "unknown"], ["Germany", ""]],
        header=["Place", "Remark"],
    )

    ended = desk.run(companies_there(desk), sheet, "--max-credits", 10)
    told = judged(desk, apollo, ended)
    rows, found = cells_of(desk.folder / "places.annotated.xlsx"), found_in(told_output(told))
    book = openpyxl.load_workbook(told["output"])

    assert ended.code == 0, ended.err
    assert book.sheetnames == ["Leads", "Apollo Found", "Apollo Summary"]
    assert [row["Apollo Status"] for row in rows] == [
        "Succeeded",
        "No match",
        "Succeeded",
        "Skipped",
        "Succeeded",
    ]
    assert [row["Remark"] for row in rows] == ["home", None, None, "unknown", None]
    assert "Company" not in rows[0]
    assert [record["Source Row"] for record in found] == [2] * 5 + [4] * 5
    assert [row["Apollo Credits"] for row in rows] == [1, 0, 1, 0, 0]
    assert rows[0]["Apollo Note"] == "5 taken of 198 that Apollo has."
    assert rows[4]["Apollo Note"] == "Same as row 2. 5 taken of 198 that Apollo has."
    assert asked_of(apollo, COMPANIES) == 3
    assert told["sheets"]["Leads"]["total"] == 5
    assert told["sheets"]["Apollo Found"]["total"] == 10
    assert told["rows"] | {"total": 15, "succeeded": 13, "no_match": 1} == told["rows"]


def told_output(told):
    return Path(told["output"])


def test_a_budget_stops_within_a_row_and_goes_on_with_its_next_page(desk, apollo):
    sheet = places(desk, "Germany", "United States")
    job = companies_there(desk, per_row=150)

    stopped = desk.run(job, sheet, "--max-credits", 3)
    figures = judged(desk, apollo, stopped)
    rows = cells_of(desk.folder / "places.annotated.xlsx")
    ended = desk.call(*stopped.following)
    told = judged(desk, apollo, ended)
    found = found_in(told_output(told))

    assert stopped.code == Exit.BUDGET
    assert stopped.following[-2:] == ["--max-credits", "4"]
    assert figures["reasons"] | {"budget": 1, "search_ended": 1} == figures["reasons"]
    assert [row["Apollo Credits"] for row in rows] == [2, 1]
    assert rows[1]["Apollo Note"].startswith("100 taken of ")
    assert ended.code == 0, ended.err
    assert [record["Source Row"] for record in found] == [2] * 150 + [3] * 150
    assert len({record["Company Id"] for record in found}) == 300
    assert set(apollo.books()["asked"].values()) == {1}


def test_a_lost_reply_puts_its_own_row_in_doubt_and_the_others_go_on(desk, apollo):
    apollo.plot({"route": COMPANIES, "on": [2], "fault": "reset_after"})
    sheet = places(desk, "Germany", "Canada", "France")

    doubt = desk.run(companies_there(desk), sheet, "--threads", 1)
    figures = judged(desk, apollo, doubt)
    rows = cells_of(desk.folder / "places.annotated.xlsx")
    ended = desk.call(*doubt.following)
    told = judged(desk, apollo, ended)

    assert doubt.code == Exit.IN_DOUBT
    assert [row["Apollo Status"] for row in rows] == ["Succeeded", "In doubt", "Succeeded"]
    assert [row["Apollo Credits"] for row in rows] == [1, None, 1]
    assert figures["sheets"]["Apollo Found"]["total"] == 10
    assert ended.code == 0, ended.err
    assert [r["Source Row"] for r in found_in(told_output(told))] == [2] * 5 + [3] * 5 + [4] * 5


def test_a_page_that_comes_too_soon_for_apollo_is_asked_for_again(desk, apollo):
    apollo.plot({"route": COMPANIES, "on": [2], "fault": "429", "seconds": 1})
    sheet = places(desk, "Germany")

    ended = desk.run(companies_there(desk, per_row=150), sheet)
    told = judged(desk, apollo, ended)

    assert ended.code == 0, ended.err
    assert len({r["Company Id"] for r in found_in(told_output(told))}) == 150
    assert told["credits"]["derived"] == "2"


def test_first_and_rows_take_up_some_rows_and_each_is_asked_once(desk, apollo):
    sheet = places(desk, "Germany", "Canada", "France", "Australia", "Singapore")
    job = companies_there(desk)

    first = judged(desk, apollo, desk.run(job, sheet, "--first", 2))
    later = judged(desk, apollo, desk.run(job, sheet, "--rows", "4-5"))
    whole = judged(desk, apollo, desk.run(job, sheet))

    assert (
        first["sheets"]["places.csv"] | {"succeeded": 2, "not_run": 3}
        == first["sheets"]["places.csv"]
    )
    assert later["run"] == first["run"] == whole["run"]
    assert later["sheets"]["Apollo Found"]["total"] == 20
    assert whole["sheets"]["places.csv"]["succeeded"] == 5
    assert set(apollo.books()["asked"].values()) == {1}
    assert asked_of(apollo, COMPANIES) == 5


def test_killed_in_the_middle_no_page_that_was_settled_is_asked_again(desk, apollo):
    apollo.plot({"route": PEOPLE, "on": [3], "fault": "hang", "seconds": 60})
    sheet = places(desk, "Germany", "Canada", "France")
    job = save_job(
        desk.folder / "job.yaml",
        operation="people.search",
        map={"person_locations": "Place"},
        per_row=150,
        keep={"Id": "id"},
    )

    words = ("run", job, sheet, "--yes", "--json", "--threads", 1)
    with desk.started(*words) as process:
        until(lambda: asked_of(apollo, PEOPLE) == 3)
        process.kill()
        process.wait(timeout=10)
    ended = desk.call(*words)
    told = judged(desk, apollo, ended)

    assert ended.code == 0, ended.err
    assert asked_of(apollo, PEOPLE) == 7
    assert [r["Source Row"] for r in found_in(told_output(told))] == [2] * 150 + [3] * 150 + [
        4
    ] * 150
    assert len({r["Id"] for r in found_in(told_output(told))}) == 450


def test_its_own_output_again_has_the_found_sheet_replaced_and_not_doubled(desk, apollo):
    sheet = save_xlsx(desk.folder / "places.xlsx", [["Germany"], ["Canada"]], header=["Place"])
    job = companies_there(desk)
    first = desk.run(job, sheet).document

    again = desk.run(job, first["output"], "--fresh").document
    book = openpyxl.load_workbook(again["output"])

    assert again["output"].endswith("places.annotated-2.xlsx")
    assert book.sheetnames.count("Apollo Found") == 1
    assert len(book.sheetnames) == 3
    assert len(found_in(told_output(again))) == 10


def test_what_was_found_for_rows_can_be_gone_on_with_by_the_sheets_name(desk, apollo):
    sheet = save_xlsx(desk.folder / "places.xlsx", [["Germany"], ["Canada"]], header=["Place"])
    first = desk.run(companies_there(desk, per_row=3), sheet).document
    people = save_job(
        desk.folder / "people.yaml",
        input={"sheet": "Apollo Found"},
        operation="people.search",
        map={"organization_ids": "Company Id"},
        per_row=2,
        keep={"Person Id": "id"},
    )

    ended = desk.run(people, first["output"])
    told = ended.document
    book = openpyxl.load_workbook(told["output"])

    assert ended.code == 0, ended.err
    assert book.sheetnames == ["Leads", "Apollo Found", "Apollo Summary", "Apollo Found 2"]
    assert set(told["sheets"]) == {"Apollo Found", "Apollo Found 2"}
    assert len(found_in(told_output(told), "Apollo Found 2")) == 12
    assert {row["Apollo Status"] for row in found_in(told_output(told))} == {"Succeeded"}


def test_as_csv_the_found_records_are_in_a_file_beside_the_rows(desk, apollo):
    sheet = places(desk, "Germany", "Canada")

    told = judged_csv(desk.run(companies_there(desk), sheet, "--format", "csv"))
    rows = cells_of(desk.folder / "places.annotated.csv")
    found = found_in(desk.folder / "places.annotated.found.csv")

    assert told["output"] == str(desk.folder / "places.annotated.csv")
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * 2
    assert [record["Source Row"] for record in found] == ["2"] * 5 + ["3"] * 5


def judged_csv(ended):
    assert ended.code == 0, ended.err
    return ended.document


def test_a_file_of_somebody_elses_beside_the_rows_is_never_replaced(desk, apollo):
    theirs = desk.folder / "places.annotated.found.csv"
    theirs.write_text("mine\n", encoding="utf-8")

    ended = desk.run(companies_there(desk), places(desk, "Canada"), "--format", "csv")

    assert theirs.read_text(encoding="utf-8") == "mine\n"
    assert ended.document["output"].endswith("places.annotated-2.csv")
    assert len(found_in(desk.folder / "places.annotated-2.found.csv")) == 5


def test_show_and_report_tell_rows_and_records_apart(desk, apollo):
    told = desk.run(companies_there(desk), places(desk, "Germany", "Atlantis")).document
    desk.environ.clear()

    shown = desk.call("show", told["run"])
    report = desk.call("report", told["run"])
    text = (desk.folder / "places.report.html").read_text(encoding="utf-8")

    assert "2 rows: 1 succeeded, 1 no match. 5 records found. 1 credit charged." in shown.out
    assert "Records at the most: 5" in shown.out
    assert report.code == 0, report.err
    assert "5 records found" in text


@pytest.mark.parametrize(
    ("name", "route", "counts", "found"),
    [
        ("search-people-at-companies", PEOPLE, {"succeeded": 7, "no_match": 1, "skipped": 1}, 15),
        ("find-companies", COMPANIES, {"succeeded": 8, "no_match": 1}, 8),
        ("search-news", NEWS, {"succeeded": 1, "no_match": 6, "skipped": 2}, 10),
        ("list-job-postings", POSTINGS, {"succeeded": 6, "no_match": 1, "skipped": 2}, 131),
        ("search-accounts", ACCOUNTS, {"succeeded": 1, "no_match": 8}, 1),
    ],
)
def test_the_jobs_that_come_along_search_for_the_sample(desk, apollo, name, route, counts, found):
    typed = (JOBS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    output = desk.folder / "out.xlsx"

    ended = desk.run(JOBS / f"{name}.yaml", TARGETS, "--output", output)
    told = judged(desk, apollo, ended)

    assert typed == f"# apollo-batch run jobs/{name}.yaml samples/{TARGETS.name} --sandbox --yes"
    assert ended.code == 0, ended.err
    assert told["sheets"][TARGETS.name] | counts == told["sheets"][TARGETS.name]
    assert told["sheets"]["Apollo Found"]["total"] == found
    assert told["requests"] == {route: asked_of(apollo, route)}
    assert all(row["Source Row"] for row in found_in(output))


def test_news_of_a_company_with_many_come_page_by_page(desk, apollo):
    busy = WORLD.company(3)
    sheet = save_csv(desk.folder / "one.csv", [[busy.id]], header=["Company Id"])
    job = save_job(
        desk.folder / "job.yaml",
        operation="news.search",
        map={"organization_ids": "Company Id"},
        keep={"Id": "id", "Title": "title"},
    )

    told = judged(desk, apollo, desk.run(job, sheet, "--max-credits", 9))
    found = found_in(told_output(told))

    assert told["requests"] == {NEWS: 2}
    assert len({record["Id"] for record in found}) == len(found) > 25
    assert told["credits"]["derived"] == "2"


def test_all_open_jobs_of_a_company_cost_one_page(desk, apollo):
    busy = WORLD.company(3)
    sheet = save_csv(desk.folder / "one.csv", [[busy.id]], header=["Company Id"])
    job = save_job(
        desk.folder / "job.yaml",
        operation="organizations.job_postings",
        map={"organization_id": "Company Id"},
        keep={"Id": "id"},
    )

    told = judged(desk, apollo, desk.run(job, sheet))

    assert told["requests"] == {POSTINGS: 1}
    assert told["sheets"]["Apollo Found"]["total"] == 120
    assert told["credits"]["derived"] == "1"
