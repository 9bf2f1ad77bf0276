"""The key is kept in the keyring, shown to nobody, and found again; where there is none, it says so."""

import json
from pathlib import Path

import pytest
from makers import hit, story, until
from terminal import at_a_terminal

from apollo_batch.errors import Exit

pytestmark = pytest.mark.keeps_a_secret("keyring.json", "it stands for the system's keyring")
TESTS = Path(__file__).parents[1]
SCOPED = "sandbox-key-people"


@pytest.fixture
def keyring(desk, apollo):
    """A desk with a keyring and no key anywhere; gives what is in the keyring."""
    del desk.environ["APOLLO_API_KEY"]
    use(desk, "Keyring")
    return lambda: json.loads((desk.folder / "keyring.json").read_text())


def use(desk, kind):
    path = f"{TESTS / 'rails'}:{TESTS}"
    desk.environ |= {"PYTHON_KEYRING_BACKEND": f"kept_in_a_file.{kind}", "PYTHONPATH": path}
    desk.launcher = None


def test_a_key_from_standard_input_is_asked_about_kept_and_used(desk, apollo, keyring):
    kept = desk.call("auth", "set", stdin=f"{apollo.key}\n")
    ended = story(desk, apollo).run()

    assert kept.code == 0, kept.err
    assert "Apollo knows this key: team " in kept.err
    assert "apollo-batch / api_key" in kept.err
    assert keyring() == {"apollo-batch/api_key": apollo.key}
    assert ended.code == 0, ended.err
    assert apollo.key not in kept.out + kept.err + ended.out + ended.err


def test_a_key_typed_at_a_terminal_is_not_shown(desk, apollo, keyring):
    code, shown = at_a_terminal(desk, f"{apollo.key}\n", "auth", "set", asks=b"not shown")

    assert code == 0, shown
    assert keyring() == {"apollo-batch/api_key": apollo.key}
    assert apollo.key not in shown


@pytest.mark.parametrize("typed", ["", "two words\n", "made-up-key-0123456789\n"])
def test_what_is_no_key_or_one_that_apollo_does_not_know_is_not_kept(desk, apollo, keyring, typed):
    ended = desk.call("auth", "set", stdin=typed)

    assert ended.code == Exit.ACCESS
    assert not (desk.folder / "keyring.json").exists()
    assert not typed or typed.strip() not in ended.err


def test_offline_a_key_is_kept_unasked(desk, apollo, keyring):
    ended = desk.call("auth", "set", "--offline", stdin="made-up-key-0123456789")

    assert ended.code == 0, ended.err
    assert keyring() == {"apollo-batch/api_key": "made-up-key-0123456789"}
    assert apollo.books()["log"] == []


@pytest.mark.parametrize("kind", ["Plain", "Locked"])
def test_a_keyring_that_does_not_keep_it_safely_is_not_used_and_the_file_is_named(
    desk, apollo, keyring, kind
):
    use(desk, kind)

    ended = desk.call("auth", "set", stdin=apollo.key)

    assert ended.code == Exit.ACCESS
    assert "APOLLO_API_KEY_FILE" in ended.err
    assert "chmod 600" in ended.err
    assert not (desk.folder / "keyring.json").exists()


def test_on_a_machine_without_a_keyring_it_says_so_before_it_asks_for_a_key(desk, apollo):
    ended = desk.call("auth", "set", stdin=apollo.key)

    assert ended.code == Exit.ACCESS
    assert "no keyring" in ended.err
    assert apollo.books()["log"] == []


def test_a_key_typed_behind_the_command_is_refused_and_not_shown_again(desk):
    ended = desk.call("auth", "set", "canary-key-0123456789")

    assert ended.code == Exit.USAGE
    assert "never typed behind a command" in ended.err
    assert "canary" not in ended.out + ended.err


def test_status_says_which_key_is_in_use_and_which_are_not(desk, apollo, keyring):
    desk.call("auth", "set", stdin=apollo.key)
    file = desk.folder / "key.txt"
    file.write_text(SCOPED)

    ended = desk.call("auth", "status", APOLLO_API_KEY_FILE=str(file))
    lines = ended.out.splitlines()

    assert ended.code == 0, ended.err
    assert lines[0] == f"in use: APOLLO_API_KEY_FILE ({file}), which ends in …{SCOPED[-4:]}"
    assert lines[1].startswith("not in use")
    assert f"the system's keyring, which ends in …{apollo.key[-4:]}" in lines[1]
    assert lines[2] == "Apollo knows it."
    assert "It is no master key" in lines[3]
    assert SCOPED not in ended.out
    assert apollo.key not in ended.out


