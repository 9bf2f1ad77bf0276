"""A workbook whose writer declares prefixes where they are used stays well-formed."""

import re
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import openpyxl
import pytest
from sheets_corpus import COLUMNS, SUMMARY

from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.read import open_sheet

SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def at_the_root(xml: str) -> str:
    bare = re.sub(rf'\s+xmlns:\w+="{SPACE}"', "", xml)
    bare = re.sub(r"\s\w+:id=", " rel:id=", bare)
    return bare.replace("<workbook ", f'<workbook xmlns:rel="{SPACE}" ', 1)


def at_every_sheet(xml: str) -> str:
    bare = re.sub(rf'\s+xmlns:\w+="{SPACE}"', "", xml)
    return re.sub(r"\s\w+:id=", f' xmlns:r="{SPACE}" r:id=', bare)


@pytest.mark.parametrize("declared", [at_the_root, at_every_sheet])
def test_the_summary_is_listed_wherever_prefixes_are_declared(tmp_path: Path, declared):
    path = tmp_path / "leads.xlsx"
    _save(path, declared)

    values = ("Succeeded", "", "", 1, "a@b.example")
    annotate(open_sheet(path), tmp_path / "out.xlsx", COLUMNS, [(2, values)], SUMMARY)

    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        sheets = ET.fromstring(archive.read("xl/workbook.xml")).iter()
    assert sum(tag.tag.endswith("}sheet") and f"{{{SPACE}}}id" in tag.attrib for tag in sheets) == 2
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == ["Leads", "Apollo Summary"]


def _save(path: Path, declared) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Leads"
    for row in (["Name", "Email"], ["Ada", "ada@acme.example"]):
        book.worksheets[0].append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = declared(parts["xl/workbook.xml"].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
