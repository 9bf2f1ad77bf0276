"""Whatever people do in a watched folder, in whatever order: nothing is spent or sent beyond the limits."""

import json
import shutil

import pytest
from crm_makers import effects as effects_on
from crm_makers import most_effects, newcomer
from enroll_maker import MAILBOX, SEQUENCES, TO_ENROLL, contacts
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from makers import Desk, leads, save_csv, save_job
from watch_maker import Watched

DAY, FREE = 250, 100
PEOPLE = ("first_name", "last_name", "email", "organization_name")
MOST_SMALL = 12
"""So many sheets are dropped at the most: what they may spend unasked together is below the day's limit."""


class Folder(RuleBasedStateMachine):
    """People, some of them clumsy and some of them hostile, and a watcher that is killed now and then."""

    apollo = None
    folders = None
    seen = frozenset()
    """What was done to records, in any of the sequences."""
    most = 0
    """The most credits that any of them has cost."""

    @initialize()
    def lay_out(self):
        self.apollo.plot()
        self.apollo.reset()
        self.desk = Desk(next(self.folders))
        self.watched = Watched(self.desk)
        save_job(self.watched.jobs / "buy.yaml")
        save_job(
            self.watched.jobs / "create.yaml",
            operation="contacts.create",
            map={name: name for name in PEOPLE},
            keep=None,
        )
        save_job(
            self.watched.jobs / "enroll.yaml",
            operation="sequences.enroll",
            map={"contact_id": "Contact Id"},
            options={"sequence": SEQUENCES["spring"], "mailbox": MAILBOX},
            keep=None,
        )
        self.watched.turn()
        self.ids = contacts(40)
        self.dropped = 0
        self.may_buy = self.may_create = 0
        self.may_enroll = set()
        self.content = {}
        """By a plan's bytes: the spreadsheet that it is of, and its rows."""
        self.drop_a_small_one(3, reuse=True)
        self.drop_a_large_one(FREE + 1)
        self.drop_contacts_to_enroll(0, 4)
        self.time_goes_by(5)

    def inbox(self, name):
        return self.watched.folder / name

    def name(self, stem):
        self.dropped += 1
        return f"{stem}{self.dropped:02}.csv"

    @rule(rows=st.integers(1, 10), reuse=st.booleans())
    def drop_a_small_one(self, rows, reuse):
        if self.dropped < MOST_SMALL:
            start = 2_000 if reuse else 3_000 + 20 * self.dropped
            self.may_buy += rows
            save_csv(self.inbox("buy") / self.name("small"), leads(rows, start=start))

    @rule(rows=st.integers(FREE + 1, FREE + 40))
    def drop_a_large_one(self, rows):
        if self.dropped < MOST_SMALL:
            start = 5_000 + 200 * self.dropped
            save_csv(self.inbox("buy") / self.name("large"), leads(rows, start=start))

    @rule(rows=st.integers(1, 5))
    def drop_new_people(self, rows):
        if self.dropped < MOST_SMALL:
            people = [newcomer(1_000 * self.dropped + each) for each in range(rows)]
            self.may_create += rows
            save_csv(self.inbox("create") / self.name("new"), people, PEOPLE)

    @rule(start=st.integers(0, 35), rows=st.integers(1, 5))
    def drop_contacts_to_enroll(self, start, rows):
        if self.dropped < MOST_SMALL:
            ids = [[f"Row {n}", one] for n, one in enumerate(self.ids[start : start + rows])]
            save_csv(self.inbox("enroll") / self.name("mail"), ids, TO_ENROLL)

    @rule(turns=st.integers(2, 8))
    def time_goes_by(self, turns):
        self.watched.turn(turns)
        self.remember_plans()

    def remember_plans(self):
        for plan in self.watched.folder.glob("*/review/*.plan.json"):
            sheet = plan.with_name(plan.name.removesuffix(".plan.json"))
            if sheet.exists():
                rows = [line.split(",") for line in sheet.read_text().splitlines()[1:]]
                self.content[plan.read_bytes()] = (sheet.read_bytes(), rows)

    def agreed_to(self, plan):
        """Allow what an untouched plan in `approved` says of an untouched spreadsheet."""
        name = plan.name.removesuffix(".plan.json")
        inbox = plan.parents[1]
        sheets = [p for p in (inbox / "review" / name, inbox / "approved" / name) if p.exists()]
        was, rows = self.content.get(plan.read_bytes(), (None, []))
        if not sheets or sheets[0].read_bytes() != was:
            return
        if inbox.name == "buy":
            self.may_buy += len(rows)
        if inbox.name == "enroll":
            self.may_enroll |= {row[1] for row in rows}

    def plans(self, folder):
        return sorted(self.watched.folder.glob(f"*/{folder}/*.plan.json"))

    @rule(which=st.integers(0, 10))
    def agree(self, which):
        plans = self.plans("review")
        if plans:
            plan = plans[which % len(plans)]
            target = plan.parents[1] / "approved" / plan.name
            plan.rename(target)
            self.agreed_to(target)
            self.time_goes_by(5)

    @rule(
        which=st.integers(0, 10),
        key=st.sampled_from(["most_credits", "most_enrolled", "expires", "writes"]),
    )
    def forge_a_plan(self, which, key):
        plans = self.plans("review")
        if plans:
            plan = plans[which % len(plans)]
            forged = json.loads(plan.read_text())
            forged[key] = {
                "most_credits": "99999",
                "most_enrolled": 99,
                "expires": "2099-01-01T00:00:00Z",
                "writes": {"enroll": 99},
            }[key]
            (plan.parents[1] / "approved" / plan.name).write_text(json.dumps(forged))

    @rule(which=st.integers(0, 10))
    def lend_a_plan_to_another_sheet(self, which):
        plans = self.plans("review")
        if len(plans) > 1:
            plan, other = plans[which % len(plans)], plans[(which + 1) % len(plans)]
            shutil.copy(plan, other.parents[1] / "approved" / other.name)

    @rule(which=st.integers(0, 10), by=st.integers(1, 30))
    def change_a_sheet_that_waits(self, which, by):
        sheets = sorted(self.watched.folder.glob("buy/review/*.csv"))
        if sheets:
            save_csv(sheets[which % len(sheets)], leads(FREE + by, start=9_000))

    @rule(which=st.integers(0, 10), to=st.sampled_from(["approved", "", "done", "failed"]))
    def move_a_sheet_where_it_does_not_belong(self, which, to):
        sheets = sorted(self.watched.folder.glob("*/review/*.csv"))
        if sheets:
            sheet = sheets[which % len(sheets)]
            shutil.move(sheet, sheet.parents[1] / to / sheet.name)

    @rule()
    def change_the_job(self):
        save_job(self.watched.jobs / "buy.yaml", keep={"Title": "title"})

    @rule(call=st.integers(1, 3), fault=st.sampled_from(["500_after", "reset_after", "503_before"]))
    def trouble(self, call, fault):
        self.apollo.plot({"route": "POST /people/bulk_match", "on": [call], "fault": fault})

    @rule()
    def restart(self):
        self.watched.begin_anew()

    @invariant()
    def nothing_beyond_the_limits(self):
        if self.folders is None or not hasattr(self, "desk"):
            return
        books = self.apollo.books()
        assert books["credits"]["consumed"] <= min(DAY, self.may_buy)
        made = effects_on(self.apollo, kind="created")
        assert len(made) <= self.may_create
        assert most_effects(self.apollo) <= 1
        enrolled = [e["id"] for e in books["effects"] if e["kind"] == "enrolled"]
        assert set(enrolled) <= self.may_enroll
        Folder.seen |= {e["kind"] for e in books["effects"]}
        Folder.most = max(Folder.most, books["credits"]["consumed"])
        assert len(enrolled) == len(set(enrolled))

    def teardown(self):
        if hasattr(self, "watched"):
            self.watched.turn(8)
            self.nothing_beyond_the_limits()


def go_through(apollo, monkeypatch, tmp_path_factory, many):
    for name, value in apollo.environ.items():
        monkeypatch.setenv(name, value)
    own = tmp_path_factory.mktemp("own") / "settings.toml"
    own.write_text(f"max_credits_day = {DAY}\n")
    monkeypatch.setenv("APOLLO_BATCH_SETTINGS", str(own))
    Folder.apollo = apollo
    Folder.folders = iter(lambda: tmp_path_factory.mktemp("desk"), None)
    run_state_machine_as_test(
        Folder, settings=settings(max_examples=many, stateful_step_count=10, deadline=None)
    )
    # It would prove nothing if nobody had agreed to anything.
    assert {"created", "enrolled"} <= Folder.seen
    assert Folder.most > FREE


@pytest.mark.timeout(600)
def test_no_path_through_a_folder_leads_beyond_the_limits(apollo, monkeypatch, tmp_path_factory):
    go_through(apollo, monkeypatch, tmp_path_factory, 30)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_no_path_of_three_hundred_leads_beyond_the_limits(apollo, monkeypatch, tmp_path_factory):
    go_through(apollo, monkeypatch, tmp_path_factory, 300)
