"""A claimed spreadsheet goes the way of `run`; where it was put, and how it ended, comes out."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.entrypoints.consent import caps_in_force
from apollo_batch.entrypoints.following import where
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.entrypoints.purging import purge_by_itself
from apollo_batch.entrypoints.reviewing import approved, refused, to_review
from apollo_batch.entrypoints.running import run_ready
from apollo_batch.entrypoints.shelving import conflict_of, same_as, to_done, to_failed
from apollo_batch.entrypoints.words import zone_in_force
from apollo_batch.errors import BatchError, Exit, InvalidError, UsageError
from apollo_batch.files import named
from apollo_batch.job.load import load
from apollo_batch.journal import runs
from apollo_batch.journal.moved import moved
from apollo_batch.model import Status
from apollo_batch.runner import invocation, notices
from apollo_batch.runner.bound import plan_to_save
from apollo_batch.runner.claim import Claim, is_no_link
from apollo_batch.runner.homes import FREE_CREDITS, Home, home_of, why_review
from apollo_batch.runner.invocation import Ready, Wish
from apollo_batch.runner.notices import Notice, Progress, State
from apollo_batch.runner.place import Place
from apollo_batch.runner.rehearsing import rehearse
from apollo_batch.runner.report import Figures, figures
from apollo_batch.runner.saved import Saved
from apollo_batch.sheets.annotate import needs_suffix


@dataclass(frozen=True)
class How:
    """How the spreadsheets of a watched folder are run."""

    state: str | None = None
    sandbox: bool = False
    threads: int = 8
    mark: str = ""
    """What this watcher's claims are known by."""


@dataclass(frozen=True)
class Ended:
    """How it ended with a spreadsheet, for now or for good."""

    code: Exit
    home: Home
    words: str


def take_up(claim: Claim, how: How) -> Ended:
    """Run a claimed spreadsheet, as far as anybody has agreed to, and put it where it belongs."""
    try:
        if not claim.folder.exists() and claim.inbox.working.exists():
            return Ended(Exit.OK, Home.DONE, "")  # somebody took it away, spreadsheet and all
        with place_for(how.state, sandbox=how.sandbox) as (place, _):
            return _Errand(claim, how, place).run()
    except (BatchError, OSError) as problem:
        return _stays(claim, problem)


def _stays(claim: Claim, problem: BatchError | OSError) -> Ended:
    """Leave it where it is, to be taken up again: what is wrong is no fault of the spreadsheet's."""
    if isinstance(problem, BatchError):
        return Ended(Exit(problem.exit_code), Home.STAYS, str(problem))
    words = f"The folder of {claim.name} cannot be written to: {problem.strerror or problem}."
    return Ended(Exit.NOT_WRITTEN, Home.STAYS, words)


