"""kill -9 of a watcher at random moments of a day: every spreadsheet ends where it belongs, nothing twice."""

import json
import random
import time
from collections import Counter

import pytest
from crm_makers import effects, most_effects, newcomer
from makers import cells_of, leads, save_csv, save_job, save_xlsx, until
from watch_launcher import WatchLauncher

PEOPLE = ("first_name", "last_name", "email", "organization_name")
ROWS = 12


@pytest.fixture(scope="module")
def watchers():
    """Starts watchers whose clock runs fifty times as fast."""
    launcher = WatchLauncher(50)
    yield launcher
    launcher.close()


def laid_out(folder):
    """Two jobs, one that pays and one that writes, and a folder to be watched."""
    jobs, dropped = folder / "jobs", folder / "dropped"
    jobs.mkdir()
    dropped.mkdir()
    save_job(jobs / "look-up.yaml")
    save_job(
        jobs / "create.yaml",
        operation="contacts.create",
        map={name: name for name in PEOPLE},
        keep={"Id": "id"},
    )
    return jobs, dropped


def drop(dropped, number):
    """Drop the spreadsheet of a number; gives where it belongs in the end."""
    if number % 2:
        rows = [newcomer(number * ROWS + each) for each in range(ROWS)]
        inbox, make, header = dropped / "create", save_csv, PEOPLE
        aside = make(inbox / ".aside", rows, header)
    else:
        inbox = dropped / "look-up"
        aside = save_xlsx(inbox / ".aside.xlsx", leads(ROWS, start=1_000 + number * ROWS))
    name = f"sheet{number:02}{'.csv' if number % 2 else '.xlsx'}"
    aside.rename(inbox / name)
    return inbox / "done" / name


def told(path):
    """What is said beside a spreadsheet; nothing where it is not there yet."""
    try:
        return json.loads(path.with_name(f"{path.name}.status.json").read_text() or "{}")
    except FileNotFoundError:
        return {}


def is_done(path):
    return path.exists() and told(path).get("state") == "done"


def is_working(dropped):
    return any(any((dropped / name / "working").iterdir()) for name in ("create", "look-up"))


def a_day(watchers, apollo, folder, *, files, kills, seed):
    """Drop spreadsheets one after the other, and kill the watcher again and again meanwhile."""
    jobs, dropped = laid_out(folder)
    chance = random.Random(seed)
    state = folder / "state"

    def start():
        return watchers.start(dropped, jobs, state, apollo.environ, log=folder / "log")

    watcher, homes, killed = start(), [], 0
    until((dropped / "create/STATUS.txt").exists)
    until((dropped / "look-up/STATUS.txt").exists)
    while killed < kills or len(homes) < files:
        if len(homes) < files and killed >= len(homes) * kills // files:
            homes.append(drop(dropped, len(homes)))
        ends = time.monotonic() + chance.choice([0.02, 0.2, 0.6]) * chance.random()
        until(lambda ends=ends: time.monotonic() >= ends)
        if killed < kills:
            watcher.kill()
            until(lambda gone=watcher: not gone.alive)
            watcher, killed = start(), killed + 1
    until(lambda: all(map(is_done, homes)) and not is_working(dropped), seconds=200)
    watcher.stop()
    until(lambda: not watcher.alive)
    return dropped, homes


def judge(apollo, dropped, homes):
    """Every spreadsheet in its place with its result, every row's effect once."""
    for inbox in (dropped / "create", dropped / "look-up"):
        mine = [home.name for home in homes if home.parent.parent == inbox]
        there = [p.name for p in (inbox / "done").iterdir() if p.suffix in {".xlsx", ".csv"}]
        sheets = [name for name in there if ".annotated" not in name]
        assert sorted(sheets) == sorted(mine)
        assert not list((inbox / "failed").iterdir())
        assert not list((inbox / "review").iterdir())
        assert not [p for p in inbox.iterdir() if p.suffix in {".xlsx", ".csv"}]
    found = Counter()
    for home in homes:
        rows = cells_of(home.with_name(f"{home.stem}.annotated.xlsx"))
        assert len(rows) == ROWS
        found.update((home.parent.parent.name, row["Apollo Status"]) for row in rows)
    creates = sum("create" in str(home) for home in homes) * ROWS
    looks = len(homes) * ROWS - creates
    assert most_effects(apollo) <= 1
    assert found["create", "Succeeded"] == len(effects(apollo, kind="created")) == creates
    # A look-up whose answer was lost is not asked again: it may have been charged.
    assert found["look-up", "Succeeded"] + found["look-up", "In doubt"] == looks
    consumed = apollo.books()["credits"]["consumed"]
    assert found["look-up", "Succeeded"] <= consumed <= looks


@pytest.mark.timeout(400)
def test_kills_over_a_day_of_dropped_spreadsheets_lose_nothing_and_repeat_nothing(
    watchers, hasty, tmp_path
):
    hasty.reset()

    dropped, homes = a_day(watchers, hasty, tmp_path, files=4, kills=20, seed=1)

    judge(hasty, dropped, homes)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_two_hundred_kills_over_a_day_of_forty_spreadsheets(watchers, hasty, tmp_path):
    hasty.reset()

    dropped, homes = a_day(watchers, hasty, tmp_path, files=40, kills=200, seed=2)

    judge(hasty, dropped, homes)
