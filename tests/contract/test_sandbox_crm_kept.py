"""What was written is there after the sandbox was killed: the record and the effect, or neither."""

import subprocess
import sys

import requests
from sandbox_caller import calling

PROGRAM = """
import sys
from pathlib import Path
from apollo_batch.sandbox.serve import Setup, forever
announce = lambda base_url, key: print(base_url, key, flush=True)
forever(Setup(persist=Path(sys.argv[1])), announce)
"""


def test_a_killed_sandbox_knows_every_contact_it_has_answered_for(tmp_path):
    world = tmp_path / "world.jsonl"
    command = [sys.executable, "-c", PROGRAM, str(world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        base_url, key = process.stdout.readline().decode().split()
        items = [{"first_name": "Nell", "email": f"nell{n}@quay.example"} for n in range(100)]
        reply = requests.post(
            f"{base_url}/api/v1/contacts/bulk_create",
            json={"contacts": items},
            headers={"x-api-key": key},
            timeout=10,
        )
        process.kill()

    with calling(persist=world) as again:
        ledger = again.sandbox.books()["effects"]
        created = reply.json()["created_contacts"]
        assert {entry["id"] for entry in ledger} == {contact["id"] for contact in created}
        assert sorted(entry["subject"] for entry in ledger) == sorted(i["email"] for i in items)
        assert [entry["n"] for entry in ledger] == list(range(1, 101))
        asked = {"contacts": items, "run_dedupe": True}
        assert again.post("/contacts/bulk_create", asked).json()["created_contacts"] == []


def test_a_line_that_was_torn_in_the_middle_is_neither_a_record_nor_an_effect(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        for name in ("One", "Two"):
            first.post("/contacts", {"first_name": name})
        counted = first.sandbox.books()["crm"]["contacts"]
    world.write_bytes(world.read_bytes()[:-40])

    with calling(persist=world) as second:
        books = second.sandbox.books()
        assert [entry["subject"] for entry in books["effects"]] == ["One"]
        assert books["crm"]["contacts"] == counted - 1


def test_an_id_is_given_once_whatever_was_forgotten_in_between(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        one = first.post("/contacts", {"first_name": "One"}).json()["contact"]["id"]
        asked = {"contact_ids": [one], "async": True, "title": "X"}
        first.post("/contacts/bulk_update", asked)
        two = first.post("/contacts", {"first_name": "Two"}).json()["contact"]["id"]
    with calling(persist=world) as second:
        more = [second.post("/contacts", {"first_name": "X"}).json()["contact"]["id"] for _ in "ab"]

    assert len({one, two, *more}) == 4
