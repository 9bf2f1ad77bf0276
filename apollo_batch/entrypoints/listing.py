"""The command that lists what the team has: ids to paste, names to write, what matters of each."""

from collections.abc import Callable

from apollo_batch.apollo import lookups
from apollo_batch.apollo.lookups import Asks, Thing, Things
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.errors import AccessError


def _stages(apollo: Asks) -> Things | None:
    told = [
        lookups.contact_stages(apollo),
        lookups.account_stages(apollo),
        lookups.deal_stages(apollo),
    ]
    if all(each is None for each in told):
        return None
    return tuple(thing for each in told for thing in each or ())


KINDS: dict[str, Callable[[Asks], Things | None]] = {
    "users": lookups.users,
    "mailboxes": lookups.mailboxes,
    "sequences": lookups.sequences,
    "stages": _stages,
    "fields": lookups.fields,
    "lists": lookups.lists,
    "schedules": lookups.schedules,
}


def print_list(kind: str, state: str | None, *, sandbox: bool, as_json: bool) -> None:
    """Show all of a kind; AccessError where Apollo does not tell this key."""
    with place_for(state, sandbox=sandbox) as (place, _):
        things = KINDS[kind](place.wire)
    if things is None:
        message = f"Apollo does not tell this key its {kind}."
        raise AccessError(
            Code.API_KEY_NARROW, message, fix="Use a master key, or one whose scope has them."
        )
    if as_json:
        document = {"schema": 1, kind: [_named(_facts(thing)) for thing in things]}
        console.document(document)
        return
    if not things:
        console.say(f"There are no {kind}.")
        return
    told = [_facts(thing) for thing in things]
    lines = table(told)
    if console.wider(max(map(len, lines))):
        lines = blocks(told)
    for line in lines:
        console.result(line)


def _facts(thing: Thing) -> dict[str, str]:
    state = thing.gone or thing.idle.partition(":")[0]
    return {"id": thing.id, "name": thing.name, **thing.facts, "state": state}


def _named(facts: dict[str, str]) -> dict[str, str]:
    """Call facts as programs do: `e-mail` is email, `credit limit` is credit_limit."""
    return {name.replace("-", "").replace(" ", "_"): fact for name, fact in facts.items()}


def table(rows: list[dict[str, str]]) -> list[str]:
    """Set rows under each other; a column in which nothing stands is left out."""
    names = [name for name in rows[0] if name in {"id", "name"} or any(r[name] for r in rows)]
    lines = [dict(zip(names, names, strict=True)), *rows]
    widths = {name: max(len(line[name]) for line in lines) for name in names}
    return [
        "  ".join(_plain(line[name]).ljust(widths[name]) for name in names).rstrip()
        for line in lines
    ]


def blocks(rows: list[dict[str, str]]) -> list[str]:
    """Set each row's facts below its name, for a terminal too narrow for a table."""
    lines = []
    for row in rows:
        facts = {name: fact for name, fact in row.items() if fact and name != "name"}
        lines += [_plain(row["name"])]
        lines += [f"  {name:<12}  {_plain(fact)}" for name, fact in facts.items()]
    return lines


def _plain(text: str) -> str:
    """Take out what a terminal would obey: names are whatever somebody typed into Apollo."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
