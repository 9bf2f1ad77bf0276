"""A hostile file ends with one sentence, soon, in little memory, and harms nobody."""

import json
import subprocess
import sys
from pathlib import Path

import hostile_corpus
import pytest

# One process opens them all, so that what they cost can be told.
_READER = """
import json, resource, sys, time
from pathlib import Path
from apollo_batch.errors import BatchError
from apollo_batch.sheets.read import open_sheet

def spent():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)

for name in sys.argv[1:]:
    began, said = spent(), ""
    try:
        rows = sum(1 for _ in open_sheet(Path(name)).rows())
    except BatchError as refusal:
        said = refusal.message
    print(json.dumps([said, spent() - began]))
# Of itself getrusage tells what the tests' own process, whose fork this was, had taken.
status = Path("/proc/self/status")
mine = [int(line.split()[1]) for line in status.open() if line.startswith("VmHWM:")]
theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([peak / 1024 for peak in (*mine, theirs)]))
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return hostile_corpus.build(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def told(corpus):
    """What is said of each, the seconds of processor time it took, and the peaks of memory."""
    paths = [str(path) for path, _ in corpus.values()]
    done = subprocess.run(
        [sys.executable, "-c", _READER, *paths], capture_output=True, text=True, check=True
    )
    *each, peaks = map(json.loads, done.stdout.splitlines())
    assert done.stderr == ""
    return dict(zip(corpus, each, strict=True)), peaks


def test_there_are_many(corpus):
    assert len(corpus) >= 55


def test_each_is_refused_for_what_it_is_or_read_without_harm(corpus, told):
    said = {what: message for what, (message, _) in told[0].items()}

    wrong = {
        what: (wanted, said[what])
        for what, (_, wanted) in corpus.items()
        if wanted and wanted not in said[what]
    }
    assert wrong == {}
    assert [message for message in said.values() if "\n" in message] == []


def test_each_ends_within_two_seconds_and_a_little_memory(told):
    slow = {what: seconds for what, (_, seconds) in told[0].items() if seconds > 2.5}

    assert slow == {}
    mine, theirs = told[1]
    assert max(mine, theirs) < 400


def test_nothing_is_left_behind(corpus, told):
    folder = next(path for path, _ in corpus.values()).parent

    assert sorted(folder.iterdir()) == sorted(path for path, _ in corpus.values())
    assert not list(Path.cwd().glob("core*"))
