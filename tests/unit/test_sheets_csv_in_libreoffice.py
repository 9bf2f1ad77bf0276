"""LibreOffice opens our CSV files, told to evaluate what looks like a formula; it finds none."""

import shutil
import subprocess

import openpyxl
import pytest
from formula_payloads import PAYLOADS
from sheets_corpus import COLUMNS

from apollo_batch.sheets.read import open_sheet
from apollo_batch.sheets.text import write_csv

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
# Separated by any of the four, UTF-8, every column as it comes, formulas evaluated.
OPENED = "44/59/9/124,34,76,1,,0,false,true,false,false,false,-1,true"


def written(tmp_path, name, delimiter):
    """Our output for a person's file with a payload in each of two cells, and in each of ours."""
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    source = folder / f"{name}.csv"
    lines = [f"Name{delimiter}Note"]
    lines += [delimiter.join('"' + p.replace('"', '""') + '"' for p in (q, q)) for q in PAYLOADS]
    source.write_bytes(("\n".join(lines) + "\n").encode())
    sheet = open_sheet(source)
    numbers = [row.number for row in sheet.rows()]
    assert len(numbers) == len(PAYLOADS)
    target = tmp_path / f"{name}.csv"
    write_csv(
        sheet, target, COLUMNS, [(n, (p,) * 5) for n, p in zip(numbers, PAYLOADS, strict=True)]
    )
    return target


def test_no_formula_in_any_field_of_any_of_our_csv_files_is_evaluated(tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    files = [written(tmp_path, name, delimiter) for name, delimiter in DELIMITERS.items()]
    control = tmp_path / "control.csv"
    control.write_text("Name\n=1+1\n", encoding="utf-8")

    subprocess.run(
        [
            *(soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"),
            *(f"--infilter=CSV:{OPENED}", "--convert-to", "xlsx", "--outdir", tmp_path / "opened"),
            *(*files, control),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )

    assert len(PAYLOADS) >= 300
    assert "=1+1" in cells(tmp_path / "opened/control.xlsx"), "LibreOffice evaluates nothing here"
    for file in files:
        found = cells(tmp_path / "opened" / f"{file.stem}.xlsx")
        assert len(found) == 7 * (len(PAYLOADS) + 1)
        assert [cell for cell in found if cell and cell.startswith("=")] == []


def cells(path):
    """Every cell of a workbook as it is kept; formulas begin with =."""
    book = openpyxl.load_workbook(path)
    found = [
        f"={cell.value}" if cell.data_type == "f" and cell.value[:1] != "=" else cell.value
        for row in book.worksheets[0].iter_rows()
        for cell in row
    ]
    book.close()
    return [None if value is None else str(value) for value in found]
