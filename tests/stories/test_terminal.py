"""At a terminal: every question as a person sees it, wide or narrow, in colour or in plain letters."""

import re
import signal

import pytest
from enroll_maker import contacts, enrolling
from makers import hit, judge, lead, story, until
from terminal import talk, terminal
from test_steps import CONTACT, PERSON, made, steps, strangers

from apollo_batch.errors import Exit

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
HIDES, SHOWS = "\x1b[?25l", "\x1b[?25h"


def credits_to_spend(desk, apollo):
    told = story(desk, apollo, 3)
    return [("Spend up to 3 credits? [y/N]", "y\n")], ("run", told.job, told.sheet), Exit.OK


def people_to_email(desk, apollo):
    told = enrolling(desk, apollo, contacts(3))
    asks = "3 contacts will be e-mailed. Type their number to enroll them:"
    return [(asks, "3\n")], ("run", told.job, told.sheet), Exit.OK


def the_rest_after_a_pilot(desk, apollo):
    told = story(desk, apollo, 15, pilot=5)
    asks = [
        ("Spend up to 15 credits? [y/N]", "y\n"),
        ("Go on with the other rows? [y/N]", "n\n"),
    ]
    return asks, ("run", told.job, told.sheet), Exit.BUDGET


def a_run_to_take_back(desk, apollo):
    told = enrolling(desk, apollo, contacts(2))
    run = told.run("--max-enroll", 2).document["run"]
    return [("Take back 2 rows? [y/N]", "y\n")], ("undo", run), Exit.OK


def a_shell_to_change(desk, apollo):
    return [("Change it? [y/N]", "n\n")], ("completion", "bash", "--install"), Exit.USAGE


def a_run_to_purge(desk, apollo):
    run = story(desk, apollo, 2).run().document["run"]
    asks = "Purge 1 run? Nobody can bring it back. [y/N]"
    return [(asks, "y\n")], ("purge", "--run", run), Exit.OK


def a_person_to_erase(desk, apollo):
    story(desk, apollo, [lead(1, Email="ada@acme.example"), lead(2)]).run()
    asks = "Erase all of it? Nobody can bring it back. [y/N]"
    return [(asks, "y\n")], ("erase", "--email", "ada@acme.example"), Exit.OK


@pytest.mark.parametrize(
    ("columns", "environ"),
    [
        (80, {"TERM": "xterm-256color"}),
        (40, {"TERM": "xterm-256color", "NO_COLOR": "1", "PYTHONIOENCODING": "cp1252"}),
        (40, {"TERM": "dumb", "PYTHONIOENCODING": "ascii"}),
    ],
    ids=["80 columns", "40 columns without colour", "40 columns, a dumb terminal of ASCII"],
)
@pytest.mark.parametrize(
    "scene",
    [
        credits_to_spend,
        people_to_email,
        the_rest_after_a_pilot,
        a_run_to_take_back,
        a_shell_to_change,
        a_run_to_purge,
        a_person_to_erase,
    ],
    ids=lambda scene: scene.__name__,
)
def test_a_question_is_asked_whole_on_a_line_of_its_own(desk, apollo, scene, columns, environ):
    exchange, words, code = scene(desk, apollo)

    with terminal(desk, *words, columns=columns, **environ) as at:
        for question, typed in exchange:
            assert at.shows(question.encode()), at.shown
            at.types(typed)
        ended = at.ends()

    shown = at.shown.decode(environ.get("PYTHONIOENCODING", "utf-8"))
    lines = ESCAPE.sub("", shown).replace("\r", "\n").split("\n")
    assert ended == code, shown
    for question, typed in exchange:
        # What was typed is echoed by the terminal itself.
        assert f"{question} {typed.strip()}" in lines
    if environ["TERM"] == "dumb":
        assert ESCAPE.findall(shown) == []
    if "NO_COLOR" in environ:
        assert COLOUR.findall(shown) == []
    assert shown.count(HIDES) == shown.count(SHOWS)


def test_a_list_wider_than_the_terminal_is_told_in_lines_that_fit(desk):
    code, narrow = talk(desk, [], "list", "mailboxes", "--sandbox", columns=80)
    _, wide = talk(desk, [], "list", "mailboxes", "--sandbox", columns=200)
    piped = desk.call("list", "mailboxes", "--sandbox").out

    assert code == 0
    assert max(map(len, narrow.splitlines())) <= 80
    assert "sales@example.com\n  id            9f11819e0587f3b06733651b\n" in narrow
    assert wide == piped


def test_a_terminal_of_ascii_is_told_all_in_letters_it_has(desk, apollo):
    told = story(desk, apollo, 3, name="Größe messen")

    _, shown = talk(
        desk,
        [("[y/N]", "y\n")],
        *("run", told.job, told.sheet),
        PYTHONIOENCODING="ascii",
        TERM="xterm",
    )

    assert shown.isascii()
    assert "Reading leads.csv ..." in shown
    assert "3 rows: 3 succeeded." in shown


