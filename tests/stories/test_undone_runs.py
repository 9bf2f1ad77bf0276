"""A hundred runs are undone while colleagues meddle: the books show that only what each did went back."""

import random
import time

import pytest
import requests
from crm_makers import SAVED, STAGE, USER
from crm_makers import contact as record_of
from enroll_maker import contacts
from makers import WORLD, Desk, save_csv, save_job, serving

from apollo_batch.apollo.client import Client
from apollo_batch.apollo.wire import Wire
from apollo_batch.clock import SystemClock
from apollo_batch.journal.store import open_store
from apollo_batch.runner import invocation
from apollo_batch.runner.carrying import carry
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.invocation import Wish
from apollo_batch.runner.place import Place
from apollo_batch.runner.undoing import undoing_of, undone
from apollo_batch.settings import Credential, Secret

SEEDS = 100
SPRING, MAILBOX = WORLD.id_of("sequence", 1), WORLD.id_of("mailbox", 1)
MAILED = contacts(40)
CHANGED = [who.contact_id for who in SAVED[20:32]]
FIELDS = ("title", "contact_stage_id", "owner_id")


class Team:
    """A journal, a line to the sandbox, and a colleague with a browser."""

    def __init__(self, folder, apollo, session):
        self.folder, self.apollo, self._session = folder, apollo, session
        credential = Credential(Secret(apollo.key), "a test")
        wire = Wire(Client(apollo.base_url, credential, {}), time.sleep)
        self.place = Place(open_store(folder / "state"), wire, SystemClock(), wire.team())

    def runs(self, seed, operation, header, rows, **job):
        """Carry a job out over rows; the run."""
        path = save_job(
            self.folder / f"{operation}.yaml",
            operation=operation,
            map={column: column for column in header},
            **{"keep": None} | job,
        )
        sheet = save_csv(self.folder / "rows.csv", rows, header)
        wish = Wish(job=path, input=sheet, period=str(seed), threads=2)
        ready = invocation.prepare(self.place, wish, sheet)
        run = invocation.begin(self.place, ready, None)
        carry(self.place, ready, run, Watch(), most_enrolled=len(rows))
        return run

    def undoes(self, run):
        """Take a run back; the reasons of its rows."""
        with undoing_of(self.place, undone(self.place, run)) as undoing:
            undoing.take_back(Watch())
            return undoing.found.reasons

    def meddles(self, path, body, method="POST"):
        """What a colleague does meanwhile."""
        url = f"{self.apollo.base_url}/api/v1{path}"
        asked = {"x-api-key": self.apollo.key}
        reply = self._session.request(method, url, json=body, headers=asked, timeout=10)
        assert reply.status_code == 200, reply.text

    def effects(self, since=0):
        return [(e["kind"], e["id"]) for e in self.apollo.books()["effects"][since:]]


@pytest.fixture
def team(tmp_path):
    """Limits are not what this is about: the sandbox has none."""
    desk = Desk(tmp_path)
    with serving(desk, "--plan-profile", "unlimited") as apollo, requests.Session() as session:
        session.trust_env = False
        team = Team(tmp_path, apollo, session)
        yield team
        team.place.store.close()


def leaves(team, number):
    body = {"emailer_campaign_ids": [SPRING], "contact_ids": [number], "mode": "remove"}
    team.meddles("/emailer_campaigns/remove_or_stop_contact_ids", body)


def enters(team, number):
    body = {"emailer_campaign_id": SPRING, "contact_ids": [number]}
    body |= {"send_email_from_email_account_id": MAILBOX}
    team.meddles(f"/emailer_campaigns/{SPRING}/add_contact_ids", body)


def test_a_hundred_undone_runs_touch_only_what_they_did(team):
    went_back = 0
    for seed in range(SEEDS):
        chance = random.Random(seed)
        went_back += (_enrolls if chance.random() < 0.6 else _changes)(team, seed, chance)

    assert went_back > 2 * SEEDS, "hardly anything was taken back"


def _enrolls(team, seed, chance):
    begun = len(team.effects())
    rows = [(number,) for number in chance.choices(MAILED, k=chance.randint(1, 8))]
    options = {"sequence_id": SPRING, "send_email_from_email_account_id": MAILBOX}
    run = team.runs(seed, "sequences.enroll", ["contact_id"], rows, options=options)
    mine = {number for kind, number in team.effects(begun) if kind == "enrolled"}
    meddled = chance.sample(sorted(mine), k=min(len(mine), chance.randint(0, 2)))
    entered = [number for number in meddled if chance.random() < 0.5]
    entered += chance.sample(MAILED, k=1)
    for number in {*meddled, *entered}:
        leaves(team, number)
        mine.discard(number)
    for number in entered:
        enters(team, number)
    since = len(team.effects())

    reasons = team.undoes(run)
    team.undoes(run)  # the second time nothing is done

    assert sorted(team.effects(since)) == sorted(("removed", number) for number in mine), seed
    assert reasons.keys() <= {"taken_back", "already_there", "changed_since", "not_done"}
    for number in entered:
        leaves(team, number)
    return len(mine)


def _changes(team, seed, chance):
    chosen = chance.sample(CHANGED, k=chance.randint(1, 6))
    rows = [
        (
            number,
            f"Title {seed}-{n}",
            chance.choice(STAGE[1:]),
            chance.choice(["", USER[2], USER[3]]),
        )
        for n, number in enumerate(chosen + chosen[:1])
    ]
    was = {number: record_of(team.apollo, number) for number in chosen}
    run = team.runs(
        seed,
        "contacts.update",
        ["contact_id", "title", "contact_stage_id", "owner_id"],
        rows,
        keep_old=True,
    )
    meddled = [number for number in chosen[1:] if chance.random() < 0.3]
    for number in meddled:
        title = {"title": f"Boss {seed}", "contact_stage_id": STAGE[0]}
        team.meddles(f"/contacts/{number}", title, "PATCH")
    theirs = {number: record_of(team.apollo, number) for number in meddled}
    since = len(team.effects())

    team.undoes(run)

    assert {number for _, number in team.effects(since)} <= set(chosen) - set(meddled), seed
    for number in chosen:
        wanted = theirs.get(number, was[number])
        now = record_of(team.apollo, number)
        assert [now[f] for f in FIELDS] == [wanted[f] for f in FIELDS], (seed, number)
    return len(chosen) - len(meddled)
