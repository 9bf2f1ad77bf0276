"""Every trouble on the line and in the answers, met by every kind of operation.

Whatever it is, the rows end as they have to, nothing is made or bought twice, no less is counted
than was charged, and the same command goes on where it makes sense to.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import tally
from certificates import Certificates
from crash_scene import Scene
from fault_judge import assert_faultless
from fault_scene import KINDS, MOST, known_to
from troubles import NETWORK, PAYLOADS, STATUSES, Means, Trouble
from unreached import BEFORE, plain

Rows = Mapping[str, int]
WHOLE: dict[str, Rows] = {
    "look up": {"succeeded": 11, "no_match": 1},
    "search": {"succeeded": MOST},
    "create many": {"succeeded": 9},
    "create one": {"succeeded": 4},
    "update": {"succeeded": 5},
    "enroll": {"succeeded": 6},
}
"""How the rows of each kind of operation end when nothing is amiss."""
DOUBT: Rows = {"no_match": 1, "in_doubt": 11}
LAST_IN_DOUBT: Rows = {"succeeded": 11, "in_doubt": 1}
ONE_FAILED: dict[str, Rows] = {
    "search": {"failed": 1},
    "create one": {"succeeded": 3, "failed": 1},
}
"""Where no smaller request is left to try."""
STOPPED = {Means.NO_ACCESS: 5, Means.NO_CREDITS: 6}


@dataclass(frozen=True)
class Ends:
    """How a run ends that meets a trouble, and how the same command does afterwards."""

    code: int
    rows: Rows
    then: Rows


def ends(trouble: Trouble, kind: str) -> Ends:
    """What has to become of the rows."""
    whole = WHOLE[kind]
    match trouble.means:
        case Means.UNKNOWN if kind == "look up":
            rows = LAST_IN_DOUBT if trouble.follows else DOUBT
            return Ends(8, rows, rows)
        case Means.REFUSED if kind in ONE_FAILED:
            return Ends(3, ONE_FAILED[kind], ONE_FAILED[kind])
        case Means.NO_ACCESS | Means.NO_CREDITS:
            rows = {"not_run": 1 if kind == "search" else sum(whole.values())}
            return Ends(STOPPED[trouble.means], rows, whole)
        case Means.BUG:
            return BUG[kind]
    return Ends(0, whole, whole)


BUG = {
    "look up": Ends(3, {"failed": 11, "not_run": 1}, {"failed": 11, "no_match": 1}),
    "search": Ends(3, {"failed": 1}, {"failed": 1}),
    "create many": Ends(3, {"failed": 9}, {"failed": 9}),
    "create one": Ends(3, {"failed": 1, "not_run": 3}, {"failed": 1, "succeeded": 3}),
    "update": Ends(3, {"failed": 4, "not_run": 1}, {"failed": 4, "succeeded": 1}),
    "enroll": Ends(3, {"failed": 3, "not_run": 3}, {"failed": 3, "succeeded": 3}),
}
"""How a request ends that Apollo does not take as it is: nothing like it leaves in this run."""
BRIEFLY = ("--patience", "1s")
"""How long Apollo is waited for that is out of reach and stays so."""
UNREACHED = ("a name that leads nowhere", "nobody there any more")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def known(hasty):
    """Every id that the search can find, asked for without the product."""
    return known_to(hasty)


@pytest.fixture
def faulty_scene(hasty, launcher, tmp_path):
    hasty.reset()
    return Scene(tmp_path / "scene", hasty, launcher, threads=1, total=1.0)


def ended(process):
    """The exit code of a command and how its rows ended; () where it got no further than asking."""
    code = process.end()
    assert "Traceback" not in process.said(), process.said()
    told = process.told()
    rows = json.loads(told)["rows"] if told else {}
    return code, {status: count for status, count in rows.items() if count and status != "total"}


def judged(scene, command, code, known, *, spoilt=False):
    books = scene.served.books()
    assert_faultless(scene, command, books, code, known=known, spoilt=spoilt)
    tally.count(tally.FAULTS)


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [(k, t) for k in KINDS for t in (*NETWORK, *STATUSES, *PAYLOADS) if k.name in t.kinds],
    ids=str,
)
def test_whatever_a_request_meets_its_rows_end_as_they_have_to(faulty_scene, known, kind, trouble):
    scene = faulty_scene
    laid = plain(scene.served.base_url)
    scene.environ = laid.environ
    command = kind.lay(scene)
    route, call = kind.follows if trouble.follows else (kind.route, 1)
    laid.line.strike(route, trouble.act, () if trouble.always else (call,))

    first = ended(command.run(*(BRIEFLY if trouble.always else ())))
    struck = laid.line.struck
    laid.line.calm()
    then = ended(command.run()) if first[0] or trouble.spoils else first
    laid.line.close()

    assert struck
    assert "/elsewhere" not in laid.line.heard
    if trouble.always:
        assert first[0] in {7, 8}
        assert set(first[1]) <= {"not_run", "in_doubt", "succeeded"}
        assert then[1] == (first[1] if kind.name == "look up" else WHOLE[kind.name])
    elif not trouble.spoils:
        due = ends(trouble, kind.name)
        assert (first, then[1]) == ((due.code, due.rows), due.then)
    judged(scene, command, then[0], known, spoilt=trouble.spoils)


@pytest.mark.parametrize("lay", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_whatever_a_request_meets_before_it_has_left_it_is_sent_once(
    faulty_scene, known, certificates, tmp_path, kind, lay
):
    scene = faulty_scene
    scene.total = 5.0  # a lost packet is sent again after a second
    laid = lay(scene.served.base_url, tmp_path, certificates)
    scene.environ = laid.environ
    command = kind.lay(scene)

    first = ended(command.run(*BRIEFLY))
    laid.mend()
    laid.line.calm()
    scene.environ |= {"APOLLO_BASE_URL": laid.line.url}
    then = ended(command.run()) if first[0] == 7 else first
    laid.line.close()

    name = next(name for name, known_lay in BEFORE.items() if known_lay is lay)
    whole = WHOLE[kind.name]
    if name in UNREACHED:
        assert first[0] == 7
        assert set(first[1]) <= {"not_run"}
        assert then == (0, whole)
    elif name.startswith("a reset") and "hands" not in name and kind.name == "look up":
        assert first == then == (8, DOUBT)
    else:
        assert first == (0, whole)
    judged(scene, command, then[0], known)