def test_status_tells_a_master_key_and_a_program_the_same(desk, apollo):
    said, told = desk.call("auth", "status"), desk.call("auth", "status", "--json").document

    assert "Apollo knows it: team " in said.out
    assert "It is a master key and may do everything" in said.out
    assert told["master"] is True
    assert told["accepted"] is True
    assert told["sources"] == [
        {"source": "APOLLO_API_KEY", "in_use": True, "ends_in": apollo.key[-4:]}
    ]


def test_status_of_a_token_asks_nothing_about_masters(desk, apollo):
    ended = desk.call(
        "auth", "status", "--json", APOLLO_API_KEY="", APOLLO_OAUTH_TOKEN="sandbox-oauth-token"
    )

    assert ended.document["master"] is None
    assert ended.document["accepted"] is True


@pytest.mark.parametrize(
    ("key", "code", "says"),
    [
        ("made-up-key-0123456789", Exit.ACCESS, "does not know this API key"),
        ("", Exit.ACCESS, "No Apollo API key was found"),
        ("two words", Exit.ACCESS, "is not a key"),
    ],
)
def test_status_of_a_key_that_will_not_do_ends_with_5(desk, apollo, key, code, says):
    ended = desk.call("auth", "status", APOLLO_API_KEY=key)

    assert ended.code == code
    assert says in ended.out + ended.err
    assert not key or key not in ended.out + ended.err


def test_of_a_short_key_no_letter_is_shown(desk, apollo):
    ended = desk.call("auth", "status", "--offline", APOLLO_API_KEY="short-key")

    assert ended.code == 0
    assert ended.out == "in use: APOLLO_API_KEY\n"


def test_clear_takes_the_key_out_and_says_what_still_holds_one(desk, apollo, keyring):
    desk.call("auth", "set", stdin=SCOPED)

    ended = desk.call("auth", "clear", APOLLO_API_KEY=apollo.key)
    again = desk.call("auth", "clear")
    status = desk.call("auth", "status")

    assert keyring() == {}
    assert "The keyring holds no key any more." in ended.err
    assert f"APOLLO_API_KEY still holds one, which ends in …{apollo.key[-4:]}" in ended.err
    assert "The keyring holds no key." in again.err
    assert status.code == Exit.ACCESS


def test_no_process_shows_the_key_while_a_run_goes_on(desk, apollo):
    apollo.plot(hit("slow", seconds=2))
    told = story(desk, apollo)
    file = desk.folder / "key.txt"
    file.write_text(SCOPED)
    more = {"APOLLO_API_KEY": "", "APOLLO_API_KEY_FILE": str(file)}

    with desk.started("run", told.job, told.sheet, "--yes", more=more) as process:
        until(lambda: apollo.paid_calls() == 1)
        lines = [line for path in Path("/proc").glob("[0-9]*/cmdline") for line in read(path)]
        _, err = process.communicate(timeout=20)

    assert process.returncode == 0, err
    assert any(b"apollo_batch" in line for line in lines)
    assert not [line for line in lines if SCOPED.encode() in line]


def read(path):
    try:
        return [path.read_bytes()]
    except OSError:  # it has ended
        return []


@pytest.mark.keeps_a_secret("job.yaml", "it is to be refused for that")
@pytest.mark.parametrize("words", [("run",), ("plan",), ("check",)])
def test_a_job_file_with_the_key_in_it_is_refused_with_its_line_and_without_the_key(
    desk, apollo, words
):
    told = story(desk, apollo, name=f"enrich with {apollo.key}")

    ended = desk.call(*words, told.job, *([told.sheet] if words != ("check",) else []))

    assert ended.code == Exit.INVALID
    assert "job.yaml:2: your API key stands in this job file." in ended.err
    assert apollo.key not in ended.out + ended.err
    assert apollo.books()["log"] == []


def test_a_job_that_comes_through_a_pipe_is_read_once(desk, apollo):
    told = story(desk, apollo)

    ended = desk.call("check", "/dev/stdin", stdin=told.job.read_text())

    assert ended.code == 0, ended.err


def test_a_keyring_is_not_opened_where_no_key_is_needed_or_another_is_there(desk, apollo):
    told = story(desk, apollo)
    use(desk, "Untouched")

    keyed = told.run()
    checked = desk.call("check", told.job, APOLLO_API_KEY="")
    played = told.run("--sandbox", APOLLO_API_KEY="", APOLLO_BASE_URL="")

    assert [keyed.code, checked.code, played.code] == [0, 0, 0], keyed.err + played.err
