"""Which column fills which parameter: told by names in four languages, by exports, and by cells."""

import re

import pytest
from header_sets import header_sets
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.job.draft import Draft, scalar, write
from apollo_batch.job.guess import Chosen, enough, guess, suggested
from apollo_batch.job.headers import normal
from apollo_batch.job.left_out import rules_of
from apollo_batch.job.load import loads
from apollo_batch.job.recognise import Column
from apollo_batch.job.sight import look_at
from apollo_batch.job.tie import bind_to

SETS = list(header_sets())
PEOPLE, COMPANIES = OPERATIONS["people.enrich"], OPERATIONS["organizations.enrich"]


def guessed(name, header, *rows):
    """What is chosen for an operation: parameter to column."""
    found = guess(OPERATIONS[name], look_at(header, rows))
    return {param: chosen.column.name for param, chosen in found.items()}


def cleaned(name, header, *rows):
    found = guess(OPERATIONS[name], look_at(header, rows))
    return {param: chosen.clean for param, chosen in found.items()}


def test_nine_columns_in_ten_are_found_and_none_is_taken_for_another():
    right, missed, wrong = [], [], []
    for each in SETS:
        found = guessed(each.operation, each.columns, *each.rows)
        for param, column in each.expects.items():
            (right if found.get(param) == column else missed).append((each.name, param))
        wrong += [(each.name, p, c) for p, c in found.items() if each.expects.get(p) != c]

    assert len(SETS) >= 40
    assert wrong == []
    assert len(right) >= 9 * len(missed), missed


@pytest.mark.parametrize("each", [s for s in SETS if not s.asked], ids=lambda s: s.name)
def test_a_sheet_itself_shows_whether_its_rows_are_people_or_companies(each):
    found = suggested(look_at(each.columns, each.rows), PEOPLE, COMPANIES)

    assert found is OPERATIONS[each.operation]


def test_of_a_sheet_that_shows_neither_nothing_is_suggested():
    assert suggested(look_at(["Colour", "Size"], [["red", "9"]]), PEOPLE, COMPANIES) is None
    assert suggested(look_at([], []), PEOPLE, COMPANIES) is None


def test_a_bare_name_is_a_person_beside_a_company_and_a_company_alone():
    person = look_at(["Name", "Company"], [["Ada Muster", "Musterbau"]])
    company = look_at(["Name", "Website"], [["Musterbau", "musterbau.example"]])

    assert suggested(person, PEOPLE, COMPANIES) is PEOPLE
    assert suggested(company, PEOPLE, COMPANIES) is COMPANIES
    assert guessed("organizations.enrich", ["Name", "Website"], ["M", "m.example"]) == {
        "domain": "Website",
        "name": "Name",
    }


def test_a_name_beside_a_first_name_is_the_last_name_unless_its_cells_hold_both():
    header = ["Vorname", "Name", "Firma"]

    last = guessed("people.enrich", header, ["Ada", "Muster", "Bau"], ["Ben", "Probe", "Werk"])
    both = guessed("people.enrich", header, ["Ada", "Ada Muster", "Bau"], ["Ben", "Ben Probe", "W"])

    assert last == {"first_name": "Vorname", "last_name": "Name", "organization_name": "Firma"}
    assert both == {"name": "Name", "organization_name": "Firma"}


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Email", "see above"),
        ("Work Email", "+1 555 0100"),
        ("LinkedIn", "https://www.linkedin.com/company/musterbau"),
        ("LinkedIn", "https://www.linkedin.com/sales/lead/ACwAAB"),
        ("Owner Email", "rita@ourselves.example"),
        ("E-Mail Betreuer", "rita@ourselves.example"),
        ("Website", "https://www.linkedin.com/in/ada-muster"),
        ("Website", "soon"),
        ("Person Id", "003Hs00001Ab1dEQ"),
        ("Person Id", ""),
        ("URL", ""),
    ],
)
def test_a_column_whose_cells_or_owner_belie_its_name_is_not_taken(header, cell):
    assert guessed("people.enrich", ["Nr", header], ["1", cell], ["2", cell]) == {}


def test_a_column_of_one_address_over_and_over_is_nobodys_in_the_rows():
    header, rows = ["Talked to", "Via"], [["Ada", "rita@ourselves.example"]] * 5

    assert guessed("people.enrich", header, *rows) == {}


