"""A plan in, as a person would say it: what I will do, leave out and have e-mailed; figures follow it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.runner import report
from apollo_batch.runner.invocation import Ready

_NOUNS = {
    "people": ("person", "people"),
    "organizations": ("company", "companies"),
    "accounts": ("account", "accounts"),
    "deals": ("deal", "deals"),
    "tasks": ("task", "tasks"),
    "sequences": ("contact", "contacts"),
    "contacts": ("contact", "contacts"),
}
_ROW = ("row", "rows")
_DOES = {Act.LOOK_UP: "look up", Act.CREATE: "create", Act.UPDATE: "change", Act.ENROLL: "enroll"}
_NAMED = 3
"""So many reasons are named; the figures have them all."""


def foretold(ready: Ready, cap: Decimal | None) -> str:
    """Say a plan in plain sentences, in one line."""
    return " ".join([_does(ready, cap), *_pilot(ready), *_leaves_out(ready), _mails(ready)])


def _does(ready: Ready, cap: Decimal | None) -> str:
    plan = ready.plan
    if not plan.left:
        if ready.run:
            return f"I have nothing left to ask: run {ready.run} is through with these rows."
        return "I have nothing to ask."
    spared = {each.step: each.spared for each in plan.rehearsals}
    parts = [
        _part(leg.operation, leg.rows, most=True) + _spared(spared.get(leg.step, 0))
        for leg in plan.legs
        if leg.rows
    ]
    if not plan.legs:
        (step,) = ready.job.steps
        said = _part(step.operation.name, plan.to_ask, most=False)
        parts = [said + _spared(spared.get(step.id, 0))]
    return f"I will {', then '.join(parts)} ({_cost(plan.most, cap)})."


def _spared(contacts: int) -> str:
    return f", of whom Apollo leaves out {contacts:,} as it shows them now" if contacts else ""


def _part(name: str, rows: int, *, most: bool) -> str:
    operation = OPERATIONS[name]
    if operation.act is Act.SEARCH:
        return f"make {_count(rows, ('search', 'searches'), most=most)} ({name})"
    noun = _NOUNS.get(name.partition(".")[0], _ROW)
    return f"{_DOES[operation.act]} {_count(rows, noun, most=most)}"


def _cost(most: Decimal, cap: Decimal | None) -> str:
    if not most:
        return "no credits"
    said = f"{_credits(most)} at the most"
    return said if cap is None or cap >= most else f"{said}, and no more than {report.plain(cap)}"


def _credits(number: Decimal) -> str:
    return f"{report.plain(number)} {'credit' if number == 1 else 'credits'}"


def _pilot(ready: Ready) -> Iterator[str]:
    pilot = ready.job.pilot
    if pilot is not None and not ready.run and ready.plan.doing[0][1] > pilot:
        yield f"A pilot of {_count(pilot, _ROW)} comes first."


def _leaves_out(ready: Ready) -> Iterator[str]:
    skips = ready.plan.survey.skips
    if not skips:
        return
    total = sum(skips.values())
    yield f"{_count(total, _ROW)} {'is' if total == 1 else 'are'} skipped: {_why(skips)}."


def _why(skips: Mapping[str, int]) -> str:
    named = list(skips.items())[:_NAMED]
    others = sum(skips.values()) - sum(count for _, count in named)
    said = [f"{count:,} {code.replace('_', ' ')}" for code, count in named]
    return ", ".join([*said, *([f"{others:,} for other reasons"] if others else [])])


def _mails(ready: Ready) -> str:
    contacts = ready.plan.enrolls
    if not contacts:
        return "Nothing will be e-mailed."
    said = f"{_count(contacts, _NOUNS['contacts'], most=True).capitalize()} will be e-mailed"
    counted = (ready.wish.max_enroll, ready.most_enrolled)
    lowest = min((number for number in counted if number is not None), default=contacts)
    return f"{said}, and no more than {lowest:,} in all." if lowest < contacts else f"{said}."


def _count(number: int, noun: tuple[str, str], *, most: bool = False) -> str:
    one, many = noun
    return f"{'at most ' if most else ''}{number:,} {one if number == 1 else many}"
