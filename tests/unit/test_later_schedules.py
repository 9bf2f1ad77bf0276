"""Whatever order, repeats and losses results come with, they end as delivered once and in order."""

import copy
import json
import random
import shutil
import zlib
from dataclasses import replace
from decimal import Decimal

import pytest
from journal_maker import NOON, TEAM, Journal, found, people, shelf
from sqlalchemy import insert, text

from apollo_batch.apollo.late import Asked, read_late
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.journal import late
from apollo_batch.journal.schema import attempts, chunks
from apollo_batch.journal.settle import give_up, settle
from apollo_batch.model import Arrival, Settlement, Status, Verdict
from apollo_batch.runner.harvest import land

PHONES = {"reveal_phone_number": True}
JOB = {"steps": [{"id": "1", "options": PHONES, "keep": {"Mobile": [["phone_numbers", 0, False]]}}]}
SEEDS = 4
SCHEDULES = 500
BULK = ENRICH_PEOPLE.route("bulk")
STRANGER = {
    "id": "f" * 24,
    "status": "success",
    "phone_numbers": [{"sanitized_number": "+15550199"}],
}


class Waiting:
    """A journal with so many requests, of one to three people each, whose results are to come."""

    def __init__(self, folder, count, chance):
        self.folder = folder
        self.open()
        on = shelf(**PHONES)
        self.going = self.journal.begin(people(3 * count), on=on, most=Decimal(9))
        with self.store.write() as c:
            sizes = [{"id": n, "size": chance.randint(1, 3)} for n in range(1, 3 * count + 1)]
            c.execute(text("update items set company = :size where id = :id"), sizes)
            job = json.dumps({"canonical": json.dumps(JOB), "kept": ["Mobile"]})
            c.execute(text("update runs set job = :job"), {"job": job})
        self.requests = {}
        while len(self.requests) < count:
            turn = self.journal.turn(self.going, free=50)
            for chunk in turn.chunks:
                self._answer(chunk)

    def open(self):
        self.journal = Journal(self.folder)
        self.store = self.journal.store

    def copied(self, folder):
        """The same once more, to go another way."""
        self.store.close()
        shutil.copytree(self.folder, folder)
        self.open()
        other = copy.copy(self)
        other.folder = folder
        other.open()
        return other

    def _answer(self, chunk):
        number = str((-1) ** chunk.attempt * (2**62 + chunk.attempt))
        known = [{"id": f"{item.id:024x}", "email": item.params["email"]} for item in chunk.items]
        body = json.dumps({"matches": known}).encode()
        verdicts = [
            Verdict(item.id, Status.PENDING, "phone_pending", index=n, credits=Decimal(1))
            for n, item in enumerate(chunk.items)
        ]
        answer = replace(found(chunk, body=body), verdicts=verdicts, request_id=number)
        held = Decimal(8) * len(known)
        self.journal.settle(self.going, chunk, replace(answer, still_held=held))
        asked = Asked(ENRICH_PEOPLE, BULK, PHONES, number, body)
        self.requests[chunk.attempt] = (asked, [record["id"] for record in known])

    def ask(self, asking):
        """Leave so many questions for results with the journal, in one go; give their numbers."""
        with self.store.write() as c:
            lane = c.scalar(text("select lane from lanes"))
            shared = {"account": TEAM, "run": self.going.run, "step": "1", "lane": lane}
            first = c.scalar(text("select max(id) from attempts")) + 1
            known = {"operation": "webhook_result.get", "route": "", "kind": late.KIND}
            base = c.scalar(text("select max(id) from chunks")) + 1
            for table, rows in (
                (chunks, [known | {"items": json.dumps([number])} for number in asking]),
                (
                    attempts,
                    [
                        {"chunk": base + n, "owner": "a", "sent_at": NOON, "outcome": "sent"}
                        | {"held": 0, "spent": 0}
                        for n in range(len(asking))
                    ],
                ),
            ):
                c.execute(insert(table), [shared | row for row in rows])
        return range(first, first + len(asking))

    def end(self):
        """What every row and every request has come to."""
        columns = "row, state, status, reason, kept, credits"
        bill = "held, spent, reported, derived, late, ask_from, request_id"
        return (
            self.journal.query(f"select {columns} from items where chunk is not null order by row"),
            self.journal.query(f"select {bill} from attempts where request_id <> '' order by id"),
            self.journal.money(self.going),
        )


