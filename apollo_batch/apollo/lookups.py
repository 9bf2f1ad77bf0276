"""A free question about what the team has goes out; the things with their names come back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from apollo_batch.catalogue.addresses import Address, at

_PAGE = 100
_MOST_PAGES = 500

Facts = Mapping[str, str]


class Asks(Protocol):
    """Whoever can ask Apollo a free question; None where Apollo does not tell this key."""

    def ask(
        self,
        address: Address,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any: ...


@dataclass(frozen=True)
class Thing:
    """One thing of the team's that people know by its name."""

    id: str
    name: str
    of: str = ""
    """Of which kind of records it is: contact, account or opportunity; "": of none."""
    others: tuple[str, ...] = ()
    """What else it goes by."""
    gone: str = ""
    """Why it can no longer be used; "": it can."""
    idle: str = ""
    """Why using it may not do what people think."""
    group: str = ""
    """What it belongs to: a deal stage's pipeline."""
    type: str = ""
    """Of a field: what its values are."""
    choices: tuple[tuple[str, str], ...] = ()
    """Of a field: id and text of each value it may have."""
    facts: Facts = field(default_factory=dict)
    """What matters of it beside id and name, for people."""


Things = tuple[Thing, ...]


def users(apollo: Asks) -> Things | None:
    """Everybody of the team, those who have left too."""
    return _paged(apollo, at("users.search"), "users", _user, in_query=True)


def mailboxes(apollo: Asks) -> Things | None:
    """The linked mailboxes."""
    return _whole(apollo.ask(at("email_accounts.list")), "email_accounts", _mailbox)


def sequences(apollo: Asks) -> Things | None:
    """The sequences, archived ones too."""
    address = at("sequences.search")
    return _paged(apollo, address, "emailer_campaigns", _sequence, in_query=False)


def contact_stages(apollo: Asks) -> Things | None:
    """The stages of contacts."""
    return _whole(apollo.ask(at("contact_stages.list")), "contact_stages", _stage("contact"))


def account_stages(apollo: Asks) -> Things | None:
    """The stages of accounts."""
    return _whole(apollo.ask(at("account_stages.list")), "account_stages", _stage("account"))


def deal_stages(apollo: Asks) -> Things | None:
    """The stages of deals, of all pipelines."""
    return _whole(apollo.ask(at("deal_stages.list")), "opportunity_stages", _stage("opportunity"))


def fields(apollo: Asks) -> Things | None:
    """The custom fields; the older address tells their options, the newer one does not."""
    older = apollo.ask(at("typed_custom_fields.list"))
    if isinstance(older, dict) and isinstance(older.get("typed_custom_fields"), list):
        return _whole(older, "typed_custom_fields", _field)
    newer = apollo.ask(at("fields.list"), query={"source": "custom"})
    return _whole(newer, "fields", _newer_field)


def lists(apollo: Asks) -> Things | None:
    """The lists of contacts and of accounts: a bare array."""
    found = apollo.ask(at("labels.list"))
    return _whole({"labels": found}, "labels", _list)


def schedules(apollo: Asks) -> Things | None:
    """The schedules by which sequences send."""
    return _whole(apollo.ask(at("schedules.list")), "emailer_schedules", _schedule)


Record = Mapping[str, Any]


def _whole(data: Any, key: str, read: Callable[[Record], Thing]) -> Things | None:
    records = data.get(key) if isinstance(data, dict) else None
    if not isinstance(records, list):
        return None
    return tuple(read(each) for each in records if isinstance(each, dict) and each.get("id"))


def _paged(
    apollo: Asks, address: Address, key: str, read: Callable[[Record], Thing], *, in_query: bool
) -> Things | None:
    found: list[Thing] = []
    for page in range(1, _MOST_PAGES + 1):
        # Apollo's papers have these as numbers here, as text there; it takes both.
        said = {"page": str(page), "per_page": str(_PAGE)}
        data = apollo.ask(address, query=said) if in_query else apollo.ask(address, body=said)
        things = _whole(data, key, read)
        if things is None:
            return None
        found += things
        if len(data[key]) < _PAGE:
            break
    return tuple(found)


