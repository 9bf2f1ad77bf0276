"""How a run ended comes in; the one command that goes on from there goes out."""

import json
import math
from collections.abc import Sequence

from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.errors import Exit
from apollo_batch.journal.limiter import others_since
from apollo_batch.journal.runs import LOOK_UP_DOUBTS
from apollo_batch.model import Status
from apollo_batch.runner import report
from apollo_batch.runner.asked import undone_run
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.place import Place
from apollo_batch.runner.plan import Plan
from apollo_batch.settings import Policy, without_password

_OF_RUN = {"--yes", "--ci", "--debug", "--json"}
_OF_RUN_WITH_A_WORD = (*("--plan", "--threads", "--patience", "--output", "--format", "--wait"),)
"""What `run` takes and `plan` does not, or need not."""


def next_step(code: Exit, found: report.Figures, plan: Plan, manner: Manner) -> str | None:
    """The one command that goes on from here, if there is something to go on with.

    `plan` is the plan of what is left.
    """
    # Neither is said twice: --fresh would begin another run instead of going on with this one.
    again = [word for word in manner.words if word not in {"--resend-in-doubt", "--fresh"}]
    match code:
        case Exit.IN_DOUBT if not found.reasons.keys() & set(LOOK_UP_DOUBTS):
            # What may have been written is sent again only once a person has looked.
            return console.command(["resolve", found.run, *where(manner)])
        case Exit.IN_DOUBT:
            # A saved plan does not say that they are asked twice.
            return console.command([*_without(again, "--plan"), "--resend-in-doubt"])
        case Exit.BUDGET if found.record["stop"] in {"budget", "enroll_budget"}:
            return console.command(_raised(again, found, plan, manner))
        case Exit.BUDGET | Exit.OUT_OF_REACH | Exit.ACCESS | Exit.INTERRUPTED | Exit.TERMINATED:
            return console.command(again)
    waits = code in {Exit.OK, Exit.ROWS_FAILED} and found.statuses.get(Status.PENDING)
    return collecting(found.run, where(manner)) if waits else None


def run_again(found: report.Figures) -> list[str]:
    """The command that goes on with a run, as far as the journal knows how it was typed."""
    record = found.record
    if undone := undone_run(record):
        return ["undo", undone]
    reading, chosen = json.loads(record["reading"]), json.loads(record["selection"])
    cap = found.budget.get("cap")
    rows = ",".join(f"{low}-{high}" for low, high in chosen)
    named = {
        "--rows": rows,
        "--period": record["period"],
        "--encoding": reading["encoding"],
        "--max-credits": report.plain(cap) if cap is not None else None,
    }
    words = ["run", record["job_path"], *([record["input_path"]] if record["input_path"] else [])]
    return words + [word for flag, said in named.items() if said for word in (flag, str(said))]


def collecting(run: str | None, flags: list[str]) -> str:
    """The command that fetches what is still to come, for a run or for all."""
    return console.command(["collect", *([run] if run else []), *flags])


def where(manner: Manner) -> list[str]:
    """The flags by which another command finds the same journal."""
    return [
        *(["--state", without_password(manner.state)] if manner.state else []),
        *(["--sandbox"] if manner.sandbox else []),
    ]


def _enough(found: report.Figures, plan: Plan) -> int:
    """The budget that a run needs for what it left out."""
    return math.ceil(found.bill.spent + found.bill.held + plan.most)


def raise_first(found: report.Figures, ready: Ready, plan: Plan, policy: Policy) -> str:
    """Where else than in the flag the budget that stopped a run has to be raised."""
    if found.record["stop"] == "enroll_budget":
        enough = found.enrolled + (plan.enrolls or 0)
        return _raise_number_first(found, ready, policy, enough)
    if found.record["stop"] in {"pilot", "stop_if"}:
        key = found.record["stop"]
        return f"To go on all the same, first change `{key}` in {ready.wish.job}, or take it out."
    cap = found.budget.get("cap")
    if found.record["stop"] != "budget" or cap is None:
        return ""
    most, enough = report.plain(cap), _enough(found, plan)
    if ready.job.limits.max_credits == cap:
        limits = f"limits: {{max_credits: {most}}} in {ready.wish.job}"
        return f"The job file sets this budget. First raise {limits} to {enough}."
    if ready.wish.max_credits != cap and ready.wish.agreed is None:
        where = policy.said_at.get("max_credits", "Your settings")
        return f"{where} sets this budget. First raise max_credits = {most} there to {enough}."
    return ""


def _raise_number_first(found: report.Figures, ready: Ready, policy: Policy, enough: int) -> str:
    lowered = ready.job.limits.max_enroll
    if lowered == found.enrolled:
        limits = f"limits: {{max_enroll: {lowered}}} in {ready.wish.job}"
        return f"The job file sets this number. First raise {limits} to {enough}."
    if policy.max_enroll == found.enrolled:
        where = policy.said_at["max_enroll"]
        return f"{where} sets this number. First raise max_enroll there to {enough}."
    return ""


def _raised(again: list[str], found: report.Figures, plan: Plan, manner: Manner) -> list[str]:
    """The words that go on with as much more as is needed."""
    if manner.plan is not None:
        words = _without(_without(again, "--max-credits"), "--max-enroll")
        return planning(words, manner)
    if found.record["stop"] == "budget":
        return [*_without(again, "--max-credits"), "--max-credits", str(_enough(found, plan))]
    enough = found.enrolled + (plan.enrolls or 0)
    return [*_without(again, "--max-enroll"), "--max-enroll", str(enough)]


def planning(words: Sequence[str], manner: Manner) -> list[str]:
    """The words that make a new plan, in place of the saved one that a run was given."""
    kept = [word for word in words[1:] if word not in _OF_RUN]
    for flag in _OF_RUN_WITH_A_WORD:
        kept = _without(kept, flag)
    return ["plan", *kept, "-o", str(manner.plan)]


def _without(words: list[str], flag: str) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if not skip and word != flag and not word.startswith(f"{flag}="):
            kept.append(word)
        skip = word == flag and not skip
    return kept


def leave_room(place: Place, since: float) -> str:
    """What to do where somebody else has used the account since; "" where nobody has."""
    if not others_since(place.store, place.account, since):
        return ""
    return (
        "Somebody else was using this Apollo account too, and so its rate limits. To leave them "
        "room, put limits: {headroom: 0.4} in the job."
    )
