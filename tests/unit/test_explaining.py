"""Every code is explained: those of errors, reasons, statuses and exit codes, offline."""

import pytest

from apollo_batch.codes import Code
from apollo_batch.entrypoints.explaining import explained
from apollo_batch.entrypoints.paragraphs import wrapped
from apollo_batch.errors import Exit, UsageError
from apollo_batch.model import Status
from apollo_batch.reasons import REASONS
from apollo_batch.skips import ENROLLMENT_CODES


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
