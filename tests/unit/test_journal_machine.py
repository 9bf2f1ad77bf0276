"""The journal against a small model of itself: whatever happens, in whatever order.

Two runs that ask overlapping questions share one journal file. Calls are answered, refused, lost,
given up, answered late, answered twice, asked again; the model below says what must be true.
"""

import shutil
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from journal_maker import NOON, TEAM, Journal, people, shelf

from apollo_batch.journal import runs
from apollo_batch.journal.answers import Over, Wait
from apollo_batch.journal.settle import sweep
from apollo_batch.model import Arrival, Chunk, Halt, Reading, Settlement, Status, Verdict

MOST = Decimal(9)
CAPS = (Decimal(63), Decimal(200))
UNLIMITED = tuple(Reading(span, None, None) for span in ("minute", "hour", "day"))
WORDS = {
    "found": Status.SUCCEEDED,
    "missed": Status.NO_MATCH,
    "pending": Status.PENDING,
    "unpaired": Status.IN_DOUBT,
}
KINDS = st.sampled_from(
    ["done"] * 5 + ["unknown"] * 2 + ["refused", "limited", "not_sent", "no_access", "no_credits"]
)


@dataclass
class Asked:
    """One row's item, as it must be."""

    question: str
    state: str = "ready"
    status: Status | None = None
    attempt: int | None = None
    company: int = 10
    reason: str = ""


@dataclass
class Call:
    """One attempt, as it must be."""

    run: int
    owner: str
    chunk: Chunk
    state: str = "sent"
    held: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    settlement: Settlement | None = None


@dataclass
class Known:
    """A question, as it must be: whose it is, and how it stands."""

    state: str
    item: int