def _user(record: Record) -> Thing:
    whole = f"{_text(record, 'first_name')} {_text(record, 'last_name')}".strip()
    name = _text(record, "name") or whole or _text(record, "email")
    facts = {
        "e-mail": _text(record, "email"),
        "title": _text(record, "title"),
        "team": _text(record, "team_id"),
        "created": _text(record, "created_at")[:10],
        "credit limit": _text(record, "credit_limit"),
    }
    gone = "deleted" if record.get("deleted") is True else ""
    return Thing(_text(record, "id"), name, others=(whole, facts["e-mail"]), gone=gone, facts=facts)


def _mailbox(record: Record) -> Thing:
    aliases = tuple(_texts(record.get("aliases")))
    facts = {
        "aliases": ", ".join(aliases),
        "type": _text(record, "type"),
        "user": _text(record, "user_id"),
        "a day": _text(record, "email_daily_threshold"),
    }
    gone = "revoked" if record.get("revoked_at") else ""
    if not gone and record.get("active") is False:
        gone = f"not active {_text(record, 'inactive_reason')}".strip()
    return Thing(
        _text(record, "id"), _text(record, "email"), others=aliases, gone=gone, facts=facts
    )


def _sequence(record: Record) -> Thing:
    facts = {
        "steps": _text(record, "num_steps"),
        "created": _text(record, "created_at")[:10],
        "user": _text(record, "user_id"),
    }
    asleep = record.get("active") is False
    return Thing(
        _text(record, "id"),
        _text(record, "name"),
        gone="archived" if record.get("archived") is True else "",
        idle="inactive: who is enrolled waits until it is activated" if asleep else "",
        facts=facts,
    )


def _stage(of: str) -> Callable[[Record], Thing]:
    def read(record: Record) -> Thing:
        pipeline = _text(record, "opportunity_pipeline_id")
        shown = _text(record, "display_name")
        name = _text(record, "name") or shown
        return Thing(
            _text(record, "id"),
            name,
            of=of,
            others=(shown,) if shown and shown != name else (),
            group=pipeline,
            facts={"of": _plain(of), "pipeline": pipeline},
        )

    return read


def _field(record: Record) -> Thing:
    values = record.get("picklist_values")
    choices = tuple(
        (_text(each, "id"), _text(each, "name"))
        for each in (values if isinstance(values, list) else ())
        if isinstance(each, dict)
    )
    readable = record.get("is_readonly_mapped_crm_field") is True
    return _named_field(
        record,
        _text(record, "name"),
        choices=choices,
        gone="read-only: it is filled from the CRM" if readable else "",
    )


def _newer_field(record: Record) -> Thing:
    label = _text(record, "label") or _text(record, "field_name")
    return _named_field(record, label, choices=(), gone="")


def _named_field(
    record: Record, label: str, *, choices: tuple[tuple[str, str], ...], gone: str
) -> Thing:
    of, kind = _text(record, "modality"), _text(record, "type")
    options = ", ".join(name for _, name in choices)
    # The newer address puts the kind of record before the id.
    number = _text(record, "id").removeprefix(f"{of}.")
    facts = {"of": _plain(of), "type": kind, "options": options}
    return Thing(number, label, of=of, gone=gone, type=kind, choices=choices, facts=facts)


def _list(record: Record) -> Thing:
    of = _text(record, "modality")
    size = _text(record, "cached_count")
    facts = {"of": of, "records": size}
    return Thing(_text(record, "id"), _text(record, "name"), of=of.removesuffix("s"), facts=facts)


def _schedule(record: Record) -> Thing:
    facts = {
        "time zone": _text(record, "time_zone"),
        "default": "yes" if record.get("default") is True else "",
    }
    return Thing(_text(record, "id"), _text(record, "name"), facts=facts)


def _plain(of: str) -> str:
    return "deals" if of == "opportunity" else f"{of}s"


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _texts(values: Any) -> Iterator[str]:
    for each in values if isinstance(values, list) else ():
        text = each.get("email") if isinstance(each, dict) else each
        if isinstance(text, str) and text:
            yield text
