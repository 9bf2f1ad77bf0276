"""A mistyped word is answered with the one that was meant, whatever kind of word it is."""

import random
import string

import pytest
from makers import HEADER

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.entrypoints.cli import cli
from apollo_batch.entrypoints.topics import topics
from apollo_batch.job.cleaners import CLEANERS
from apollo_batch.job.shape import JobShape
from apollo_batch.job.wanted import Condition
from apollo_batch.reasons import REASONS
from apollo_batch.suggest import did_you_mean, near, nearest

PEOPLE = OPERATIONS["people.enrich"]
CONTACTS = OPERATIONS["contacts.create"]
KINDS = {
    "commands": list(cli.commands),
    "flags of run": [o for p in cli.commands["run"].params for o in p.opts if o.startswith("--")],
    "topics": list(topics()),
    "keys of a job": [*JobShape.model_fields],
    "columns": [*HEADER, "Mobile Phone", "Company Name", "Postal Code"],
    "operations": list(OPERATIONS),
    "parameters": [param.name for param in (*PEOPLE.params, *CONTACTS.params)],
    "fields": sorted(PEOPLE.fields),
    "conditions": [*Condition],
    "cleaners": list(CLEANERS),
    "reasons": list(REASONS),
}
LETTERS = string.ascii_lowercase


def slipped(word, dice):
    """The word with one slip in it: a letter wrong, missing, too many, or two swapped."""
    at = dice.randrange(len(word))
    return dice.choice(
        [
            word[:at] + dice.choice(LETTERS) + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + dice.choice(LETTERS) + word[at:],
            word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
        ]
    )


def slips(count):
    """So many mistyped words, the same ones each time, each with its kind and what was meant."""
    dice = random.Random(7)
    while count:
        kind = dice.choice(list(KINDS))
        meant = dice.choice([word for word in KINDS[kind] if len(word) > 4])
        typed = slipped(meant, dice)
        if typed not in KINDS[kind]:
            count -= 1
            yield kind, typed, meant


def test_of_two_hundred_slips_ninety_five_in_a_hundred_are_answered_rightly():
    told = [(nearest(typed, KINDS[kind]), meant, typed) for kind, typed, meant in slips(200)]

    wrong = [(typed, meant, found) for found, meant, typed in told if found != meant]
    assert len(wrong) <= 10, wrong


@pytest.mark.parametrize("kind", KINDS)
def test_a_word_of_another_language_is_not_guessed_at(kind):
    assert nearest("Straßenbahnhaltestelle", KINDS[kind]) is None


def test_where_nothing_is_near_all_there_are_are_named():
    assert near("xyz", ["run", "plan"]) == "There are: run, plan."
    assert near("plna", ["run", "plan"]) == "Did you mean `plan`?"
    assert did_you_mean("xyz", ["run", "plan"]) is None
