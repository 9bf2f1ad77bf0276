"""Many files at once, and many watchers: each is whole when it is taken, and taken by one."""

import random
import threading
from collections import Counter

import pytest
from makers import cells_of, lead, save_csv, save_job, save_xlsx, until
from watch_launcher import WatchLauncher


@pytest.fixture(scope="module")
def watchers():
    launcher = WatchLauncher(40)
    yield launcher
    launcher.close()


def laid_out(folder):
    jobs, dropped = folder / "jobs", folder / "dropped"
    jobs.mkdir()
    dropped.mkdir()
    save_job(jobs / "look-up.yaml")
    (dropped / "look-up").mkdir()
    return jobs, dropped, dropped / "look-up"


def workbooks(folder, count):
    """So many workbooks, each with somebody of its own."""
    folder.mkdir()
    return [
        save_xlsx(folder / f"n{number:04}.xlsx", [lead(number)]).read_bytes()
        for number in range(count)
    ]


def write_slowly(inbox, numbered, chance):
    """Write files in slices, a pause after each, as a slow copy over a network does."""
    for number, content in numbered:
        path, at = inbox / f"n{number:04}.xlsx", 0
        while at < len(content):
            size = chance.randint(1, len(content))
            with path.open("ab") as file:
                file.write(content[at : at + size])
            at += size
            threading.Event().wait(chance.random() * 0.2)


def done_of(inbox):
    done = inbox / "done"
    found = (p for end in ("csv", "xlsx") for p in done.glob(f"n*.{end}")) if done.is_dir() else ()
    return sorted(p for p in found if ".annotated" not in p.name)


def are_all_done(inbox, count):
    return len(done_of(inbox)) == count and not any((inbox / "working").iterdir())


def judge(apollo, inbox, count):
    for path in done_of(inbox):
        (row,) = cells_of(path.with_name(f"{path.stem}.annotated.xlsx"))
        assert row["Apollo Status"] == "Succeeded", path.name
    assert not any((inbox / "failed").iterdir())
    books = apollo.books()
    assert books["credits"]["consumed"] == count
    assert sum(entry["route"].endswith("bulk_match") for entry in books["log"]) == count


def writers_write(watchers, apollo, folder, count, seed):
    jobs, dropped, inbox = laid_out(folder)
    contents = list(enumerate(workbooks(folder / "aside", count)))
    watcher = watchers.start(dropped, jobs, folder / "state", apollo.environ, log=folder / "log")
    writers = [
        threading.Thread(
            target=write_slowly, args=(inbox, contents[each::8], random.Random(seed + each))
        )
        for each in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    until(lambda: are_all_done(inbox, count), seconds=200 + count)
    watcher.stop()
    until(lambda: not watcher.alive)
    assert [p.read_bytes() for p in done_of(inbox)] == [content for _, content in contents]
    judge(apollo, inbox, count)


def watchers_share(watchers, apollo, folder, count):
    """Four machines watch one folder, each with a journal of its own."""
    jobs, dropped, inbox = laid_out(folder)
    for number in range(count):
        save_csv(inbox / f"n{number:04}.csv", [lead(number)])
    started = [
        watchers.start(
            dropped,
            jobs,
            folder / f"state{each}",
            apollo.environ,
            mark=f"0000000{each}",
            at_once=2,
            log=folder / f"log{each}",
        )
        for each in range(4)
    ]
    until(lambda: are_all_done(inbox, count), seconds=200 + count)
    for watcher in started:
        watcher.stop()
    until(lambda: not any(watcher.alive for watcher in started))
    said = "".join((folder / f"log{each}").read_text() for each in range(4))
    done = Counter(line.partition(":")[0] for line in said.splitlines() if ": done. " in line)
    assert max(done.values()) == 1
    assert "cannot" not in said
    judge(apollo, inbox, count)


@pytest.mark.timeout(400)
def test_fifty_files_written_slowly_by_eight_are_never_taken_in_part(watchers, apollo, tmp_path):
    writers_write(watchers, apollo, tmp_path, 50, seed=1)


@pytest.mark.timeout(400)
def test_four_watchers_take_each_of_a_hundred_files_once(watchers, apollo, tmp_path):
    watchers_share(watchers, apollo, tmp_path, 100)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_five_hundred_files_written_slowly_by_eight(watchers, apollo, tmp_path):
    writers_write(watchers, apollo, tmp_path, 500, seed=2)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_four_watchers_take_each_of_a_thousand_files_once(watchers, apollo, tmp_path):
    watchers_share(watchers, apollo, tmp_path, 1_000)
