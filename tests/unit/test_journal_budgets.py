"""Budgets against Apollo's own books: whatever happens, no budget and no kept balance is touched.

Two runs of one account go on over days. Apollo charges when it likes, or never; answers come in
time, late, twice or not at all; others spend of the same balance, which is asked for now and then.
"""

import shutil
import tempfile
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from journal_maker import NOON, TEAM, Journal, found, people, shelf

from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.journal import budget, floor, resolve, runs
from apollo_batch.journal.accounts import account_of
from apollo_batch.journal.answers import Over
from apollo_batch.journal.settle import sweep
from apollo_batch.model import Arrival, Chunk, Reading, Settlement, Status, Verdict

MOST = Decimal(9)
LATER = Decimal(8)
CAPS = (Decimal(150), None)
DAY, MONTH = Decimal(220), Decimal(500)
LEFT, KEEP = Decimal(350), Decimal(100)
A_DAY = 86_400.0
UNLIMITED = tuple(Reading(span, None, None) for span in ("minute", "hour", "day"))
TICKS = Decimal(10_000)


@dataclass
class Call:
    """One request, as Apollo's books have it."""

    run: int
    chunk: Chunk
    state: str = "sent"
    charged: Decimal | None = None
    """None: not carried out."""
    to_come: Decimal = Decimal(0)
    """What may yet be charged for results to come."""

    @property
    def most(self):
        return MOST * len(self.chunk.items)

    @property
    def may_cost(self):
        """What it may still be charged from now on."""
        return self.most if self.state == "sent" and self.charged is None else self.to_come


