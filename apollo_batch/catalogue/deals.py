"""Deals, which Apollo's addresses call opportunities."""

import re
from dataclasses import replace

from apollo_batch.catalogue import records
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.contacts import CUSTOM, OWNER
from apollo_batch.catalogue.entry import (
    FREE,
    Act,
    Once,
    Operation,
    Paging,
    Pairing,
    Place,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param, Target

GONE = re.compile(r"not a valid ID|does not exist|not authorized to view|Not Found", re.I)

_DEAL_ID = Param(
    "opportunity_id", "Apollo's id of the deal.", Kind.ID, either=True, target=Target.DEAL
)
_NAME = Param("name", "What people call the deal.")
_ACCOUNT = Param(
    "account_id", "Apollo's id of the account.", Kind.ID, either=True, target=Target.ACCOUNT
)
_AMOUNT = Param("amount", "Money: digits, no commas, no currency sign.", Kind.AMOUNT, either=True)
_STAGE = Param(
    "opportunity_stage_id", "The stage: its id.", Kind.ID, either=True, target=Target.DEAL_STAGE
)
_CLOSED = Param("closed_date", "When it is expected to close: 2026-12-31.", Kind.DATE, either=True)
_FIELDS = replace(CUSTOM, target=Target.DEAL_FIELD)
_CHANGES = (_NAME, OWNER, _AMOUNT, _STAGE, _CLOSED, _FIELDS)

_VIEW = Route(
    name="single",
    address=at("deals.get"),
    results_at="opportunity",
    pairing=Pairing.SOLE,
    needs=frozenset({"opportunity_id"}),
    gone=GONE,
)

CREATE_DEALS = Operation(
    name="deals.create",
    does="Create deals; Apollo makes a second one of the same name.",
    act=Act.CREATE,
    routes=(
        Route(
            name="single",
            address=at("deals.create"),
            results_at="opportunity",
            pairing=Pairing.SOLE,
        ),
        Route(
            name="seek",
            address=at("deals.list"),
            items_in=Place.QUERY,
            results_at="opportunities",
            pairing=Pairing.SOUGHT,
            sought_by=(("name", "q_opportunity_name"),),
            fixed={"page": 1, "per_page": 100},
            only_after=True,
        ),
    ),
    params=(_NAME, _ACCOUNT, *_CHANGES[1:]),
    enough=(frozenset({"name"}),),
    price=FREE,
    repeat=Repeat.NEVER,
    once=Once.RUN,
    fields=records.DEAL,
    identity={
        "name": ("name",),
        # Apollo takes a company's id for its account's, and shows both where it looks a deal up.
        "account_id": ("account_id", "account.organization_id"),
        "owner_id": ("owner_id",),
    },
    substance=("id",),
    done="created",
)

UPDATE_DEALS = Operation(
    name="deals.update",
    does="Change deals, by Apollo's ids of them.",
    act=Act.UPDATE,
    routes=(
        Route(
            name="single",
            address=at("deals.update"),
            results_at="opportunity",
            pairing=Pairing.SOLE,
            needs=frozenset({"opportunity_id"}),
            gone=GONE,
        ),
        Route(
            name="view",
            address=at("deals.get"),
            results_at="opportunity",
            pairing=Pairing.SOLE,
            carries=frozenset(),
            needs=frozenset({"opportunity_id"}),
            only_after=True,
            gone=GONE,
        ),
    ),
    params=(_DEAL_ID, *_CHANGES),
    enough=tuple(frozenset({"opportunity_id", param.name}) for param in _CHANGES),
    price=FREE,
    repeat=Repeat.SAFE,
    once=Once.RUN,
    fields=records.DEAL,
    identity={"opportunity_id": ("id",)},
    substance=("id",),
    subject=(("opportunity_id",),),
    undone_by="deals.update",
    done="updated",
)

GET_DEALS = Operation(
    name="deals.get",
    does="Read deals, by Apollo's ids of them; free.",
    routes=(_VIEW,),
    params=(_DEAL_ID,),
    enough=(frozenset({"opportunity_id"}),),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.DEAL,
    identity={"opportunity_id": ("id",)},
    substance=("id",),
)

LIST_DEALS = Operation(
    name="deals.list",
    does="List all deals of the team; free.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("deals.list"),
            options_in=Place.QUERY,
            items_in=Place.QUERY,
            results_at="opportunities",
            pairing=Pairing.MANY,
        ),
    ),
    params=(
        Param(
            "sort_by_field",
            "What they are sorted by.",
            option=True,
            choices=("amount", "is_closed", "is_won"),
        ),
        Param("q_opportunity_name", "A part of the deal's name.", either=True),
    ),
    enough=(frozenset(),),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.DEAL,
    identity={},
    paging=Paging(100),
)

OPERATIONS = (CREATE_DEALS, UPDATE_DEALS, GET_DEALS, LIST_DEALS)
