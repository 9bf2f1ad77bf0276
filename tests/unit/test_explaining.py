"""Every code is explained: those of errors, reasons, statuses and exit codes, offline."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import apollo_batch
from apollo_batch.codes import Code
from apollo_batch.entrypoints.explaining import explained, pages
from apollo_batch.entrypoints.paragraphs import wrapped
from apollo_batch.errors import Exit, UsageError
from apollo_batch.model import Status
from apollo_batch.reasons import REASONS
from apollo_batch.skips import ENROLLMENT_CODES

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
    assert all(part.endswith((".", "?")) for part in (meaning, why, do))


@pytest.mark.parametrize("code", list(Exit), ids=lambda code: code.name)
def test_an_exit_code_is_explained_with_an_example_and_what_to_do(code):
    told = explained(str(int(code)))

    assert told.startswith(f"Exit code {int(code)}: ")
    assert "\n\n    " in told
    assert "\n\nDo: " in told


@pytest.mark.parametrize("typed", ["AB3001", "ab3001", "[AB3001]", "3001", " AB3001 "])
def test_a_code_is_taken_as_it_is_copied(typed):
    assert explained(typed).startswith("AB3001: ")


@pytest.mark.parametrize("status", list(Status))
def test_a_status_is_explained_as_the_workbook_and_as_programs_write_it(status):
    assert explained(status.words) == explained(status.value)
    assert status.words in explained(status.value)


@pytest.mark.parametrize("code", list(REASONS))
def test_a_reason_is_explained_with_its_words_and_its_remedy(code):
    told = explained(code)

    assert REASONS[code].sentence in told
    assert REASONS[code].remedy in told
    assert ("Apollo's own" in told) is (code in ENROLLMENT_CODES)


def test_a_reason_that_apollo_has_made_up_since_is_passed_on():
    assert "Apollo says: contact is asleep." in explained("apollo:contact_is_asleep")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bad_emial", "bad_email"), ("suceeded", "succeeded"), ("In dout", "in_doubt")],
)
def test_a_mistyped_word_is_answered_with_the_one_that_was_meant(typed, meant):
    with pytest.raises(UsageError) as refusal:
        explained(typed)

    assert refusal.value.code is Code.UNKNOWN_WORD
    assert refusal.value.fix == f"Did you mean `{meant}`?"


@pytest.mark.parametrize("typed", ["AB1999", "11", "", "🙂"])
def test_a_number_is_not_guessed_at(typed):
    with pytest.raises(UsageError) as refusal:
        explained(typed)

    assert "Did you mean" not in refusal.value.fix


@pytest.mark.parametrize("word", [*Code, *(str(int(code)) for code in Exit), *REASONS, *Status])
def test_what_is_explained_fits_a_narrow_terminal(word):
    told = wrapped(explained(word))

    assert [line for line in told.splitlines() if len(line) > 80] == []
