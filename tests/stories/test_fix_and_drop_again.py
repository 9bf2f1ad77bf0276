"""The result, mended, is the next input: only what was corrected or is new is asked."""

import openpyxl
import pytest
from makers import (
    cells_of,
    facts_of,
    hit,
    lead,
    leads,
    save_csv,
    save_job,
    save_xlsx,
    story,
)
from stand_in import refusing

from apollo_batch.errors import Exit

NOBODY = lead(900, Last_Name="Nobody")
WRONG = ["Ada", "Lovelace", "", "ada(at)acme.example", ""]


def mended(path, target, change):
    """Let a person change the first sheet of a workbook: lists of cells below the header."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    rows = [list(row) for row in sheet.values][1:]
    rows = change(rows)
    sheet.delete_rows(2, sheet.max_row)
    for row in rows:
        sheet.append(row)
    book.save(target)
    return target


def statuses(path):
    """Person to status, reason and the value kept."""
    return {
        (row["First Name"], row["Last Name"]): (row["Apollo Status"], row["Work Email"])
        for row in cells_of(path)
    }


@pytest.fixture
def first(desk, apollo):
    """A run over two people, one whom nobody knows, and a wrong address; its workbook."""
    told = story(desk, apollo)
    sheet = save_xlsx(desk.folder / "leads.xlsx", [*leads(2), NOBODY, WRONG])
    told.judged(desk.run(told.job, sheet))
    assert apollo.paid_calls() == 1
    return told, desk.folder / "leads.annotated.xlsx"


def test_after_sorting_and_inserting_only_corrected_and_new_rows_are_asked(first, desk, apollo):
    told, annotated = first
    before = statuses(annotated)

    def change(rows):
        corrected = lead(300) + rows[3][5:]
        return [lead(200), *sorted(rows[:3], key=lambda row: row[1], reverse=True), corrected]

    mended(annotated, annotated, change)
    plan = desk.call("plan", told.job, annotated, "--json").document
    figures = told.judged(desk.run(told.job, annotated))

    again = statuses(desk.folder / "leads.annotated-2.xlsx")
    assert plan["to_ask"] == 2
    assert figures["rows"]["succeeded"] == 4
    assert figures["rows"]["no_match"] == 1
    assert figures["credits"]["reported"] == "2"
    assert sorted(apollo.books()["asked"].values()) == [1] * 4
    kept = {who: told for who, told in before.items() if who != ("Ada", "Lovelace")}
    assert again | kept == again


def test_a_row_taken_over_says_since_when_and_cost_nothing(first, desk, apollo):
    told, annotated = first
    mended(annotated, annotated, lambda rows: [[*lead(200)], *rows])

    told.judged(desk.run(told.job, annotated))
    mended(desk.folder / "leads.annotated-2.xlsx", annotated, lambda rows: rows[::-1])
    told.judged(desk.run(told.job, annotated))

    (row,) = (
        r for r in cells_of(desk.folder / "leads.annotated-2.xlsx") if r["Last Name"] == "Nobody"
    )
    assert row["Apollo Note"].startswith("As on ")
    assert row["Apollo Note"].count("As on") == 1
    assert row["Apollo Credits"] == 0
    assert apollo.paid_calls() == 2


def test_a_result_that_only_lost_rows_asks_nothing_at_all(first, desk, apollo):
    told, annotated = first
    mended(annotated, annotated, lambda rows: rows[2:])

    told.judged(desk.run(told.job, annotated))

    assert apollo.paid_calls() == 1
    assert [r["Apollo Status"] for r in cells_of(desk.folder / "leads.annotated-2.xlsx")] == [
        "No match",
        "Skipped",
    ]


def test_the_plan_counts_what_is_taken_over(first, desk, apollo):
    told, annotated = first
    mended(annotated, annotated, lambda rows: [[*lead(200)], *rows])

    said = desk.call("plan", told.job, annotated).out
    figures = desk.call("plan", told.job, annotated, "--json").document

    assert "Taken over from an earlier run: 1, as they ended then." in said
    assert "To ask: 1 in 1 request" in said
    assert (figures["to_ask"], figures["known"], figures["taken_over"]) == (1, 2, 1)
    assert figures["credits"]["most"] == "1"


@pytest.mark.parametrize("words", [("--fresh",), ("--period", "next")])
def test_whoever_wants_to_search_anew_says_so(first, desk, apollo, words):
    told, annotated = first

    told.judged(desk.run(told.job, annotated, *words))

    assert apollo.paid_calls() == 2
    assert set(apollo.books()["asked"].values()) == {1}


def test_a_job_that_reuses_nothing_takes_nothing_over(first, desk, apollo):
    _, annotated = first
    job = story(desk, apollo, limits={"reuse_days": 0}).job
    mended(annotated, annotated, lambda rows: rows[2:3])

    desk.run(job, annotated)

    assert apollo.paid_calls() == 2


def test_another_job_asks_for_itself(first, desk, apollo):
    _, annotated = first
    job = story(desk, apollo, keep={"City": "city"}).job

    plan = desk.call("plan", job, annotated, "--json").document

    assert (plan["to_ask"], plan["known"], plan["taken_over"]) == (1, 2, 0)


def test_rows_in_doubt_stay_in_doubt_until_somebody_decides(desk, apollo):
    apollo.plot(hit("reset_after"))
    told = story(desk, apollo, 3)
    first = told.judged(told.run())
    annotated = desk.folder / "leads.annotated.xlsx"
    mended(annotated, annotated, lambda rows: [[*lead(200)], *rows[::-1]])

    second = told.judged(desk.run(told.job, annotated))
    rows = cells_of(desk.folder / "leads.annotated-2.xlsx")
    plan = desk.call("plan", told.job, annotated, "--json").document
    third = told.judged(desk.run(told.job, annotated, "--resend-in-doubt"))

    assert first["rows"]["in_doubt"] == second["rows"]["in_doubt"] == 3
    assert second["exit_code"] == Exit.IN_DOUBT
    assert "--resend-in-doubt" in second["next"]
    assert [row["Apollo Credits"] for row in rows] == [1, None, None, None]
    assert plan["to_ask"] == 0
    assert third["rows"]["succeeded"] == 4


def test_asking_again_in_a_mended_file_is_counted_before_it_is_agreed_to(desk, apollo):
    apollo.plot(hit("reset_after"))
    told = story(desk, apollo, 3)
    told.run()
    save_csv(told.sheet, [*leads(3), lead(200)])

    said = desk.call("run", told.job, told.sheet, "--resend-in-doubt", "--yes").err
    unasked = desk.call("run", told.job, told.sheet, "--resend-in-doubt")

    assert "To ask: 4 in 1 request" in said
    assert "at most 4" in said
    assert unasked.code == Exit.OK


def test_what_apollo_refused_is_not_sent_a_second_time(desk, apollo):
    told = story(desk, apollo, 3)
    bad = lead(101)[1]
    with refusing(bad) as address:
        first = desk.run(told.job, told.sheet, APOLLO_BASE_URL=address)
        result = desk.folder / "leads.annotated.xlsx"
        turned = mended(result, desk.folder / "again.xlsx", lambda rows: rows[::-1])
        plan = desk.call("plan", told.job, turned, "--json", APOLLO_BASE_URL=address)
        second = desk.run(told.job, turned, APOLLO_BASE_URL=address)

    assert first.document["rows"]["failed"] == second.document["rows"]["failed"] == 1
    assert second.document["requests"] == {}
    assert plan.document["taken_over"] == 3


def test_a_new_list_asks_again_for_whom_an_old_one_asked_in_vain(first, desk, apollo):
    told, _ = first

    anew = told.judged(desk.run(told.job, save_xlsx(desk.folder / "new.xlsx", [NOBODY])))

    assert anew["rows"]["no_match"] == 1
    assert anew["requests"] == {"POST /people/bulk_match": 1}


def test_our_columns_fill_no_parameter_even_under_a_name_the_job_maps(desk, apollo):
    told = story(desk, apollo, keep={"Email": "email", "Website": "organization.website_url"})
    sheet = save_xlsx(desk.folder / "leads.xlsx", leads(3))
    told.judged(desk.run(told.job, sheet))
    annotated = desk.folder / "leads.annotated.xlsx"

    again = told.judged(desk.run(told.job, annotated))

    assert again["rows"]["succeeded"] == 3
    assert apollo.paid_calls() == 1


def test_a_csv_result_is_the_next_input_too(desk, apollo):
    told = story(desk, apollo, [*leads(2), NOBODY])
    told.judged(told.run("--format", "csv"))
    result = desk.folder / "leads.annotated.csv"
    with result.open("a", encoding="utf-8", newline="") as file:
        file.write(",".join(lead(200)) + "\r\n")

    figures = told.judged(desk.run(told.job, result, "--format", "csv"))

    again = cells_of(desk.folder / "leads.annotated-2.csv")
    assert figures["credits"]["reported"] == "1"
    assert [row["Apollo Status"] for row in again] == [
        *["Succeeded"] * 2,
        "No match",
        "Succeeded",
    ]
    assert list(again[0]).count("Apollo Status") == 1
    assert set(apollo.books()["asked"].values()) == {1}


def test_the_summary_of_a_mended_result_charges_only_what_was_asked(first, desk, apollo):
    told, annotated = first
    mended(annotated, annotated, lambda rows: [[*lead(200)], *rows])

    told.judged(desk.run(told.job, annotated))

    facts = facts_of(desk.folder / "leads.annotated-2.xlsx")
    assert facts["Credits charged, as Apollo said"] == 1
    assert (
        openpyxl.load_workbook(desk.folder / "leads.annotated-2.xlsx").sheetnames.count(
            "Apollo Summary"
        )
        == 1
    )


def test_what_another_job_kept_stays_and_may_be_its_input(first, desk, apollo):
    told, annotated = first
    job = save_job(
        desk.folder / "second.yaml",
        map={"email": "Work Email", "first_name": "First Name", "last_name": "Last Name"},
        keep={"City": "city", "Title": "title"},
    )
    before = cells_of(annotated)

    told.judged(desk.run(job, annotated))

    rows = cells_of(desk.folder / "leads.annotated-2.xlsx")
    assert [row["Work Email"] for row in rows] == [row["Work Email"] for row in before]
    assert [row["Apollo Status"] for row in rows[:2]] == ["Succeeded"] * 2
    assert rows[0]["City"]
    header = list(rows[0])
    assert header.count("Title") == header.count("Apollo Status") == 1