def payload(ids):
    """The numbers of these people; every third has none."""
    return {
        "status": "success",
        "credits_consumed": 1,
        "people": [
            {
                "id": one,
                "status": "success",
                "phone_numbers": []
                if int(one, 16) % 3 == 0
                else [{"sanitized_number": f"+1555{int(one, 16):07d}"}],
            }
            for one in ids
        ],
    }


def result(asked, told, status="success"):
    body = {"request_id": asked.request_id, "webhook_status": status, "webhook_result": told}
    return answered(asked, 200, body)


def answered(asked, status, body):
    raw = json.dumps(body).encode()
    settlement = read_late(asked, status, raw)
    assert settlement is not None
    return replace(settlement, body=zlib.compress(raw), http=status)


def before(asked, ids, chance):
    """Something that may come as long as there is no result."""
    other = replace(asked, request_id=str(int(asked.request_id) + 2))
    told = payload(ids)
    return chance.choice(
        [
            answered(asked, 404, {"error_code": "result_pending", "retry_after_seconds": 10}),
            replace(result(other, told), late=None),
            result(asked, told | {"people": told["people"][1:]}, "in_progress"),
            Settlement(Arrival.LIMITED, retry_after=3.0),
            Settlement(Arrival.UNKNOWN),
            Settlement(Arrival.NOT_SENT),
        ]
    )


def after(asked, ids, chance):
    """Something that may come once the result is there."""
    forged = payload(ids)
    for person in forged["people"]:
        person["phone_numbers"] = [{"sanitized_number": "+15550100"}] * 2
    return chance.choice(
        [
            result(asked, payload(ids)),
            result(asked, payload(ids[::-1])),
            result(asked, forged, "failed"),
            answered(asked, 404, {"error_code": "request_id_unknown"}),
            answered(asked, 410, {"error_code": "request_id_expired"}),
            before(asked, ids, chance),
        ]
    )


def schedule(asked, ids, chance):
    """What comes of one request, in its order; the result is among it, as often as it likes."""
    people = [*payload(ids)["people"], *([STRANGER] * chance.randint(0, 2))]
    people += people[: chance.randint(0, 2)]
    chance.shuffle(people)
    early = [before(asked, ids, chance) for _ in range(chance.randint(0, 3))]
    late_ = [after(asked, ids, chance) for _ in range(chance.randint(0, 3))]
    return [*early, result(asked, payload(ids) | {"people": people}), *late_]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_any_schedule_ends_as_one_delivery_in_order(tmp_path, seed):
    chance = random.Random(seed)
    orderly = Waiting(tmp_path / "orderly", SCHEDULES, chance)
    wild = orderly.copied(tmp_path / "wild")

    once = [
        (number, result(asked, payload(ids))) for number, (asked, ids) in orderly.requests.items()
    ]
    deliver(orderly, once)
    schedules = [
        [(number, one) for one in schedule(asked, ids, chance)]
        for number, (asked, ids) in wild.requests.items()
    ]
    deliver(wild, interleaved(schedules, chance), chance)

    rows, bills, money = wild.end()
    assert (rows, bills, money) == orderly.end()
    assert {row["status"] for row in rows} == {"succeeded"}
    assert {row["reason"] for row in rows} == {"found", "phone_none"}
    assert money[0] == 0


def interleaved(schedules, chance):
    """Every request's own order is kept; which comes before which is chance."""
    turns = [n for n, one in enumerate(schedules) for _ in one]
    chance.shuffle(turns)
    left = [iter(one) for one in schedules]
    return [next(left[n]) for n in turns]


def deliver(waiting, deliveries, chance=None):
    """Settle what comes; with chance, some are given up first, told twice, and landed in between."""
    polls = waiting.ask([number for number, _ in deliveries])
    told = list(zip(polls, (settlement for _, settlement in deliveries), strict=True))
    for start in range(0, len(told), 200):
        with waiting.store.write() as c:
            for poll, settlement in told[start : start + 200]:
                if chance and chance.random() < 0.1:
                    give_up(c, poll, "It ended.", NOON)
                settle(c, poll, settlement, NOON)
                if chance and chance.random() < 0.1:
                    settle(c, poll, settlement, NOON)
        if chance is None or chance.random() < 0.5:
            land(waiting.store)
    land(waiting.store)