class JournalMachine(RuleBasedStateMachine):
    """Drives a real journal and the model side by side."""

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="journal-machine-"))
        self.journal = Journal(self.place())
        self.now = NOON
        on = shelf(reveal_phone_number=True)
        self.shelf = on
        questions = [people(14), people(12, start=6)]
        self.goings = [
            self.journal.begin(
                asked, on=on, cap=cap, most=MOST, owner=f"p{number}", now=NOON + number
            )
            for number, (asked, cap) in enumerate(zip(questions, CAPS, strict=True))
        ]
        self.items: dict[int, Asked] = {}
        self.run_of: dict[int, int] = {}
        for number, going in enumerate(self.goings):
            for row in self.journal.query(f"select id, params from items where run='{going.run}'"):
                self.items[row["id"]] = Asked(row["params"])
                self.run_of[row["id"]] = number
        self.calls: dict[int, Call] = {}
        self.questions: dict[str, Known] = {}
        self.stopped = [False, False]

    def teardown(self):
        if hasattr(self, "journal"):
            self.journal.store.close()
            shutil.rmtree(self.folder)

    def place(self):
        """Where the journal is kept."""
        return self.folder

    # What happens.

    @rule(number=st.integers(0, 1), free=st.integers(1, 3))
    def dispatch(self, number, free):
        self.now += 1000.0
        going = self.goings[number]

        turn = self.journal.turn(going, free=free, now=self.now)

        self._recall(number)
        for chunk in turn.chunks:
            self._leaves(number, chunk)
        if turn.answer is not None:
            self._no(number, turn.answer)

    @precondition(lambda self: self._open("sent"))
    @rule(pick=st.randoms(use_true_random=False), kind=KINDS)
    def settle(self, pick, kind):
        attempt = pick.choice(self._open("sent"))
        self._answer(attempt, self._settlement(attempt, kind, pick))

    @precondition(lambda self: self._open("lost"))
    @rule(pick=st.randoms(use_true_random=False), kind=KINDS)
    def settle_late(self, pick, kind):
        attempt = pick.choice(self._open("lost"))
        self._answer(attempt, self._settlement(attempt, kind, pick))

    @precondition(lambda self: self._open("settled"))
    @rule(pick=st.randoms(use_true_random=False), kind=KINDS)
    def settle_a_second_time(self, pick, kind):
        attempt = pick.choice(self._open("settled"))
        before = self._everything()

        self._put(attempt, self._settlement(attempt, kind, pick))

        assert self._everything() == before

    @rule(number=st.integers(0, 1))
    def die(self, number):
        lost = [a for a in self._open("sent") if self.calls[a].run == number]

        told = sweep(self.journal.store, lambda owner: owner != f"p{number}", self.now)

        assert told == len(lost)
        for attempt in lost:
            self._settled(attempt, Settlement(Arrival.UNKNOWN), "lost")
        self.stopped[number] = self._is_stopped(number)

    @rule(number=st.integers(0, 1))
    def go_on(self, number):
        self.journal.set_out(self.goings[number].run, CAPS[number], TEAM, self.now)
        self.stopped[number] = False

    @rule(number=st.integers(0, 1))
    def ask_again(self, number):
        doubtful = [i for i in self._of(number) if self.items[i].status is Status.IN_DOUBT]

        told = runs.ask_again(self.journal.store, self.goings[number].run)

        assert told == len(doubtful)
        for item in doubtful:
            asked = self.items[item]
            known = self.questions.get(asked.question)
            if known is not None and known.state == "doubt":
                del self.questions[asked.question]
            company = 1 if asked.reason == "unpaired" else asked.company
            self.items[item] = Asked(asked.question, company=company)

    @rule()
    def restart(self):
        self.journal = self.journal.reopened()

    # What must be true.

    @invariant()
    def every_item_is_in_exactly_one_state_and_none_is_lost(self):
        if not hasattr(self, "items"):
            return
        rows = self.journal.query("select id, state, status, company from items")
        assert {row["id"]: (row["state"], row["status"], row["company"] or 10) for row in rows} == {
            number: (item.state, item.status and item.status.value, item.company)
            for number, item in self.items.items()
        }

    @invariant()
    def budgets_hold_and_are_the_sums_of_their_attempts(self):
        if not hasattr(self, "items"):
            return
        for number, going in enumerate(self.goings):
            held, spent = self.journal.money(going)
            mine = [call for call in self.calls.values() if call.run == number]
            assert held == sum((call.held for call in mine), Decimal(0))
            assert spent == sum((call.spent for call in mine), Decimal(0))
            assert held + spent <= CAPS[number]
            waits = [
                c
                for c in mine
                if c.state == "sent" or (c.settlement and c.settlement.still_held != 0)
            ]
            assert waits or held == 0

    @invariant()
    def questions_are_claimed_answered_or_in_doubt_as_they_should_be(self):
        if not hasattr(self, "items"):
            return
        rows = self.journal.query(
            "select q.question, state, i.params from questions q"
            " join (select distinct question, params from items) i"
            " on i.question = q.question"
        )
        assert {row["params"]: row["state"] for row in rows} == {
            question: known.state for question, known in self.questions.items()
        }

    # How the model moves.

    def _leaves(self, number, chunk):
        assert not self.stopped[number]
        assert 1 <= len(chunk.items) <= 10
        assert len(chunk.items) <= min(self.items[item.id].company for item in chunk.items)
        assert chunk.attempt not in self.calls
        for item in chunk.items:
            asked = self.items[item.id]
            assert self.run_of[item.id] == number
            assert asked.state == "ready"
            assert asked.question not in self.questions, "asked although it is known or on its way"
            self.items[item.id] = Asked(asked.question, "sent", None, chunk.attempt, asked.company)
            self.questions[asked.question] = Known("claimed", item.id)
        held = MOST * len(chunk.items)
        self.calls[chunk.attempt] = Call(number, self.goings[number].owner, chunk, held=held)

    def _no(self, number, answer):
        free = [i for i in self._of(number) if self.items[i].state == "ready"]
        open_ = [i for i in free if self.items[i].question not in self.questions]
        flying = [c for c in self.calls.values() if c.run == number and c.state == "sent"]
        match answer:
            case Over(stop="budget"):
                held, spent = self.journal.money(self.goings[number])
                assert open_
                assert not flying
                assert held + spent + MOST > CAPS[number]
            case Over(stop=""):
                assert not free
                assert not flying
            case Over():
                assert self.stopped[number]
            case Wait(why="answers"):
                assert flying
                assert not free
            case Wait(why="elsewhere"):
                assert free
                assert not open_
            case Wait(why="budget"):
                assert flying
            case Wait(why=why):
                assert why in {"probe", "pause"}

    def _recall(self, number):
        """Ready items whose question is known were answered from the journal, or share its doubt."""
        rows = self.journal.query("select id, state, status, reason from items")
        for row in rows:
            asked = self.items[row["id"]]
            if asked.state != "ready" or row["state"] != "done":
                continue
            assert self.run_of[row["id"]] == number
            known = self.questions[asked.question]
            assert known.state in {"answered", "doubt"}
            status = Status.SUCCEEDED if known.state == "answered" else Status.IN_DOUBT
            # It is no attempt's any longer: what comes late of its own changes nothing.
            reason = self.items[known.item].reason if known.state == "doubt" else ""
            self.items[row["id"]] = Asked(
                asked.question, "done", status, None, asked.company, reason
            )

    def _settlement(self, attempt, kind, pick):
        chunk = self.calls[attempt].chunk
        match kind:
            case "unknown":
                return Settlement(Arrival.UNKNOWN)
            case "refused":
                return Settlement(Arrival.REFUSED)
            case "no_access":
                return Settlement(Arrival.REFUSED, halt=Halt.ACCESS)
            case "no_credits":
                return Settlement(Arrival.REFUSED, halt=Halt.CREDITS)
            case "limited":
                return Settlement(Arrival.LIMITED, retry_after=float(pick.randint(1, 60)))
            case "not_sent":
                return Settlement(Arrival.NOT_SENT)
        words = [pick.choice(list(WORDS)) for _ in chunk.items]
        verdicts = tuple(
            Verdict(item.id, WORDS[word], word, index=place)
            for place, (item, word) in enumerate(zip(chunk.items, words, strict=True))
        )
        charged = Decimal(sum(word != "missed" for word in words))
        waits = sum(word == "pending" for word in words)
        return Settlement(
            Arrival.DONE,
            verdicts,
            reported=pick.choice([charged, None]),
            derived=charged,
            still_held=pick.choice([Decimal(8) * waits, None]) if waits else Decimal(0),
            request_id=str(attempt) if waits else None,
            http=200,
            readings=UNLIMITED,
        )

    def _answer(self, attempt, settlement):
        self._put(attempt, settlement)
        self._settled(attempt, settlement, "settled")
        self.stopped = [self._is_stopped(number) for number in (0, 1)]

    def _put(self, attempt, settlement):
        call = self.calls[attempt]
        self.journal.settle(self.goings[call.run], call.chunk, settlement, self.now)

    def _settled(self, attempt, settlement, state):
        call = self.calls[attempt]
        call.state = state
        call.settlement = settlement
        self._pay(call, settlement)
        mine = [i.id for i in call.chunk.items if self.items[i.id].attempt == attempt]
        match settlement:
            case Settlement(arrival=Arrival.DONE, verdicts=verdicts):
                for verdict in verdicts:
                    if verdict.item in mine:
                        self._ends(verdict.item, verdict.status, verdict.reason)
            case Settlement(arrival=Arrival.UNKNOWN):
                for item in mine:
                    self._ends(item, Status.IN_DOUBT)
            case Settlement(arrival=Arrival.REFUSED, halt=None) if len(mine) == 1:
                self._ends(mine[0], Status.FAILED)
            case Settlement(arrival=arrival, halt=halt):
                refused = arrival is Arrival.REFUSED and halt is None
                for item in mine:
                    self._back(item, company=len(mine) // 2 if refused else None)

    def _pay(self, call, settlement):
        match settlement.arrival:
            case Arrival.DONE:
                bill = (
                    settlement.reported if settlement.reported is not None else settlement.derived
                )
                still = settlement.still_held
                if still is None:
                    still = max(Decimal(0), call.held + call.spent - bill)
                call.held, call.spent = still, bill
            case Arrival.UNKNOWN:
                call.held, call.spent = Decimal(0), call.held + call.spent
            case _:
                call.held = call.spent = Decimal(0)

    def _ends(self, item, status, reason=""):
        asked = self.items[item]
        asked.state, asked.status, asked.reason = "done", status, reason
        known = self.questions.get(asked.question)
        if known is None or known.item != item:
            return  # a person has had the question asked again in another run
        match status:
            case Status.SUCCEEDED | Status.PENDING:
                known.state = "answered"
            case Status.IN_DOUBT:
                known.state = "doubt"
            case _:
                del self.questions[asked.question]

    def _back(self, item, *, company):
        asked = self.items[item]
        self.items[item] = Asked(asked.question, company=company or asked.company)
        known = self.questions.get(asked.question)
        if known is not None and known.item == item:
            del self.questions[asked.question]

    def _of(self, number):
        return [item for item, run in self.run_of.items() if run == number]

    def _open(self, state):
        return sorted(a for a, call in getattr(self, "calls", {}).items() if call.state == state)

    def _is_stopped(self, number):
        rows = self.journal.query(f"select stop from runs where id='{self.goings[number].run}'")
        return rows[0]["stop"] != ""

    def _everything(self):
        return {
            table: self.journal.query(f"select * from {table} order by 1, 2, 3")
            for table in ("items", "attempts", "questions", "budgets", "runs")
        }


TestTheJournalIsWhatItsModelIs = JournalMachine.TestCase
TestTheJournalIsWhatItsModelIs.settings = settings(
    # Each step is a transaction on disk: shrinking a failure by hundreds of them takes too long.
    phases=(Phase.explicit, Phase.generate),
    max_examples=25,
    stateful_step_count=40,
    report_multiple_bugs=False,
)
