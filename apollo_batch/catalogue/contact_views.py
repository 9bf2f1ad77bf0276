"""Looking at contacts that a team has saved: by id, by search, and what deals they have."""

from dataclasses import replace

from apollo_batch.catalogue import records
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.contacts import CONTACT_ID, VIEW
from apollo_batch.catalogue.entry import (
    FREE,
    Act,
    Operation,
    Paging,
    Pairing,
    Place,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param, Target

_PAGE = 100

GET_CONTACTS = Operation(
    name="contacts.get",
    does="Read saved contacts, by Apollo's ids of them; free.",
    routes=(replace(VIEW, name="single", only_after=False),),
    params=(CONTACT_ID,),
    enough=(frozenset({"contact_id"}),),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.CONTACT,
    identity={"contact_id": ("id",)},
    substance=("id",),
)

SEARCH_CONTACTS = Operation(
    name="contacts.search",
    does="Find saved contacts by a word, a stage or a list; free.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("contacts.search"),
            options_in=Place.BODY,
            results_at="contacts",
            pairing=Pairing.MANY,
            echoes=frozenset({"q_keywords", "contact_stage_ids"}),
        ),
    ),
    params=(
        Param("q_keywords", "A word in name, title, company or e-mail.", either=True),
        Param(
            "contact_stage_ids",
            "Stages: their ids.",
            Kind.ID,
            option=True,
            many=True,
            target=Target.CONTACT_STAGE,
        ),
        Param(
            "contact_label_ids",
            "Lists: their ids.",
            Kind.ID,
            option=True,
            many=True,
            target=Target.CONTACT_LIST,
        ),
        Param(
            "sort_by_field",
            "What they are sorted by.",
            option=True,
            choices=(
                "contact_last_activity_date",
                "contact_email_last_opened_at",
                "contact_email_last_clicked_at",
                "contact_created_at",
                "contact_updated_at",
            ),
        ),
        Param("sort_ascending", "true: the lowest first.", Kind.FLAG, option=True),
    ),
    enough=(
        frozenset({"q_keywords"}),
        frozenset({"contact_stage_ids"}),
        frozenset({"contact_label_ids"}),
    ),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.CONTACT,
    elsewhere={"labels": "label_ids has their ids, `apollo-batch list lists` the names to them"},
    identity={},
    paging=Paging(_PAGE),
)

LIST_CONTACT_DEALS = Operation(
    name="contacts.deals",
    does="List the deals of contacts; free.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("contacts.deals"),
            results_at="opportunities",
            pairing=Pairing.MANY,
            needs=frozenset({"contact_id"}),
        ),
    ),
    params=(CONTACT_ID,),
    enough=(frozenset({"contact_id"}),),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.DEAL,
    identity={},
    # One answer holds them all.
    paging=Paging(0, total_at=None),
)

OPERATIONS = (GET_CONTACTS, SEARCH_CONTACTS, LIST_CONTACT_DEALS)
