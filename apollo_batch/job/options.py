"""What a job says once for all rows comes in; what Apollo would not take goes out as problems."""

from collections.abc import Iterator
from typing import Any

from apollo_batch.catalogue.kinds import BadCellError, Kind
from apollo_batch.catalogue.param import Param
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job import values, webhook
from apollo_batch.job.asked import Asked
from apollo_batch.job.mistakes import unknown_parameter
from apollo_batch.job.places import Loc, Place
from apollo_batch.job.scalars import yes_or_no
from apollo_batch.job.spelling import DEDUPE, LABEL_RUN, PAGES, meant
from apollo_batch.job.syntax import shown
from apollo_batch.reasons import REASONS, sentence
from apollo_batch.suggest import did_you_mean


def problems(asked: Asked) -> Iterator[Problem]:
    """Check every option, and what options need of each other."""
    for key, value in asked.options.items():
        yield from _option(asked, key, value)
    yield from _needs(asked)


def ours(asked: Asked, key: str) -> bool:
    """Whether a key is one of ours, or one of Apollo's that means something else here."""
    paging = key in PAGES and asked.operation.paging is not None
    return paging or (key in {DEDUPE, LABEL_RUN} and bool(asked.operation.modes))


def _option(asked: Asked, key: str, value: Any) -> Iterator[Problem]:
    loc = (*asked.options_at, key)
    place = asked.places.value(loc)
    found = meant(asked.operation, key)
    if ours(asked, key):
        yield from _ours(asked, key, value)
    elif found is None or not found.param.in_options:
        yield unknown_parameter(loc, "options", asked.operation, asked.places)
    elif found.param.kind is Kind.FIELDS:
        if not isinstance(value, dict):
            yield place.problem(
                Code.WRONG_SHAPE, "Custom fields are a group of keys.", "Write {Label: value}."
            )
    elif found.bound:
        yield from _bound(found.param, value, place)
    elif found.param.span:
        yield from _span(asked, loc, found.param, value)
    elif isinstance(value, list) and found.param.many:
        yield from _list(asked, loc, found.param, value)
    else:
        yield from _single(asked, found.param, value, place)


def _ours(asked: Asked, key: str, value: Any) -> Iterator[Problem]:
    loc = (*asked.options_at, key)
    if key == LABEL_RUN:
        yield from _flag(value, asked.places.value(loc))
        return
    if key == DEDUPE:
        yield from _flag(value, asked.places.value(loc))
        if asked.shape.mode is not None:
            message = "`run_dedupe` and `mode` say the same."
            yield asked.places.key(loc).problem(Code.SAID_TWICE, message, "Keep `mode`.")
        return
    message = f"{shown(key)} is not yours to turn: every page is asked for."
    name = "max_records" if asked.searches else "per_row"
    home = "below `source:`" if asked.searches else "at the top of the job"
    yield asked.places.key(loc).problem(
        Code.PAGES_ARE_OURS, message, f"Say how many with `{name}: 100` {home}."
    )


def _single(asked: Asked, param: Param, value: Any, place: Place) -> Iterator[Problem]:
    if param.kind is Kind.FLAG:
        yield from _flag(value, place)
    elif not isinstance(value, str):
        kind = "list" if isinstance(value, list) else "group of keys"
        yield place.problem(
            Code.WRONG_SHAPE, f"`{param.name}` takes one value, not a {kind}.", "Write one value."
        )
    elif param.kind is Kind.WEBHOOK:
        yield from webhook.problems(str(value), place)
    elif param.choices:
        yield from _choice(param, value, place)
    else:
        yield from _cleaned(asked, param, value, place)


def _flag(value: Any, place: Place) -> Iterator[Problem]:
    try:
        yes_or_no(value)
    except ValueError as refusal:
        context = getattr(refusal, "context", None) or {}
        yield place.problem(Code(context["code"]), context["message"], context["fix"])


def _choice(param: Param, value: str, place: Place) -> Iterator[Problem]:
    known = [way for word in param.choices for way in values.spelt(word)]
    if value not in known:
        listed = f"Use one of: {', '.join(param.choices)}."
        message = f"`{param.name}` is never {shown(value)}."
        yield place.problem(
            Code.UNKNOWN_CHOICE, message, did_you_mean(value, param.choices) or listed
        )


