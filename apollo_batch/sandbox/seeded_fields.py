"""A world comes in; the custom fields that its team has made go out, of every type and modality."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.world import World

_MOMENT = "2025-08-01T08:00:00.000+00:00"
# Type, name, most characters, options. Every modality has them all, under ids of its own.
_FIELDS: tuple[tuple[str, str, int | None, tuple[str, ...]], ...] = (
    ("string", "Reference", 120, ()),
    ("textarea", "Background", None, ()),
    ("number", "Score", None, ()),
    ("date", "Renewal Date", None, ()),
    ("datetime", "Last Review", None, ()),
    ("boolean", "Partner", None, ()),
    ("picklist", "Lead Source", None, ("Trade fair", "Website", "Referral")),
    ("multipicklist", "Interests", None, ("Analytics", "Logistics", "Training")),
)


def custom_fields(world: World) -> Iterator[Record]:
    """The fields of contacts, accounts and deals; one of each is filled from a linked CRM."""
    for modality in ("contact", "account", "opportunity"):
        for number, (kind, name, most, options) in enumerate(_FIELDS):
            yield custom_field(_id(world, modality, number), modality, kind, name) | {
                "picklist_value_set_id": world.id_of(f"{modality} set", number)
                if options
                else None,
                "picklist_values": _options(world, modality, number, options),
                "text_field_max_length": most,
            }
        yield custom_field(_id(world, modality, len(_FIELDS)), modality, "string", "CRM Tier") | {
            "source": "crm_synced",
            "mapped_crm_field": "Tier__c",
            "is_readonly_mapped_crm_field": True,
        }


def _id(world: World, modality: str, number: int) -> str:
    plain = world.id_of(f"{modality} field", number)
    if _FIELDS[number % len(_FIELDS)][0] != "boolean":
        return plain
    # Newer fields have ids with dashes in them.
    digits = f"{plain}{plain[:8]}"
    cuts = (0, 8, 12, 16, 20, 32)
    return "-".join(digits[a:b] for a, b in pairwise(cuts))


def custom_field(number: str, modality: str, kind: str, name: str) -> dict[str, Any]:
    """A custom field with everything that is said of one."""
    return {
        "id": number,
        "modality": modality,
        "name": name,
        "type": kind,
        "picklist_options": [],
        "picklist_values": [],
        "mapped_crm_field": None,
        "additional_mapped_crm_field": None,
        "is_readonly_mapped_crm_field": None,
        "picklist_options_last_synced_at": _MOMENT,
        "picklist_value_set_id": None,
        "mirrored": False,
        "system_name": None,
        "text_field_max_length": None,
        "finder_view_ids": [],
        "is_local": False,
        "source": "custom",
        "created_at": _MOMENT,
    }


def _options(world: World, modality: str, field: int, names: Sequence[str]) -> list[dict[str, Any]]:
    ids = [world.id_of(f"{modality} option", field * 100 + n) for n in range(len(names))]
    return [
        {"_id": i, "id": i, "key": i, "name": name, "mapped_crm_values": {}}
        for i, name in zip(ids, names, strict=True)
    ]
