"""Writes the parts of the papers that the code already says: tables of codes, words and rooms.

`python docs/generate.py` brings README.md and docs/*.md up to date; `--check` only says which are
stale. A made part stands between `<!-- made: NAME -->` and `<!-- end -->`; the rest is by hand.
"""

import ast
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from apollo_batch.catalogue.addresses import ADDRESSES
from apollo_batch.catalogue.entry import Operation, Repeat
from apollo_batch.catalogue.operations import GROUPS, OPERATIONS
from apollo_batch.catalogue.param import Param
from apollo_batch.entrypoints.cli import cli
from apollo_batch.entrypoints.explaining import Page, pages
from apollo_batch.entrypoints.explaining import exit_codes as told_exit_codes
from apollo_batch.entrypoints.offering import price_of, travels, ways
from apollo_batch.errors import EXIT_MEANINGS
from apollo_batch.job.shape import schema
from apollo_batch.layers.known import SETTINGS
from apollo_batch.layers.setting import Layer, Setting
from apollo_batch.model import STATUS_MEANINGS, Status
from apollo_batch.reasons import REASONS

HOUSE = Path(__file__).parents[1]
PAPERS = (HOUSE / "README.md", *sorted((HOUSE / "docs").glob("*.md")))
_MOST_WORDS = 12
_WORDS = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "yes or no",
    "object": "keys",
}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; a bar in a cell does not end it."""
    lines = [list(head), ["---"] * len(head), *[[str(cell) for cell in row] for row in rows]]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def statuses() -> str:
    """Every status and what it means."""
    return table(("Apollo Status", "meaning"), [(s.words, STATUS_MEANINGS[s]) for s in Status])


def reasons() -> str:
    """Every reason code, its status, its words, and what to do about it."""
    rows = [(f"`{r.code}`", r.status.words, r.sentence, r.remedy) for r in REASONS.values()]
    return table(("code", "status", "what the workbook says", "what to do"), rows)


def exit_codes() -> str:
    """Every exit code and what it means."""
    return table(("code", "meaning"), [(int(e), words) for e, words in EXIT_MEANINGS.items()])


def errors() -> str:
    """Every code of an error, at length."""
    told, chapter = [], ""
    for page in pages().values():
        if not page.word.startswith("AB"):
            continue
        if page.chapter != chapter:
            chapter = page.chapter
            told.append(f"## {chapter}")
        told.append(_page(page))
    return "\n\n".join(told)


def exit_codes_at_length() -> str:
    """Every exit code, at length."""
    return "\n\n".join(_page(page) for page in told_exit_codes())


def _page(page: Page) -> str:
    parts = page.text.split("\n\n")
    shown = [f"```text\n{textwrap.dedent(p)}\n```" if p.startswith(" ") else p for p in parts]
    return "\n\n".join([f"### {page.word}", f"**{page.title}.**", *shown])


def job() -> str:
    """The job that README shows."""
    return (
        f"```yaml\n{(HOUSE / 'jobs/enrich-people.yaml').read_text(encoding='utf-8').strip()}\n```"
    )


def all_operations() -> str:
    """Every operation in its group: what it does, asks and costs."""
    parts = []
    for group, chosen in GROUPS.items():
        rows = [(f"`{o.name}`", o.does, _routes(o), price_of(o)) for o in chosen]
        head = (group.capitalize(), "what it does", "routes, and rows a request", "price")
        parts.append(table(head, rows))
    return "\n\n".join(parts)


def _routes(operation: Operation) -> str:
    told = {f"`{r.method} {r.path}`": r.cap for r in ways(operation)}
    return "<br>".join(f"{route} {cap}" for route, cap in told.items())


def operations() -> str:
    """Every operation: routes, price, parameters, fields."""
    listed = (o for chosen in GROUPS.values() for o in chosen)
    return "\n\n".join("\n".join(_operation(o)) for o in listed)


def _operation(operation: Operation) -> Iterator[str]:
    yield f"## `{operation.name}`\n\n{operation.does}\n"
    yield table(
        ("way", "route", "rows a request", "scope of the key", "Apollo's page"),
        [
            (r.name, f"`{r.method} {r.path}`", r.cap, f"`{r.address.scope}`", r.address.told_at)
            for r in operation.routes
        ],
    )
    yield "\n" + " ".join(_facts(operation)) + "\n"
    yield table(
        ("parameter", "under", "kind", "sent in", "what it is"),
        [
            (f"`{p.name}`", _under(p), _kind(p), travels(operation, p), p.does)
            for p in operation.params
        ],
    )
    fields = ", ".join(f"`{name}`" for name in sorted(operation.fields))
    yield f"\nFields for `keep`, each the first word of a path: {fields}."
    for route in operation.routes:
        if route.lacks:
            lacks = ", ".join(f"`{name}`" for name in sorted(route.lacks))
            yield f"\n`{route.method} {route.path}` leaves out: {lacks}."
    for field, where in operation.elsewhere.items():
        yield f"\nNot here: `{field}`; {where}."


def _facts(operation: Operation) -> Iterator[str]:
    price = operation.price
    yield f"Price: {price_of(operation)}."
    for name, more in price.extras.items():
        yield f"With `{name}` up to {more} more."
    if price.unbounded:
        named = " and ".join(f"`{name}`" for name in sorted(price.unbounded))
        yield f"With {named} no most is known: the job says `limits: {{most_per_row: N}}`."
    if operation.paging is not None:
        yield f"It finds up to {operation.paging.most:,} records, each a row of its own."
    if operation.modes:
        yield f"Modes: {', '.join(f'`{mode}`' for mode in operation.modes)}; the first is usual."
    enough = " · ".join(" + ".join(f"`{n}`" for n in sorted(s)) for s in operation.enough if s)
    yield f"Enough of a row: {enough}." if enough else "It can do without any parameter."


def _kind(param: Param) -> str:
    words = ", ".join(f"`{word}`" for word in param.choices)
    kind = words or param.kind.value.replace("_", " ")
    return f"list: {kind}" if param.many else f"range: {kind}" if param.span else kind


def _under(param: Param) -> str:
    may = {"map": param.in_map, "options": param.in_options or bool(param.no_column)}
    return " or ".join(way for way, fits in may.items() if fits)


_ASKED_BY = {
    "accounts.create": "nothing: accounts are created in bulk, one alone too",
    "auth.health": "whether Apollo is there at all",
    "users.profile": "whose key it is, and which team pays",
    "usage.api": "`usage`; what Apollo's limits leave, in every plan",
    "usage.credits": "`usage`; the balance before and after a run",
    "users.search": "`list users` (id, name, e-mail, title, team, created, credit limit); "
    "owners and users that a job names",
    "email_accounts.list": "`list mailboxes`; mailboxes that a job names",
    "schedules.list": "`list schedules`",
    "contact_stages.list": "`list stages`; stages that a job names",
    "account_stages.list": "`list stages`; stages that a job names",
    "deal_stages.list": "`list stages`; stages that a job names",
    "labels.list": "`list lists`; lists that a job names",
    "typed_custom_fields.list": "`list fields`; custom fields that a job names by their labels",
    "fields.list": "the same, where the older address is gone",
    "emails.activities": "`auth status`, `doctor JOB`: whether the key is a master key",
    "webhook_result.get": "results that come later",
}


def free_questions() -> str:
    """Every address that no operation asks, and what does."""
    asked = {r.address.name for o in OPERATIONS.values() for r in o.routes}
    rest = [a for a in ADDRESSES.values() if a.name not in asked or a.name in _ASKED_BY]
    rows = [(f"`{a.method} {a.path}`", _ASKED_BY[a.name], a.told_at) for a in rest]
    return table(("route", "what asks it", "Apollo's page"), rows)


def job_keys() -> str:
    """Every key of a job file, read off its schema."""
    told = schema()
    shapes = {"": told}
    shapes["own."] = _named_shape(told, "MapShape")
    shapes["map."] = _named_shape(told, "SourceShape")
    shapes |= {
        f"{name}.": _shape(told, name) for name in ("input", "source", "skip", "limits", "stop_if")
    }
    shapes |= {"step.": _named_shape(told, "StepShape"), "when.": _named_shape(told, "WhenShape")}
    parts = []
    for prefix, shape in shapes.items():
        title = {
            "": "A job",
            "own.": "`map`",
            "map.": "A parameter under `map`",
            "skip.": "A rule under `skip`",
            "step.": "A step under `steps`",
            "when.": "A condition under `when`",
        }
        parts.append(f"## {title.get(prefix, f'`{prefix[:-1]}`')}\n\n{shape['description']}\n")
        needed = set(shape.get("required", ()))
        parts.append(
            table(
                ("key", "type", "needed", "what it means", "example"),
                [_key(name, key, needed) for name, key in shape["properties"].items()],
            )
            + "\n"
        )
    return "\n".join(parts).rstrip()


def _shape(told: dict[str, Any], key: str) -> dict[str, Any]:
    """The shape of what stands under a key, wherever the schema keeps it."""
    return _named_shape(told, re.findall(r"#/\$defs/(\w+)", json.dumps(told["properties"][key]))[0])


def _named_shape(told: dict[str, Any], name: str) -> dict[str, Any]:
    shape: dict[str, Any] = told["$defs"][name]
    return next(s for s in (*shape.get("anyOf", ()), shape) if "properties" in s)


def _key(name: str, key: dict[str, Any], needed: set[str]) -> tuple[str, ...]:
    example = json.dumps(key["examples"][0], ensure_ascii=False)
    needs = "yes" if name in needed else _default(key.get("default"))
    return f"`{name}`", _type(key), needs, key["description"], f"`{example}`"


def _default(value: object) -> str:
    return "no" if value in (None, []) else f"no: {json.dumps(value)}"


def _type(key: dict[str, Any]) -> str:
    """Say in a word or two what a key takes."""
    if "anyOf" in key:
        kinds = [_type(k) for k in key["anyOf"] if k.get("type") != "null"]
        one, *more = dict.fromkeys(kinds)
        lists = more == [f"list of {one}"]
        return f"{one}, or a list of them" if lists else " or ".join((one, *more))
    words = [key["const"]] if "const" in key else key.get("enum")
    if words and len(words) > _MOST_WORDS:
        return f"one of {len(words)}, see [operations](operations.md)"
    if words:
        return ", ".join(f"`{word}`" for word in words)
    if key.get("type") == "array":
        return f"list of {_type(key['items'])}"
    # A value that may be typed as text, number or yes/no is taken as text all the same.
    kind = "string" if isinstance(key.get("type"), list) else key.get("type", "object")
    return _WORDS[kind]


_SAID_BY = {
    Layer.FLAG: "flag",
    Layer.ENVIRONMENT: "variable",
    Layer.JOB: "job",
    Layer.PROJECT: "project",
    Layer.USER: "you",
    Layer.POLICY: "organization",
}


def settings() -> str:
    """Every setting: what it does, who may say it, whose word holds."""
    rows = [
        (f"`{s.name}`", s.does, f"`{s.example}`", s.default, s.rule.value, _who(s))
        for s in SETTINGS.values()
    ]
    head = ("setting", "what it does", "in a file", "where nobody says it", "what holds", "said by")
    return table(head, rows)


def _who(setting: Setting) -> str:
    words = []
    for layer, name in _SAID_BY.items():
        if layer in setting.elsewhere:
            words.append(f"{name} `{setting.elsewhere[layer]}`")
        elif layer in setting.said_by:
            words.append(name)
    return ", ".join(words)


def commands() -> str:
    """Every command with its arguments and flags."""
    return "\n\n".join(_command(name, command) for name, command in _typed(cli))


def _typed(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command as it is typed, those of a group behind its name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _typed(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"apollo-batch {name}")
    arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
    options = [p for p in command.params if isinstance(p, click.Option)]
    does = (command.help or "").split("\n\n")[0].replace("\n", " ")
    typed = " ".join([name, *arguments, *(["[OPTIONS]"] if options else [])])
    head = f"## `apollo-batch {typed}`\n\n{does}"
    if not options:
        return head
    rows = [option.get_help_record(context) for option in options]
    return f"{head}\n\n" + table(("flag", "what it does"), [(f"`{r[0]}`", r[1]) for r in rows if r])


def rooms() -> str:
    """Every module and its sentence."""
    rows = []
    for path in sorted((HOUSE / "apollo_batch").rglob("*.py")):
        name = str(path.relative_to(HOUSE / "apollo_batch"))
        sentence = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split(
            "\n"
        )[0]
        rows.append((f"`{name}`", sentence.replace("|", "or")))
    rows.sort(
        key=lambda row: ("/" in row[0], row[0].rpartition("/")[0], "__init__" not in row[0], row)
    )
    return table(("room", "what for"), rows)


_AGAIN = {
    Repeat.SAFE: "nothing more",
    Repeat.PAID: "it may be charged again",
    Repeat.NEVER: "it would be done once more",
}


def doubts() -> str:
    """For everything that spends or writes: what a lost request means, and what is done about it."""
    known = [o for chosen in GROUPS.values() for o in chosen]
    rows = [(f"`{o.name}`", _AGAIN[o.repeat], _when_lost(o)) for o in known if _costs(o)]
    free = ", ".join(f"`{o.name}`" for o in known if not _costs(o))
    head = ("operation", "a second request would do", "where the answer is lost")
    return f"{table(head, rows)}\n\nFree, only read, and sent again: {free}."


def _costs(operation: Operation) -> bool:
    return operation.act.writes or operation.price.base > 0 or operation.repeat is not Repeat.SAFE


def _when_lost(operation: Operation) -> str:
    if operation.repeat is Repeat.SAFE:
        return "it is sent again, with the same values"
    if operation.repeat is Repeat.PAID:
        return "in doubt, counted as charged in full; `--resend-in-doubt` asks once more"
    if operation.seek is None:
        return "in doubt; you look in Apollo and say so with `resolve`"
    seek = f"`{operation.seek.method} {operation.seek.path}`"
    return f"looked for twice by {seek}; only what is not there is sent again"


def tried() -> str:
    """What the check tries against the promises, counted by asking the tests for their cases."""
    command = [
        "-m",
        "pytest",
        "--collect-only",
        "-qq",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [sys.executable, *command, "tests/crash"],
        cwd=HOUSE,
        check=True,
        capture_output=True,
        text=True,
    )
    counted = dict(re.findall(r"^(tests/crash/\S+): (\d+)$", done.stdout, flags=re.MULTILINE))
    rows = [(_sentence(HOUSE / name), number, f"`{name}`") for name, number in counted.items()]
    total = sum(int(number) for number in counted.values())
    return table(("what is tried", "cases", "where"), [*rows, ("Together", f"{total:,}", "")])


def _sentence(path: Path) -> str:
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(told.split("\n\n")[0].split())


MADE: dict[str, Callable[[], str]] = {
    "statuses": statuses,
    "reasons": reasons,
    "exit codes": exit_codes,
    "errors": errors,
    "exit codes at length": exit_codes_at_length,
    "job": job,
    "all operations": all_operations,
    "operations": operations,
    "free questions": free_questions,
    "job keys": job_keys,
    "commands": commands,
    "settings": settings,
    "rooms": rooms,
    "doubts": doubts,
    "tried": tried,
}


def brought_up_to_date(text: str) -> str:
    """Write every made part of a paper anew."""
    return re.sub(
        r"(<!-- made: ([a-z ]+) -->\n).*?(<!-- end -->)",
        lambda part: f"{part[1]}{MADE[part[2]]()}\n{part[3]}",
        text,
        flags=re.DOTALL,
    )


def main() -> int:
    """Write the papers, or with --check say which are stale."""
    stale = []
    for path in PAPERS:
        old = path.read_text(encoding="utf-8")
        new = brought_up_to_date(old)
        if new != old:
            stale.append(path)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(HOUSE)} was stale")
    if stale and "--check" in sys.argv:
        print("Bring them up to date: python docs/generate.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