def test_where_two_columns_might_be_meant_by_their_cells_alone_neither_is_taken():
    rows = [[f"a{n}@one.example", f"b{n}@two.example"] for n in range(5)]

    assert guessed("people.enrich", ["Here", "There"], *rows) == {}


def test_a_name_that_two_columns_have_is_not_taken_because_no_job_could_say_which():
    header, row = ["Email", "Notes", "Email"], ["ada@m.example", "", "ada@m.example"]

    assert guessed("people.enrich", header, row) == {}


@pytest.mark.parametrize(
    ("header", "cell", "param", "cleaner"),
    [
        ("Email", "ada@musterbau.example", "email", ""),
        ("Email", "write to ada@musterbau.example (private)", "email", "email"),
        ("LinkedIn", "https://www.linkedin.com/in/ada", "linkedin_url", ""),
        ("LinkedIn", "in/ada", "linkedin_url", "linkedin_url"),
        ("Website", "https://www.musterbau.example/kontakt", "domain", "domain"),
        ("Domain", "musterbau.example", "domain", ""),
    ],
)
def test_cells_are_cleaned_where_that_brings_out_more_of_them(header, cell, param, cleaner):
    assert cleaned("people.enrich", [header], [cell]) == {param: cleaner}


def test_a_full_name_is_taken_apart_where_two_names_are_wanted():
    header, row = ["Name", "E-Mail", "Company"], ["Ada Muster", "ada@m.example", "Musterbau"]

    found = cleaned("contacts.create", header, row)

    assert found["first_name"] == "first_name"
    assert found["last_name"] == "last_name"


def test_owners_stages_and_lists_are_left_alone_unless_no_row_could_go_without():
    header = ["Contact Id", "Owner", "Stage", "Title"]
    row = ["66e1a2b3c4d5e6f708192a3b", "Rita", "Won", "CTO"]

    assert guessed("contacts.update", header, row).keys() == {"contact_id", "title"}
    assert guessed("contacts.set_owner", header, row).keys() == {"contact_id", "owner_id"}
    assert guessed("contacts.set_stage", header, row)["contact_stage_id"] == "Stage"


@pytest.mark.parametrize(
    ("column", "cell", "left_out"),
    [
        ("Email Opt Out", "TRUE", "opted_out"),
        ("Unsubscribed from all email", "Yes", "opted_out"),
        ("Werbesperre", "ja", "opted_out"),
        ("Ne pas contacter", "Oui", "opted_out"),
        ("No contactar", "sí", "opted_out"),
        ("Email Status", "Bounced", "bounced"),
        ("Email Bounced", "TRUE", "bounced"),
    ],
)
def test_whoever_wants_no_mail_or_gets_none_is_left_out(column, cell, left_out):
    header = ["Email", column]
    sight = look_at(header, [["ada@m.example", cell]])
    rules = tuple(rules_of(PEOPLE, sight))
    text = write(Draft(PEOPLE, "n", "s", header, 1, guess(PEOPLE, sight), skips=rules))

    (rule,) = bind_to(loads(text, "j.yaml"), header).rules

    assert (rule.holds(cell), rule.reason) == (True, left_out)
    assert not any(rule.holds(other) for other in ("", "FALSE", "No", "nein", "Verified", "0"))


def test_of_companies_nobody_is_written_to_so_no_row_is_left_out():
    sight = look_at(["Website", "Opt out"], [["m.example", "yes"]])

    assert list(rules_of(COMPANIES, sight)) == []


@pytest.mark.parametrize("each", SETS, ids=lambda s: s.name)
def test_the_job_of_every_sheet_is_sound_and_fits_it(each):
    operation, sight = OPERATIONS[each.operation], look_at(each.columns, each.rows)
    chosen, rules = guess(operation, sight), tuple(rules_of(operation, sight))
    options = {"sequence": "Spring", "mailbox": "me@ourselves.example"}
    once = options if operation.name == "sequences.enroll" else {}

    text = write(Draft(operation, "n", "s.csv", each.columns, 6, chosen, once, rules, "Sheet 1"))
    job = loads(text, "job.yaml")

    bind_to(job, each.columns)
    assert {n: s.column for n, s in job.steps[0].sources.items()} == each.expects


