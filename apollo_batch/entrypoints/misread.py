"""What was typed and cannot be read comes in; an error with a code and one thing to do goes out."""

import re
from collections.abc import Sequence

import click

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.suggest import did_you_mean, nearest

_HELP = {"-h", "--help"}


def wants_help(problem: click.UsageError, typed: Sequence[str]) -> str | None:
    """Give the help that was asked for beside something that cannot be read."""
    words = typed[: typed.index("--")] if "--" in typed else typed
    return problem.ctx.get_help() if problem.ctx and _HELP & set(words) else None


def in_our_words(problem: click.UsageError) -> UsageError:
    """Say what is wrong with a command, and what was probably meant."""
    match problem:
        case click.NoSuchOption():
            return _unknown_flag(problem)
        case click.MissingParameter():
            return _missing(problem)
        case click.BadParameter():
            return _bad_value(problem)
        case click.BadOptionUsage():
            return _no_value(problem)
    extra = re.search(r"extra arguments? \((.*)\)", problem.message)
    if extra:
        message = f"{_path(problem)} takes no further word: {extra[1]}."
        fix = f"Take it out, or put a name with spaces in quotes. {_usage(problem)}"
        return UsageError(Code.WORD_TOO_MANY, message, fix=fix)
    return UsageError(Code.WORD_MISSING, problem.message, fix=_usage(problem))


def _unknown_flag(problem: click.NoSuchOption) -> UsageError:
    name, command = problem.option_name, problem.ctx.command if problem.ctx else None
    known = [opt for param in command.params for opt in param.opts] if command else []
    long = [opt for opt in known if opt.startswith("--")] + ["--help"]
    meant = nearest(name, long) if name.startswith("--") else None
    message = f"{_path(problem)} has no flag {name}."
    fix = f"Did you mean {meant}?" if meant else f"See: {_path(problem)} --help"
    return UsageError(Code.UNKNOWN_FLAG, message, fix=fix)


def _missing(problem: click.MissingParameter) -> UsageError:
    name, kind = _name(problem), problem.param.type if problem.param else None
    message = f"{_path(problem)} needs {name}, which is missing."
    fix = _usage(problem)
    if isinstance(kind, click.Choice):
        fix += f", with one of: {', '.join(map(str, kind.choices))}."
    elif name == "RUN":
        fix += "; `apollo-batch runs` lists them."
    return UsageError(Code.WORD_MISSING, message, fix=fix)


def _bad_value(problem: click.BadParameter) -> UsageError:
    name, kind = _name(problem), problem.param.type if problem.param else None
    quoted = re.match(r"'(.*?)' is not|(-?[\d.]+) is not in", problem.message)
    value = next(filter(None, quoted.groups()), "") if quoted else ""
    if isinstance(kind, click.Choice):
        choices = [str(choice) for choice in kind.choices]
        fix = did_you_mean(value, choices) or f"Use one of: {', '.join(choices)}."
        return UsageError(Code.FLAG_VALUE, f"{name} is never {value!r}.", fix=fix)
    if value and isinstance(kind, click.types.IntParamType | click.types.FloatParamType):
        whole = "whole " if isinstance(kind, click.types.IntParamType) else ""
        least, most = getattr(kind, "min", None), getattr(kind, "max", None)
        span = "".join(
            (f", {least} or more" if least is not None else "", f", at most {most}" if most else "")
        )
        message = f"{name} takes a {whole}number, not {value!r}."
        return UsageError(Code.FLAG_VALUE, message, fix=f"Write digits only{span}.")
    return UsageError(Code.FLAG_VALUE, f"{name}: {problem.message}", fix=_usage(problem))


def _no_value(problem: click.BadOptionUsage) -> UsageError:
    name = problem.option_name
    if "requires" in problem.message:
        message, fix = f"{name} needs a value.", f"Write it behind {name}."
    else:
        message, fix = f"{name} takes no value.", f"Write {name} alone."
    return UsageError(Code.FLAG_VALUE, message, fix=fix)


def _name(problem: click.BadParameter) -> str:
    param = problem.param
    if param is None or problem.ctx is None:
        return str(problem.param_hint or "a word")
    return param.opts[0] if isinstance(param, click.Option) else _word(param, problem.ctx)


def _word(param: click.Parameter, context: click.Context) -> str:
    # Where only a few words will do, click shows them all in place of the name.
    choice = isinstance(param.type, click.Choice)
    return (param.name or "").upper() if choice else param.make_metavar(context)


def _path(problem: click.UsageError) -> str:
    return problem.ctx.command_path if problem.ctx else "apollo-batch"


def _usage(problem: click.UsageError) -> str:
    if problem.ctx is None:
        return "See: apollo-batch help"
    return " ".join(problem.ctx.get_usage().split()).replace("Usage:", "Type:")
