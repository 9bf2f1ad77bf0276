"""The rules of fields: which there are, Apollo's own and the team's, with their picklists."""

from typing import Any

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.rule import Call, Rule

_SYSTEM = {
    "contact": "id first_name last_name title email organization_name present_raw_address".split(),
    "account": "id name domain phone raw_address".split(),
    "opportunity": "id name amount closed_date".split(),
}
_CATEGORIES = {"contact": "person", "account": "company", "opportunity": "deal"}
_SOURCES = frozenset({"system", "custom", "crm_synced"})


def typed(call: Call) -> Answer:
    """All custom fields with their options, under the ids that records use."""
    ours = {"source", "created_at"}
    fields = [
        {name: value for name, value in field.items() if name not in ours}
        for field in call.state.crm.custom_fields
    ]
    return told(200, {"typed_custom_fields": fields})


def every(call: Call) -> Answer:
    """All fields, under ids that begin with the kind of record they belong to."""
    fields = [
        _field(modality, name, name.replace("_", " ").capitalize(), "string", "system")
        for modality, names in _SYSTEM.items()
        for name in names
    ]
    fields += [_custom(field) for field in call.state.crm.custom_fields]
    source = call.params.get("source")
    if source in _SOURCES:
        fields = [field for field in fields if field["source"] == source]
    return told(200, {"fields": fields})


def _custom(field: Record) -> dict[str, Any]:
    told_of = _field(field["modality"], field["id"], field["name"], field["type"], field["source"])
    return told_of | {"field_name": field["name"], "created_at": field["created_at"]}


def _field(modality: str, name: str, label: str, kind: str, source: str) -> dict[str, Any]:
    own = source == "system"
    return {
        "id": f"{modality}.{name}",
        "category": _CATEGORIES[modality],
        "context": ["finder", "csv_export"],
        "description": None,
        "editable": not own,
        "example": None,
        "field_name": f"{modality}.{name}",
        "group": "basic_info" if own else None,
        "icon_class": None,
        "label": label,
        "modality": modality,
        "parent": None if own else f"{modality}.other_custom_field",
        "source": source,
        "type": kind,
        "finder_view_ids": [],
        "project_workspace_id": None,
        "finder_views": [],
        "is_local": False,
    }


RULES = {
    "typed_custom_fields.list": Rule(
        typed,
        scope="api/v1/typed_custom_fields/index",
        also=(("GET", "/custom_fields"),),
    ),
    "fields.list": Rule(every, scope="api/v1/fields/index", takes=frozenset({"source"})),
}