@pytest.mark.parametrize(
    "name", [n for n, o in OPERATIONS.items() if any(p.in_map for p in o.params)]
)
def test_every_operation_that_takes_rows_has_a_job_to_begin_with(name):
    operation = OPERATIONS[name]
    least = min((each for each in operation.enough if each), key=len, default=frozenset({"q_name"}))
    columns = [p for p in operation.params if p.in_map and p.name in least]
    columns = columns or [next(p for p in operation.params if p.in_map)]
    chosen = {p.name: Chosen(Column(n, p.name, (), frozenset())) for n, p in enumerate(columns)}
    once = {
        p.name: "66e1a2b3c4d5e6f708192a3b"
        for p in operation.params
        if not p.in_map and p.name in least
    }

    text = write(Draft(operation, "n", "s.csv", [*chosen], 3, chosen, once))

    assert loads(text, "job.yaml").steps[0].operation is operation
    assert enough(operation, {*chosen, *once})


@pytest.mark.parametrize("name", ["people.enrich", "contacts.create", "sequences.enroll"])
def test_what_a_comment_offers_holds_once_its_sign_is_taken_away(name):
    operation = OPERATIONS[name]
    header = ["Contact Id", "Email"]
    sight = look_at(header, [["66e1a2b3c4d5e6f708192a3b", "ada@m.example"]])
    once = {"sequence": "S", "mailbox": "M"} if name == "sequences.enroll" else {}
    text = write(Draft(operation, "n", "s.csv", header, 2, guess(operation, sight), once))

    offered = re.sub(r"(?m)^(\s*)#(?=\s*[a-z_]+: |options:)", r"\1", text)
    # What an enrollment says of its pausing is said by cooling_off, or by hand; not by both.
    offered = re.sub(r"(?m)^  (status|auto_unpause_at): COLUMN.*\n", "", offered)

    assert offered != text
    assert loads(offered, "job.yaml").steps[0].operation is operation


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(normal)


@given(st.lists(NAMES, min_size=1, max_size=4, unique_by=normal), NAMES)
def test_whatever_columns_sheets_and_jobs_are_called_the_job_has_exactly_these_names(names, called):
    chosen = {
        param: Chosen(Column(index, name, (), frozenset()), clean)
        for index, (param, name, clean) in enumerate(
            zip(("email", "domain", "name", "id"), names, ("email", "domain", "", ""), strict=False)
        )
    }
    draft = Draft(PEOPLE, called, called, [*names, called], 3, chosen, sheet=called)

    job = loads(write(draft), "job.yaml")

    assert [source.column for source in job.steps[0].sources.values()] == names
    assert (job.name, job.sheet) == (called, called)


ODD = (
    *("NO", "yes", "null", "~", "1.10", "0123", "# Employees", "a: b", "- x", "'q'", '"', "[x]"),
    *("{x}", "*x", "&x", "!x", "@x", "%x", "x #y", "First\nName", " padded ", "a, b", "<<", "=1+1"),
)


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_yaml_would_read_as_something_else_is_quoted(name):
    assert (
        loads(
            "version: 1\noperation: people.enrich\n"
            f"map: {{email: {scalar(name)}}}\nname: {scalar(name)}\n",
            "job.yaml",
        ).name
        == name
    )


HEADS = st.sampled_from(
    sorted({name for each in SETS for name in each.columns} | {"Name", "Nom", "Nombre", "", " "})
)
CELLS = st.sampled_from(
    sorted({cell for each in SETS for row in each.rows for cell in row} | {"", " ", "\x1b[2J"})
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
OPERATED = st.sampled_from([o for o in OPERATIONS.values() if any(p.in_map for p in o.params)])


@given(st.lists(HEADS, max_size=8), st.data(), OPERATED)
def test_whatever_stands_in_a_sheet_what_is_chosen_fits_it(header, data, operation):
    row = st.tuples(*([CELLS] * len(header)))
    rows = data.draw(st.lists(row, max_size=4))
    sight = look_at(header, rows)

    chosen = guess(operation, sight)

    assert all(header[each.column.index] == each.column.name for each in chosen.values())
    suggestion = suggested(sight, PEOPLE, COMPANIES)
    if suggestion is not None:
        fitting = guess(suggestion, sight)
        rules = tuple(rules_of(suggestion, sight))
        text = write(Draft(suggestion, "n", "s", header, len(rows), fitting, skips=rules))
        bind_to(loads(text, "job.yaml"), header)
