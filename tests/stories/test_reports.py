"""A run's report is one file for people, and its outcomes a table for analysts."""

import re
import shutil
import subprocess
import zipfile
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from makers import JOBS, SAMPLES, facts_of, hit, lead, leads, save_csv, save_job, story
from stand_in import Said, standing_in

from apollo_batch.errors import Exit, UsageError
from apollo_batch.runner.report import frame

PAYLOAD = '"><img src={0} onerror="x()"><script>fetch("{0}")</script>'


def reported(desk, told, *words):
    """The path and the text of the report of a run that has ended."""
    ended = desk.call("report", told["run"], *words)
    assert ended.code == Exit.OK, ended.err
    path = desk.folder / ended.out.strip().removeprefix("Written to ")
    return path, path.read_text(encoding="utf-8")


def test_the_report_agrees_with_the_json_and_names_nobody(desk, apollo):
    apollo.plot(hit("reset_after"))
    wrong = ["Ada", "Lovelace", "", "ada(at)acme.example", ""]
    weak = ["Walter", "", "", "", ""]
    told = story(desk, apollo, [*leads(10), lead(900, Last_Name="Nobody"), wrong, weak])
    figures = told.judged(told.run())

    path, text = reported(desk, figures)

    assert path == desk.folder / "leads.report.html"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "10 in doubt" in text
    assert f'<td>In doubt</td><td class="number">{figures["rows"]["in_doubt"]}</td>' in text
    assert "<td>email: a***</td>" in text
    assert re.search("<td>empty: Email\\b[^<*]*</td>", text)
    for cell in {cell for row in [*leads(10), wrong, weak] for cell in row if len(cell) > 3}:
        assert cell not in text, cell


def test_it_needs_neither_a_key_nor_a_call(desk, apollo):
    told = story(desk, apollo, 2)
    figures = told.judged(told.run())
    calls = len(apollo.books()["log"])
    desk.environ.clear()

    path, _ = reported(desk, figures, "--output", desk.folder / "mine.html")

    assert path.name == "mine.html"
    assert len(apollo.books()["log"]) == calls


def test_a_report_of_the_run_is_replaced_and_anybody_elses_file_is_not(desk, apollo):
    told = story(desk, apollo, 2)
    figures = told.judged(told.run())
    first, _ = reported(desk, figures)
    again, _ = reported(desk, figures)
    first.write_text("<!doctype html>my own", encoding="utf-8")

    ended = desk.call("report", figures["run"])

    assert again == first
    assert first.read_text(encoding="utf-8") == "<!doctype html>my own"
    assert "leads.report-2.html" in ended.out
    assert "is no report of this run" in ended.err


@pytest.mark.parametrize(
    ("words", "code"),
    [(("nobody",), Exit.USAGE), (("RUN", "--output", "leads.csv"), Exit.USAGE)],
)
def test_a_report_that_makes_no_sense_is_refused(desk, apollo, words, code):
    told = story(desk, apollo, 2)
    run = told.judged(told.run())["run"]
    before = told.sheet.read_bytes()

    ended = desk.call("report", *(run if word == "RUN" else word for word in words))

    assert ended.code == code
    assert told.sheet.read_bytes() == before


def test_a_folder_that_cannot_be_written_to_ends_with_9(desk, apollo):
    told = story(desk, apollo, 2)
    run = told.judged(told.run())["run"]

    ended = desk.call("report", run, "--output", desk.folder / "nowhere" / "report.html")

    assert ended.code == Exit.NOT_WRITTEN
    assert "the folder does not exist" in ended.err


def test_the_summary_and_the_report_name_the_settings_that_were_used(desk, apollo):
    for folder in (JOBS, SAMPLES):
        shutil.copytree(folder, desk.folder / folder.name)
    words = ("jobs/enrich-people.yaml", "samples/leads.xlsx", "--first", "5", "--period", "Q4")
    figures = desk.run(*words).document

    said = desk.call("show", figures["run"]).out
    _, text = reported(desk, figures)
    workbook = Path(figures["output"])

    with zipfile.ZipFile(workbook) as archive:
        charts = [part for part in archive.namelist() if part.startswith("xl/charts/chart")]
    assert len(charts) == 3
    for name, value in (
        ("Operation", "people.enrich"),
        ("Route", "POST /people/bulk_match"),
        ("Sent as domain", "column Website, cleaned: domain"),
        ("Kept as Headcount", "organization.estimated_num_employees"),
        ("Left out as bounced", "Email Status: is bounced"),
        ("Option reveal_personal_emails", "false"),
        ("Limit max_credits", "100"),
        ("Sheet", "Leads"),
        ("Column names in row", "1"),
        ("Rows", "1-6"),
        ("Period", "Q4"),
    ):
        assert f"  {name}: {value}" in said
        assert facts_of(workbook)[name] == value
        assert f"<td>{name}</td><td>{value}</td>" in text


