"""Adding ten columns and a summary to a large workbook, beside load, append and save."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import bench_annotate
import pytest
import python_calamine as calamine
from bench_clock import show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]
SCRIPT = Path(bench_annotate.__file__)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("books")
    for count in (100_000, 200_000):
        made = folder / f"{count}.xlsx"
        subprocess.run([sys.executable, SCRIPT, "make", made, str(count)], check=True)
    return folder


def taken(folder, way, count):
    target = folder / f"{way}-{count}.xlsx"
    command = [sys.executable, SCRIPT, way, folder / f"{count}.xlsx", target, str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def middle(runs, what):
    return statistics.median(run[what] for run in runs)


def test_ten_columns_for_a_hundred_thousand_rows(books):
    ours, theirs = [], []
    for _ in range(3):
        ours.append(taken(books, "ours", 100_000))
        theirs.append(taken(books, "openpyxl", 100_000))
    twice = taken(books, "ours", 200_000)

    with calamine.CalamineWorkbook.from_path(books / "ours-100000.xlsx") as workbook:
        sheet = workbook.get_sheet_by_name("Leads")
    assert (sheet.height, sheet.width) == (100_001, 30)
    more = twice["peak"] / middle(ours, "peak") - 1
    show(
        "100,000 rows by 20, 10 columns and a summary added, checked; medians of 3",
        [
            ("seconds", f"{middle(ours, 'seconds'):.1f}", ""),
            ("openpyxl: load, append, save; seconds", f"{middle(theirs, 'seconds'):.1f}", ""),
            (
                "times as fast, on the wall",
                f"{middle(theirs, 'seconds') / middle(ours, 'seconds'):.1f}",
                "at least 10",
            ),
            (
                "times as fast, processor time",
                f"{middle(theirs, 'cpu') / middle(ours, 'cpu'):.1f}",
                "at least 10",
            ),
            ("peak memory, MB", f"{middle(ours, 'peak'):.0f}", ""),
            (
                "peak memory beside openpyxl's",
                f"{middle(ours, 'peak') / middle(theirs, 'peak'):.3f}",
                "under 0.25",
            ),
            ("peak memory of 200,000 rows, more than 100,000", f"{more:+.1%}", "under +10 %"),
            ("seconds of 200,000 rows", f"{twice['seconds']:.1f}", ""),
        ],
    )
