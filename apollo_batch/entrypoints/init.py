"""What `init` does: a few questions about a spreadsheet, each with a good answer, become a job file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.param import Param
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.preview import preview, safe
from apollo_batch.entrypoints.questions import again, answer, choice, show
from apollo_batch.errors import Exit, UsageError
from apollo_batch.job.draft import SCHEMA, Draft, cost_of, unused
from apollo_batch.job.spelling import usual_name
from apollo_batch.job.starters import OFFERED
from apollo_batch.runner import new_files
from apollo_batch.runner.beginning import (
    PREVIEWED,
    Beginning,
    Wanted,
    begin,
    checked,
    drafted,
    lacking,
    listed,
    operation_called,
    suggestion,
)

_JOBS = Path("jobs")
_LISTS = {
    "sequence": "sequences",
    "mailbox": "mailboxes",
    "owner": "users",
    "user": "users",
    "stage": "stages",
}
"""What people call a parameter, and the command that shows what there is of it."""


@dataclass(frozen=True)
class Asked:
    """What was said on the command line, in place of answers."""

    path: Path
    wanted: Wanted
    operation: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    output: Path | None = None
    asks: bool = False
    """Whether somebody sits there, and is to be asked."""

    def opened(self, sheet: str | None) -> Beginning:
        """Open the spreadsheet at one of its sheets."""
        return begin(self.path, name=sheet, header_row=self.header_row, encoding=self.encoding)


def init_job(asked: Asked) -> Exit:
    """Write a job for a spreadsheet; nothing is written before the last answer is there."""
    beginning = _begun(asked)
    operation = _operation(asked, beginning)
    draft = _draft(asked, beginning, operation)
    target = _target(asked)
    text = checked(draft, beginning, console.short(target))
    for notice in new_files.write_new(target, text):
        console.say(notice)
    ignored = new_files.keep_out_of_git(asked.path.resolve().parent)
    if ignored is not None:
        console.say(
            f"{console.short(ignored)} now keeps what runs write, people's data, out of git."
        )
    console.result(f"Written to {console.short(target)}, and {SCHEMA} for editors beside it.")
    console.say(cost_of(draft))
    for line in _what_is_next(console.short(target), asked, draft):
        console.say(line)
    return Exit.OK


def _begun(asked: Asked) -> Beginning:
    """Open the spreadsheet at the sheet that is meant, and show it."""
    beginning = asked.opened(asked.sheet)
    sheets = beginning.sheet.visible
    if asked.sheet is None and len(sheets) > 1:
        if asked.asks:
            show(f"{asked.path.name} has {len(sheets)} sheets:", sheets)
            usual = beginning.sheet.name
            beginning = choice("Which one has the rows?", sheets, usual, asked.opened)
        else:
            name = safe(beginning.sheet.name)
            console.say(f"The first sheet is taken, {name}; --sheet NAME takes another.")
    for notice in beginning.sheet.notices:
        console.say(notice)
    rows = "1 row" if beginning.count == 1 else f"{beginning.count:,} rows"
    console.say(f"{safe(asked.path.name)}, {rows}; the first:")
    for line in preview(beginning.columns(), beginning.rows[:PREVIEWED]):
        console.say(line)
    return beginning


def _operation(asked: Asked, beginning: Beginning) -> Operation:
    """Say what is to be done: as asked for, as answered, or as the sheet itself suggests."""
    if asked.operation is not None:
        return operation_called(asked.operation)
    found = suggestion(beginning)
    if asked.asks:
        show("What do you want to do?", [*OFFERED.values()])
        usual = found.name if found else None
        question = "A number, or a name that `apollo-batch operations` lists"
        return choice(question, [*OFFERED], usual, operation_called)
    if found is None:
        raise UsageError(
            Code.NOT_ENOUGH,
            f"Nothing in {beginning.sheet.path.name} shows what to look its rows up by. "
            f"It has: {listed(beginning.sheet.columns)}.",
            fix="Add --operation NAME and --map PARAMETER=COLUMN; "
            "`apollo-batch operations NAME` lists the parameters.",
        )
    console.say("What to do is guessed from the columns; --operation NAME does something else.")
    return found


def _draft(asked: Asked, beginning: Beginning, operation: Operation) -> Draft:
    """Settle which column fills which parameter, and what no column says."""
    wanted = asked.wanted
    draft = drafted(beginning, operation, wanted)
    _show_columns(draft)
    if asked.asks:
        wanted = _corrected(beginning, draft, wanted)
        draft = drafted(beginning, operation, wanted)
    missing = lacking(draft)
    if missing and asked.asks:
        said = {**wanted.options, **dict(_for_every_row(operation, missing))}
        draft, missing = drafted(beginning, operation, replace(wanted, options=said)), []
    if missing:
        raise _too_little(draft, missing)
    return draft


def _corrected(beginning: Beginning, draft: Draft, wanted: Wanted) -> Wanted:
    """Ask until the columns are right, and enough as far as columns have to be."""
    while True:
        text = answer("Right? Enter for yes, or PARAMETER=COLUMN (PARAMETER= for none):")
        lacks = [param for param in lacking(draft) if not _may_be_said_once(param)]
        if not text and not lacks:
            return wanted
        if not text:
            console.say(str(_too_little(draft, lacks)))
            continue
        more = replace(wanted, columns=(*wanted.columns, text))
        try:
            draft, wanted = drafted(beginning, draft.operation, more), more
        except UsageError as problem:
            console.say(str(problem))
            continue
        _show_columns(draft)


def _for_every_row(operation: Operation, missing: Sequence[Param]) -> Iterator[tuple[str, str]]:
    """Ask for what no column says and no row can be sent without."""
    for param in missing:
        name = usual_name(operation, param)
        hint = f"`apollo-batch list {_LISTS[name]}` shows them" if name in _LISTS else param.does
        text = answer(f"{name}, for every row ({hint.rstrip('.')}):")
        if not text:
            raise UsageError(
                Code.DECLINED, "Nothing was written.", fix=f"Find out about the {name} first."
            )
        yield name, text


def _may_be_said_once(param: Param) -> bool:
    """Whether it makes sense for all rows alike: a sequence does, whom a row is about does not."""
    of_a_row = param.in_map and param.target is not None and not param.target.named
    return (param.in_options or bool(param.no_column)) and not of_a_row


def _too_little(draft: Draft, missing: Sequence[Param]) -> UsageError:
    """Say what is missing, and how it is said."""
    names = {param.name: usual_name(draft.operation, param) for param in missing}
    flags = [
        f"--option {names[param.name]}=…"
        if _may_be_said_once(param)
        else f"--map {param.name}=COLUMN"
        for param in missing
    ]
    lists = dict.fromkeys(_LISTS[name] for name in names.values() if name in _LISTS)
    shown = " and ".join(f"`apollo-batch list {each}`" for each in lists)
    show = "shows" if len(lists) == 1 else "show"
    return UsageError(
        Code.NOT_ENOUGH,
        f"What {draft.made_from} tells is not enough for {draft.operation.name}. "
        f"It has: {listed(draft.columns)}.",
        fix=f"Add {' '.join(flags)}." + (f" What there is, {shown} {show}." if shown else ""),
    )


def _target(asked: Asked) -> Path:
    """Say where the job goes; never over a file."""
    folder = _JOBS if _JOBS.is_dir() else Path()
    usual = asked.output or folder / f"{asked.path.stem}.yaml"
    if asked.asks and asked.output is None:
        usual = new_files.free(usual)
        return again(f"Where to? [{usual}]", lambda text: _new(Path(text or usual)))
    return _new(usual)


def _new(target: Path) -> Path:
    new_files.see_that_it_is_new(target)
    return target.resolve()


def _show_columns(draft: Draft) -> None:
    console.say(f"{draft.operation.does} Its parameters, and the columns that fill them:")
    longest = max(map(len, draft.chosen), default=0)
    for name, chosen in draft.chosen.items():
        cleaned = f"  (clean: {chosen.clean})" if chosen.clean else ""
        console.say(f"  {name:<{longest}}  {safe(chosen.column.name)}{cleaned}")
    if not draft.chosen:
        console.say("  none that shows for sure")
    for rule in draft.skips:
        console.say(f"Left out are rows where {safe(rule.column)} says so ({rule.reason}).")
    if names := unused(draft):
        console.say(f"Not used: {listed(names)}.")


def _what_is_next(job: str, asked: Asked, draft: Draft) -> Iterator[str]:
    sheet = str(asked.path)
    enrolls = draft.operation.act is Act.ENROLL
    number = ["--max-enroll", str(draft.rows)] if enrolls else []
    encoding = ["--encoding", asked.encoding] if asked.encoding else []
    yield "Next, each of them free:"
    for words in (
        ["check", job, "--sheet", sheet, *encoding],
        ["plan", job, sheet, "--sandbox", *encoding],
        ["run", job, sheet, "--sandbox", "--yes", *number, *encoding],
    ):
        yield f"  {console.command(words)}"
