"""What is paid for once stays paid for, whatever Apollo says of the key meanwhile."""

import json
import signal
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from makers import cells_of, story, until

from apollo_batch.errors import Exit


def test_an_apollo_that_for_once_does_not_say_whose_the_key_is_makes_nobody_pay_twice(desk, apollo):
    apollo.plot({"route": "GET /users/api_profile", "on": [1], "fault": "503_before"})
    told = story(desk, apollo, 25)

    first = told.run("--max-credits", 10)
    second = told.run("--max-credits", 10)
    third = told.run("--max-credits", 25)

    # It is the same run with the same budget, so its credits are not there a second time.
    assert (first.code, second.code, third.code) == (Exit.BUDGET, Exit.BUDGET, 0)
    assert len({ended.document["run"] for ended in (first, second, third)}) == 1
    assert set(apollo.books()["asked"].values()) == {1}
    assert told.judged(third)["rows"]["succeeded"] == 25


@contextmanager
def withdrawing():
    """Serve, in place of Apollo, a team whose key is withdrawn once its first rows are answered."""
    asked = []

    class Withdrawer(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["content-length"] or 0))
            details = json.loads(content or "{}").get("details", ())
            if details and not asked:
                asked.extend(details)
                misses = {"matches": [None for _ in details], "credits_consumed": 0}
                self._answer(200, misses)
            else:
                self._answer(401 if asked else 200, {})

        def do_GET(self):
            self._answer(200, {"team_id": "64b000000000000000000001"})

        def _answer(self, status, body):
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Withdrawer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_key_withdrawn_meanwhile_takes_no_result_with_it(desk, apollo):
    told = story(desk, apollo, 15)

    with withdrawing() as elsewhere:
        ended = told.run("--threads", 1, APOLLO_BASE_URL=elsewhere)

    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert ended.code == Exit.ACCESS
    assert [row["Apollo Status"] for row in rows] == ["No match"] * 10 + ["Not run"] * 5
    assert ended.document["next"]


def test_ctrl_c_waits_for_no_balance(desk, apollo):
    balance = "POST /usage_stats/credit_usage_stats"
    apollo.plot({"route": balance, "every": 1, "fault": "hang", "seconds": 30})
    told = story(desk, apollo, 3)

    with desk.started("run", told.job, told.sheet, "--yes", stdin=subprocess.DEVNULL) as process:
        until((desk.state / "runs").is_dir)
        threading.Event().wait(1.5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)

    assert process.returncode == Exit.INTERRUPTED
    assert apollo.paid_calls() == 0
