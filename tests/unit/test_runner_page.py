"""The report as a page: everything in it is text, nobody in it is named, nothing is asked for."""

import re
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.model import Status
from apollo_batch.runner.charts import bars
from apollo_batch.runner.element import Markup, element
from apollo_batch.runner.masking import masked, masked_note, masked_value
from apollo_batch.runner.page import POLICY, page
from apollo_batch.runner.problems import ProblemRow, Problems
from apollo_batch.sheets.summary import Summary, Table

TAGS = ("script", "img src=x", "svg/onload=x", "iframe", "body onload=x", "a href=javascript:x")
PAYLOADS = [
    shape.format(tag=tag, call=call)
    for tag in TAGS
    for call in ("window.__x=1", "alert(1)", "fetch('https://evil.example')")
    for shape in (
        "<{tag}>{call}</script>",
        '"><{tag} onerror="{call}">',
        "'><{tag} onmouseover='{call}' autofocus>",
        "</title></style></table></svg><{tag}>{call}",
        "]]>--><{tag}>{call}<!--",
        "&lt;{tag}&gt;{call}&#x3c;script&#x3e;",
    )
]


def hostile(text):
    """A page with this text in every field that a file, a job or Apollo can fill."""
    summary = Summary(
        title=text,
        verdict=text,
        facts=((text, text), ("Credits", Decimal("12.50"))),
        tables=(
            Table(text, (text, text), ((text, 3), (text, Decimal(1))), chart="bar"),
            Table(text, (text, text), ((text, text),)),
        ),
    )
    rows = (ProblemRow(7, Status.FAILED, text, text),)
    return page(text, summary, Problems(rows, 1), text)


def tree(text):
    """The page as a parser of XML sees it: what is not well formed is an error."""
    return ET.fromstring(text.removeprefix("<!doctype html>\n"))


def shape_of(text):
    return [(node.tag, sorted(node.attrib)) for node in tree(text).iter()]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup_in_any_field(payload):
    harmless = shape_of(hostile("harmless"))

    assert len(PAYLOADS) >= 100
    assert shape_of(hostile(payload)) == harmless


@given(st.text())
def test_whatever_the_data_the_page_can_be_written_and_read(text):
    assert shape_of(hostile(text)) == shape_of(hostile("harmless"))
    hostile(text).encode("utf-8")


def test_markup_stands_and_text_is_escaped():
    made = element("p", "<b>", element("i", "&"), attributes={"title": '"'})

    assert made == '<p title="&quot;">&lt;b&gt;<i>&amp;</i></p>'
    assert isinstance(made, Markup)


def test_the_page_asks_for_nothing_and_runs_nothing():
    text = hostile("harmless")

    assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in text.replace("&#x27;", "'")
    assert POLICY.startswith("default-src 'none'")
    assert re.findall(r'(?:src|href|action)="([^"]*)"', text) == ["data:,"]
    assert {node.tag for node in tree(text).iter()} & {
        "script",
        "form",
        "iframe",
        "object",
    } == set()
    assert "url(" not in text
    assert "@import" not in text


def test_each_chart_says_what_it_shows_and_has_its_table_beside_it():
    drawing = ET.fromstring(bars("Outcomes", [("Succeeded", 3), ("No match", 0)]))

    assert drawing.attrib["role"] == "img"
    assert drawing.find("title").text == "Outcomes"
    assert drawing.find("desc").text == "Succeeded: 3; No match: 0"
    widths = [float(bar.attrib["width"]) for bar in drawing.iter("rect")]
    assert widths[0] > widths[1] == 0
    for drawn in tree(hostile("harmless")).iter("div"):
        assert [part.tag for part in drawn] == ["svg", "table"]


def test_a_chart_of_nothing_but_zeros_can_be_drawn():
    assert "nan" not in bars("Credits", [("charged", Decimal(0))])


def test_problem_rows_are_counted_where_not_all_are_shown():
    rows = (ProblemRow(7, Status.FAILED, "Apollo refused the request.", ""),)
    empty = Summary("Leads", "1 row.", (), ())

    some = page("r1", empty, Problems(rows, 1_234), "x")
    none = page("r1", empty, Problems((), 0), "x")

    assert "The first 1 of 1,234, the worst kinds first." in some
    assert "Rows that came to nothing" not in none


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ada.lovelace@acme.example", "a***@acme.example"),
        ("'ada@acme.example'", "a***@acme.example"),
        ("'vroni(at)acme.example'", "v***"),
        ("https://linkedin.example/in/ada", "h***"),
        ("Ürün <ü@acme.example>", "Ü***"),
        ("empty", "e***"),
        ("", ""),
    ],
)
def test_a_value_shows_its_first_letter_and_an_address_its_domain(value, shown):
    assert masked_value(value) == shown


def test_a_note_about_a_cell_keeps_the_name_of_the_cell_alone():
    said = masked_note("email: 'ada(at)acme.example'", [], about_a_cell=True)

    assert said == "email: a***"


def test_a_note_in_apollos_words_shows_none_of_the_rows_cells():
    cells = ["Ada", "Lovelace", "ada@acme.example", ""]

    said = masked_note("LOVELACE, Ada is not taken (ada@acme.example)", cells, about_a_cell=False)

    assert said == "L***, A*** is not taken (a***@a***.e***)"
    assert masked_note("Same as row 5.", cells, about_a_cell=False) == "Same as row 5."


def test_addresses_are_masked_wherever_they_stand():
    assert masked("Run for bob@acme.example, <eve+x@acme.example>") == (
        "Run for b***@acme.example, <e***@acme.example>"
    )
