"""`doctor` finds what is wrong with a desk, and each trouble by the check that is there for it."""

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate

import pytest
from makers import JOBS, leads, save_csv, unused_port
from stand_in import Said, passed_on, standing_in

from apollo_batch.runner import machine
from apollo_batch.runner.checkup import Level

KEY = {"APOLLO_API_KEY": ""}
SCOPED = {"APOLLO_API_KEY": "sandbox-key-people"}
TRUSTED = "https://apollo.example.invalid"


@dataclass
class Sick:
    """A desk with something wrong about it."""

    check: str
    code: int = 0
    """0: a warning."""
    environ: dict[str, str] = field(default_factory=dict)
    words: tuple[object, ...] = ()


def found(desk, *words, **environ):
    """What a check-up of the desk found, by check; and its exit code."""
    ended = desk.call("doctor", "--json", *words, **environ)
    assert ended.document["exit_code"] == ended.code, ended.err
    return {each["check"]: each for each in ended.document["checks"]}, ended.code


def settings(desk, text):
    path = desk.folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return {"APOLLO_BATCH_SETTINGS": str(path)}


def sheet(folder):
    folder.mkdir(exist_ok=True)
    return save_csv(folder / "leads.csv", leads(2))


def no_key(desk, apollo):
    return Sick("key", 5, KEY)


def a_key_of_two_words(desk, apollo):
    return Sick("key", 5, {"APOLLO_API_KEY": "two words"})


def a_key_file_that_is_not_there(desk, apollo):
    return Sick("key", 5, {**KEY, "APOLLO_API_KEY_FILE": str(desk.folder / "key.txt")})


def a_key_file_that_others_can_read(desk, apollo):
    file = desk.folder / "key.txt"
    file.write_text(apollo.key, encoding="utf-8")
    file.chmod(0o644)
    return Sick("permissions", environ={**KEY, "APOLLO_API_KEY_FILE": str(file)})


def a_key_that_apollo_does_not_know(desk, apollo):
    return Sick("team", 5, {"APOLLO_API_KEY": "stranger"})


def a_key_without_the_scope(desk, apollo):
    job = JOBS / "search-contacts.yaml"
    return Sick("scopes", 5, {"APOLLO_API_KEY": "sandbox-key-people"}, (job,))


def an_address_that_is_not_apollos(desk, apollo):
    return Sick("address", 3, {"APOLLO_BASE_URL": "https://elsewhere.example"})


def nobody_at_the_address(desk, apollo):
    return Sick("reach", 7, {"APOLLO_BASE_URL": f"http://127.0.0.1:{unused_port()}"})


def no_tls_where_it_belongs(desk, apollo):
    return Sick("reach", 7, {"APOLLO_BASE_URL": apollo.base_url.replace("http:", "https:")})


def a_name_without_an_address(desk, apollo):
    trust = settings(desk, 'trusted_hosts = ["apollo.example.invalid"]')
    return Sick("name", 7, {"APOLLO_BASE_URL": TRUSTED, **trust})


def a_proxy_where_nobody_is(desk, apollo):
    trust = settings(desk, 'trusted_hosts = ["apollo.example.invalid"]')
    proxy = {"HTTPS_PROXY": f"http://127.0.0.1:{unused_port()}"}
    return Sick("proxy", 7, {"APOLLO_BASE_URL": TRUSTED, **proxy, **trust})


def certificates_that_are_not_there(desk, apollo):
    return Sick("certificates", 7, {"SSL_CERT_FILE": str(desk.folder / "ca.pem")})


def settings_that_are_none(desk, apollo):
    return Sick("settings", 3, settings(desk, "max_credits = = 5"))


def a_list_of_whom_not_to_contact_that_is_not_there(desk, apollo):
    return Sick("do not contact", 3, settings(desk, 'do_not_contact = "nobody.txt"'))


def a_project_that_sets_a_limit_in_vain(desk, apollo):
    (desk.folder / "apollo-batch.toml").write_text("max_credits = 900\n", encoding="utf-8")
    return Sick("settings", 0, settings(desk, "max_credits = 500"))


def a_master_key_where_a_lesser_one_would_do(desk, apollo):
    return Sick("least privilege", words=(JOBS / "enrich-people.yaml",))


