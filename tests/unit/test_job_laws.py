"""Laws of reading job files: whatever is written, it is a Job, or it is refused in its place."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apollo_batch.errors import InvalidError, Problem
from apollo_batch.job.conditions import MOST_CELL, compiled
from apollo_batch.job.load import explain, load, loads
from apollo_batch.job.wanted import Job
from apollo_batch.suggest import distance, nearest

SOUND = """\
version: 1
name: "Fair\\t2026"
input: {sheet: Leads, header_row: 1}
operation: people.enrich
map:
  first_name: First Name
  domain: {column: Website, clean: [trim, domain]}
  last_name: Last Name
  email: {column: Mail, default: info@acme.example}
options:
  reveal_phone_number: true
  webhook_url: https://hooks.acme.example/a
skip:
  - {column: Status, in: [bounced, gone], reason: bounced}
  - {column: Score, at_most: 1.5}
  - column: Mail
    matches: '@example[.]com$'
keep: {Mail: email, Firm: "organization.name"}
limits: {max_credits: 500, most_per_row: 9}
"""

SPLINTERS = st.one_of(
    st.sampled_from(
        "\t \n \r : # & * ! % @ { } [ ] , ' \" ? \x00 \x1b \x85 \u2028 \ufeff \ud800 \\".split(" ")
    ),
    st.sampled_from(
        [": ", "- ", "&a ", "*a", "!!int ", "<<: ", "---\n", "\\U", "? ", "|\n", ">\n"]
    ),
    st.sampled_from(["null", "~", "true", "\U0001f600", "%YAML 9.9\n"]),
    st.text(max_size=4),
)


@st.composite
def mutations(draw):
    text = SOUND
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 12))
        text = text[:start] + draw(SPLINTERS) + text[start + length :]
    return text


@given(mutations())
@example(SOUND)
@example("%TAG ! tag:a,2000:\n---\n!a b\n")
@example("%YAML " + "9" * 5000 + ".1\n---\na\n")
@example("? ? ? a\n")
@example("a: !<x%FF> b\n")
def test_whatever_is_changed_it_is_a_job_or_refused_at_a_place_in_the_file(text):
    read = job_or_refusal(text)

    if isinstance(read, Job):
        assert read.canonical().encode()
    else:
        lines = re.split("\r\n|[\n\r\u0085\u2028\u2029]", text.removeprefix("\ufeff"))
        assert read.problems
        assert all(stands_in(problem, lines) for problem in read.problems)
        assert explain(read, text, "leads.yaml").startswith("leads.yaml:")


def job_or_refusal(text: str) -> Job | InvalidError:
    try:
        return loads(text, "leads.yaml")
    except InvalidError as refusal:
        return refusal


def stands_in(problem: Problem, lines: list[str]) -> bool:
    return (
        1 <= problem.line <= len(lines)
        and 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        and problem.width >= 1
    )


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf\xff")
def test_whatever_bytes_are_in_a_file_no_other_error_comes_out(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("jobs") / "leads.yaml"
    path.write_bytes(content)

    with pytest.raises(InvalidError):
        load(path)


def parts_of(text: str) -> list[str]:
    """Cut a job at its top-level keys."""
    return re.split(r"(?m)^(?=[a-z])", text)[1:]


@given(st.permutations(parts_of(SOUND)), st.booleans())
def test_the_canonical_text_does_not_depend_on_the_order_of_keys_or_on_comments(parts, commented):
    between = "# a word\n\n" if commented else ""

    job = loads(between.join(parts), "other.yaml")

    assert job.canonical() == loads(SOUND, "leads.yaml").canonical()


WORDS = st.text("abcd_", min_size=1, max_size=8)


@given(WORDS, WORDS)
def test_slips_between_words_count_the_same_both_ways(left, right):
    assert distance(left, right) == distance(right, left)
    assert (distance(left, right) == 0) == (left == right)


@given(WORDS, st.lists(WORDS, max_size=5))
def test_only_a_known_word_is_ever_suggested(word, known):
    assert nearest(word, known) in {None, *known}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("emial", "email"),
        ("e-mail", "email"),
        ("Work Mail", "Work Email"),
        ("organisation_name", "organization_name"),
        ("companyname", "company_name"),
        ("xy", None),
        ("telephone", None),
    ],
)
def test_a_slip_is_told_from_another_word(word, meant):
    known = ["email", "domain", "id", "Work Email", "organization_name", "company_name"]

    assert nearest(word, known) == meant


@pytest.mark.parametrize(
    "pattern", ["^info@", r"a?b{1,3}.*c.*d", r"[a-z]+@[a-z]+\.[a-z]+$", "x|y.*"]
)
@pytest.mark.timeout(20)
def test_a_pattern_that_is_allowed_is_quick_on_the_worst_of_cells(pattern):
    ready = compiled(pattern)

    for letter in "abcdx@.":
        ready.search(letter * MOST_CELL)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a?){20}a{20}",
        "a?" * 40 + "a{40}",
        "(a|b|ab)*c",
        "(?=a)b",
        "(a*)*",
        "[[a]",
        "a{99999999999}",
    ],
)
def test_a_pattern_that_could_hang_or_means_nothing_is_refused(pattern):
    with pytest.raises(ValueError, match="pattern"):
        compiled(pattern)
