"""What programs did to cells is recognised before it costs; what people are called is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_names import COMPANIES, PEOPLE

from apollo_batch.catalogue import damage
from apollo_batch.catalogue.garbled import is_garbled
from apollo_batch.catalogue.kinds import BadCellError, Kind

_NAMES = [*PEOPLE, *COMPANIES]


def found(kind, cell):
    try:
        damage.check(kind, cell)
    except BadCellError as trouble:
        return trouble.reason
    return None


def misread(text, encoding):
    """UTF-8 as it looks to a program that takes it for something else."""
    return "".join(bytes([b]).decode(encoding, "ignore") or chr(b) for b in text.encode())


def test_no_name_that_somebody_bears_is_taken_for_damage():
    assert len(set(_NAMES)) > 250
    taken = {n: found(k, n) for n in _NAMES for k in (Kind.NAME, Kind.TEXT) if found(k, n)}
    assert taken == {}


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_every_name_that_was_misread_is_recognised(encoding):
    misreadings = {name: misread(name, encoding) for name in PEOPLE}

    missed = {n: m for n, m in misreadings.items() if n != m and found(Kind.NAME, m) != "mojibake"}
    # An apostrophe or a sign behind a capital may stand in a real name.
    assert missed.keys() <= {"Vũ", "ŒUVRARD"}


@pytest.mark.parametrize("text", ["√©cole", "M√ºller", "O\x92Brien", "Jos\ufffd", "ï»¿Name"])
def test_other_ways_to_garble_a_name_are_recognised(text):
    assert is_garbled(text)


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_plain_english_letters_are_never_garbled(text):
    assert not is_garbled(text)


@pytest.mark.parametrize(
    ("kind", "cell", "reason"),
    [
        *((kind, "6.61E+23", "damaged_id") for kind in (Kind.ID, Kind.HASHED_EMAIL, Kind.TEXT)),
        (Kind.ID, "6,61E+23", "damaged_id"),
        (Kind.NAME, " 2E+03 ", "damaged_id"),
        (Kind.ID, "661234567890123000000000", "damaged_id"),
        (Kind.HASHED_EMAIL, "12345678901234500000000000000000", "damaged_id"),
        *((Kind.NAME, cell, "damaged_date") for cell in ("May-12", "12-May", "1-Dec", "Sep-26")),
        *(
            (Kind.TEXT, cell, "damaged_date")
            for cell in ("2026-05-12", "12. Mai", "01.Dez", "5-mrt")
        ),
        (Kind.NAME, "2026-05-12 00:00:00", "damaged_date"),
        (Kind.ID, "May-12", "damaged_date"),
        (Kind.DOMAIN, "2026-05-12", "damaged_date"),
        *((Kind.NAME, cell, "error_cell") for cell in ("#REF!", "#NAME?", "#BEZUG!", "Err:508")),
        (Kind.EMAIL, "#VALUE!", "error_cell"),
        (Kind.TEXT, "MÃ¼ller GmbH", "mojibake"),
        (Kind.TEXT, "Oâ€™Brien & Sons", "mojibake"),
    ],
)
def test_damage_is_called_by_its_name(kind, cell, reason):
    assert found(kind, cell) == reason


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        (Kind.ID, "661234567890123456789012"),
        (Kind.ID, "66e1a2b3c4d5e6f708192a3b"),
        (Kind.NAME, ""),
        (Kind.NAME, "#N/A"),  # says nothing, like an empty cell
        (Kind.EMAIL, "may-12@acme.example"),
        (Kind.DOMAIN, "2e3.example"),
        (Kind.FLAG, "2026-05-12"),
    ],
)
def test_what_is_as_it_was_typed_passes(kind, cell):
    assert found(kind, cell) is None
