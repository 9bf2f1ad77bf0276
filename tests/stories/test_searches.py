"""A job that starts from a search: its pages, its limit, its price, and what it finds."""

import re
import signal
from pathlib import Path

import openpyxl
import pytest
from makers import JOBS, Desk, facts_of, save_job, serving, until
from searching import (
    BIG,
    BUYERS,
    COMPANIES,
    ID,
    PEOPLE,
    all_there_is,
    answering,
    asked_of,
    found_in,
    judge_search,
    searched,
    searching,
)

from apollo_batch.errors import Exit


def ids_of(told):
    """What a search kept as Id, in the order of its sheet."""
    return [record["Id"] for record in found_in(Path(told["output"]))]


def test_what_a_search_finds_becomes_a_workbook_in_the_working_folder(desk, apollo):
    job = searching(desk, "people.search", 250, options=BUYERS, keep=ID | {"Title": "title"})

    ended = searched(desk, job)
    told = judge_search(ended, apollo)
    book = openpyxl.load_workbook(told["output"])

    assert ended.code == 0, ended.err
    assert told["output"] == str(desk.folder / "job.results.xlsx")
    assert told["input"] is None
    assert book.sheetnames == ["Apollo Found", "Apollo Summary"]
    assert next(iter(book["Apollo Found"].values)) == ("Id", "Title")
    assert {r["Title"] for r in found_in(Path(told["output"]))} == {"Head of Purchasing"}
    facts = facts_of(desk.folder / "job.results.xlsx")
    assert facts["Records found"] == 250
    assert "Credits by step, against the budget" not in facts, "a free run draws no credits"
    assert "people.search: charged" not in facts


def test_every_page_is_asked_for_once_up_to_the_limit_and_no_further(desk, apollo):
    job = searching(desk, "people.search", 250, options=BUYERS)

    told = judge_search(searched(desk, job), apollo)

    assert told["requests"] == {PEOPLE: 3}
    assert asked_of(apollo, PEOPLE) == 3
    assert (
        ids_of(told) == all_there_is(apollo, "/mixed_people/api_search", "people", **BUYERS)[:250]
    )


def test_without_a_limit_a_search_ends_with_the_last_record_there_is(desk, apollo):
    near = {"organization_locations": ["Germany"]}
    job = searching(desk, "organizations.search", options=near, keep={"Id": "organization_id"})

    told = judge_search(searched(desk, job, "--max-credits", 5), apollo)
    whole = all_there_is(apollo, "/mixed_companies/search", "organizations", **near)

    assert told["exit_code"] == 0
    assert told["requests"] == {COMPANIES: 2}
    assert sorted(ids_of(told)) == sorted(whole)
    assert told["credits"] | {"reported": "0", "derived": "2"} == told["credits"]


def test_a_small_limit_asks_for_a_small_page(desk, apollo):
    job = searching(desk, "organizations.search", 7, options=BIG, keep={"Name": "name"})

    told = judge_search(searched(desk, job), apollo)
    (asked,) = apollo.books()["asked"]

    assert told["rows"]["succeeded"] == 7
    assert '"per_page": "7"' in asked


def test_the_plan_names_pages_price_and_the_most_that_apollo_shows(desk, apollo):
    whole = searching(desk, "organizations.search", options=BIG)
    plan = desk.call("plan", whole)
    figures = desk.call("plan", whole, "--json").document
    unasked = searched(desk, whole)
    part = desk.call("plan", searching(desk, "organizations.search", 120, options=BIG))

    assert "job.yaml: a search. Find companies in Apollo's data" in plan.out
    assert f"To search: 1 in up to 500 requests to {COMPANIES}." in plan.out
    assert "Apollo shows 50,000 records of one search at the most." in plan.out
    assert "at most 500" in plan.out
    assert figures["requests"] == {COMPANIES: 500}
    assert figures["input"] is None
    assert unasked.code == Exit.USAGE
    assert "up to 500 credits, and no limit is named anywhere" in unasked.err
    assert f"To search: 1 in up to 2 requests to {COMPANIES}." in part.out
    assert "Records: 120 at the most." in part.out
    assert "50,000" not in part.out
    assert asked_of(apollo, COMPANIES) == 0