def a_file_in_place_of_the_state_folder(desk, apollo):
    desk.state.write_text("", encoding="utf-8")
    return Sick("state", 3)


def a_journal_of_another_version(desk, apollo):
    desk.call("runs")
    with sqlite3.connect(desk.state / "journal.db") as journal:
        journal.execute("update meta set value = '99' where key = 'schema_version'")
    journal.close()
    return Sick("state", 3)


def a_state_folder_that_others_can_enter(desk, apollo):
    desk.state.mkdir()
    desk.state.chmod(0o755)
    return Sick("permissions")


def a_file_that_stops_every_run(desk, apollo):
    desk.call("runs")
    (desk.state / "STOP").touch()
    return Sick("stop")


def a_job_with_a_mistake(desk, apollo):
    job = desk.folder / "job.yaml"
    job.write_text("version: 1\noperation: people.enrichh\n", encoding="utf-8")
    return Sick("job", 3, words=(job,))


def a_sheet_that_is_not_there(desk, apollo):
    return Sick("sheet", 3, SCOPED, (JOBS / "enrich-people.yaml", desk.folder / "none.xlsx"))


def a_sheet_that_is_open_in_excel(desk, apollo):
    path = sheet(desk.folder)
    (desk.folder / "~$leads.csv").touch()
    return Sick("sheet", 0, SCOPED, (JOBS / "enrich-people.yaml", path))


def a_sheet_in_a_folder_that_is_synchronized(desk, apollo):
    path = sheet(desk.folder / "OneDrive - Brook Ltd")
    return Sick("sheet", 0, SCOPED, (JOBS / "enrich-people.yaml", path))


def no_credits_left(desk, apollo):
    apollo.reset(credits=0)
    return Sick("credits")


TROUBLES: tuple[Callable[..., Sick], ...] = (
    no_key,
    a_key_of_two_words,
    a_key_file_that_is_not_there,
    a_key_file_that_others_can_read,
    a_key_that_apollo_does_not_know,
    a_key_without_the_scope,
    an_address_that_is_not_apollos,
    nobody_at_the_address,
    no_tls_where_it_belongs,
    a_name_without_an_address,
    a_proxy_where_nobody_is,
    certificates_that_are_not_there,
    settings_that_are_none,
    a_list_of_whom_not_to_contact_that_is_not_there,
    a_project_that_sets_a_limit_in_vain,
    a_master_key_where_a_lesser_one_would_do,
    a_file_in_place_of_the_state_folder,
    a_journal_of_another_version,
    a_state_folder_that_others_can_enter,
    a_file_that_stops_every_run,
    a_job_with_a_mistake,
    a_sheet_that_is_not_there,
    a_sheet_that_is_open_in_excel,
    a_sheet_in_a_folder_that_is_synchronized,
    no_credits_left,
)


@pytest.mark.keeps_a_secret("key.txt", why="a key in a file that others can read is a trouble")
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_each_trouble_is_found_by_its_own_check_and_by_no_other(desk, apollo, trouble):
    sick = trouble(desk, apollo)
    checks, code = found(desk, *sick.words, **sick.environ)

    wrong = {name: each for name, each in checks.items() if each["level"] != "ok"}
    assert list(wrong) == [sick.check], wrong
    assert wrong[sick.check]["level"] == ("fail" if sick.code else "warn")
    assert wrong[sick.check]["fix"]
    assert code == sick.code


@contextmanager
def answering_otherwise(desk, apollo, change):
    """Stand before the sandbox and change what it answers."""
    with standing_in(lambda asked: change(asked, passed_on(apollo, asked))) as address:
        yield {"APOLLO_BASE_URL": address}


def a_web_page(asked, said):
    return Said(b"<html>Sign in to this network</html>", headers=(("content-type", "text/html"),))


def errors(asked, said):
    return Said({"error": "oops"}, 503)


def another_time(asked, said):
    late = formatdate(time.time() - 300, usegmt=True)
    return Said(said.body, said.status, (*said.headers, ("date", late)))


def windows_used_up(asked, said):
    if "api_usage_stats" not in asked.path:
        return said
    told = json.loads(said.body)
    next(iter(told.values()))["day"]["left_over"] = 0
    return Said(told)


