"""The fingerprint of the catalogue: the same everywhere, another for any other fact."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from apollo_batch.catalogue.entry import Price
from apollo_batch.catalogue.fingerprint import fingerprint, fingerprint_of
from apollo_batch.catalogue.people import ENRICH_PEOPLE

CHANGES = [
    {"price": Price("person", base=Decimal(2))},
    {"enough": ENRICH_PEOPLE.enough[1:]},
    {"fields": ENRICH_PEOPLE.fields - {"email"}},
    {"routes": ENRICH_PEOPLE.routes[:1]},
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_fact_makes_another_fingerprint(change):
    assert fingerprint_of([replace(ENRICH_PEOPLE, **change)]) != fingerprint_of([ENRICH_PEOPLE])


@pytest.mark.parametrize("seed", ["0", "1"])
def test_every_process_takes_the_same_fingerprint(seed):
    asked = "from apollo_batch.catalogue.fingerprint import fingerprint; print(fingerprint())"

    done = subprocess.run(
        [sys.executable, "-c", asked],
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == fingerprint()
