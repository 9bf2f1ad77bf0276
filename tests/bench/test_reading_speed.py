"""How fast and how small reading is, beside openpyxl; ratios are printed."""

import json
import subprocess
import sys

import openpyxl
import pytest
from bench_clock import measure, plain_text, show
from makers import Desk, save_job, serving

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
_CLOCK = """
import json, resource, sys, time
from pathlib import Path
began = time.perf_counter()
{work}
seconds = time.perf_counter() - began
uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
cpu = sum(use.ru_utime + use.ru_stime for use in uses)
print(json.dumps([seconds, cpu, [use.ru_maxrss / 1024 for use in uses]]))
"""
_THEIRS = """
import openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True)
count = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
"""
_OURS = """
from apollo_batch.sheets.read import open_sheet
count = sum(1 for _ in open_sheet(Path(sys.argv[1])).{what}())
"""


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    """A hundred thousand rows by 20: names, addresses, words, numbers, dates."""
    path = tmp_path_factory.mktemp("bench") / "leads.xlsx"
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Leads")
    page.append(["First", "Last", "Email", "Company", *(f"Column {n}" for n in range(16))])
    for n in range(100_000):
        numbers = [n, n * 7 % 9_999, n / 7, 2026]
        words = [f"word {n * k % 9_999} of some" for k in range(2, 14)]
        names = [f"First{n}", f"Last{n}", f"u{n}@acme.example", f"Acme {n % 999}"]
        page.append([*names, *numbers, *words])
    book.save(path)
    return path


def timed(work, *words):
    command = [sys.executable, "-c", _CLOCK.format(work=work), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_a_hundred_thousand_rows_beside_openpyxl(sheet):
    values, rows = (timed(_OURS.format(what=what), sheet) for what in ("lines", "rows"))
    theirs = timed(_THEIRS, sheet)

    show(
        "Reading 100,000 rows by 20, beside openpyxl's read-only mode",
        [
            ("openpyxl, processor seconds", f"{theirs[1]:.1f}", ""),
            ("times as fast, values", f"{theirs[1] / values[1]:.1f}", "at least 5"),
            ("times as fast, rows of text", f"{theirs[1] / rows[1]:.1f}", "at least 5"),
            ("times as fast on the wall, rows of text", f"{theirs[0] / rows[0]:.1f}", "at least 5"),
            ("peak of this process, MB", f"{rows[2][0]:.0f}", ""),
            ("peak of the process that reads, MB", f"{rows[2][1]:.0f}", "at most 250"),
        ],
    )


def test_a_small_workbook_is_read_soon(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Name", "Email"])
    book.active.append(["Ada", "ada@acme.example"])
    book.save(tmp_path / "small.xlsx")

    taken = min(timed(_OURS.format(what="rows"), tmp_path / "small.xlsx")[0] for _ in range(5))

    show("Reading two rows", [("milliseconds", f"{taken * 1_000:.0f}", "about 100")])


def test_a_million_rows_of_text_to_an_annotated_workbook(tmp_path):
    desk = Desk(tmp_path)
    sheet = desk.folder / "leads.csv"
    with sheet.open("w", encoding="utf-8") as file:
        file.write("First Name,Last Name,Website,Email,Notes\n")
        # Too little to ask for: what is measured is reading, the journal and the workbook.
        file.writelines(f"Ada,Stranger{n},,,note {n}\n" for n in range(1_000_000))
    job = save_job(desk.folder / "job.yaml", limits={"max_credits": 200_000})
    with serving(desk, "--plan-profile", "unlimited") as served:
        desk.environ = served.environ
        taken = measure(desk, "run", job, sheet, "--yes", "--json")

    assert taken.code == 0, taken.err
    assert json.loads(taken.out)["rows"]["skipped"] == 1_000_000
    assert plain_text(sheet) == 1_000_001
    show(
        "A million rows of CSV to an annotated workbook",
        [("peak memory", f"{taken.megabytes:.0f} MB", f"under 400; took {taken.seconds:.0f} s")],
    )
