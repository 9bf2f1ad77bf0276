"""Files made to do harm, dropped among good ones: the good are done, the others failed with a reason."""

import shutil
from pathlib import Path

import hostile_corpus
import pytest
from makers import leads, save_job, save_xlsx, until
from watch_launcher import WatchLauncher

MOST_MB = 300


@pytest.fixture(scope="module")
def watchers():
    """Starts watchers whose clock runs fast: what is cut off is waited for, ten minutes long."""
    launcher = WatchLauncher(300)
    yield launcher
    launcher.close()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    made = hostile_corpus.build(tmp_path_factory.mktemp("hostile"))
    return [(what, path) for what, (path, _) in sorted(made.items())]


def peak_of(pid):
    """The most memory that a process has taken, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024


def dropped_among(watchers, apollo, folder, poison, good):
    jobs, dropped = folder / "jobs", folder / "dropped"
    jobs.mkdir()
    dropped.mkdir()
    save_job(jobs / "look-up.yaml")
    inbox = dropped / "look-up"
    inbox.mkdir()
    for number, (_, path) in enumerate(poison):
        shutil.copy(path, inbox / f"poison{number:02}{path.suffix}")
    for number in range(good):
        save_xlsx(inbox / f"good{number:02}.xlsx", leads(2, start=2 * number))
    watcher = watchers.start(dropped, jobs, folder / "state", apollo.environ, log=folder / "log")

    def all_are_somewhere():
        assert watcher.alive, (folder / "log").read_text()
        failed = [p for p in (inbox / "failed").glob("poison*") if ".status." not in p.name]
        done = [p for p in (inbox / "done").glob("good*.xlsx") if ".annotated" not in p.name]
        idle = not any((inbox / "working").iterdir())
        return idle and len(failed) == len(poison) and len(done) == good

    until((inbox / "failed").is_dir)
    until(all_are_somewhere, seconds=100 + 4 * len(poison))
    assert peak_of(watcher.pid) < MOST_MB
    watcher.stop()
    until(lambda: not watcher.alive)
    return inbox


def judge(apollo, inbox, good):
    reasons = [p.read_text() for p in (inbox / "failed").glob("poison*.status.txt")]
    assert all(": failed\n\n" in text and len(text.splitlines()) >= 3 for text in reasons)
    assert not [text for text in reasons if "Traceback" in text or "a bug" in text.lower()]
    assert apollo.books()["credits"]["consumed"] == 2 * good


@pytest.mark.timeout(400)
def test_a_few_hostile_files_among_good_ones(watchers, apollo, tmp_path, corpus):
    poison = corpus[:: max(1, len(corpus) // 3)][:3]

    inbox = dropped_among(watchers, apollo, tmp_path, poison, 3)

    judge(apollo, inbox, 3)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_thirty_hostile_files_among_thirty_good_ones(watchers, apollo, tmp_path, corpus):
    inbox = dropped_among(watchers, apollo, tmp_path, corpus[:30], 30)

    assert len(corpus) >= 30
    judge(apollo, inbox, 30)
