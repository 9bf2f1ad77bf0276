"""The codes of errors: each is raised somewhere, each has a page, and no page is there besides."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import apollo_batch
from apollo_batch.codes import Code
from apollo_batch.entrypoints.explaining import pages
from apollo_batch.errors import Exit

PACKAGE = Path(apollo_batch.__file__).parent


def names_raised():
    """Every code that a line of the program names."""
    rooms = [path for path in PACKAGE.rglob("*.py") if path.name != "codes.py"]
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in rooms)
    return {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Code"
    }


def test_the_codes_that_are_raised_are_the_codes_there_are():
    assert names_raised() == {code.name for code in Code}


def test_every_code_of_an_error_and_of_an_exit_has_its_page_and_no_other_page_is_there():
    assert set(pages()) == {*Code, *(str(int(code)) for code in Exit)}


def test_no_code_has_two_pages():
    heads = [
        line.split()[1]
        for path in (PACKAGE / "entrypoints/pages").glob("*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]

    assert [word for word, count in Counter(heads).items() if count > 1] == []


def test_codes_look_alike_and_stand_in_order():
    assert [code for code in Code if not re.fullmatch(r"AB[1-9]\d{3}", code)] == []
    assert list(Code) == sorted(Code)


@pytest.mark.parametrize("code", list(Code), ids=lambda code: code.name)
def test_a_page_says_what_it_means_why_an_example_and_what_to_do(code):
    page = pages()[code]

    parts = page.text.split("\n\n")
    meaning, why, example, do = parts
    assert not page.title.endswith(".")
    assert len(meaning) > 30
    assert why.startswith("Why: ")
    assert all(line.startswith("    ") for line in example.splitlines())
    assert do.startswith("Do: ")
    assert max(map(len, example.splitlines())) <= 80
    assert all(part.endswith((".", "?")) for part in (meaning, why, do))
