"""A plan that somebody approved: what is agreed to is what was shown, whoever writes into it meanwhile."""

import os
import threading
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

from apollo_batch.entrypoints.reviewing import made_here
from apollo_batch.files import private_folder, sha256
from apollo_batch.journal.store import open_store
from apollo_batch.runner.saved import Saved, save

READINGS = 500
PLAN = Saved(
    job="look-up.yaml",
    input="leads.xlsx",
    made=datetime(2026, 11, 22, tzinfo=UTC),
    expires=datetime(2026, 11, 23, tzinfo=UTC),
    bound={},
    most_credits=Decimal(101),
    most_enrolled=None,
    writes={},
    plan={},
)


def test_a_plan_that_is_written_into_while_it_is_read_agrees_to_what_was_shown_or_to_nothing(
    tmp_path,
):
    path = tmp_path / "leads.xlsx.plan.json"
    save(path, PLAN)
    ends = threading.Event()
    at = path.read_bytes().index(b'"101"') + 1

    def write_on():
        with path.open("r+b") as file:
            while not ends.is_set():
                for digit in b"91":
                    os.pwrite(file.fileno(), bytes([digit]), at)

    with closing(open_store(tmp_path / "state")) as store:
        (private_folder(store.folder / "plans") / sha256(path)).touch()
        writer = threading.Thread(target=write_on)
        writer.start()
        read = [made_here(store, path) for _ in range(READINGS)]
        ends.set()
        writer.join()

    assert {plan.most_credits for plan in read if plan is not None} <= {Decimal(101)}
    assert made_here(store, path) is not None