@dataclass(frozen=True)
class _Errand:
    """One claimed spreadsheet on its way."""

    claim: Claim
    how: How
    place: Place

    def run(self) -> Ended:
        claim = self.claim
        claim.read_again()
        if not is_no_link(claim.file):
            return self._tidied_up()
        try:
            load(claim.inbox.job)
        except InvalidError as problem:  # its folder says so; the spreadsheet waits
            return _stays(claim, problem)
        if "run" in claim.known:
            # It was done once, and goes on: what was written for it then is its own.
            at = str(claim.known.get("at", ""))
            moved(self.place.store, claim.known["run"], at, str(named(claim.file)))
        try:
            return self._worked()
        except (InvalidError, UsageError) as problem:
            if problem.code is Code.SHEET_BEING_WRITTEN:
                return _stays(claim, problem)
            words = refused(problem)
            to_failed(claim, words, self.place.clock.now())
            return Ended(Exit(problem.exit_code), Home.FAILED, words)

    def _tidied_up(self) -> Ended:
        """Finish what was cut short once the spreadsheet had been moved."""
        claim = self.claim
        if "run" in claim.known:
            before, after = str(named(claim.file)), str(claim.known["at"])
            moved(self.place.store, claim.known["run"], before, after)
        claim.close()
        return Ended(Exit.OK, Home.DONE, "")

    def _worked(self) -> Ended:
        purge_by_itself(self.place, self.how.state, sandbox=self.how.sandbox)
        ready = self._prepared()
        now = self.place.clock.now()
        manner = Manner(state=self.how.state, sandbox=self.how.sandbox)
        if words := same_as(self.place.store, ready, self.claim, now, manner):
            return Ended(Exit.OK, Home.DONE, words)
        if self.claim.plan is None:
            ready = rehearse(self.place, ready, lambda _: None)
        agreed, why = self._agreed(ready)
        if why:
            return self._review(ready, why)
        with suppress(OSError):
            notices.put_up(self.claim.file, Notice(State.RUNNING, "It has begun."), now)
        cap = None if agreed else FREE_CREDITS
        asked = replace(ready, wish=replace(ready.wish, agreed=agreed, max_credits=cap))
        code = run_ready(self.place, asked, self._manner(ready, agreed))
        return self._ended(code, ready, agreed)

    def _prepared(self) -> Ready:
        job, file = self.claim.inbox.job, self.claim.file
        wish = Wish(job, file, zone=zone_in_force(), threads=self.how.threads)
        path = invocation.snapshot(self.place.store, wish)
        invocation.tidy(self.place)
        return invocation.prepare(self.place, wish, path, goes_on=True)

    def _agreed(self, ready: Ready) -> tuple[Saved | None, str]:
        """The plan that a person has approved, or why a person has to; neither: nobody need."""
        if not ready.plan.left:
            return None, ""
        if self.claim.plan is not None:
            return approved(self.place, self.claim, ready)
        cap = caps_in_force(self.place, ready).least
        plan = plan_to_save(self.place, ready, cap)
        return None, conflict_of(self.claim) or why_review(plan)

    def _review(self, ready: Ready, why: str) -> Ended:
        words = to_review(self.place, self.claim, ready, why, self.how.mark)
        return Ended(Exit.USAGE, Home.REVIEW, words)

    def _manner(self, ready: Ready, agreed: Saved | None) -> Manner:
        claim, sheet = self.claim, ready.rows.sheet
        name = claim.name_in(claim.inbox.done)
        ending = needs_suffix(sheet) if sheet else ".xlsx"
        target = claim.inbox.done / f"{Path(name).stem}.annotated{ending}"
        manner = Manner(state=self.how.state, sandbox=self.how.sandbox)
        words = ("run", str(claim.inbox.job), str(claim.inbox.done / name), *where(manner))
        return replace(
            manner,
            yes=agreed is None,
            plan=claim.plan if agreed else None,
            output=target,
            words=words,
            shows=self._shown,
        )

    def _shown(self, rows: int, *, budget: str) -> Progress:
        return Progress(self.claim.file, self.place.clock, rows, budget)

    def _ended(self, code: Exit, ready: Ready, agreed: Saved | None) -> Ended:
        place = self.place
        run = runs.current(place.store, place.account, ready.plan.survey.identity)
        found = figures(place.store, run or "")
        more = self._wants_more(agreed) if code is Exit.BUDGET else ""
        home = home_of(
            code,
            found.record["stop"],
            left=bool(found.statuses.get(Status.NOT_RUN)),
            more=bool(more),
        )
        written = found.output is not None and found.output.is_file()
        if home is Home.DONE and not written and found.record["purged"] is None:
            code, home = Exit.NOT_WRITTEN, Home.STAYS
        return self._put(code, home, found, more)

    def _put(self, code: Exit, home: Home, found: Figures, more: str) -> Ended:
        if home is Home.REVIEW:
            ready = rehearse(self.place, self._prepared(), lambda _: None)
            return replace(self._review(ready, more), code=code)
        if home is Home.DONE:
            return Ended(code, home, to_done(self.place, self.claim, found))
        words = found.record["stop_note"] or notices.done(found, {}).words
        return Ended(code, home, words)

    def _wants_more(self, agreed: Saved | None) -> str:
        """Why a run that ended at its budget is to be approved anew; "" where that would not help."""
        ready = self._prepared()
        plan = plan_to_save(self.place, ready, caps_in_force(self.place, ready).least)
        credits = agreed.most_credits if agreed else FREE_CREDITS
        if plan.most_credits > credits:
            return f"The {credits:,f} credits that were agreed to are used up, and rows are left."
        enrolled = agreed.most_enrolled if agreed else 0
        if (plan.most_enrolled or 0) > (enrolled or 0):
            return f"The {enrolled} contacts that were agreed to are enrolled, and rows are left."
        return ""
