"""A name that stands for nothing, or for too much, comes in; what to tell a person goes out."""

from collections.abc import Sequence

from apollo_batch.catalogue.param import Target
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job.names import Directory, Entry, listed, looks_like_id
from apollo_batch.job.places import Place
from apollo_batch.job.syntax import shown
from apollo_batch.suggest import did_you_mean

_FIELDS = frozenset({Target.CONTACT_FIELD, Target.ACCOUNT_FIELD, Target.DEAL_FIELD})


def unusable(directory: Directory, target: Target, text: str, place: Place) -> Problem:
    """Say why a name or id is not one thing that can be used."""
    found = directory.find(target, text)
    names = directory.names(target)
    if len(found) > 1:
        return _ambiguous(target, text, found, place)
    if found:
        gone = f"The {noun(target)} {shown(text)} is {found[0].gone}."
        return place.problem(
            Code.NAME_GONE,
            gone,
            f"Use another: {listed(names)}." if names else "Make another one in Apollo.",
        )
    if looks_like_id(text):
        return _unknown_id(directory, target, text, place)
    message = f"Your Apollo has no {noun(target)} {shown(text)}."
    there = f"It has {listed(names)}." if names else "It has none."
    return place.problem(
        Code.UNKNOWN_NAME, message, did_you_mean(text, directory.words(target)) or there
    )


def _ambiguous(target: Target, text: str, found: Sequence[Entry], place: Place) -> Problem:
    each = [f"{entry.id} ({entry.apart or entry.name})" for entry in found]
    message = f"{shown(text)} is {len(found)} {plural(target)}: {listed(each)}."
    grouped = next((f", or like `{e.group} / {e.name}`" for e in found if e.group), "")
    return place.problem(
        Code.AMBIGUOUS_NAME, message, f"Write the id of the one you mean{grouped}."
    )


def _unknown_id(directory: Directory, target: Target, text: str, place: Place) -> Problem:
    message = f"Your Apollo has no {noun(target)} with the id {shown(text)}."
    for other in directory.entries:
        found = [entry for entry in directory.find(other, text) if other is not target]
        if found:
            return place.problem(
                Code.UNKNOWN_NAME, message, f"It is the id of the {noun(other)} {found[0].name}."
            )
    fix = f"Copy it again; `apollo-batch list {kind(target)}` shows what there is."
    return place.problem(Code.UNKNOWN_NAME, message, fix)


def untold(target: Target, text: str, place: Place) -> Problem:
    """Say that nobody can tell what a name stands for."""
    message = f"Apollo does not tell this key its {plural(target)}, so {shown(text)} is unknown."
    return place.problem(Code.NAMES_UNTOLD, message, "Write the id instead.")


def twice(entry: Entry, place: Place) -> Problem:
    """Say that a field is named by two words."""
    return place.problem(
        Code.SAID_TWICE, f"The field {entry.name} stands here again.", "Keep one of the two."
    )


def idle(target: Target, entry: Entry) -> str:
    """Tell of something that can be used and may not do what people think."""
    return f"The {noun(target)} {entry.name} is {entry.idle}."


def new_list(directory: Directory, target: Target, text: str) -> str:
    """Tell of a list that Apollo will make because there is none of its name."""
    meant = did_you_mean(text, directory.names(target))
    return f"There is no {noun(target)} {shown(text)} yet: Apollo makes it. {meant or ''}".strip()


def choices(entry: Entry) -> str:
    """List what a field may be, where that is a closed list."""
    if entry.choices:
        return f"Use one of: {listed(name for _, name in entry.choices)}."
    return f"Write a {entry.type}, or take the field out."


def noun(target: Target) -> str:
    """What a message calls one of a kind."""
    return f"custom {target.value}" if target in _FIELDS else target.value


def plural(target: Target) -> str:
    """What a message calls several of a kind."""
    return f"{noun(target)}{'es' if target is Target.MAILBOX else 's'}"


def kind(target: Target) -> str:
    """The word by which `apollo-batch list` knows them."""
    if target in _FIELDS:
        return "fields"
    word = target.value.rpartition(" ")[2]
    return f"{word}{'es' if target is Target.MAILBOX else 's'}"