def test_paid_pages_stop_at_the_budget_and_the_command_it_names_goes_on(desk, apollo):
    job = searching(desk, "organizations.search", 250, options=BIG, keep={"Id": "organization_id"})

    stopped = searched(desk, job, "--max-credits", 2)
    figures = judge_search(stopped, apollo)
    first, shown = ids_of(figures), desk.call("show", figures["run"]).out
    ended = desk.call(*stopped.following)
    told = judge_search(ended, apollo)

    assert stopped.code == Exit.BUDGET
    assert stopped.following[-2:] == ["--max-credits", "3"]
    assert figures["reasons"] == {"budget": 1}
    assert figures["rows"] | {"succeeded": 200, "not_run": 1} == figures["rows"]
    assert "The search is not finished. 200 records found. 2 credits charged." in shown
    assert ended.code == 0, ended.err
    assert f"To search: 1 in 1 request to {COMPANIES}." in ended.err
    assert told["run"] == figures["run"]
    assert ids_of(told)[:200] == first
    assert len(set(ids_of(told))) == 250
    assert set(apollo.books()["asked"].values()) == {1}
    assert asked_of(apollo, COMPANIES) == 3


def test_no_page_is_bought_where_the_budget_holds_none(desk, apollo):
    job = searching(desk, "organizations.search", 250, options=BIG)

    ended = searched(desk, job, "--max-credits", 0)
    told = judge_search(ended, apollo)

    assert ended.code == Exit.BUDGET
    assert told["rows"] | {"total": 1, "not_run": 1} == told["rows"]
    assert asked_of(apollo, COMPANIES) == 0


def test_killed_between_pages_the_same_command_goes_on_with_the_next(desk, apollo):
    apollo.plot({"route": PEOPLE, "on": [2], "fault": "hang", "seconds": 60})
    job = searching(desk, "people.search", 250, options=BUYERS)

    with desk.started("run", job, "--yes", "--json") as process:
        until(lambda: asked_of(apollo, PEOPLE) == 2)
        process.kill()
        code = process.wait(timeout=10)
    ended = searched(desk, job)
    told = judge_search(ended, apollo)

    assert code == -signal.SIGKILL
    assert ended.code == 0, ended.err
    assert "Going on with run" in ended.err
    assert "1 in up to 2 requests to" in ended.err
    assert asked_of(apollo, PEOPLE) == 4, "the second page twice, the others once"
    assert (
        ids_of(told) == all_there_is(apollo, "/mixed_people/api_search", "people", **BUYERS)[:250]
    )


def test_killed_while_a_paid_page_is_asked_for_that_page_is_in_doubt(desk, apollo):
    apollo.plot({"route": COMPANIES, "on": [2], "fault": "hang_after", "seconds": 60})
    keep = {"Id": "organization_id"}
    job = searching(desk, "organizations.search", 250, options=BIG, keep=keep)

    with desk.started("run", job, "--yes", "--json") as process:
        until(lambda: asked_of(apollo, COMPANIES) == 2)
        process.kill()
        process.wait(timeout=10)
    doubt = searched(desk, job)
    figures = doubt.document
    ended = desk.call(*doubt.following)
    told = ended.document

    assert doubt.code == Exit.IN_DOUBT
    assert figures["reasons"] == {"process_died": 1}
    assert figures["rows"] | {"succeeded": 100, "in_doubt": 1} == figures["rows"]
    assert asked_of(apollo, COMPANIES) == 4, "nothing was asked again unasked"
    assert ended.code == 0, ended.err
    assert len(set(ids_of(told))) == len(ids_of(told)) == 250
    assert sorted(apollo.books()["asked"].values()) == [1, 1, 2]


