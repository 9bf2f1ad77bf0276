"""Names of lists come in, the lists themselves go out, as answers show them."""

from collections.abc import Iterable, Mapping
from typing import Any

from apollo_batch.sandbox.crm import Crm, Record

_HOLDERS = {"contacts": "contacts", "accounts": "accounts", "emailer_campaigns": "sequences"}


def names_in(value: object) -> list[str]:
    """The names a request gives, each once."""
    listed = value if isinstance(value, list) else [value]
    names = (str(name).strip() for name in listed if name is not None)
    return list(dict.fromkeys(name for name in names if name))


def named(crm: Crm, modality: str, name: str) -> Record | None:
    """Find a list by its name among those of its kind."""
    alike = crm.labels.saying("name", name)
    return next((one for one in alike if (one["modality"], one["name"]) == (modality, name)), None)


def make(crm: Crm, modality: str, name: str, *, book_of_business: bool | None = None) -> Record:
    """Make a list."""
    moment = crm.moment()
    return crm.labels.put(
        {
            "id": crm.new_id("label"),
            "modality": modality,
            "name": name,
            "created_at": moment,
            "updated_at": moment,
            "user_id": crm.me,
            "book_of_business": book_of_business,
        }
    )


def ids_of(crm: Crm, modality: str, names: Iterable[str]) -> list[str]:
    """The ids of lists by their names; those that are missing are made."""
    return [(named(crm, modality, name) or make(crm, modality, name))["id"] for name in names]


def brief(crm: Crm, record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lists a record is on, as answers about it show them."""
    labels = (crm.labels.find(number) for number in record["label_ids"])
    told_of = [full(crm, label) for label in labels if label]
    for label in told_of:
        del label["book_of_business"]
    return told_of


def full(crm: Crm, label: Record) -> dict[str, Any]:
    """A list, with how many records are on it."""
    holders = crm.table(_HOLDERS[label["modality"]])
    return {**label, "cached_count": holders.count("label_ids", label["id"])}
