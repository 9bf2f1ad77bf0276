"""Lists, which Apollo's addresses call labels: of contacts, or of accounts."""

import re

from apollo_batch.catalogue import records
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.entry import (
    FREE,
    Act,
    Once,
    Operation,
    Pairing,
    Place,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param

_MANY = 100
_THERE = re.compile(r"already exists", re.I)

MODALITY = Param(
    "modality",
    "What is in the list.",
    either=True,
    choices=("contacts", "accounts"),
)

CREATE_LISTS = Operation(
    name="lists.create",
    does="Create empty lists; of one name there is only one.",
    act=Act.CREATE,
    routes=(
        Route(
            name="single",
            address=at("labels.create"),
            results_at="label",
            pairing=Pairing.SOLE,
            there=_THERE,
        ),
        Route(
            name="seek",
            address=at("labels.list"),
            items_in=Place.QUERY,
            results_at="",
            pairing=Pairing.SOUGHT,
            only_after=True,
        ),
    ),
    params=(
        Param("name", "What the list is called."),
        MODALITY,
        Param(
            "book_of_business",
            "Whether it is somebody's book of business; accounts only.",
            Kind.FLAG,
            option=True,
        ),
    ),
    enough=(frozenset({"name", "modality"}),),
    price=FREE,
    repeat=Repeat.NEVER,
    once=Once.RUN,
    fields=records.LABEL,
    identity={"name": ("name",), "modality": ("modality",)},
    substance=("id",),
    subject=(("modality", "name"),),
    done="created",
)


def then_add(modality: str, id_param: str) -> Route:
    """Put what was found or made on lists; those it is on already stay."""
    return Route(
        name="then lists",
        address=at("labels.add"),
        results_at="labels",
        pairing=Pairing.NONE,
        cap=_MANY,
        items_at="entity_ids",
        ids_only=id_param,
        shared={"label_names": "label_names"},
        carries=frozenset(),
        needs=frozenset({id_param}),
        fixed={"modality": modality},
        answers=frozenset(),
        only_after=True,
    )


OPERATIONS = (CREATE_LISTS,)
