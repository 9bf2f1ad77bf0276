"""Accounts: the companies a team has saved in its own Apollo."""

import re
from dataclasses import replace

from apollo_batch.catalogue import records
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.contacts import CUSTOM, LISTS, OWNER
from apollo_batch.catalogue.entry import (
    FREE,
    Act,
    Mode,
    Once,
    Operation,
    Paging,
    Pairing,
    Place,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.lists import then_add
from apollo_batch.catalogue.organizations import ENRICH_ORGANIZATIONS
from apollo_batch.catalogue.param import Param, Target

GONE = re.compile(r"not a valid ID|does not exist|not authorized to view|Not Found", re.I)
_MANY = 100

ACCOUNT_ID = Param(
    "account_id", "Apollo's id of the account.", Kind.ID, either=True, target=Target.ACCOUNT
)
_NAME = Param("name", "What people call the account.")
_DOMAIN = Param("domain", "The company's domain.", Kind.DOMAIN)
_PHONE = Param("phone", "The company's phone number.", Kind.PHONE)
_ADDRESS = Param("raw_address", "Where it is, in one line.", either=True)
_STAGE = Param(
    "account_stage_id",
    "The stage: its id.",
    Kind.ID,
    either=True,
    target=Target.ACCOUNT_STAGE,
)
_FIELDS = replace(CUSTOM, target=Target.ACCOUNT_FIELD)
_CHANGES = (_NAME, _DOMAIN, OWNER, _STAGE, _PHONE, _ADDRESS, _FIELDS)
_LISTS = replace(LISTS, target=Target.ACCOUNT_LIST)
_IN_BULK = frozenset(param.name for param in _CHANGES)
_SUBJECT = (("domain",), ("name",))

_PATCH = Route(
    name="single",
    address=at("accounts.update"),
    results_at="account",
    pairing=Pairing.SOLE,
    carries=_IN_BULK,
    needs=frozenset({"account_id"}),
    gone=GONE,
)
_ATTRIBUTES = Route(
    name="bulk",
    address=at("accounts.bulk_update"),
    results_at="accounts",
    pairing=Pairing.BY_IDENTITY,
    cap=_MANY,
    items_at="account_attributes",
    carries=frozenset({"name", "owner_id", "account_stage_id", "typed_custom_fields"}),
    needs=frozenset({"account_id"}),
    renames={"account_id": "id"},
    answers=records.UPDATED_ACCOUNT,
    gone=GONE,
)
_OWNERS = Route(
    name="owners",
    address=at("accounts.update_owners"),
    results_at="accounts",
    pairing=Pairing.BY_IDENTITY,
    cap=_MANY,
    items_at="account_ids",
    ids_only="account_id",
    items_in=Place.QUERY,
    shared={"owner_id": "owner_id"},
    carries=frozenset(),
    needs=frozenset({"account_id"}),
    answers=records.OWNED,
    gone=GONE,
)
_VIEW = Route(
    name="view",
    address=at("accounts.get"),
    results_at="account",
    pairing=Pairing.SOLE,
    carries=frozenset(),
    needs=frozenset({"account_id"}),
    renames={"account_id": "id"},
    only_after=True,
    gone=GONE,
)


def _bulk(name: str, mode: Mode, *, dedupe: bool) -> Route:
    return Route(
        name=name,
        address=at("accounts.bulk_create"),
        results_at="created_accounts",
        existing_at="existing_accounts",
        pairing=Pairing.BY_IDENTITY,
        cap=_MANY,
        items_at="accounts",
        shared={"label_names": "append_label_names"},
        carries=_IN_BULK,
        fixed={"run_dedupe": dedupe},
        answers=records.SHORT_ACCOUNT,
        mode=mode,
    )


CREATE_ACCOUNTS = Operation(
    name="accounts.create",
    does="Save companies as accounts of the team.",
    act=Act.CREATE,
    routes=(
        _bulk("bulk", Mode.CREATE_OR_SKIP, dedupe=True),
        _bulk("bulk upsert", Mode.UPSERT, dedupe=True),
        _bulk("bulk create", Mode.CREATE, dedupe=False),
        *(
            replace(route, name=f"then {route.name}", only_after=True)
            for route in (_ATTRIBUTES, _PATCH)
        ),
        Route(
            name="seek",
            address=at("accounts.search"),
            results_at="accounts",
            pairing=Pairing.SOUGHT,
            sought_by=(("name", "q_organization_name"), ("domain", "q_organization_name")),
            fixed={"page": 1, "per_page": _MANY},
            only_after=True,
        ),
        then_add("accounts", "account_id"),
        _VIEW,
    ),
    params=(*_CHANGES, _LISTS),
    enough=(frozenset({"name"}), frozenset({"domain"})),
    price=FREE,
    repeat=Repeat.NEVER,
    once=Once.EVER,
    fields=records.ACCOUNT | ENRICH_ORGANIZATIONS.fields,
    identity={"account_id": ("id",), "domain": ("domain",), "name": ("name",)},
    subject=_SUBJECT,
    done="created",
    modes=(Mode.CREATE_OR_SKIP, Mode.CREATE, Mode.UPSERT),
)

UPDATE_ACCOUNTS = Operation(
    name="accounts.update",
    does="Change accounts, by Apollo's ids of them.",
    act=Act.UPDATE,
    routes=(_ATTRIBUTES, _OWNERS, _PATCH, _VIEW),
    params=(ACCOUNT_ID, *_CHANGES),
    enough=tuple(frozenset({"account_id", param.name}) for param in _CHANGES),
    price=FREE,
    repeat=Repeat.SAFE,
    once=Once.RUN,
    fields=records.ACCOUNT | ENRICH_ORGANIZATIONS.fields,
    identity={"account_id": ("id",)},
    subject=(("account_id",),),
    undone_by="accounts.update",
    done="updated",
)

SET_ACCOUNT_OWNER = replace(
    UPDATE_ACCOUNTS,
    name="accounts.set_owner",
    does="Give accounts another owner.",
    routes=(_OWNERS, _VIEW),
    params=(ACCOUNT_ID, OWNER),
    enough=(frozenset({"account_id", "owner_id"}),),
)

GET_ACCOUNTS = Operation(
    name="accounts.get",
    does="Read saved accounts, their company's figures included; free.",
    routes=(replace(_VIEW, name="single", only_after=False),),
    params=(ACCOUNT_ID,),
    enough=(frozenset({"account_id"}),),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.ACCOUNT | ENRICH_ORGANIZATIONS.fields,
    identity={"account_id": ("id",)},
    substance=("id",),
)

SEARCH_ACCOUNTS = Operation(
    name="accounts.search",
    does="Find saved accounts by name, stage or list; free.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("accounts.search"),
            options_in=Place.BODY,
            results_at="accounts",
            pairing=Pairing.MANY,
            echoes=frozenset({"q_organization_name", "account_stage_ids"}),
        ),
    ),
    params=(
        Param("q_organization_name", "A part of the account's name.", either=True),
        Param(
            "account_stage_ids",
            "Stages: their ids.",
            Kind.ID,
            option=True,
            many=True,
            target=Target.ACCOUNT_STAGE,
        ),
        Param(
            "account_label_ids",
            "Lists: their ids.",
            Kind.ID,
            option=True,
            many=True,
            target=Target.ACCOUNT_LIST,
        ),
        Param(
            "sort_by_field",
            "What they are sorted by.",
            option=True,
            choices=("account_last_activity_date", "account_created_at", "account_updated_at"),
        ),
        Param("sort_ascending", "true: the lowest first.", Kind.FLAG, option=True),
    ),
    enough=(
        frozenset({"q_organization_name"}),
        frozenset({"account_stage_ids"}),
        frozenset({"account_label_ids"}),
    ),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.ACCOUNT,
    identity={},
    paging=Paging(_MANY),
)

OPERATIONS = (CREATE_ACCOUNTS, UPDATE_ACCOUNTS, SET_ACCOUNT_OWNER, GET_ACCOUNTS, SEARCH_ACCOUNTS)