def _cleaned(asked: Asked, param: Param, value: str, place: Place) -> Iterator[Problem]:
    try:
        says = values.single(param, value, asked.clock)
    except BadCellError as trouble:
        remedy = REASONS[trouble.reason].remedy
        yield place.problem(
            Code.VALUE_DOES_NOT_FIT, f"{shown(value)}: {sentence(trouble.reason)}", remedy
        )
        return
    if says == "":
        message = f"{shown(value)} says nothing as a value of `{param.name}`."
        yield place.problem(Code.VALUE_SAYS_NOTHING, message, "Write a value, or take the key out.")


def _list(asked: Asked, loc: Loc, param: Param, value: list[Any]) -> Iterator[Problem]:
    if param.kind is Kind.EMPLOYEES and len(value) == 2 and all(map(str.isdecimal, value)):
        low, high = value
        message = "A range of headcounts is one text, not a list of two numbers."
        yield asked.places.value(loc).problem(
            Code.VALUE_DOES_NOT_FIT, message, f'Write "{low},{high}", in quotes.'
        )
        return
    if param.most and len(value) > param.most:
        message = f"`{param.name}` takes {param.most:,} values at most; here are {len(value):,}."
        yield asked.places.value(loc).problem(
            Code.TOO_MANY_VALUES, message, "Make several jobs of it."
        )
    for index, each in enumerate(value):
        yield from _single(asked, param, each, asked.places.value((*loc, index)))


def _span(asked: Asked, loc: Loc, param: Param, value: Any) -> Iterator[Problem]:
    place = asked.places.value(loc)
    if not isinstance(value, dict):
        yield place.problem(
            Code.BAD_RANGE, f"`{param.name}` is a range.", "Write it like {min: 1, max: 9}."
        )
        return
    found = []
    for end, each in value.items():
        if end not in values.ENDS:
            message = f"A range has no {shown(end)}."
            yield asked.places.key((*loc, end)).problem(
                Code.BAD_RANGE, message, "Write it like {min: 1, max: 9}."
            )
        else:
            found += list(_bound(param, each, asked.places.value((*loc, end))))
    yield from found
    if not found and set(value) == set(values.ENDS):
        low, high = (str(values.bound(param, value[end])) for end in values.ENDS)
        # Longer numbers are greater, and dates are all of one length.
        if (len(low), low) > (len(high), high):
            yield place.problem(
                Code.BAD_RANGE, "The range ends before it begins.", "Swap min and max."
            )


def _bound(param: Param, value: Any, place: Place) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield place.problem(
            Code.BAD_RANGE, "An end of a range is one value.", "Write it like {min: 1, max: 9}."
        )
        return
    try:
        says = values.bound(param, value)
    except BadCellError as trouble:
        remedy = REASONS[trouble.reason].remedy
        yield place.problem(
            Code.VALUE_DOES_NOT_FIT, f"{shown(value)}: {sentence(trouble.reason)}", remedy
        )
        return
    if says == "":
        yield place.problem(
            Code.VALUE_SAYS_NOTHING,
            f"{shown(value)} says nothing.",
            "Write a value, or take it out.",
        )


def _needs(asked: Asked) -> Iterator[Problem]:
    operation, given = asked.operation, asked.given()
    for loc, place in asked.places.keys.items():
        found = meant(operation, str(loc[-1])) if _names_a_parameter(asked, loc) else None
        if found is None or _is_off(asked, found.param, loc):
            continue
        name = found.param.name
        needed = operation.exclusive.get(name, frozenset())
        if needed and not needed & given:
            yield _needed(name, needed, place)
        if name in operation.price.unbounded and not asked.places.says("limits", "most_per_row"):
            message = f"Apollo names no price for `{name}` beforehand, so nobody could hold it."
            yield place.problem(
                Code.PRICE_UNBOUNDED,
                message,
                "Add `limits: {most_per_row: 20}`, or what you would pay.",
            )


def _names_a_parameter(asked: Asked, loc: Loc) -> bool:
    return loc[:-1] in {asked.options_at, ("map",)} and loc != ()


def _is_off(asked: Asked, param: Param, loc: Loc) -> bool:
    return param.kind is Kind.FLAG and asked.options.get(str(loc[-1])) != "true"


def _needed(name: str, needed: frozenset[str], place: Place) -> Problem:
    if "webhook_url" in needed:
        return webhook.missing(name, place)
    others = " or ".join(f"`{each}`" for each in sorted(needed))
    return place.problem(
        Code.COMPANION_MISSING, f"`{name}` means nothing without {others}.", f"Add {others}."
    )
