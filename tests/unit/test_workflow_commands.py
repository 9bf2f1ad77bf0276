"""Commands to GitHub's runner: ours arrive as they were meant, and nothing else is one."""

import json

import pytest
from github_runner import Command, commands
from hypothesis import example, given
from hypothesis import strategies as st

from apollo_batch.entrypoints.workflow import command, harmless, harmless_json

CONTROLS = [*map(chr, (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)))]
ANY = st.text(st.characters(exclude_categories=["Cs"]))
PRINTED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS))
NEAR = st.text(st.sampled_from('::##[]error add-mask=,%0A%3A\r\n\t \u00a0\u200b\ufeff\\"x'))


@given(PRINTED | NEAR, PRINTED | NEAR)
@example("100%", "a: b, c=d")
@example("%0A::error::%25", "%2C")
def test_what_is_said_in_a_command_is_what_the_runner_reads(data, title):
    line = command("error", data, file="jobs/a.yaml", line=3, title=title)

    (read,) = commands(line)
    told = {"title": title.strip()} if title.strip() else {}
    assert read == Command("error", {"file": "jobs/a.yaml", "line": "3"} | told, data)


@given(ANY | NEAR)
@example("::error::x")
@example("ok\r::error::x")
@example("\u00a0\u200b::add-mask::x")
@example("a ##[error]x")
@example("###[group]x")
def test_no_text_is_a_command_once_it_is_harmless(text):
    assert commands(harmless(text)) == []
    assert harmless(harmless(text)) == harmless(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=":#")))
def test_a_text_in_which_nothing_is_meant_for_the_runner_stays_as_it_is(text):
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["See ::1 for it", "a::b", "## Heading", "[x] #1"])
def test_colons_and_hashes_of_every_day_stay_too(text):
    assert harmless(text) == text


@given(st.dictionaries(ANY | NEAR, ANY | NEAR))
@example({"input": "\\##[error]leads.csv"})
def test_a_document_says_the_same_and_is_no_command(document):
    told = json.dumps(document, ensure_ascii=False, indent=2)

    assert json.loads(harmless_json(told)) == document
    assert commands(harmless_json(told)) == []
