"""The rules of what a team sets up once: lists renamed, fields made and changed, sequences built."""

from collections.abc import Mapping
from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.rule import Call
from apollo_batch.sandbox.seeded_fields import custom_field

_SHOWN_OF_LIST = "id modality cached_count name created_at updated_at user_id".split()
_MODALITIES = ("contact", "account", "opportunity")
_TYPES = ("string", "textarea", "number", "date", "datetime", "boolean")
_RESERVED = "powerup_"


def rename_list(call: Call) -> Answer:
    """Give a list another name."""
    key, lists = call.path["id"], call.state.crm.labels
    label = lists.find(key)
    if label is None:
        body = {"message": f"Could not find label with id {key}", "error": "Record not found."}
        return told(404, body)
    name = call.params.get("name")
    if not isinstance(name, str) or not name.strip():
        return invalid("Please enter a non-empty name!")
    others = [one for one in lists if one["id"] != key and one["modality"] == label["modality"]]
    if any(one["name"] == name for one in others):
        return told(422, {"error": f"{name} already exists", "skip_alert_dialog": True})
    label = lists.put({**label, "name": name, "updated_at": call.state.crm.moment()})
    shown = {field: label.get(field) for field in _SHOWN_OF_LIST}
    return told(200, {"label": {**shown, "book_of_business": label.get("book_of_business")}})


def create_field(call: Call) -> Answer:
    """Make a field of the team's own; none with options can be made here."""
    label, modality, kind = (call.params.get(name) for name in ("label", "modality", "type"))
    if not label or modality not in _MODALITIES or kind not in _TYPES:
        return invalid("Invalid parameters")
    crm = call.state.crm
    made = {
        **custom_field(crm.new_id("custom field"), str(modality), str(kind), str(label)),
        "text_field_max_length": _most_characters(call.params.get("meta")),
        "is_readonly_mapped_crm_field": False,
        "created_at": crm.moment(),
    }
    field = crm.custom_fields.put(made)
    return told(200, {"typed_custom_fields": [_short(field)]})


def change_fields(call: Call) -> Answer:
    """Change fields of the team's own."""
    sent = call.params.get("fields")
    wishes = [one for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []
    pairs = [(wish, _field(call, str(wish.get("id")))) for wish in wishes]
    fields = [(wish, field) for wish, field in pairs if field is not None]
    if not fields or len(fields) < len(pairs):
        return invalid("Some fields could not be found")
    trouble = next((text for wish, field in fields if (text := _bad_wish(wish, field))), None)
    if trouble:
        return invalid(trouble)
    changed = [
        call.state.crm.custom_fields.put(
            field | ({"name": wish["label"]} if "label" in wish else {})
        )
        for wish, field in fields
    ]
    body = {
        "fields": [_long(field) for field in changed],
        "typed_custom_fields": [_short(field) for field in changed],
        "field_groups": [],
        "picklist_value_sets": [],
        "finder_views": [],
    }
    return told(200, body)


def _field(call: Call, key: str) -> Record | None:
    return call.state.crm.custom_fields.find(key.rpartition(".")[2])


def _bad_wish(wish: Mapping[str, Any], field: Record) -> str | None:
    meta = wish.get("meta")
    if wish.get("type", field.get("type")) != field.get("type"):
        return "Cannot change field type after creation"
    if isinstance(meta, dict) and meta.get("picklist_values") == []:
        return "Picklist fields must have at least one option"
    label = wish.get("label", "")
    if not isinstance(label, str):
        return "Invalid parameters"
    if label.startswith(_RESERVED):
        return f"Field name with prefix '{_RESERVED}' is not allowed. Please use another name."
    return None


def _short(field: Record) -> dict[str, Any]:
    return {name: field.get(name) for name in ("id", "name", "modality", "text_field_max_length")}


def _long(field: Record) -> dict[str, Any]:
    return {
        "id": f"{field.get('modality')}.{field['id']}",
        "field_name": field.get("name"),
        "label": field.get("name"),
        "modality": field.get("modality"),
        "type": field.get("type"),
        "source": "custom",
        "meta": {"max_length": field.get("text_field_max_length")},
    }


def _most_characters(meta: object) -> int | None:
    most = meta.get("max_length") if isinstance(meta, dict) else None
    return int(most) if isinstance(most, int | float) else None