@pytest.mark.parametrize(
    ("change", "check", "code"),
    [
        (a_web_page, "reach", 7),
        (errors, "reach", 7),
        (another_time, "clock", 0),
        (windows_used_up, "limits", 0),
    ],
)
def test_what_apollo_answers_amiss_is_found_by_its_own_check(desk, apollo, change, check, code):
    with answering_otherwise(desk, apollo, change) as environ:
        checks, ended = found(desk, **environ)

    wrong = [name for name, each in checks.items() if each["level"] != "ok"]
    assert (wrong, ended) == ([check], code)


def test_what_a_machine_lacks_is_found_by_its_own_check(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/home {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")

    assert machine.python((3, 10, 12)).level is Level.FAIL
    assert machine.python((3, 11, 0)).level is Level.OK
    assert machine.local(tmp_path / "state", mounts).level is Level.FAIL
    assert machine.room(tmp_path, free=1_000_000).level is Level.FAIL
    assert machine.room(tmp_path, free=100_000_000).level is Level.WARN


def test_a_sound_desk_has_nothing_wrong_and_nothing_is_paid_or_written(desk, apollo):
    path = sheet(desk.folder)
    checks, code = found(desk, JOBS / "enrich-people.yaml", path, **SCOPED)

    assert (code, {each["level"] for each in checks.values()}) == (0, {"ok"})
    assert {"python", "state", "disk", "room", "key", "reach", "clock", "scopes"} <= set(checks)
    assert apollo.key not in str(checks)
    assert apollo.books()["effects"] == []
    assert apollo.books()["credits"]["consumed"] == 0


def test_a_sound_desk_hears_of_no_drift(desk, apollo):
    checks, code = found(desk, "--drift")

    assert (code, {each["level"] for each in checks.values()}) == (0, {"ok"})
    assert "users.search" in checks


@pytest.mark.parametrize(
    ("job", "needs"),
    [
        ("enrich-people.yaml", {"api/v1/people/match", "api/v1/people/bulk_match"}),
        ("search-people.yaml", {"api/v1/mixed_people/api_search"}),
        ("enrich-phones.yaml", {"api/v1/people/match", "api/v1/webhook_result/show"}),
        (
            "enroll-contacts.yaml",
            {
                "api/v1/emailer_campaigns/add_contact_ids",
                "api/v1/emailer_campaigns/search",
                "api/v1/contacts/search",
            },
        ),
    ],
)
def test_the_scopes_that_a_job_needs_are_named_and_a_lesser_key_is_not_complained_of(
    desk, apollo, job, needs
):
    by_master, _ = found(desk, JOBS / job)
    by_lesser, _ = found(desk, JOBS / job, APOLLO_API_KEY="sandbox-key-no-users")

    assert not [scope for scope in needs if scope not in by_master["scopes"]["says"]]
    assert by_lesser.get("least privilege", {"level": "ok"})["level"] == "ok"


def test_the_sandbox_is_sound_and_needs_no_key(desk):
    ended = desk.call("doctor", "--sandbox")

    assert ended.code == 0
    assert all(line.startswith("ok ") for line in ended.out.splitlines())


def without_a_field(asked, said):
    if "/users/search" not in asked.path:
        return said
    told = json.loads(said.body)
    for user in told["users"]:
        user["mail"] = user.pop("email")
    return Said(told)


def without_the_list(asked, said):
    if "/contacts/search" not in asked.path:
        return said
    told = json.loads(said.body)
    return Said({"people": told["contacts"]})


def with_something_new(asked, said):
    if "/emailer_campaigns/search" not in asked.path:
        return said
    told = json.loads(said.body)
    for sequence in told["emailer_campaigns"]:
        sequence["shard"] = 7
    return Said(told)


@pytest.mark.parametrize(
    ("change", "check", "code", "says"),
    [
        (without_a_field, "users.search", 7, "a record without email"),
        (without_the_list, "contacts.search", 7, "no list under contacts"),
        (with_something_new, "sequences.search", 0, "field emailer_campaigns.shard"),
    ],
)
def test_drift_says_which_free_answer_is_another_than_the_catalogue_says(
    desk, apollo, change, check, code, says
):
    with answering_otherwise(desk, apollo, change) as environ:
        checks, ended = found(desk, "--drift", **environ)

    wrong = {name: each for name, each in checks.items() if each["level"] != "ok"}
    assert (list(wrong), ended) == ([check], code)
    assert says in wrong[check]["says"]
