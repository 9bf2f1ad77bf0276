"""A request's ids come in; Apollo's refusal of the first bad one goes out."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid
from apollo_batch.sandbox.crm import Crm

_ID = re.compile(r"[0-9a-f]{24}")
# Parameters that are ids, and the table their record must be in, where it must be in one.
_IDS = {
    "id": None,
    "person_id": None,
    "organization_id": None,
    "parent_account_id": "accounts",
    "account_id": "accounts",
    "contact_stage_id": "contact_stages",
    "account_stage_id": "account_stages",
    "owner_id": "users",
}


def well_formed(value: object) -> bool:
    """Whether it looks like one of Apollo's ids."""
    return _ID.fullmatch(str(value)) is not None


def misconfigured(what: object) -> Answer:
    """Refuse an id: Apollo names its value, or the parameter where it stands in the path."""
    return invalid(f"Parameters misconfigured. {what} is not a valid ID")


def bad_id(crm: Crm, given: Mapping[str, Any]) -> Answer | None:
    """Refuse the first parameter that is no id, or the id of nothing this team has."""
    for name, table in _IDS.items():
        value = given.get(name)
        if value in (None, ""):
            continue
        if not well_formed(value) or (table and not _known(crm, table, str(value))):
            return misconfigured(value)
    return None


def bad_ids(values: Iterable[object]) -> Answer | None:
    """Refuse the first of a list that is no id."""
    return next((misconfigured(value) for value in values if not well_formed(value)), None)


def bad_path_id(name: str, text: str) -> Answer | None:
    """Refuse a malformed id that stands in the path: the parameter is named."""
    return None if well_formed(text) else misconfigured(name)


def _known(crm: Crm, table: str, number: str) -> bool:
    record = crm.table(table).find(number)
    return record is not None and not record.get("deleted")