def test_a_run_of_many_rows_makes_a_small_report(desk, apollo):
    wrong = [["Ada", "Lovelace", "", f"ada{n}(at)acme.example", ""] for n in range(3_000)]
    told = story(desk, apollo, wrong)
    figures = told.judged(told.run())

    path, text = reported(desk, figures)

    assert "The first 200 of 3,000" in text
    assert path.stat().st_size < 100_000


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
def test_a_browser_opens_it_without_a_request_an_error_or_a_script(desk, apollo):
    with trap() as (address, asked):
        payload = PAYLOAD.format(address)
        rows = [lead(100, Notes=payload), [payload] * 5]
        told = story(desk, apollo, name=payload)
        job = told.job.read_text(encoding="utf-8").replace("email: Email", f"email: '{payload}'")
        told.job.write_text(job, encoding="utf-8")
        header = ("First Name", "Last Name", "Website", payload, "Notes")
        sheet = save_csv(desk.folder / f"{payload.replace('/', '')}.csv", rows, header)
        path, text = reported(desk, desk.run(told.job, sheet).document, "--output", "report.html")
        control = desk.folder / "control.html"
        control.write_text(f"<script>fetch('{address}'); undefined_there()</script>")

        shown, console = opened(desk, path)
        assert asked == []
        _, heard = opened(desk, control)

    assert "CONSOLE" not in console, console
    assert text.count("&lt;img src=") >= 4
    assert re.findall(r"<(?:img|script)", shown) == []
    assert asked, "the trap catches nothing"
    assert "CONSOLE" in heard


@contextmanager
def trap():
    """A server of this machine that nobody should ask, and what it was asked."""
    heard = []

    def answer(asked):
        heard.append(asked.path)
        return Said({}, 404)

    with standing_in(answer) as address:
        yield f"{address}/x", heard


def opened(desk, path):
    """The page as a browser sees it once it is loaded, and what the browser says of it."""
    done = subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", f"--user-data-dir={desk.folder}/browser"),
            *("--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom"),
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout, done.stderr


def test_an_analyst_gets_the_outcomes_as_a_table(desk, apollo, monkeypatch):
    told = story(desk, apollo, [*leads(2), lead(900, Last_Name="Nobody"), ["", "", "", "x", ""]])
    run = told.judged(told.run())["run"]
    monkeypatch.setenv("APOLLO_BATCH_STATE", str(desk.state))

    found = frame(run)
    named = frame(run[:-1], state=str(desk.state))

    assert list(found.columns) == ["status", "reason", "note", "credits", "Work Email", "Title"]
    assert list(found.index) == [2, 3, 4, 5]
    assert list(found["status"]) == ["succeeded", "succeeded", "no_match", "skipped"]
    assert found["credits"].sum() == Decimal(2)
    assert found.loc[2, "Work Email"]
    assert found.loc[5, "reason"] == "bad_email"
    assert named.equals(found)


def test_an_analyst_gets_what_a_search_found_as_a_table_too(desk, apollo):
    sheet = save_csv(desk.folder / "places.csv", [["Germany"], ["Canada"]], header=["Place"])
    job = save_job(
        desk.folder / "job.yaml",
        operation="organizations.search",
        map={"organization_locations": "Place"},
        per_row=2,
        keep={"Company": "name"},
    )
    run = desk.run(job, sheet, "--max-credits", 10).document["run"]

    found = frame(run, state=str(desk.state), found="organizations.search")

    assert list(found.columns) == ["for", "Company"]
    assert [*found["for"]] == [2, 2, 3, 3]
    assert found["Company"].notna().all()
    with pytest.raises(UsageError, match="no step 'else' that searches"):
        frame(run, state=str(desk.state), found="else")


def test_an_analyst_who_names_no_run_is_told(desk, apollo):
    with pytest.raises(UsageError, match="no run nobody"):
        frame("nobody", state=str(desk.state))
