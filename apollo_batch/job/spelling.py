"""A key as somebody wrote it comes in; the parameter that it means, and where it stands, go out."""

import re
from dataclasses import dataclass

from apollo_batch.catalogue.entry import Operation
from apollo_batch.catalogue.param import Param
from apollo_batch.job.places import Loc, Places

PAGES = frozenset({"page", "per_page"})
"""Parameters of Apollo's that are ours: pages are turned for whoever asks."""
DEDUPE = "run_dedupe"
"""Apollo's own word for what is called `mode` here."""
LABEL_RUN = "label_run"
"""An option of ours: what a run creates goes on a list that is named after it."""
FIELDS = "typed_custom_fields"

ALIASES = {
    "owner": ("owner_id",),
    "user": ("user_id",),
    "sequence": ("sequence_id",),
    "mailbox": ("send_email_from_email_account_id",),
    "stage": (
        "contact_stage_id",
        "account_stage_id",
        "opportunity_stage_id",
        "contact_stage_ids",
        "account_stage_ids",
    ),
    "list": ("label_names", "contact_label_ids", "account_label_ids"),
    # What Apollo's addresses call them; here a row is one of a list.
    "emailer_campaign_id": ("sequence_id",),
    "contact_ids": ("contact_id",),
    "domains": ("domain",),
}
"""What a parameter is called besides, and the parameters it may be."""

_BOUND = re.compile(r"(?P<name>.+)\[(?P<bound>min|max)\]")


@dataclass(frozen=True)
class Meant:
    """The parameter that a key means."""

    param: Param
    bound: str = ""
    """min or max, where the key names one end of a range only."""


def plain_name(key: str) -> str:
    """Take Apollo's own spelling of a list, `name[]`, for `name`."""
    return key.removesuffix("[]")


def meant(operation: Operation, key: str) -> Meant | None:
    """Find the parameter a key means, or None."""
    match = _BOUND.fullmatch(key)
    name, bound = (match["name"], match["bound"]) if match else (plain_name(key), "")
    param = operation.param(name) or _called(operation, name)
    if param is None or (bound and not param.span):
        return None
    return Meant(param, bound)


def _called(operation: Operation, name: str) -> Param | None:
    found = (operation.param(each) for each in ALIASES.get(name, ()))
    return next((param for param in found if param is not None), None)


def spellings(operation: Operation, param: Param) -> list[str]:
    """List every key that means a parameter, its own name first."""
    names = [param.name]
    names += [word for word in ALIASES if _called(operation, word) is param]
    if param.many:
        names.append(f"{param.name}[]")
    if param.span:
        names += [f"{param.name}[min]", f"{param.name}[max]"]
    return names


def usual_name(operation: Operation, param: Param) -> str:
    """Say what people call a parameter: `sequence` rather than `sequence_id`."""
    if param.target is None or not param.target.named:
        return param.name
    return next((word for word in ALIASES if _called(operation, word) is param), param.name)


def way(places: Places, group: Loc, operation: Operation, name: str) -> Loc:
    """Find where a group of the file says a parameter; the group itself where it does not."""
    for loc in places.keys:
        if loc[:-1] == group:
            found = meant(operation, str(loc[-1]))
            if found is not None and found.param.name == name:
                return loc
    return group


def field_way(places: Places, group: Loc, label: str) -> Loc:
    """Find where a group of the file says a custom field."""
    loc = (*group, FIELDS, label)
    return loc if loc in places.keys else group
