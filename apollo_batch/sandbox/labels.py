"""The rules of lists, which Apollo calls labels: see them, make one, put records on and off them."""

from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.crm import Crm, Record, Table
from apollo_batch.sandbox.ids import well_formed
from apollo_batch.sandbox.label_names import full, ids_of, make, named, names_in
from apollo_batch.sandbox.progress import progress
from apollo_batch.sandbox.rule import Call, Rule, flag

_MODALITIES = frozenset({"contacts", "accounts"})
_ENTITIES = frozenset({"entity_ids", "label_names", "modality", "async"})


def every(call: Call) -> Answer:
    """All lists: no object around them, that is how Apollo sends this one."""
    crm = call.state.crm
    return told(200, [_long(crm, call.state.books.team_id, label) for label in crm.labels])


def create(call: Call) -> Answer:
    """Make a list; its name must be new among those of its kind."""
    name, modality = (str(call.params.get(n) or "").strip() for n in ("name", "modality"))
    if not name:
        return invalid("Please enter a non-empty name!")
    if not modality:
        return invalid("Please enter a non-empty modality!")
    if modality not in _MODALITIES:
        return invalid("Please enter a valid modality!")
    crm = call.state.crm
    if named(crm, modality, name):
        return told(422, {"error": f"{name} already exists", "skip_alert_dialog": True})
    marked = flag(call.params.get("book_of_business")) if modality == "accounts" else None
    return told(200, {"label": full(crm, make(crm, modality, name, book_of_business=marked))})


def add(call: Call) -> Answer:
    """Put records on lists; names that are missing are made, ids that are bad dropped."""
    return _change(call, "add_entities_to_labels")


def remove(call: Call) -> Answer:
    """Take records off lists."""
    return _change(call, "remove_entities_from_labels")


def _change(call: Call, kind: str) -> Answer:
    given, crm = call.params, call.state.crm
    modality = given.get("modality")
    if modality not in _MODALITIES:
        return invalid(f"Invalid modality: {modality or ''}.")
    records = _records(crm.table(modality), given.get("entity_ids"))
    names = names_in(given.get("label_names"))
    if not records or not names:
        return told(200, {"message": "No Models or Lists provided"})
    if kind == "add_entities_to_labels":
        labels = ids_of(crm, modality, names)
        _write(crm.table(modality), records, labels, "labelled")
    else:
        labels = [label["id"] for n in names if (label := named(crm, modality, n))]
        _write(crm.table(modality), records, labels, "unlabelled")
    if flag(given.get("async")):
        wanted = {"modality": modality, "label_names": names}
        return told(200, progress(crm, kind, [r["id"] for r in records], params=wanted))
    known = (crm.labels.find(number) for number in labels)
    return told(200, {"labels": [full(crm, label) for label in known if label]})


def _records(table: Table, entity_ids: object) -> list[Record]:
    listed = entity_ids if isinstance(entity_ids, list) else [entity_ids]
    numbers = dict.fromkeys(str(number) for number in listed if well_formed(number))
    return [record for number in numbers if (record := table.find(number))]


def _write(table: Table, records: list[Record], labels: list[str], kind: str) -> None:
    """Write down those records that this changes."""
    for record in records:
        on = record["label_ids"]
        if kind == "labelled":
            after = list(dict.fromkeys([*on, *labels]))
        else:
            after = [number for number in on if number not in labels]
        if after != on:
            table.put({**record, "label_ids": after}, kind)


def _long(crm: Crm, team_id: str, label: Record) -> dict[str, Any]:
    told_of = full(crm, label)
    del told_of["book_of_business"]
    return told_of | {
        "_id": label["id"],
        "key": label["id"],
        "team_id": team_id,
        "concurrency_locks": {},
        "need_cached_count_update": False,
        "needs_count_update_at": label["updated_at"],
        "rule_config_template_id": None,
    }


RULES = {
    "labels.list": Rule(every, scope="api/v1/labels/index"),
    "labels.create": Rule(
        create,
        scope="api/v1/labels/create",
        takes=frozenset({"name", "modality", "book_of_business"}),
    ),
    "labels.add": Rule(add, scope="api/v1/labels/add_entity_ids_to_label_names", takes=_ENTITIES),
    "labels.remove": Rule(
        remove, scope="api/v1/labels/remove_entity_ids_from_label_names", takes=_ENTITIES
    ),
}
