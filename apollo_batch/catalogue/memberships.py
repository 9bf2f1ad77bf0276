"""Who is on lists: contacts and accounts are put on them, and taken off again."""

from apollo_batch.catalogue import accounts, contacts, records
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.entry import FREE, Act, Once, Operation, Pairing, Repeat, Route
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.lists import MODALITY
from apollo_batch.catalogue.param import Param

_MANY = 100

_ENTITY = Param("entity_id", "Apollo's id of the contact or account.", Kind.ID)
_NAMES = Param("label_names", "Lists, by name.", either=True, many=True)

# The answer to a change does not say who was on a list before: only the record itself does.
_VIEWS = (
    Route(
        name="view contact",
        address=at("contacts.get"),
        results_at="contact",
        pairing=Pairing.SOLE,
        carries=frozenset(),
        needs=frozenset({"entity_id"}),
        renames={"entity_id": "contact_id"},
        only_after=True,
        of=("modality", "contacts"),
        answers=records.CONTACT,
        gone=contacts.GONE,
    ),
    Route(
        name="view account",
        address=at("accounts.get"),
        results_at="account",
        pairing=Pairing.SOLE,
        carries=frozenset(),
        needs=frozenset({"entity_id"}),
        renames={"entity_id": "id"},
        only_after=True,
        of=("modality", "accounts"),
        answers=accounts.GET_ACCOUNTS.fields,
        gone=accounts.GONE,
    ),
)


def _membership(name: str, does: str, undone_by: str) -> Operation:
    return Operation(
        name=f"lists.{name}",
        does=does,
        act=Act.UPDATE,
        routes=(
            Route(
                name="bulk",
                address=at(f"labels.{name}"),
                results_at="labels",
                pairing=Pairing.NONE,
                cap=_MANY,
                items_at="entity_ids",
                ids_only="entity_id",
                shared={"label_names": "label_names", "modality": "modality"},
                carries=frozenset(),
                needs=frozenset({"entity_id"}),
                answers=frozenset(),
            ),
            *_VIEWS,
        ),
        params=(_ENTITY, _NAMES, MODALITY),
        enough=(frozenset({"entity_id", "label_names", "modality"}),),
        price=FREE,
        repeat=Repeat.SAFE,
        once=Once.RUN,
        fields=frozenset(),
        identity={"entity_id": ("id",)},
        subject=(("entity_id", "label_names", "modality"),),
        done="asked_for",
        undone_by=undone_by,
        withdraws=name == "remove",
    )


OPERATIONS = (
    _membership("add", "Put contacts or accounts on lists.", "lists.remove"),
    _membership("remove", "Take contacts or accounts off lists.", "lists.add"),
)
