"""How fast, how small, and how full the windows get; ratios are printed, counts are asserted."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import requests
from bench_clock import measure, plain_text, show
from makers import (
    BULK,
    HEADER,
    Desk,
    Served,
    lead,
    leads,
    save_csv,
    save_job,
    save_xlsx,
    serving,
    until,
)

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
CAP = {"limits": {"max_credits": 200_000}}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def strangers_to_each_other(count: int) -> list[list[str]]:
    """So many rows, no two of which find the same person."""
    rows = {tuple(row): row for row in leads(19_900)}  # some share their name and their company
    return list(rows.values())[:count]


def windows_of(books: dict[str, Any], span: str) -> list[dict[str, Any]]:
    """Every window of a span there was on the bulk route, in order."""
    return [w for w in books["windows"] if w["route"] == BULK and w["span"] == span]


def lookup(served: Served, rows: list[list[str]]) -> Iterator[float]:
    """What people write by themselves: one request a row, one after the other."""
    for first, last, site, *_ in rows:
        began = time.perf_counter()
        reply = requests.post(
            f"{served.base_url}/api/v1/people/match",
            json={"first_name": first, "last_name": last, "domain": site},
            headers={"x-api-key": served.key},
            timeout=10,
        )
        assert reply.json()["person"]
        yield time.perf_counter() - began


def test_ten_thousand_rows_without_limits(desk):
    rows = strangers_to_each_other(10_000)
    sheet = save_xlsx(desk.folder / "leads.xlsx", rows)
    job = save_job(desk.folder / "job.yaml", **CAP)
    with serving(desk, "--plan-profile", "unlimited") as served:
        desk.environ = served.environ
        taken = measure(desk, "run", job, sheet, "--yes", "--json", "--threads", 16)
        books = served.books()

    told = json.loads(taken.out)
    assert taken.code == 0, taken.err
    assert told["rows"]["succeeded"] == books["credits"]["consumed"] == 10_000
    assert books["requests"][BULK] == {"answered": 1_000, "limited": 0, "failed": 0}
    rate = 10_000 / taken.seconds
    show(
        "10,000 people, a sandbox without limits and latency, 16 threads",
        [
            ("rows a second, the whole process", f"{rate:,.0f}", "at least 1,500"),
            ("seconds", f"{taken.seconds:.2f}", ""),
            ("peak memory, MB", f"{taken.megabytes:.0f}", ""),
            ("load of this machine", f"{os.getloadavg()[0]:.1f}", "below its cores"),
        ],
    )


@pytest.mark.parametrize("save", [save_csv, save_xlsx], ids=["CSV", "XLSX"])
def test_a_hundred_thousand_rows_are_planned(desk, save):
    rows = [lead(n % 500, Last_Name=f"Muster{n}", Email=f"a{n}@m.example") for n in range(100_000)]
    sheet = save(desk.folder / f"leads.{save.__name__.removeprefix('save_')}", rows)
    job = save_job(desk.folder / "job.yaml")

    taken = measure(desk, "plan", job, sheet, "--sandbox", "--json")

    assert taken.code == 0, taken.err
    assert json.loads(taken.out)["rows"] == 100_000
    show(
        f"The plan of 100,000 rows of {sheet.suffix}",
        [
            ("seconds", f"{taken.seconds:.2f}", "below 10 on a machine of its own"),
            ("seconds of processor time", f"{taken.worked:.2f}", "below 10"),
            ("peak memory, MB", f"{taken.megabytes:.0f}", ""),
            ("load of this machine", f"{os.getloadavg()[0]:.1f}", "below its cores"),
        ],
    )


def test_ten_thousand_rows_beside_a_plain_loop(desk):
    rows = strangers_to_each_other(10_000)
    sheet = save_xlsx(desk.folder / "leads.xlsx", rows)
    job = save_job(desk.folder / "job.yaml", **CAP)
    with serving(desk, "--plan-profile", "unlimited", "--latency", 50) as served:
        desk.environ = served.environ
        each = list(lookup(served, rows[:200]))
        served.reset()
        taken = measure(desk, "run", job, sheet, "--yes", "--json", "--threads", 16)
        books = served.books()

    assert taken.code == 0, taken.err
    assert json.loads(taken.out)["rows"]["succeeded"] == books["credits"]["consumed"] == 10_000
    loop = sum(each) / len(each) * len(rows)
    show(
        "10,000 people, answers take 50 ms, 16 threads",
        [
            ("a plain loop would take, seconds (from 200 rows)", f"{loop:.0f}", ""),
            ("the whole process took, seconds", f"{taken.seconds:.2f}", ""),
            ("times as fast", f"{loop / taken.seconds:.0f}", "at least 50"),
        ],
    )


def test_every_window_is_used_to_its_last_call(desk):
    rows = strangers_to_each_other(2_000)
    sheet = save_xlsx(desk.folder / "leads.xlsx", rows)
    job = save_job(desk.folder / "job.yaml", **CAP)
    with serving(desk, "--plan-profile", "free", "--time-scale", 600) as served:
        desk.environ = served.environ
        taken = measure(desk, "run", job, sheet, "--yes", "--json")
        books = served.books()

    assert taken.code == 0, taken.err
    assert json.loads(taken.out)["rows"]["succeeded"] == 2_000
    assert books["requests"][BULK]["answered"] == 200
    lines = []
    hours = {w["opened"] for w in windows_of(books, "hour")}
    for span in ("minute", "hour"):
        found = windows_of(books, span)
        ended = [a for a, b in pairwise(found) if span == "hour" or b["opened"] not in hours]
        full = sum(w["used"] >= 0.98 * w["cap"] for w in ended)
        used = sum(w["used"] for w in ended) / sum(w["cap"] for w in ended)
        lines.append((f"{span} windows that ended by themselves", str(len(ended)), ""))
        lines.append(("  of them used to at least 98 %", str(full), "all"))
        lines.append(("  used altogether", f"{used:.0%}", ""))
        lines.append(("  calls in each", " ".join(str(w["used"]) for w in found), ""))
    late = [b["opened"] - a["opened"] - 60 for a, b in pairwise(windows_of(books, "minute"))]
    lines.append(
        ("real ms a minute opens late, median", f"{statistics.median(late) / 0.6:.0f}", "")
    )
    lines.append(("429 answers", str(books["requests"][BULK]["limited"]), "0"))
    lines.append(("seconds", f"{taken.seconds:.2f}", ""))
    lines.append(("load of this machine", f"{os.getloadavg()[0]:.1f}", "below its cores"))
    show("2,000 people under the free plan, 600 times as fast", lines)


def test_the_words_a_person_types_first(desk):
    lines = []
    for words, most in ((["--version"], 150), (["--help"], 300), (["run", "--help"], 300)):
        taken = [measure(desk, *words) for _ in range(11)]
        assert {one.code for one in taken} == {0}
        middle = statistics.median(one.seconds for one in taken) * 1_000
        lines.append((" ".join(words), f"{middle:.0f} ms", f"under {most} ms"))
    show("Starting, median of 11", lines)


def test_a_hundred_thousand_rows_in_little_memory(desk):
    sheet = desk.folder / "leads.csv"
    some = strangers_to_each_other(19_000)
    # The world has 20,000 people: every further line is somebody nobody has heard of.
    strangers = [["N.", f"Stranger{n}", "", f"n{n}@unheard-of.example", ""] for n in range(81_000)]
    save_csv(sheet, some + strangers, HEADER)
    job = save_job(desk.folder / "job.yaml", **CAP)
    with serving(desk, "--plan-profile", "unlimited") as served:
        desk.environ = served.environ
        planned = measure(desk, "plan", job, sheet)
        run = ("run", job, sheet, "--yes", "--json", "--threads", 16)
        taken = measure(desk, *run, "--format", "csv")
        again = measure(desk, *run)
        books = served.books()

    assert (planned.code, taken.code, again.code) == (0, 0, 0), taken.err
    told = json.loads(taken.out)
    assert told["rows"]["total"] == 100_000
    assert told["rows"]["succeeded"] == books["credits"]["consumed"] == 19_000
    assert books["requests"][BULK]["answered"] == 10_000
    assert plain_text(desk.folder / "leads.annotated.csv") == 100_001
    show(
        "100,000 rows of CSV: peak memory and time",
        [
            (what, f"{one.megabytes:.0f} MB", f"under 300 MB; took {one.seconds:.1f} s")
            for what, one in (
                ("plan", planned),
                ("run, CSV out", taken),
                ("the same command again, workbook out", again),
            )
        ],
    )


def test_a_run_of_a_hundred_thousand_rows_goes_on_soon(desk):
    sheet = desk.folder / "leads.csv"
    strangers = [["N.", f"Stranger{n}", "", f"n{n}@unheard-of.example", ""] for n in range(100_000)]
    save_csv(sheet, strangers, HEADER)
    job = save_job(desk.folder / "job.yaml", **CAP)
    run = ("run", job, sheet, "--yes", "--json", "--threads", 1)
    waits = []
    with serving(desk, "--plan-profile", "unlimited", "--latency", 50) as served:
        desk.environ = served.environ
        for most in (120.0, 60.0):  # it begins, and it goes on
            begun = served.paid_calls()
            with desk.started(*run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as one:
                began = time.perf_counter()
                until(lambda known=begun: served.paid_calls() > known, most)
                waits.append(time.perf_counter() - began)
                one.kill()
                one.wait(10)

    show(
        "100,000 rows of CSV: from the command to the first new request",
        [
            ("begun, seconds", f"{waits[0]:.2f}", ""),
            ("gone on with after a kill, seconds", f"{waits[1]:.2f}", "under 2"),
            ("load of this machine", f"{os.getloadavg()[0]:.1f}", "below its cores"),
        ],
    )
