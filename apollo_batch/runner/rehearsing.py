"""A plan that enrolls comes in; the same with what free look-ups foretell of its contacts goes out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from apollo_batch.apollo.contacts_seen import Contact
from apollo_batch.apollo.foretold import SAME_COMPANY, Into, told
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.entry import Act
from apollo_batch.clock import lasting
from apollo_batch.job.flow import Stage, stages
from apollo_batch.job.wanted import Rehearse, Step
from apollo_batch.runner.enrollees import enrollees
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.looking_up import LookingUp
from apollo_batch.runner.place import Place
from apollo_batch.runner.plan import wait_for
from apollo_batch.runner.rehearsal import Rehearsal
from apollo_batch.skips import LIFTED_BY

MOST_ALONE = 200
"""So many look-ups one by one are worth their time without being asked for."""
_LONG_SECONDS = 20.0
_HOUR = 3_700.0
_WHY_UNSEEN = f"That is done by itself for up to {MOST_ALONE}, where Apollo's limits have room."
_CALL_SECONDS = 0.4
_OF_ACCOUNTS = ("contacts_in_pending_state", SAME_COMPANY)
_OF_OWNERS = "contacts_without_ownership_permission"

Say = Callable[[str], None]


def rehearse(place: Place, ready: Ready, say: Say) -> Ready:
    """Look up whom a plan is to enroll, and add to it why Apollo will leave out whom.

    `say` is told beforehand where that takes long. Nothing is sent that costs or changes anything.
    """
    if not ready.plan.left:
        return ready
    made = [_rehearsed(place, ready, stage, say) for stage in _enrolling(ready)]
    return replace(ready, plan=replace(ready.plan, rehearsals=tuple(made)))


def _enrolling(ready: Ready) -> Iterator[Stage]:
    for stage in stages(ready.job):
        step = stage.step
        if step.operation.act is Act.ENROLL and step.rehearse is not Rehearse.OFF:
            yield stage


def _rehearsed(place: Place, ready: Ready, stage: Stage, say: Say) -> Rehearsal:
    step, there = stage.step, enrollees(place, ready, stage)
    wholly = step.rehearse is Rehearse.ALL
    numbers = there.to_look_at
    most = len(numbers) if wholly else _most(ready, len(numbers))
    seconds = _seconds(ready, min(most, len(numbers)))
    if seconds > _LONG_SECONDS:
        say(f"Looking contacts up, for nothing: at most {lasting(seconds)} …")
    looking = LookingUp(place, ready.wish.threads, _HOUR if wholly else 0.0)
    contacts = looking.contacts(numbers, most)
    into, lifted = _into(looking, step), _lifted(step)
    wanted = set() if lifted.issuperset(_OF_ACCOUNTS) else _accounts(contacts.values())
    enough = wholly or len(looking.asked) + len(wanted) <= 2 * MOST_ALONE
    accounts = looking.accounts(sorted(wanted)) if enough else {}
    unseen = [number for number in numbers if number not in contacts]
    return Rehearsal(
        step=step.id,
        told=told(numbers, contacts, accounts, into),
        own=len(there.own),
        unseen=unseen,
        why_unseen=looking.over or _WHY_UNSEEN,
        seconds=None if wholly or not unseen else _seconds(ready, len(unseen)),
        to_come=there.to_come,
        accounts_unseen=not wanted <= accounts.keys(),
        calls=len(looking.asked),
    )


def _into(looking: LookingUp, step: Step) -> Into:
    options = frozenset(name for name, value in step.options.items() if value is True)
    team = None if _OF_OWNERS in options else looking.team()
    return Into(str(step.constants["sequence_id"]), options, team)


def _lifted(step: Step) -> set[str]:
    on = {name for name, value in step.options.items() if value is True}
    return {code for code, options in LIFTED_BY.items() if options & on}


def _accounts(contacts: Iterable[Contact | None]) -> set[str]:
    return {contact.account for contact in contacts if contact and contact.account}


def _most(ready: Ready, wanted: int) -> int:
    """Say how many are looked at one by one without being asked for: nobody has to wait for it.

    As much again is left in Apollo's windows: the run may have to look for what it has done.
    """
    return 0 if _held_up(ready, 2 * min(wanted, MOST_ALONE)) else MOST_ALONE


def _seconds(ready: Ready, calls: int) -> float:
    """Say how long so many look-ups take: Apollo's windows, or the calls themselves."""
    return max(_held_up(ready, calls), calls * _CALL_SECONDS / ready.wish.threads)


def _held_up(ready: Ready, calls: int) -> float:
    spans = ready.basis.limits.get(at("contacts.get").scope)
    return wait_for(calls, spans, ready.basis.headroom) or 0.0