class BudgetMachine(RuleBasedStateMachine):
    """Drives a real journal beside the books of an Apollo that is made up."""

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="budget-machine-"))
        self.journal = Journal(self.folder)
        self.now, self.left, self.low, self.others = NOON, LEFT, KEEP, Decimal(0)
        self.calls: dict[int, Call] = {}
        self.asked = self.told = None
        on = shelf(reveal_phone_number=True)
        self.goings = [
            replace(
                self.journal.begin(
                    people(40, start=100 * number),
                    on=on,
                    cap=cap,
                    most=MOST,
                    owner=f"p{number}",
                    now=NOON + number,
                ),
                day=DAY,
                month=MONTH,
                keep=KEEP,
            )
            for number, cap in enumerate(CAPS)
        ]
        self.ask_what_was_spent()
        self.apollo_tells_what_is_left()
        self.note_the_balance()
        for number in (0, 1):  # the first answer says that no window is limited
            self.dispatch(number, free=1)
            self._settle(
                self.calls[max(self.calls)], Settlement(Arrival.REFUSED, readings=UNLIMITED)
            )

    def teardown(self):
        if hasattr(self, "journal"):
            self.journal.store.close()
            shutil.rmtree(self.folder)

    # What our side does.

    @rule(number=st.integers(0, 1), free=st.integers(1, 3))
    def dispatch(self, number, free):
        self.now += 1000.0
        stopped = self._is_stopped(number)

        turn = self.journal.turn(self.goings[number], free=free, now=self.now)

        for chunk in turn.chunks:
            self.calls[chunk.attempt] = Call(number, chunk)
            self.left_since = True
        if not stopped and turn.answer == Over(budget.FLOOR):
            noted = self._budgets()[budget.balance_of(TEAM)]
            assert noted["cap"] - KEEP - noted["held"] - noted["spent"] < MOST

    @rule(pick=st.randoms(use_true_random=False))
    def dispatch_all_there_is_room_for(self, pick):
        for number in pick.sample((0, 1), 2):
            self.go_on(number)
            self.dispatch(number, free=5)

    @rule(number=st.integers(0, 1))
    def go_on(self, number):
        self.journal.set_out(self.goings[number].run, CAPS[number], TEAM, self.now)

    @rule(number=st.integers(0, 1))
    def die(self, number):
        sweep(self.journal.store, lambda owner: owner != f"p{number}", self.now)

        for call in self.calls.values():
            if call.run == number and call.state == "sent":
                call.state = "lost"

    @rule(number=st.integers(0, 1))
    def resend(self, number):
        runs.ask_again(self.journal.store, self.goings[number].run)

    @rule(number=st.integers(0, 1), done=st.booleans())
    def resolve(self, number, done):
        run = self.goings[number].run
        if done:
            resolve.say_done(self.journal.store, run, ENRICH_PEOPLE, (), self.now, step="1")
        else:
            resolve.say_not_done(self.journal.store, run, ENRICH_PEOPLE, (), step="1")

    @rule()
    def a_day_passes(self):
        self.now += A_DAY

    # What Apollo and the rest of the team do.

    @precondition(lambda self: self._uncharged("sent"))
    @rule(pick=st.randoms(use_true_random=False))
    def apollo_charges(self, pick):
        self._charge(pick.choice(self._uncharged("sent")), pick)

    @precondition(lambda self: self._of("sent", "lost"))
    @rule(pick=st.randoms(use_true_random=False))
    def an_answer_comes(self, pick):
        call = pick.choice(self._of("sent", "lost"))
        if call.charged is None and call.state == "sent" and pick.random() < 0.7:
            self._charge(call, pick)
        if call.charged is None:
            arrival = pick.choice([Arrival.REFUSED, Arrival.LIMITED, Arrival.NOT_SENT])
            self._settle(call, Settlement(arrival, retry_after=1.0))
        else:
            self._settle(call, self._answer(call, pick))

    @precondition(lambda self: self._of("sent"))
    @rule(pick=st.randoms(use_true_random=False))
    def an_answer_is_lost(self, pick):
        self._settle(pick.choice(self._of("sent")), Settlement(Arrival.UNKNOWN))

    @precondition(lambda self: self._of("settled"))
    @rule(pick=st.randoms(use_true_random=False))
    def an_answer_comes_twice(self, pick):
        call = pick.choice(self._of("settled"))
        before = self._budgets()

        self._put(call, Settlement(Arrival.DONE, reported=Decimal(0), readings=UNLIMITED))

        assert self._budgets() == before

    @precondition(lambda self: any(call.to_come for call in self.calls.values()))
    @rule(pick=st.randoms(use_true_random=False))
    def a_phone_number_comes(self, pick):
        call = pick.choice([call for call in self.calls.values() if call.to_come])
        self.left -= min(call.to_come, LATER)
        call.to_come -= min(call.to_come, LATER)

    @rule(credits=st.integers(1, 60))
    def others_spend(self, credits):
        self.left -= credits
        self.others += credits

    # Asking for the balance takes its time, and the rest goes on meanwhile.

    @rule()
    def ask_what_was_spent(self):
        self.asked, self.told = floor.spent_so_far(self.journal.store, TEAM), None

    @precondition(lambda self: self.asked is not None)
    @rule()
    def apollo_tells_what_is_left(self):
        under_way = sum((call.may_cost for call in self.calls.values()), Decimal(0))
        self.told = (self.left, self.others, min(KEEP, self.left - under_way))
        self.left_since = False

    @precondition(lambda self: self.told is not None)
    @rule()
    def note_the_balance(self):
        left, others, low = self.told
        floor.note(self.journal.store, TEAM, spent=self.asked, left=left, now=self.now)
        low -= self.others - others
        # What left meanwhile went by the balance that was told before.
        self.low = min(low, self._lowest()) if self.left_since else low
        self.others_then = self.others
        self.asked = self.told = None

    # What must be true.

    @invariant()
    def no_budget_is_passed_and_each_is_the_sum_of_its_requests(self):
        if not hasattr(self, "others_then"):
            return
        noted = self._budgets()
        with self.journal.store.read() as c:
            counted = budget.recount(c, noted)
        for scope, one in noted.items():
            assert (one["held"], one["spent"]) == counted[scope], scope
            if one["cap"] is not None and not scope.startswith("balance:"):
                assert one["held"] + one["spent"] <= one["cap"], scope

    @invariant()
    def nothing_is_charged_that_is_neither_spent_nor_held(self):
        if not hasattr(self, "others_then"):
            return
        one = self._budgets()[budget.balance_of(TEAM)]
        charged = sum((c.charged or Decimal(0) for c in self.calls.values()), Decimal(0))
        assert charged <= one["spent"] + one["held"]

    @invariant()
    def our_runs_leave_what_is_kept_of_the_balance(self):
        if hasattr(self, "others_then"):
            assert self.left >= self._lowest()

    def _is_stopped(self, number):
        run = self.goings[number].run
        return self.journal.query(f"select stop from runs where id = '{run}'")[0]["stop"] != ""

    def _lowest(self):
        """What is kept, less what others have spent since the balance was told."""
        return self.low - (self.others - getattr(self, "others_then", Decimal(0)))

    def _charge(self, call, pick):
        call.charged = Decimal(pick.choice([0, len(call.chunk.items), int(call.most)]))
        self.left -= call.charged

    def _answer(self, call, pick):
        items = call.chunk.items
        unbilled = int((call.most - call.charged) // LATER)
        waits = pick.randint(0, min(unbilled, len(items))) if call.state == "sent" else 0
        call.to_come = LATER * waits
        status = Status.PENDING if waits else Status.SUCCEEDED
        verdicts = [Verdict(item.id, status, "found", index=n) for n, item in enumerate(items)]
        says = pick.choice([call.charged, None])
        return Settlement(
            Arrival.DONE,
            verdicts,
            reported=says,
            derived=None if says is not None else call.charged,
            still_held=pick.choice([call.to_come, None]) if waits else Decimal(0),
            request_id=pick.choice(["77", None]) if waits else None,
            http=200,
            readings=UNLIMITED,
        )

    def _settle(self, call, settlement):
        self._put(call, settlement)
        call.state = "settled"

    def _put(self, call, settlement):
        self.journal.settle(self.goings[call.run], call.chunk, settlement, self.now)

    def _of(self, *states):
        return [call for call in getattr(self, "calls", {}).values() if call.state in states]

    def _uncharged(self, state):
        return [call for call in self._of(state) if call.charged is None]

    def _budgets(self):
        rows = self.journal.query("select scope, cap, held, spent from budgets")
        return {
            row["scope"]: {
                name: None if row[name] is None else Decimal(row[name]) / TICKS
                for name in ("cap", "held", "spent")
            }
            for row in rows
        }


TestBudgetsAreNeverPassed = BudgetMachine.TestCase
TestBudgetsAreNeverPassed.settings = settings(
    # Each step is a transaction on disk: shrinking a failure by hundreds of them takes too long.
    phases=(Phase.explicit, Phase.generate),
    max_examples=25,
    stateful_step_count=50,
    report_multiple_bugs=False,
)


@pytest.mark.slow
class TestBudgetsAreNeverPassedInALongSweep(BudgetMachine.TestCase):
    settings = settings(
        TestBudgetsAreNeverPassed.settings, max_examples=1000, stateful_step_count=50
    )


def test_what_was_spent_before_apollo_said_whose_key_it_is_counts_under_the_teams_budgets(tmp_path):
    journal = Journal(tmp_path)
    mark = account_of(journal.store, "k", None)
    going = replace(journal.begin(people(5), on=shelf(mark)), day=Decimal(5))
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk))

    account_of(journal.store, "k", TEAM)

    later = replace(journal.begin(people(5, start=50), now=NOON + 1), day=Decimal(5))
    assert journal.refusal(later, NOON + 1) == Over("budget_day")
    journal.store.close()


def test_an_answer_that_comes_after_the_balance_was_told_frees_nothing_of_it(tmp_path):
    journal = Journal(tmp_path)
    going = replace(journal.begin(people(30)), keep=Decimal(10))
    floor.note(journal.store, TEAM, spent=Decimal(0), left=Decimal(30), now=NOON)
    lost = journal.dispatch(going)
    sweep(journal.store, lambda _: False, NOON)
    spent = floor.spent_so_far(journal.store, TEAM)
    floor.note(journal.store, TEAM, spent=spent, left=Decimal(15), now=NOON + 1)

    nothing = Settlement(Arrival.LIMITED, retry_after=1.0, readings=UNLIMITED)
    journal.settle(going, lost, nothing, NOON + 2)

    assert len(journal.dispatch(going, NOON + 90).items) == 5
    journal.store.close()


def test_where_nobody_has_told_the_balance_nothing_of_it_is_free_to_spend(tmp_path):
    journal = Journal(tmp_path)
    going = replace(journal.begin(people(5)), keep=Decimal(1))

    assert journal.refusal(going) == Over("balance_kept")
    journal.store.close()