def test_a_lost_reply_of_a_paid_page_is_in_doubt_and_of_a_free_one_asked_again(desk, apollo):
    apollo.plot(
        {"route": COMPANIES, "on": [2], "fault": "reset_after"},
        {"route": PEOPLE, "on": [2], "fault": "reset_after"},
    )
    paid = searching(desk, "organizations.search", 250, options=BIG, keep={"Id": "name"})
    doubt = searched(desk, paid)
    asked = asked_of(apollo, COMPANIES)
    settled = desk.call(*doubt.following)
    free = searched(desk, searching(desk, "people.search", 250, options=BUYERS))

    assert doubt.code == Exit.IN_DOUBT
    assert doubt.document["reasons"] == {"reply_lost": 1}
    assert doubt.document["credits"]["unpriced_requests"] == 1
    assert doubt.following[-1] == "--resend-in-doubt"
    assert asked == 2, "a search in doubt does not go on by itself"
    assert settled.code == 0, settled.err
    assert settled.document["rows"]["succeeded"] == 250
    assert free.code == 0, free.err
    assert free.document["requests"] == {PEOPLE: 4}
    assert len(set(ids_of(free.document))) == 250


def test_a_search_that_finds_nothing_is_no_match_and_costs_nothing(desk, apollo):
    nowhere = {"organization_locations": ["Atlantis"]}
    job = searching(desk, "organizations.search", options=nowhere, keep={"Name": "name"})

    ended = searched(desk, job, "--max-credits", 3)
    told = judge_search(ended, apollo)
    shown = desk.call("show", told["run"])

    assert ended.code == 0, ended.err
    assert told["rows"] | {"total": 1, "no_match": 1} == told["rows"]
    assert told["reasons"] == {"nothing_found": 1}
    assert apollo.books()["credits"]["consumed"] == 0
    assert "0 records found. 0 credits charged." in shown.out


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"total_entries": 238_000_000, "people": [{"id": "a", "title": "CEO"}]},
            "everybody it knows, 238,000,000 in all",
        ),
    ],
)
def test_an_answer_with_everybody_stops_the_run_and_nothing_of_it_is_taken(desk, body, said):
    job = searching(desk, "people.search", 300, options=BUYERS)

    with answering({"/mixed_people/api_search": body}) as url:
        ended = searched(desk, job, APOLLO_BASE_URL=url, APOLLO_API_KEY="a-key")

    assert ended.code == Exit.ROWS_FAILED
    assert said in ended.err
    assert ended.document["requests"] == {PEOPLE: 1}
    assert ended.document["reasons"] == {"search_misread": 1}
    assert ended.document["rows"] | {"total": 1, "failed": 1} == ended.document["rows"]


@pytest.mark.parametrize(
    "crumbs",
    [
        {},
        {"breadcrumbs": None},
        {"breadcrumbs": []},
        {"breadcrumbs": [{"signal_field_name": "organization_locations", "value": "Oslo"}]},
    ],
    ids=["none", "null", "empty", "of something else"],
)
def test_an_answer_that_repeats_none_of_the_filters_stops_the_run(desk, crumbs):
    answer = {
        "pagination": {"page": 1, "per_page": 100, "total_entries": 300, "total_pages": 3},
        "organizations": [{"id": "a", "name": "Acme Sample"}],
        "accounts": [],
    }
    job = searching(desk, "organizations.search", 300, options=BIG, keep={"Name": "name"})

    with answering({"/mixed_companies/search": answer | crumbs}) as url:
        ended = searched(desk, job, APOLLO_BASE_URL=url, APOLLO_API_KEY="a-key")

    assert ended.code == Exit.ROWS_FAILED
    assert "does not name any of the filters asked for" in ended.err
    assert "organization_num_employees_ranges" in ended.err
    assert ended.document["credits"]["derived"] == "1", "the page was paid for all the same"
    assert found_in(desk.folder / "job.results.xlsx") == []


@pytest.mark.parametrize("written", ["likely_to_engage", "likely to engage"])
def test_likely_to_engage_is_sent_as_apollo_wants_it(tmp_path, written):
    desk = Desk(tmp_path)
    with serving(desk, "--strict") as apollo:
        job = searching(desk, "people.search", 40, options={"contact_email_status": [written]})
        ended = searched(desk, job, **apollo.environ)
        asked = {"contact_email_status": ["likely to engage"]}
        wanted = all_there_is(apollo, "/mixed_people/api_search", "people", **asked)

    assert ended.code == 0, ended.err
    assert ids_of(ended.document) == wanted[:40]


