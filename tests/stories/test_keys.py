"""The key: where it is looked for, and what is said where it is missing, wrong or not allowed."""

import pytest
from makers import story

from apollo_batch.errors import Exit

PAGE = "Apollo > Settings > Integrations > API"
MADE_UP = "made-up-key-0123456789"


def without_key(desk):
    desk.environ.pop("APOLLO_API_KEY")


def refused(told, *words, **environ):
    """Run with a credential that will not do; nothing is sent, nothing is shown of it."""
    ended = told.run(*words, **environ)

    assert ended.code == Exit.ACCESS, ended.err
    assert told.apollo.books()["credits"]["consumed"] == 0
    for value in environ.values():
        assert value not in ended.out + ended.err
    return ended


def test_without_a_key_it_says_where_one_is_made_and_where_it_goes(desk, apollo):
    without_key(desk)

    ended = refused(story(desk, apollo))

    assert PAGE in ended.err
    assert "export APOLLO_API_KEY=" in ended.err
    assert "--sandbox" in ended.err
    assert apollo.books()["log"] == []


def test_a_wrong_key_is_told_with_the_page_where_keys_are_made(desk, apollo):
    ended = refused(story(desk, apollo), APOLLO_API_KEY=MADE_UP)

    assert "does not know this API key" in ended.err
    assert PAGE in ended.err
    assert apollo.paid_calls() == 0


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "bad\x7fkey"])
def test_what_cannot_be_a_key_is_never_sent(desk, apollo, key):
    ended = refused(story(desk, apollo), APOLLO_API_KEY=key)

    assert "is not a key" in ended.err
    assert apollo.books()["log"] == []


def test_a_key_without_the_route_is_told_which_scope_it_lacks(desk, apollo):
    told = story(desk, apollo)

    ended = refused(told, APOLLO_API_KEY="sandbox-key-organizations")
    figures = told.judged(ended)

    assert "api/v1/people/bulk_match" in ended.err
    assert "master key" in ended.err
    assert figures["reasons"] == {"no_access": 3}
    assert figures["next"].endswith("--json")


def test_once_the_key_may_do_it_the_same_command_goes_on(desk, apollo):
    told = story(desk, apollo)
    stopped = refused(told, APOLLO_API_KEY="sandbox-key-organizations")

    ended = desk.call(*stopped.following)

    assert ended.code == 0, ended.err
    assert told.judged(ended)["rows"]["succeeded"] == 3


def test_a_key_for_people_alone_is_enough_for_people(desk, apollo):
    told = story(desk, apollo)

    ended = told.run(APOLLO_API_KEY="sandbox-key-people")

    assert ended.code == 0, ended.err
    assert told.judged(ended)["rows"]["succeeded"] == 3


def test_a_key_of_a_free_plan_is_told_that_it_takes_a_paid_one(desk, apollo):
    ended = refused(story(desk, apollo), APOLLO_API_KEY="sandbox-free-key")

    assert "paid plans only" in ended.err


def test_a_bearer_token_does_instead_of_a_key(desk, apollo):
    without_key(desk)
    told = story(desk, apollo)

    ended = told.run(APOLLO_OAUTH_TOKEN="sandbox-oauth-token")

    assert ended.code == 0, ended.err
    assert told.judged(ended)["rows"]["succeeded"] == 3


def test_an_expired_token_says_that_it_has_expired(desk, apollo):
    without_key(desk)

    ended = refused(story(desk, apollo), APOLLO_OAUTH_TOKEN=MADE_UP)

    assert "expired" in ended.err
    assert PAGE not in ended.err


@pytest.mark.keeps_a_secret("key", why="it is the file that the key is read from")
def test_a_key_may_come_from_a_file(desk, apollo):
    without_key(desk)
    file = desk.folder / "key"
    file.write_text(f"{apollo.key}\n")

    ended = story(desk, apollo).run(APOLLO_API_KEY_FILE=str(file))

    assert ended.code == 0, ended.err


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff\xfe"])
def test_a_key_file_that_holds_no_key_is_told(desk, apollo, content):
    without_key(desk)
    file = desk.folder / "keyfile"
    if content is not None:
        file.write_bytes(content)

    ended = story(desk, apollo).run(APOLLO_API_KEY_FILE=str(file))

    assert ended.code == Exit.ACCESS
    assert str(file) in ended.err
    assert apollo.books()["log"] == []


def test_the_key_is_checked_before_a_finished_run_is_written_again(desk, apollo):
    told = story(desk, apollo)
    told.run()

    missing = told.run(APOLLO_API_KEY="")
    wrong = told.run(APOLLO_API_KEY=MADE_UP)

    assert [missing.code, wrong.code] == [Exit.ACCESS, Exit.ACCESS]
    assert missing.out == wrong.out == ""


def test_the_embedded_sandbox_needs_no_key_and_takes_none(desk, apollo):
    desk.environ.clear()
    told = story(desk, apollo)

    bare = told.run("--sandbox")
    keyed = told.run("--sandbox", "--fresh", APOLLO_API_KEY="two words")
    filed = told.run("--sandbox", "--fresh", APOLLO_API_KEY_FILE="/no/such/file")

    assert [bare.code, keyed.code, filed.code] == [0, 0, 0], keyed.err + filed.err


@pytest.mark.parametrize(
    "url",
    [
        "http://apollo.example",
        "https://apollo.example",
        "http://127.0.0.1:1/path",
        "ftp://127.0.0.1",
    ],
)
def test_the_key_goes_to_no_address_but_apollos_and_this_machine(desk, apollo, url):
    ended = story(desk, apollo).run(APOLLO_BASE_URL=url)

    assert ended.code == Exit.USAGE
    assert "the key goes nowhere else" in ended.err
    assert apollo.books()["log"] == []


def test_the_key_is_in_no_file_even_where_a_reply_repeats_it(desk, apollo):
    apollo.plot({"route": "*", "fault": "echo_key"})
    told = story(desk, apollo)

    ended = told.run("--debug")

    assert ended.code == 0, ended.err
    key = apollo.key.encode()
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path for path in files if key in path.read_bytes()]
    assert apollo.key not in ended.out + ended.err