def test_what_a_cell_or_a_reply_holds_moves_no_cursor_and_names_no_window(desk, apollo):
    tricks = "\x1b]0;owned\x07\x1b]8;;https://evil.example\x07\x1b[2J\x1b]52;c;aGk=\x07\x9b31m\r\u202etxt"
    rows = [lead(1, Email=f"a@{tricks}", Notes=tricks), lead(2, Last_Name=tricks), lead(3)]
    told = story(desk, apollo, rows, name=f"Leads {tricks}")

    code, shown = talk(desk, [("[y/N]", "y\n")], "run", told.job, told.sheet, TERM="dumb")
    run = desk.call("runs").out.split()[0]
    after = [
        desk.call(*words, run) for words in [("show",), ("runs",), ("verify",), ("usage",)][:1]
    ]
    after += [desk.call("why", run, 2), desk.call("check", told.job), desk.call("runs")]

    assert code == Exit.OK, shown
    for text in (shown, *(ended.out + ended.err for ended in after)):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text.replace("\r\n", "\n")), text
    assert "Leads ]0;owned" in after[0].out


# Whoever stops it.


def test_the_first_ctrl_c_finishes_what_is_in_flight_and_gives_the_terminal_back(desk, apollo):
    apollo.plot(hit("slow", seconds=1.5))
    told = story(desk, apollo, 25)

    with terminal(desk, "run", told.job, told.sheet, "--yes", "--threads", 1, TERM="xterm") as at:
        until(lambda: apollo.paid_calls() >= 1)
        at.types("\x03")
        assert at.shows(b"Finishing the 1 call in flight, then stopping. Ctrl-C again stops now.")
        code = at.ends()

    assert code == Exit.INTERRUPTED
    assert "25 rows: 10 succeeded, 15 not run." in at.text
    assert "Next: apollo-batch run" in at.text
    assert at.shown.decode().rfind(SHOWS) > at.shown.decode().rfind(HIDES)


def test_the_second_ctrl_c_ends_at_once_and_leaves_the_cursor_where_it_can_be_seen(desk, apollo):
    apollo.plot(hit("hang_after", seconds=60))
    told = story(desk, apollo, 12)

    with terminal(desk, "run", told.job, told.sheet, "--yes", TERM="xterm") as at:
        until(lambda: apollo.paid_calls() >= 1)
        at.types("\x03")
        assert at.shows(b"Ctrl-C again stops now.")
        at.types("\x03")
        code = at.ends(seconds=5)
    again = told.run()

    assert code == Exit.INTERRUPTED
    assert at.shown.decode().rfind(SHOWS) > at.shown.decode().rfind(HIDES)
    assert again.document["reasons"] == {"process_died": 10}


def test_a_window_that_is_closed_lets_the_call_in_flight_be_answered(desk, apollo):
    apollo.plot(hit("slow", seconds=1.5))
    told = story(desk, apollo, 25)

    with terminal(desk, "run", told.job, told.sheet, "--yes", "--threads", 1, TERM="xterm") as at:
        until(lambda: apollo.paid_calls() >= 1)
        at.is_closed()
        code = at.ends()
    shown = desk.call("show", desk.call("runs").out.split()[0], "--json").document
    again = told.run()

    assert code == Exit.TERMINATED
    assert shown["rows"] | {"succeeded": 10, "not_run": 15} == shown["rows"]
    assert again.code == Exit.OK
    assert set(apollo.books()["asked"].values()) == {1}


def test_a_run_that_is_to_outlive_its_terminal_does(desk, apollo):
    apollo.plot(hit("slow", seconds=1))
    told = story(desk, apollo, 25)

    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does

    words = ("run", told.job, told.sheet, "--yes", "--json", "--threads", 1)
    with desk.started(*words, preexec_fn=ignore) as process:
        until(lambda: apollo.paid_calls() >= 1)
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=20)

    assert process.returncode == Exit.OK


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_between_two_steps_the_second_is_done_once_by_the_same_command(
    desk, apollo, number
):
    apollo.plot(hit("slow", seconds=1))
    job, sheet = steps(desk, strangers(3), PERSON, CONTACT)

    with desk.started("run", job, sheet, "--yes", "--json") as process:
        until(lambda: apollo.paid_calls() >= 1)
        process.send_signal(number)
        process.communicate(timeout=20)
    before = made(apollo, "contacts", "created")
    again = desk.run(job, sheet)
    judged = judge(again, desk.state, apollo.books())

    assert process.returncode in {Exit.INTERRUPTED, Exit.TERMINATED}
    assert before == []
    assert judged["rows"]["succeeded"] == 3
    assert len(made(apollo, "contacts", "created")) == 3
    assert set(apollo.books()["asked"].values()) == {1}
