"""A row meets a job: it becomes an item to send, or a skip with its reason."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.errors import InvalidError
from apollo_batch.job.headers import letters
from apollo_batch.job.load import explain, loads
from apollo_batch.job.tie import bind_to
from apollo_batch.model import Item, Outcome, Row, RowNumber, Status

TOP = "version: 1\noperation: people.enrich\n"
EMAIL = TOP + "map: {email: Work Email}\n"
EVERYTHING = (
    TOP
    + """\
map:
  id: Apollo Id
  email: {column: Mail, clean: [trim, email]}
  hashed_email: Hash
  linkedin_url: {column: LinkedIn, clean: linkedin_url}
  first_name: {column: Full Name, clean: first_name}
  last_name: {column: Full Name, clean: last_name}
  name: {column: Full Name, clean: title}
  organization_name: {column: Company, default: Unknown}
  domain: {column: Site, clean: domain, default: acme.example}
skip:
  - {column: Status, in: [bounced, unsubscribed], reason: gone}
  - {column: Status, matches: '^do not'}
  - {column: Score, at_most: 10}
"""
)
COLUMNS = (
    "Apollo Id",
    "Mail",
    "Hash",
    "LinkedIn",
    "Full Name",
    "Company",
    "Site",
    "Status",
    "Score",
)


def bound(text, header, *cells, troubles=None):
    row = Row(RowNumber(2), cells, troubles or {})
    return bind_to(loads(text, "leads.yaml"), header).bind(row)


@pytest.mark.parametrize(
    "cell",
    [
        "Work Email",
        "work email",
        "WORK EMAIL",
        "  Work Email  ",
        "Work  Email",
        "Work\tEmail",
        "Work\nEmail",
        "Work\u00a0Email",
        "\ufeffWork Email",
        "Work\u200b Email",
        "Work Em\u00adail",
        "\uff37\uff4f\uff52\uff4b Email",
        "Wor\u212a Email",
        "Work\u2003Email\u2060",
    ],
)
def test_a_column_is_found_as_a_person_would_read_its_name(cell):
    outcome = bound(EMAIL, ["Name", cell], "Ada", "ada@acme.example")

    assert outcome == Item(RowNumber(2), {"email": "ada@acme.example"})


@pytest.mark.parametrize(
    ("written", "cell"),
    [("Stra\u00dfe", "STRASSE"), ("Pr\u00e9nom", "pre\u0301nom"), ("\u0130d", "i\u0307d")],
)
def test_case_and_accents_of_any_language_make_no_difference(written, cell):
    assert isinstance(bound(f"{TOP}map: {{email: {written}}}\n", [cell], "a@b.example"), Item)


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("Work Email", "WorkEmail"),
        ("Work Email", "Work-Email"),
        ("Pr\u00e9nom", "Prenom"),
        ("A", ""),
    ],
)
def test_columns_that_are_called_differently_are_different(written, cell):
    with pytest.raises(InvalidError):
        bound(f"{TOP}map: {{email: {written}}}\n", [cell], "a@b.example")


def test_a_cell_written_exactly_so_wins_over_one_that_reads_the_same():
    header = ["work email", "Work Email"]

    assert bound(EMAIL, header, "wrong@b.example", "right@b.example") == Item(
        RowNumber(2), {"email": "right@b.example"}
    )


@pytest.mark.parametrize(
    "header",
    [
        ["Name", "Work Email", "Phone", "Work Email"],
        ["Name", "work email", "Phone", "WORK  EMAIL"],
    ],
)
def test_a_column_that_the_sheet_has_twice_is_refused_with_both_letters(header):
    with pytest.raises(InvalidError) as refusal:
        bind_to(loads(EMAIL, "leads.yaml"), header)

    (problem,) = refusal.value.problems
    assert "columns B and D" in problem.message
    assert (problem.line, problem.column, problem.width) == (3, 14, len("Work Email"))


def test_a_column_that_the_sheet_has_twice_is_no_matter_where_nobody_names_it():
    assert isinstance(bound(EMAIL, ["X", "Work Email", "X"], "1", "a@b.example", "2"), Item)


def test_every_column_that_is_not_there_is_told_with_the_one_that_was_meant():
    text = TOP + "map: {email: Wrok Email, id: {column: Number}}\nskip: [{column: Gone, is: x}]\n"

    with pytest.raises(InvalidError) as refusal:
        bind_to(loads(text, "leads.yaml"), ["Work Email", "", "Score"])

    told = explain(refusal.value, text, "leads.yaml")
    assert "leads.yaml:3:14: The sheet has no column `Wrok Email`." in told
    assert "leads.yaml:3:39: The sheet has no column `Number`." in told
    assert "leads.yaml:4:17: The sheet has no column `Gone`." in told
    assert "Did you mean `Work Email`?" in told
    assert "It has `Work Email`, `Score`." in told


def test_columns_are_lettered_as_spreadsheets_letter_them():
    assert [letters(index) for index in (0, 25, 26, 51, 701, 702, 16383)] == [
        *("A", "Z", "AA", "AZ", "ZZ", "AAA", "XFD")
    ]


def test_the_cells_of_the_named_columns_are_all_that_is_taken_for_the_journal():
    text = EMAIL + "skip: [{column: Status, is: bounced}]\n"
    binding = bind_to(loads(text, "a.yaml"), ["Status", "Salary", "Work Email"])

    assert binding.named == (0, 2)
    assert binding.cells(Row(RowNumber(2), ("new", "9", "a@b.example"))) == ("new", "a@b.example")


def row_of(**cells):
    by_column = {column.lower().replace(" ", "_"): column for column in COLUMNS}
    filled = {by_column[name]: cell for name, cell in cells.items()}
    return [filled.get(column, "") for column in COLUMNS]


ITEMS = [
    (
        {"mail": " Ada Lovelace <ADA@Acme.example> "},
        {"email": "ada@acme.example", "organization_name": "Unknown", "domain": "acme.example"},
    ),
    (
        {"full_name": "ada KING lovelace", "site": "https://www.acme.example/team?x=1"},
        {
            "first_name": "ada",
            "last_name": "KING lovelace",
            "name": "Ada King Lovelace",
            "organization_name": "Unknown",
            "domain": "acme.example",
        },
    ),
    (
        {"linkedin": "see in/Ada-L", "apollo_id": "650000000000000000000001"},
        None,
    ),
    (
        {"linkedin": "LinkedIn: https://de.linkedin.com/in/Ada-L?trk=x", "company": "Acme"},
        {
            "linkedin_url": "http://www.linkedin.com/in/ada-l",
            "organization_name": "Acme",
            "domain": "acme.example",
        },
    ),
    (
        {"linkedin": "in/ada-l", "company": "Acme", "score": "eleven"},
        {
            "linkedin_url": "http://www.linkedin.com/in/ada-l",
            "organization_name": "Acme",
            "domain": "acme.example",
        },
    ),
    (
        {"apollo_id": "650000000000000000000001", "mail": "n/a", "score": "10.5", "status": "new"},
        {
            "id": "650000000000000000000001",
            "organization_name": "Unknown",
            "domain": "acme.example",
        },
    ),
]


@pytest.mark.parametrize(("cells", "params"), ITEMS)
def test_the_cells_of_a_row_become_the_parameters_of_an_item(cells, params):
    outcome = bound(EVERYTHING, COLUMNS, *row_of(**cells))

    if params is None:
        assert outcome.reason == "bad_linkedin_url"
    else:
        assert outcome == Item(RowNumber(2), params)


SKIPS = [
    ({"mail": "ada@"}, "bad_email", "email: 'ada@'"),
    ({"mail": "x" * 200}, "bad_email", "email: '" + "x" * 71 + "…"),
    ({"mail": "a@b.example", "status": " Bounced "}, "gone", "Status: Bounced"),
    ({"mail": "a@b.example", "status": "Do not mail"}, "job_skip", "Status: Do not mail"),
    ({"mail": "a@b.example", "score": "9"}, "job_skip", "Score: 9"),
    ({"mail": "ada@", "score": "9"}, "job_skip", "Score: 9"),
    ({"site": "info@gmail.com"}, "freemail_domain", "domain: 'info@gmail.com'"),
    ({"hash": "123"}, "bad_hashed_email", "hashed_email: '123'"),
    ({"apollo_id": "12"}, "bad_id", "id: '12'"),
    ({}, "missing_identity", ""),
    ({"mail": "n/a", "full_name": "-"}, "missing_identity", ""),
    (
        {"company": "Acme"},
        "weak_identity",
        "empty: Apollo Id or Mail or Hash or LinkedIn or Full Name",
    ),
]


@pytest.mark.parametrize(("cells", "reason", "note"), SKIPS)
def test_a_row_that_cannot_be_looked_up_is_skipped_with_the_reason(cells, reason, note):
    outcome = bound(EVERYTHING, COLUMNS, *row_of(**cells))

    assert outcome == Outcome(RowNumber(2), Status.SKIPPED, reason, note)


NAMES = TOP + "map: {first_name: First, last_name: Last, domain: Site, organization_name: Firm}\n"


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (("Ada", "", "", ""), "empty: Last and Site or Last and Firm"),
        (("Ada", "Lovelace", "", "n/a"), None),
        (("Ada", "Lovelace", "", "-"), "empty: Site or Firm"),
        (("Ada", "", "", "Acme"), "empty: Last"),
        (("", "", "acme.example", ""), "empty: First and Last"),
    ],
)
def test_a_weak_row_is_told_which_of_its_cells_would_help(cells, note):
    outcome = bound(NAMES, ["First", "Last", "Site", "Firm"], *cells)

    expected = "empty: Site or Firm" if note is None else note
    assert (outcome.reason, outcome.note) == ("weak_identity", expected)


def test_a_default_that_says_nothing_is_sent_but_identifies_nobody():
    text = NAMES.replace(
        "organization_name: Firm", "organization_name: {column: Firm, default: Unknown}"
    )
    header = ["First", "Last", "Site", "Firm"]

    assert bound(text, header, "Ada", "Lovelace", "", "").reason == "weak_identity"
    assert bound(text, header, "Ada", "Lovelace", "acme.example", "").params == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "domain": "acme.example",
        "organization_name": "Unknown",
    }


def test_a_default_that_names_the_company_identifies_with_the_name():
    text = NAMES.replace(
        "organization_name: Firm", "organization_name: {column: Firm, default: Acme}"
    )

    outcome = bound(text, ["First", "Last", "Site", "Firm"], "Ada", "Lovelace", "", "")

    assert isinstance(outcome, Item)


def test_a_row_of_defaults_only_is_no_row_to_look_up():
    text = TOP + "map: {email: {column: Mail, default: info@acme.example}}\n"

    assert bound(text, ["Mail"], "").reason == "missing_identity"


def test_no_parameter_is_ever_sent_empty():
    outcome = bound(NAMES, ["First", "Last", "Site", "Firm"], "Ada", "Lovelace", " ", "Acme")

    assert outcome.params == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "organization_name": "Acme",
    }


def test_a_cell_that_the_spreadsheet_shows_as_an_error_skips_the_row():
    outcome = bound(EMAIL, ["X", "Work Email"], "1", "#REF!", troubles={1: "error_cell"})

    assert outcome == Outcome(RowNumber(2), Status.SKIPPED, "error_cell", "Work Email: #REF!")


def test_trouble_in_a_cell_that_the_job_does_not_name_is_no_trouble():
    outcome = bound(EMAIL, ["X", "Work Email"], "#REF!", "a@b.example", troubles={0: "error_cell"})

    assert isinstance(outcome, Item)


def test_trouble_in_a_cell_that_a_rule_asks_skips_the_row():
    text = EMAIL + "skip: [{column: X, is: bounced}]\n"

    outcome = bound(
        text, ["X", "Work Email"], "", "a@b.example", troubles={0: "formula_without_value"}
    )

    assert (outcome.reason, outcome.note) == ("formula_without_value", "X: empty")


CONDITIONS = [
    (
        "is: bounced",
        ["bounced", "Bounced", " BOUNCED ", "bounced\u200b"],
        ["bounce", "", "un bounced"],
    ),
    ("is_not: ok", ["", "bad", "ok."], ["ok", " OK"]),
    ("in: [DE, at]", ["de", "AT "], ["", "d", "CH"]),
    ("not_in: [DE, at]", ["", "CH"], ["de", "AT"]),
    ("blank: true", ["", "  ", "\u00a0", "\u200b"], ["0", "-", "no"]),
    ("blank: false", ["x"], ["", " "]),
    ("filled: true", ["x", "0"], ["", "\u00a0"]),
    ("filled: false", ["", " "], ["x"]),
    ("matches: '@example[.]com$'", ["a@EXAMPLE.com"], ["a@example.com.test", ""]),
    ("matches: 'a.*b'", ["xaxbx"], ["a" * 400 + "b", "ba"]),
    (
        "at_least: 10",
        ["10", "10.0", "11", " 1000 ", "+10"],
        ["9.99", "", "ten", "1e3", "1,000", "nan", "-10"],
    ),
    ("at_most: 2.5", ["2.5", "-7", "0", ".5"], ["2.51", "", "x", "-inf", "\u0661"]),
]


@pytest.mark.parametrize(("condition", "holds", "fails"), CONDITIONS)
def test_a_rule_leaves_out_the_rows_it_names(condition, holds, fails):
    text = f"{EMAIL}skip: [{{column: X, {condition}, reason: ruled_out}}]\n"

    answers = [bound(text, ["X", "Work Email"], cell, "a@b.example") for cell in [*holds, *fails]]

    assert [getattr(answer, "reason", None) for answer in answers] == (
        ["ruled_out"] * len(holds) + [None] * len(fails)
    )


def test_bounds_are_compared_as_the_numbers_they_are():
    text = f"{EMAIL}skip: [{{column: X, at_least: 0.3}}]\n"

    assert loads(text, "a.yaml").skip[0].operand == Decimal("0.3")
    assert isinstance(bound(text, ["X", "Work Email"], "0.3", "a@b.example"), Outcome)


CLEANED = [
    ("trim", "  Ada \u200b  King ", "Ada King"),
    ("lower", "ACME", "acme"),
    ("upper", "acme", "ACME"),
    ("title", "jean-luc o'neil women's d'arc", "Jean-Luc O'Neil Women's D'Arc"),
    ("digits", "No. 12-345/6", "123456"),
    ("digits", "\uff11\uff12", "12"),
    ("first_name", "Ada", "Ada"),
    ("first_name", "Lovelace, Ada King", "Ada King"),
    ("last_name", "Ada King Lovelace", "King Lovelace"),
    ("last_name", "Lovelace, Ada", "Lovelace"),
    ("email", "call me", "call me"),
    ("email", "<ada@acme.example>; bob@acme.example", "ada@acme.example"),
    ("domain", "www.Acme.example/shop", "acme.example"),
    ("linkedin_url", "linkedin.com/in/ada", "linkedin.com/in/ada"),
    ("linkedin_url", "/in/ada/", "https://www.linkedin.com/in/ada"),
    ("[lower, title]", "ADA", "Ada"),
]


@pytest.mark.parametrize(("clean", "cell", "sent"), CLEANED)
def test_a_cell_is_cleaned_as_the_job_says(clean, cell, sent):
    text = f"{TOP}map: {{email: Mail, organization_name: {{column: X, clean: {clean}}}}}\n"

    outcome = bound(text, ["Mail", "X"], "a@b.example", cell)

    assert outcome.params["organization_name"] == sent


def test_a_last_name_of_a_single_word_is_left_out():
    text = f"{TOP}map: {{email: Mail, last_name: {{column: X, clean: last_name}}}}\n"

    assert bound(text, ["Mail", "X"], "a@b.example", "Ada").params == {"email": "a@b.example"}


ANYTHING = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            " ",
            "n/a",
            "ada@acme.example",
            "ada@",
            "https://[::1",
            "http://[",
            "Ada Lovelace",
            "#N/A",
        ]
    ),
    st.text("@.:/[]<>%\u00df\u0130\u200b linkedin.com", max_size=30),
)


@given(st.lists(st.tuples(*[ANYTHING] * len(COLUMNS)), max_size=8))
def test_every_row_is_an_item_once_or_skipped_once(rows):
    binding = bind_to(loads(EVERYTHING, "leads.yaml"), COLUMNS)

    outcomes = [binding.bind(Row(RowNumber(i), cells)) for i, cells in enumerate(rows, 2)]

    assert [outcome.row for outcome in outcomes] == list(range(2, len(rows) + 2))
    for outcome in outcomes:
        if isinstance(outcome, Item):
            assert all(outcome.params.values())
        else:
            assert outcome.status is Status.SKIPPED
            assert len(outcome.note) <= 80
