"""Every column of the journal is known for what it may tell of a person: a new one has to be."""

import pytest

from apollo_batch.journal import personal
from apollo_batch.journal.schema import metadata

LISTS = (
    *(personal.CELLS, personal.ANSWERS, personal.IDS),
    *(personal.KEYED, personal.WORDS, personal.PASSING, personal.PLAIN),
)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_every_column_stands_in_one_list_of_what_it_tells(table):
    told = [name for columns in LISTS for name in columns.get(table, ())]

    assert sorted(told) == sorted(table.c.keys())


@pytest.mark.parametrize("columns", [personal.CELLS, personal.ANSWERS, personal.IDS])
def test_what_a_column_is_emptied_to_can_stand_in_it(columns):
    for table, values in columns.items():
        for name, emptied in values.items():
            assert emptied is not None or table.c[name].nullable, f"{table}.{name}"
