"""Contacts: the people a team has saved in its own Apollo."""

import re
from dataclasses import replace

from apollo_batch.catalogue import records
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.entry import (
    FREE,
    Act,
    Mode,
    Once,
    Operation,
    Pairing,
    Place,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.lists import then_add
from apollo_batch.catalogue.param import Param, Target

GONE = re.compile(
    r"does not exist|has been deleted|as it is deleted|not authorized to view|not a valid ID", re.I
)
_MANY = 100

CONTACT_ID = Param(
    "contact_id", "Apollo's id of the contact.", Kind.ID, either=True, target=Target.CONTACT
)
OWNER = Param("owner_id", "Who owns it: a user's id.", Kind.ID, either=True, target=Target.USER)
CUSTOM = Param(
    "typed_custom_fields",
    "Custom fields, by label or id.",
    Kind.FIELDS,
    either=True,
    target=Target.CONTACT_FIELD,
)
STAGE = Param(
    "contact_stage_id",
    "The stage: its id.",
    Kind.ID,
    either=True,
    target=Target.CONTACT_STAGE,
)
LISTS = Param(
    "label_names",
    "Lists, by name; Apollo makes those that are not there.",
    either=True,
    many=True,
    target=Target.CONTACT_LIST,
)
_PHONES = tuple(
    Param(f"{kind}_phone", f"The {kind} phone number.", Kind.PHONE)
    for kind in ("direct", "corporate", "mobile", "home", "other")
)
_WHO = (
    Param("first_name", "First name.", Kind.NAME),
    Param("last_name", "Last name.", Kind.NAME),
    Param("email", "The person's e-mail address.", Kind.EMAIL),
    Param("organization_name", "Name of the employer.", either=True),
    Param("title", "Job title.", either=True),
    Param("linkedin_url", "Address of the public LinkedIn profile.", Kind.PERSON_URL),
    Param("account_id", "Apollo's id of the account.", Kind.ID, either=True, target=Target.ACCOUNT),
    Param("present_raw_address", "Where the person is, in one line.", either=True),
)
_ONLY_ALONE = (
    Param("website_url", "The employer's web address.", Kind.URL),
    *_PHONES,
)
_CHANGES = (
    *_WHO,
    *_ONLY_ALONE,
    replace(LISTS, does="Lists, by name: all the contact is in from then on; lists.add adds."),
    STAGE,
    OWNER,
    CUSTOM,
)
_IN_BULK = frozenset(param.name for param in _WHO) | {"typed_custom_fields"}
_ALONE = frozenset(param.name for param in _ONLY_ALONE)
_IDENTITY = {
    "contact_id": ("id",),
    "email": ("email",),
    "linkedin_url": ("linkedin_url",),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "organization_name": ("organization_name",),
}
_SUBJECT = (("email",), ("linkedin_url",), ("first_name", "last_name", "organization_name"))

# Its page does not name the profile, and what a page does not name Apollo drops without a word.
_IN_PATCH = _IN_BULK - {"linkedin_url"} | _ALONE | {"contact_stage_id"}
_PATCH = Route(
    name="single",
    address=at("contacts.update"),
    results_at="contact",
    pairing=Pairing.SOLE,
    carries=_IN_PATCH | {"label_names"},
    needs=frozenset({"contact_id"}),
    gone=GONE,
)
# It would take a contact that is there off its other lists.
_PATCH_BUT_LISTS = replace(_PATCH, carries=_IN_PATCH)
_ATTRIBUTES = Route(
    name="bulk",
    address=at("contacts.bulk_update"),
    results_at="contacts",
    pairing=Pairing.BY_IDENTITY,
    cap=_MANY,
    items_at="contact_attributes",
    carries=_IN_BULK | {"owner_id"},
    needs=frozenset({"contact_id"}),
    renames={"contact_id": "id"},
    answers=records.UPDATED_CONTACT,
    gone=GONE,
)
_STAGES = Route(
    name="stages",
    address=at("contacts.update_stages"),
    results_at="contacts",
    pairing=Pairing.BY_IDENTITY,
    cap=_MANY,
    items_at="contact_ids",
    ids_only="contact_id",
    # Read from the query only: the one place where the page and every client agree.
    items_in=Place.QUERY,
    shared={"contact_stage_id": "contact_stage_id"},
    carries=frozenset(),
    needs=frozenset({"contact_id"}),
    gone=GONE,
)
_OWNERS = Route(
    name="owners",
    address=at("contacts.update_owners"),
    results_at="contacts",
    pairing=Pairing.BY_IDENTITY,
    cap=_MANY,
    items_at="contact_ids",
    ids_only="contact_id",
    items_in=Place.QUERY,
    shared={"owner_id": "owner_id"},
    carries=frozenset(),
    needs=frozenset({"contact_id"}),
    answers=records.OWNED,
    gone=GONE,
)
VIEW = Route(
    name="view",
    address=at("contacts.get"),
    results_at="contact",
    pairing=Pairing.SOLE,
    carries=frozenset(),
    needs=frozenset({"contact_id"}),
    only_after=True,
    gone=GONE,
)


def _bulk(name: str, mode: Mode, *, dedupe: bool) -> Route:
    return Route(
        name=name,
        address=at("contacts.bulk_create"),
        results_at="created_contacts",
        existing_at="existing_contacts",
        pairing=Pairing.BY_IDENTITY,
        cap=_MANY,
        items_at="contacts",
        shared={"owner_id": "owner_id", "label_names": "append_label_names"},
        carries=_IN_BULK | {"contact_stage_id"},
        fixed={"run_dedupe": dedupe},
        answers=records.SHORT_CONTACT,
        mode=mode,
    )


def _after(route: Route) -> Route:
    """Take a way of updating as one that goes on with what was just created."""
    return replace(route, name=f"then {route.name}", only_after=True)


CREATE_CONTACTS = Operation(
    name="contacts.create",
    does="Save people as contacts of the team.",
    act=Act.CREATE,
    routes=(
        _bulk("bulk", Mode.CREATE_OR_SKIP, dedupe=True),
        _bulk("bulk upsert", Mode.UPSERT, dedupe=True),
        _bulk("bulk create", Mode.CREATE, dedupe=False),
        Route(
            name="single",
            address=at("contacts.create"),
            results_at="contact",
            pairing=Pairing.SOLE,
            carries=_IN_BULK | _ALONE | {"contact_stage_id", "label_names", "owner_id"},
            mode=Mode.CREATE,
        ),
        Route(
            name="seek",
            address=at("contacts.search"),
            results_at="contacts",
            pairing=Pairing.SOUGHT,
            sought_by=(("email", "q_keywords"), ("last_name", "q_keywords")),
            fixed={"page": 1, "per_page": _MANY},
            only_after=True,
        ),
        *map(_after, (_ATTRIBUTES, _STAGES, _OWNERS, _PATCH_BUT_LISTS)),
        then_add("contacts", "contact_id"),
        VIEW,
    ),
    params=(*_WHO, *_ONLY_ALONE, LISTS, STAGE, OWNER, CUSTOM),
    enough=tuple(frozenset(names) for names in _SUBJECT),
    price=FREE,
    repeat=Repeat.NEVER,
    once=Once.EVER,
    fields=records.CONTACT,
    identity=_IDENTITY,
    subject=_SUBJECT,
    done="created",
    modes=(Mode.CREATE_OR_SKIP, Mode.CREATE, Mode.UPSERT),
)

UPDATE_CONTACTS = Operation(
    name="contacts.update",
    does="Change contacts, by Apollo's ids of them.",
    act=Act.UPDATE,
    routes=(_ATTRIBUTES, _STAGES, _OWNERS, _PATCH, VIEW),
    params=(CONTACT_ID, *_CHANGES),
    enough=tuple(frozenset({"contact_id", param.name}) for param in _CHANGES),
    price=FREE,
    repeat=Repeat.SAFE,
    once=Once.RUN,
    fields=records.CONTACT,
    identity={"contact_id": ("id",)},
    subject=(("contact_id",),),
    undone_by="contacts.update",
    done="updated",
)

SET_CONTACT_STAGE = replace(
    UPDATE_CONTACTS,
    name="contacts.set_stage",
    does="Put contacts into a stage.",
    routes=(_STAGES, VIEW),
    params=(CONTACT_ID, STAGE),
    enough=(frozenset({"contact_id", "contact_stage_id"}),),
)

SET_CONTACT_OWNER = replace(
    UPDATE_CONTACTS,
    name="contacts.set_owner",
    does="Give contacts another owner.",
    routes=(_OWNERS, VIEW),
    params=(CONTACT_ID, OWNER),
    enough=(frozenset({"contact_id", "owner_id"}),),
)

OPERATIONS = (
    CREATE_CONTACTS,
    UPDATE_CONTACTS,
    SET_CONTACT_STAGE,
    SET_CONTACT_OWNER,
)
