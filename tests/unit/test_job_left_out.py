"""Rows that the workbook itself leaves out, and cells that a program ruined, cost nothing."""

import pytest

from apollo_batch.errors import InvalidError
from apollo_batch.job.load import loads
from apollo_batch.job.tie import bind_to
from apollo_batch.model import Item, Outcome, Row, RowNumber, Status

JOB = "version: 1\noperation: people.enrich\nmap: {id: Key, first_name: Name, email: Mail}\n"
HEADER = ("Key", "Name", "Mail", "Company")


def bound(text, *cells, skip=None, header=HEADER):
    job = loads(text, "leads.yaml")
    return bind_to(job, header).bind(Row(RowNumber(2), cells, skip=skip))


@pytest.mark.parametrize("reason", ["hidden_row", "totals_row"])
def test_a_row_the_workbook_leaves_out_is_skipped(reason):
    row = ("", "Ada", "ada@acme.example", "")

    assert bound(JOB, *row, skip=reason) == Outcome(RowNumber(2), Status.SKIPPED, reason)


def test_hidden_rows_are_taken_where_the_job_says_so_and_totals_never():
    job = f"{JOB}include_hidden: true\n"
    row = ("", "Ada", "ada@acme.example", "")

    assert isinstance(bound(job, *row, skip="hidden_row"), Item)
    assert bound(job, *row, skip="totals_row").reason == "totals_row"


@pytest.mark.parametrize(
    ("cells", "reason", "note"),
    [
        (("6.61E+23", "Ada", "ada@acme.example", ""), "damaged_id", "id: '6.61E+23'"),
        (("", "12-May", "ada@acme.example", ""), "damaged_date", "first_name: '12-May'"),
        (("", "JosÃ©", "ada@acme.example", ""), "mojibake", "first_name: 'JosÃ©'"),
        (("", "Ada", "#REF!", ""), "error_cell", "email: '#REF!'"),
    ],
)
def test_a_ruined_cell_is_skipped_before_it_costs(cells, reason, note):
    assert bound(JOB, *cells) == Outcome(RowNumber(2), Status.SKIPPED, reason, note)


def test_a_ruined_cell_is_not_mended_by_a_cleaner_or_a_default():
    job = JOB.replace("Name,", "{column: Name, clean: [lower], default: Ada},")

    assert bound(job, "", "JOSÃ‰", "ada@acme.example", "").reason == "mojibake"


def test_a_ruined_cell_that_the_job_does_not_send_harms_nobody():
    assert isinstance(bound(JOB, "", "Ada", "ada@acme.example", "JosÃ©"), Item)


def test_of_a_header_of_two_lines_the_lower_name_is_enough_where_it_is_the_only_one():
    header = ("Key", "Person / Name", "Person / Mail", "Company / Site")

    item = bound(JOB, "", "Ada", "ada@acme.example", "", header=header)

    assert item.params == {"first_name": "Ada", "email": "ada@acme.example"}
    with pytest.raises(InvalidError) as refusal:
        bound(JOB, "", "Ada", "x", "", header=("Key", "Person / Name", "Firm / Name", "Mail"))
    assert "2 times" in refusal.value.problems[0].message


def test_a_table_and_hidden_rows_are_part_of_what_a_job_asks():
    texts = [
        JOB,
        f"{JOB}input: {{table: People}}\n",
        f"{JOB}include_hidden: true\n",
        f"{JOB}input: {{sheet: People}}\n",
    ]

    assert len({loads(text, "leads.yaml").canonical() for text in texts}) == 4
    assert loads(texts[1], "leads.yaml").table == "People"
    assert loads(texts[2], "leads.yaml").include_hidden


def test_a_table_has_its_own_header_row():
    with pytest.raises(InvalidError) as refusal:
        loads(f"{JOB}input: {{table: People, header_row: 2}}\n", "leads.yaml")

    (problem,) = refusal.value.problems
    assert problem.message == "A table has its own header row."
    assert problem.fix == "Take `header_row` out."
