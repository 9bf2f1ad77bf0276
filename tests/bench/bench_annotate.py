"""One way to add ten columns to a workbook, in a process of its own: `ours` or `openpyxl`."""

import json
import re
import sys
import time
from decimal import Decimal
from pathlib import Path

OLD = tuple(f"Column {number}" for number in range(1, 21))
NEW = (
    *("Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits"),
    *("Work Email", "Phone", "Title", "Headcount", "City", "Site"),
)


def make(path, count):
    """So many rows by twenty: texts that differ, texts that repeat, numbers and dates."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("Leads")
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, OLD, workbook.add_format({"bold": True}))
    for row in range(1, count + 1):
        for group in range(0, 20, 5):
            sheet.write_string(row, group, f"person{row}.{group}@acme.example")
            sheet.write_number(row, group + 1, row * group + 0.5)
            sheet.write_string(row, group + 2, ("Acme", "Initech", "Globex & Co")[row % 3])
            sheet.write_number(row, group + 3, 46_000 + row % 900, day)
            sheet.write_string(row, group + 4, f"Name {row % 5_000}")
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, count, 19)
    workbook.close()


def found(count):
    """What a run has to say of each row."""
    for row in range(2, count + 2):
        if row % 7:
            who = (f"p{row}@acme.example", f"+1555{row:07}", "Head of R&D", str(row % 900))
            site = ("Berlin", "https://acme.example/?a=1&b=2")
            yield row, ("Succeeded", "", "", Decimal(1), *who, *site)
        else:
            reason = "Apollo knows nobody like this. Check the name."
            yield row, ("No match", reason, "", Decimal(0), "", "", "", "", "", "")


def ours(source, target, count):
    from apollo_batch.sheets.annotate import annotate
    from apollo_batch.sheets.read import Sheet
    from apollo_batch.sheets.summary import Summary, Table

    rows = (("Succeeded", count * 6 // 7), ("No match", count // 7))
    tables = [
        Table(name, (name, "Rows"), rows, kind) for name, kind in (("A", "pie"), ("B", "bar"))
    ]
    summary = Summary("Enrich leads", "Done.", (("Run", "1"),), tuple(tables))
    sheet = Sheet(source, "xlsx", "Leads", 1, OLD)
    yield
    assert annotate(sheet, target, NEW, found(count), summary) == ()


def with_openpyxl(source, target, count):
    import openpyxl

    yield
    workbook = openpyxl.load_workbook(source)
    sheet = workbook["Leads"]
    for number, name in enumerate(NEW, start=len(OLD) + 1):
        sheet.cell(1, number, name)
    for row, values in found(count):
        for number, value in enumerate(values, start=len(OLD) + 1):
            sheet.cell(row, number, value)
    workbook.save(target)


def main(way, source, target, count):
    work = {"ours": ours, "openpyxl": with_openpyxl}[way](Path(source), Path(target), int(count))
    next(work)
    before = peak()
    wall, cpu = time.perf_counter(), time.process_time()
    next(work, None)
    seconds = time.perf_counter() - wall
    taken = {"seconds": seconds, "cpu": time.process_time() - cpu}
    print(json.dumps(taken | {"before": before, "peak": peak()}))


def peak():
    """Megabytes at the highest, of this program alone: the kernel's other count inherits."""
    said = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", said)[1]) / 1024


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]))
    else:
        main(*sys.argv[1:])