def test_what_was_found_is_the_next_jobs_spreadsheet(desk, apollo):
    keep = {"Person Id": "id", "First Name": "first_name"}
    found = searched(desk, searching(desk, "people.search", 12, options=BUYERS, keep=keep))
    bought = save_job(
        desk.folder / "buy.yaml", map={"id": "Person Id"}, keep={"Last Name": "last_name"}
    )

    ended = desk.run(bought, found.document["output"])
    rows = found_in(desk.folder / "job.results.annotated.xlsx")

    assert ended.code == 0, ended.err
    assert ended.document["rows"] | {"total": 12, "succeeded": 12} == ended.document["rows"]
    assert ended.document["requests"] == {"POST /people/bulk_match": 2}
    assert all(row["Person Id"] and row["First Name"] and row["Last Name"] for row in rows)


def test_export_show_and_report_tell_of_a_search_without_a_call(desk, apollo):
    told = searched(desk, searching(desk, "people.search", 130, options=BUYERS)).document
    before = len(apollo.books()["log"])
    desk.environ.clear()

    exported = desk.call("export", told["run"], "--output", "again.xlsx")
    shown = desk.call("show", told["run"], "--json")
    report = desk.call("report", told["run"])
    listed = desk.call("runs")
    text = (desk.folder / "job.report.html").read_text(encoding="utf-8")

    assert exported.code == report.code == 0
    assert found_in(desk.folder / "again.xlsx") == found_in(desk.folder / "job.results.xlsx")
    assert shown.document["rows"] == told["rows"]
    assert shown.document["sheets"] == told["sheets"]
    assert "130 records found." in text
    assert "A story, job.yaml: 130 records found." in listed.out
    assert len(apollo.books()["log"]) == before


def test_as_csv_the_records_are_a_file_of_their_own(desk, apollo):
    job = searching(desk, "people.search", 130, options=BUYERS, keep=ID | {"Title": "title"})

    told = searched(desk, job, "--format", "csv").document
    rows = found_in(desk.folder / "job.results.csv")

    assert told["output"] == str(desk.folder / "job.results.csv")
    assert len(rows) == 130
    assert rows[0].keys() == {"Id", "Title"}


def test_the_same_search_again_writes_what_it_found_and_fresh_searches_anew(desk, apollo):
    job = searching(desk, "people.search", 130, options=BUYERS)

    first = searched(desk, job).document
    again = searched(desk, job)
    fresh = searched(desk, job, "--fresh").document

    assert "is finished; its workbook is written again" in again.err
    assert again.document["run"] == first["run"] != fresh["run"]
    assert asked_of(apollo, PEOPLE) == 4
    assert found_in(desk.folder / "job.results.xlsx")


def test_a_search_takes_no_spreadsheet_and_says_so(desk, apollo):
    job = searching(desk, "people.search", 5, options=BUYERS)

    ended = desk.call("run", job, job.with_name("leads.csv"))

    assert ended.code == Exit.USAGE
    assert "starts from a search and takes no spreadsheet" in ended.err


def test_a_search_that_keeps_nothing_is_refused_with_the_line_to_add(desk):
    job = searching(desk, "people.search", 5, options=BUYERS, keep=None)

    ended = desk.call("check", job)

    assert ended.code == Exit.INVALID
    assert "people.search brings records, and the job keeps nothing of them." in ended.err
    assert "Add `keep: {Id: id, Title: title}`" in ended.err


@pytest.mark.parametrize("name", ["search-people", "search-companies", "search-contacts"])
def test_the_jobs_that_come_along_find_something(desk, apollo, name):
    job = JOBS / f"{name}.yaml"
    typed = re.match(r"# apollo-batch (.+) --sandbox --yes\n", job.read_text(encoding="utf-8"))

    ended = searched(desk, job)
    told = judge_search(ended, apollo)

    assert typed[1] == f"run jobs/{name}.yaml"
    assert ended.code == 0, ended.err
    assert told["rows"]["succeeded"] >= 25
    first = found_in(desk.folder / f"{name}.results.xlsx")[0]
    assert [column for column, cell in first.items() if cell is None] in ([], ["In Sequences"])
