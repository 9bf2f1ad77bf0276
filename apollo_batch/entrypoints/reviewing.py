"""A spreadsheet that a person has to agree to goes into `review`; what they moved to `approved` is heeded."""

import hashlib
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.entrypoints.consent import caps_in_force
from apollo_batch.entrypoints.foretelling import foretold
from apollo_batch.errors import BatchError, InvalidError, Problem
from apollo_batch.files import private_folder
from apollo_batch.journal.store import Store
from apollo_batch.runner import saved
from apollo_batch.runner.bound import bound, plan_to_save, writes
from apollo_batch.runner.claim import Claim
from apollo_batch.runner.inbox import PLAN, open_like
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.notices import Notice, State, put_up
from apollo_batch.runner.place import Place
from apollo_batch.runner.saved import Saved

_ANEW = "That is why there is a new plan, which needs approval again."


def to_review(place: Place, claim: Claim, ready: Ready, why: str, mark: str) -> str:
    """Lay plan and spreadsheet before a person, with words that say how to agree; give the words."""
    inbox = claim.inbox
    cap = caps_in_force(place, ready).least
    plan = plan_to_save(place, ready, cap)
    name = claim.name_in(inbox.review)
    target = inbox.review / (name + PLAN)
    _remember(place.store, saved.content_for(plan))
    saved.save(target, plan)
    open_like(inbox.review, target)
    words = "\n".join(
        [
            why,
            foretold(ready, cap),
            f"To agree, move {target.name} from the folder review into the folder approved, by "
            f"{plan.expires.astimezone():%d %b %Y %H:%M}. To refuse, delete {name}. "
            "Nothing was sent.",
        ]
    )
    put_up(inbox.review / name, Notice(State.REVIEW, words), place.clock.now(), by=mark)
    claim.put(inbox.review)
    claim.let_go(inbox.done)
    claim.close()
    return words


def approved(place: Place, claim: Claim, ready: Ready) -> tuple[Saved | None, str]:
    """The plan that a person has moved, or why it is none that this run can be carried out by."""
    try:
        plan = made_here(place.store, claim.plan)
        if plan is None:
            return (
                None,
                f"The plan that was approved is none that was made here, or was edited. {_ANEW}",
            )
        plan.refuse_if_changed(bound(place, ready), writes(ready.plan), place.clock.now(), again="")
    except InvalidError as changed:
        return None, f"{changed.message}\n{_ANEW}"
    return plan, ""


def refused(problem: BatchError) -> str:
    """Say to whoever dropped a spreadsheet why it cannot be used; no cell of it is in the words."""
    found = problem.problems if isinstance(problem, InvalidError) else ()
    lines = [problem.message, *(_plainly(each) for each in found)]
    if any(each.code is Code.UNKNOWN_COLUMN for each in found):
        lines.append("Look at the row of column names in the sheet: are they there, and called so?")
    if problem.fix:
        lines.append(problem.fix)
    return "\n".join(dict.fromkeys(lines))


def _plainly(problem: Problem) -> str:
    # What is taken for column names may be a row of somebody's.
    fix = None if problem.code is Code.UNKNOWN_COLUMN else problem.fix
    return f"{problem.message} {fix or ''}".strip()


def _remember(store: Store, content: bytes) -> None:
    # Whoever may write into the folder could write a plan of their own; only ours count. What
    # lies there by now may be theirs already, so it is not looked at.
    (private_folder(store.folder / "plans") / _digest(content)).touch(mode=0o600)


def made_here(store: Store, path: Path | None) -> Saved | None:
    """Read a plan that was made here; None where it is another, or was edited."""
    if path is None:
        return None
    content = saved.content_of(path)  # once: whoever moved it may have it open, and write on
    known = store.folder / "plans" / _digest(content)
    return saved.parsed(content, path) if known.is_file() else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
