"""Tasks: what somebody of the team is to do about a contact."""

import re

from apollo_batch.catalogue import records
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.contacts import CONTACT_ID
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

STATUSES = ("scheduled", "completed", "skipped")
PRIORITIES = ("high", "medium", "low")
_MANY = 100
_GONE = re.compile(r"has been deleted|not a valid ID|Not Found", re.I)
_THERE = re.compile(r"already completed / skipped", re.I)

_TASK_ID = Param("task_id", "Apollo's id of the task.", Kind.ID, either=True, target=Target.TASK)
_NOTE = Param("note", "What its owner should know.", either=True)
_TEMPLATE = (
    Param("user_id", "Whose task it is: a user's id.", Kind.ID, either=True, target=Target.USER),
    Param(
        "type",
        "What kind of task it is.",
        either=True,
        choices=(
            "call",
            "outreach_manual_email",
            "linkedin_step_connect",
            "linkedin_step_message",
            "linkedin_step_view_profile",
            "linkedin_step_interact_post",
            "action_item",
        ),
    ),
    Param(
        "status",
        "scheduled, unless it is over already.",
        either=True,
        choices=STATUSES,
    ),
    Param("due_at", "When it is due: a date and a time.", Kind.MOMENT, either=True),
    Param("priority", "How urgent it is.", either=True, choices=PRIORITIES),
    _NOTE,
)
_TITLE = Param("title", "What it is called; Apollo makes one up otherwise.", either=True)

CREATE_TASKS = Operation(
    name="tasks.create",
    does="Create tasks about contacts.",
    act=Act.CREATE,
    routes=(
        Route(
            name="bulk",
            address=at("tasks.bulk_create"),
            results_at="tasks",
            pairing=Pairing.BY_IDENTITY,
            cap=_MANY,
            items_at="contact_ids",
            ids_only="contact_id",
            shared={param.name: param.name for param in _TEMPLATE},
            carries=frozenset(),
            needs=frozenset({"contact_id"}),
        ),
        Route(
            name="single",
            address=at("tasks.create"),
            results_at="task",
            pairing=Pairing.SOLE,
        ),
        Route(
            name="seek",
            address=at("tasks.search"),
            items_in=Place.QUERY,
            results_at="tasks",
            pairing=Pairing.SOUGHT,
            sought_by=(("contact_id", "contact_id"),),
            fixed={"page": 1, "per_page": _MANY},
            only_after=True,
        ),
    ),
    params=(CONTACT_ID, *_TEMPLATE, _TITLE),
    enough=(frozenset({"contact_id", "user_id", "type", "status", "due_at"}),),
    price=FREE,
    repeat=Repeat.NEVER,
    once=Once.RUN,
    fields=records.TASK,
    identity={"contact_id": ("contact_id",), "type": ("type",), "note": ("note",)},
    substance=("id",),
    done="created",
)


def _ended(name: str, does: str) -> Operation:
    return Operation(
        name=f"tasks.{name}",
        does=does,
        act=Act.UPDATE,
        routes=(
            Route(
                name="single",
                address=at(f"tasks.{name}"),
                results_at="task",
                pairing=Pairing.SOLE,
                needs=frozenset({"task_id"}),
                renames={"task_id": "id"},
                gone=_GONE,
                there=_THERE,
            ),
        ),
        params=(_TASK_ID, _NOTE),
        enough=(frozenset({"task_id"}),),
        price=FREE,
        repeat=Repeat.SAFE,
        once=Once.RUN,
        fields=records.TASK,
        identity={"task_id": ("id",)},
        substance=("id",),
        subject=(("task_id",),),
        done="updated",
    )


SEARCH_TASKS = Operation(
    name="tasks.search",
    does="List the team's tasks; free.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("tasks.search"),
            options_in=Place.QUERY,
            items_in=Place.QUERY,
            results_at="tasks",
            pairing=Pairing.MANY,
        ),
    ),
    params=(
        Param(
            "sort_by_field",
            "What they are sorted by.",
            option=True,
            choices=("task_due_at", "task_priority"),
        ),
    ),
    enough=(frozenset(),),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.TASK,
    identity={},
    paging=Paging(_MANY),
)

OPERATIONS = (
    CREATE_TASKS,
    _ended("complete", "Mark tasks as done."),
    _ended("skip", "Mark tasks as skipped."),
    SEARCH_TASKS,
)
