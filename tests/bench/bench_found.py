"""One way to write found records, in a process of its own: `beside` a workbook, or on their `own`."""

import json
import sys
import time
from decimal import Decimal
from pathlib import Path

from bench_annotate import peak

NAMES = ("Source Row", *(f"Column {number}" for number in range(2, 41)))


def records(count):
    """So many by forty: texts that differ, texts that repeat, numbers and gaps."""
    for number in range(count):
        some = (
            f"p{number}@acme.example",
            "Head of R&D",
            None,
            Decimal(number % 900),
            "Köln\nam Rhein",
        )
        yield (number // 25 + 2, *(some * 8)[:39])


def main(way, folder, count):
    import openpyxl

    from apollo_batch.sheets.anew import write_found
    from apollo_batch.sheets.annotate import annotate
    from apollo_batch.sheets.found import Found
    from apollo_batch.sheets.read import Sheet
    from apollo_batch.sheets.summary import Summary

    book = openpyxl.Workbook()
    book.active.title = "Leads"
    for line in (("Company",), ("Acme",)):
        book.active.append(line)
    book.save(folder / "leads.xlsx")
    found = [Found("Found people", NAMES, lambda: records(count))]
    target = folder / f"{way}-{count}.xlsx"
    summary = Summary("Find people", "Done.", (("Run", "1"),), ())
    before, began = peak(), time.perf_counter()
    if way == "own":
        write_found(target, found, summary)
    else:
        sheet = Sheet(folder / "leads.xlsx", "xlsx", "Leads", 1, ("Company",))
        new = [(2, ("Succeeded", "", "", Decimal(1)))]
        columns = ("Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits")
        annotate(sheet, target, columns, new, summary, found=found)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "before": before, "peak": peak()}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
