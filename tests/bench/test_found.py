"""Writing many found records beside a small workbook and on their own: time and memory."""

import json
import subprocess
import sys
from pathlib import Path

import bench_found
import pytest
import python_calamine as calamine
from bench_clock import show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]


def taken(folder, way, count):
    command = [sys.executable, Path(bench_found.__file__), way, folder, str(count)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize("way", ["beside", "own"])
def test_sixty_thousand_records_by_forty(tmp_path, way):
    few, many = taken(tmp_path, way, 6_000), taken(tmp_path, way, 60_000)

    with calamine.CalamineWorkbook.from_path(tmp_path / f"{way}-60000.xlsx") as workbook:
        sheet = workbook.get_sheet_by_name("Found people")
        assert (sheet.height, sheet.width) == (60_001, 40)
    more = many["peak"] - few["peak"]
    show(
        f"60,000 records by 40 columns, {way}, checked",
        [
            ("seconds", f"{many['seconds']:.1f}", ""),
            ("records a second", f"{60_000 / many['seconds']:,.0f}", ""),
            ("times the seconds of 6,000", f"{many['seconds'] / few['seconds']:.1f}", "about 10"),
            ("peak memory, MB", f"{many['peak']:.0f}", ""),
            ("more than before the writing, MB", f"{many['peak'] - many['before']:.0f}", ""),
            ("peak memory beside that of 6,000", f"{many['peak'] / few['peak']:.2f}", "under 1.10"),
        ],
    )
    assert more < 20
