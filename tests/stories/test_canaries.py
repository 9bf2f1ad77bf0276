"""Two hundred people in a spreadsheet, tokens beside it: each is only where its owner put it."""

import re
from pathlib import Path

import pytest
from leakscan import HOOK_TOKEN, KEY, PROXY_PASSWORD, files_below, held_in, quote
from makers import WORLD, lead, leads, save_csv, save_job, save_xlsx, unused_port

from apollo_batch.entrypoints.crash import report_crash

HOOK = f"https://hooks.acme.example/{HOOK_TOKEN}?team={HOOK_TOKEN}"
PHONES = {"reveal_phone_number": True, "webhook_url": HOOK}
HOLDS_PEOPLE = r"leads\.xlsx|leads\.annotated\.xlsx|out\.csv|state/journal\.db|state/copies/.*"
NAMES_THE_HOOK = r"job\.yaml|state/journal\.db"


def canaries():
    """Rows of people nobody knows, of people Apollo knows and of bad cells; and what names them."""
    rows, names = [], []
    for n in range(70):
        personal = [f"{kind}canary{n:03d}" for kind in ("Given", "Family", "mail", "note")]
        given, family, mail, note = personal
        address = f"{mail}@home.example" if n % 5 else f"{mail} at home"
        cells = {"First_Name": given, "Last_Name": family, "Email": address, "Notes": note}
        known = {"Email": WORLD.person(100 + n).email or "", "Notes": note}
        rows.append(lead(100 + n, **(known if n % 3 == 0 else cells)))
        names += [note] if n % 3 == 0 else personal
    return rows, names


def typed(desk, job, sheet):
    """Everything that a person types around a run: the words of each, and what was said."""
    plan = desk.folder / "agreed.json"
    said = {
        words: desk.call(*words)
        for words in [
            ("check", job, "--sheet", sheet),
            ("plan", job, sheet),
            ("plan", job, sheet, "--json"),
            ("plan", job, sheet, "-o", plan),
            ("run", job, sheet, "--plan", plan, "--json", "--debug"),
        ]
    }
    run = next(reversed(said.values())).document["run"]
    words = [
        *(("show", run), ("show", run, "--json"), ("usage", run), ("verify", run), ("runs",)),
        *(("why", run, 2), ("why", run, 3), ("why", run, 4), ("why", run, 7)),
        *(("resolve", run), ("collect", run), ("undo", run, "--yes"), ("report", run)),
        ("run", job, sheet, "--yes"),
        ("doctor", job, sheet),
        ("usage", run, "--output", desk.folder / "bill.xlsx"),
        ("export", run, "--output", desk.folder / "out.csv"),
    ]
    return said | {each: desk.call(*each) for each in words}


def strays(folder, names, meant):
    """The files that hold one of these though they are not meant to."""
    held = {str(path.relative_to(folder)): held_in(path, names) for path in files_below(folder)}
    return {path: found for path, found in held.items() if found and not re.fullmatch(meant, path)}


def test_people_are_in_the_journal_the_copy_and_the_workbook_and_nowhere_else(desk, apollo):
    rows, names = canaries()
    assert len(names) > 200
    sheet = save_xlsx(desk.folder / "leads.xlsx", rows)

    said = typed(desk, save_job(desk.folder / "job.yaml", options=PHONES), sheet)

    told = "".join(ended.out + ended.err for ended in said.values())
    assert {words[0] for words, ended in said.items() if ended.code not in {0, 3, 8}} == set()
    assert [name for name in names if name in told] == []
    assert strays(desk.folder, names, HOLDS_PEOPLE) == {}
    everything = [p for p in files_below(desk.folder) if p.suffix in {".log", ".html", ".json"}]
    assert len(everything) >= 3, "there was nothing to look into"
    assert held_in(sheet, names) == names, "the one who looks finds nobody"


def test_a_webhooks_address_is_told_without_what_only_its_owner_knows(desk, apollo):
    sheet = save_csv(desk.folder / "leads.csv", leads(2))
    job = save_job(desk.folder / "job.yaml", options=PHONES)

    said = typed(desk, job, sheet)

    told = "".join(ended.out + ended.err for ended in said.values())
    assert "https://hooks.acme.example/…" in told
    assert HOOK_TOKEN not in told
    assert strays(desk.folder, [HOOK_TOKEN], NAMES_THE_HOOK) == {}
    assert held_in(job, [HOOK_TOKEN])


@pytest.mark.parametrize("word", ["jane", f"jane:{quote(PROXY_PASSWORD, safe='')}"])
def test_a_proxys_password_is_shown_to_nobody(desk, word):
    trust = desk.folder / "settings.toml"
    trust.write_text('trusted_hosts = ["apollo.invalid"]')
    desk.environ |= {
        "APOLLO_API_KEY": KEY,
        "APOLLO_BASE_URL": "https://apollo.invalid",
        "APOLLO_BATCH_SETTINGS": str(trust),
        "HTTPS_PROXY": f"http://{word}@127.0.0.1:{unused_port()}",
    }
    job = save_job(desk.folder / "job.yaml")

    ended = desk.run(job, save_csv(desk.folder / "leads.csv", leads(2)), "--debug")
    examined = desk.call("doctor", job)

    assert (ended.code, examined.code) == (7, 7)
    assert "proxy" in examined.out
    assert f"{word}@" not in ended.out + ended.err + examined.out + examined.err


def test_a_crash_report_quotes_no_cell():
    rows, names = canaries()

    with pytest.raises(ValueError, match="canary") as caught:
        int(str(rows))
    told = report_crash(caught.value)

    assert [name for name in names if name in told] == []
    report = Path(told.partition("is in ")[2].partition(";")[0])
    written = report.read_text()
    report.unlink()
    assert "ValueError" in written
    assert [name for name in names if name in written] == []
