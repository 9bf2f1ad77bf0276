"""Who asks to be erased is erased everywhere, stays known by hashes alone, and is left out from then on."""

import hashlib
import sqlite3
from contextlib import closing

import pytest
from crm_makers import ends, lay, newcomer, told_by
from makers import WORLD, cells_of, hit, lead, save_csv, save_xlsx, story
from traces import traces

from apollo_batch.errors import Exit

CONTACTS = ("first_name", "last_name", "email", "organization_name")
KEEP = {"Work Email": "email", "Profile": "linkedin_url", "Person": "id", "Name": "name"}
OTHERS = "select * from items where row > 2", "select * from rows where number > 2"


def journal(desk, sql):
    with closing(sqlite3.connect(desk.state / "journal.db")) as found:
        rows = found.execute(sql).fetchall()
        found.commit()
        return rows


def told_of(*numbers):
    """All by which Apollo tells people of the world apart."""
    people = map(WORLD.person, numbers)
    return {word for who in people for word in (who.email, who.id, who.linkedin_url) if word}


def with_address(count, start=100):
    """So many people of the world of whom there is an address."""
    known = (n for n in range(start, start + 9 * count) if WORLD.person(n).email)
    return [next(known) for _ in range(count)]


def address(number):
    return WORLD.person(number).email


def erased(desk, *words):
    return desk.call("erase", *words, "--yes")


def reasons(desk):
    return [row["Apollo Reason"] for row in cells_of(desk.folder / "leads.annotated.xlsx")]


def test_who_is_erased_by_address_is_nowhere_and_everybody_else_is_as_before(desk, apollo):
    (first, *rest) = with_address(12)
    story(desk, apollo, [lead(n) for n in (first, *rest)], keep=KEEP).run()
    before, held = [journal(desk, sql) for sql in OTHERS], traces(desk.state, told_of(first, *rest))

    done = erased(desk, "--email", address(first).upper())

    assert done.code == 0, done.err
    assert held.keys() == told_of(first, *rest), "the search finds what is there"
    assert traces(desk.state, told_of(first)) == {}
    assert [journal(desk, sql) for sql in OTHERS] == before
    packed = {word for word, files in held.items() if "journal.db" in files} - told_of(first)
    assert traces(desk.state, packed).keys() == packed
    assert "1 row, 1 answer, 1 copied spreadsheet" in done.out
    assert f"Names them still: {desk.folder / 'leads.annotated.xlsx'}, row 2: delete it" in done.out


def test_100_people_in_many_places_are_erased_and_their_neighbours_are_not(desk, apollo):
    people, neighbours = with_address(100), with_address(20, start=1_200)
    each = [lead(n, Notes=f"met {address(n)}") for n in (*people, *neighbours)]
    told = story(desk, apollo, each, keep=KEEP, limits={"max_credits": 500})
    book = save_xlsx(desk.folder / "book.xlsx", each[:100:2] + each[100:])
    saved = [(w.first_name, w.last_name, w.email, "Acme") for w in map(WORLD.person, people)]
    assert told.run().code == 0
    assert desk.run(told.job, book, "--rows", "2-40").code == 0
    assert lay(desk, apollo, "contacts.create", CONTACTS, [*saved, newcomer(1)]).run().code == 0
    words = told_of(*people)
    kept = "select run, row, params, kept, note, found from items where row > 101 and sheet = ''"
    before, held = journal(desk, kept), traces(desk.state, words)
    listed = desk.folder / "list.txt"
    listed.write_text("# asked us to\n" + "\n".join(map(address, people)), encoding="utf-8")

    done = erased(desk, "--file", listed)

    assert held.keys() == words
    assert len({file for files in held.values() for file in files}) >= 4
    assert done.code == 0, done.err
    assert traces(desk.state, words) == {}
    assert journal(desk, kept) == before
    assert len(journal(desk, "select * from erased")) >= 300


@pytest.mark.parametrize(
    ("by", "row"),
    [
        ("--email", {"Email": "ADA+fair@acme.example"}),
        ("--email", {"Email": "", "Notes": hashlib.sha256(b"ada@acme.example").hexdigest()}),
        ("--name", {"First Name": "ADA", "Last Name": "Example", "Website": "other.example"}),
        ("--apollo-id", {"Notes": "0123456789abcdef01234567"}),
    ],
)
def test_who_was_erased_is_left_out_of_any_new_sheet(desk, apollo, by, row):
    typed = {
        "--email": "ada@acme.example",
        "--name": "Ada Example",
        "--apollo-id": "0123456789abcdef01234567",
    }[by]
    sent = {"hashed_email": "Notes"} if by == "--email" else {"id": "Notes"}
    names = {"email": "Email", "first_name": "First Name", "last_name": "Last Name"}
    cells = [row.get(name, "") for name in ("First Name", "Last Name", "Website", "Email", "Notes")]
    erased(desk, by, typed)

    told = story(desk, apollo, [cells, lead(100)], map={**names, "domain": "Website", **sent})
    figures = told.judged(told.run())

    assert figures["reasons"] == {"erased": 1}
    assert figures["rows"]["succeeded"] == 1
    assert "This person was erased" in reasons(desk)[0]
    assert journal(desk, "select cells, hash from rows where number = 2") == [("[]", "")]
    marks = {"ada@acme", "ADA+fair", "0123456789abcdef01234567", "other.example"}
    in_journal = traces(desk.state, marks)
    assert {file for files in in_journal.values() for file in files} <= {"leads.csv"}
    assert desk.call("verify", figures["run"]).code == 0


def test_who_was_found_by_name_and_company_is_not_asked_for_by_these_again(desk, apollo):
    first, second = with_address(2)
    told = story(desk, apollo, [lead(first), lead(second)])
    told.run()
    erased(desk, "--email", address(first))
    calls = apollo.paid_calls()

    save_csv(told.sheet, [lead(second), lead(first)])
    figures = told.judged(told.run("--fresh"))

    assert figures["reasons"] == {"erased": 1, "found_before": 1}
    assert "This person was erased" in reasons(desk)[1]
    assert apollo.paid_calls() == calls


def test_the_company_in_a_row_of_theirs_is_still_asked_about_for_others(desk, apollo):
    company = WORLD.company(3).domain
    asks = {
        "map": {"domain": "Website"},
        "keep": {"Mail": "name"},
        "operation": "organizations.enrich",
    }
    met = [{"column": "Email", "is": "nobody@acme.example", "reason": "left"}]
    row = ["", "", company, "ada@acme.example", ""]
    told = story(desk, apollo, [row], **asks, skip=met)
    told.run()
    erased(desk, "--email", "ada@acme.example")

    save_csv(told.sheet, [["", "", company, "", ""]])
    figures = told.judged(told.run())

    assert figures["reasons"] == {"found_before": 1}


def test_who_was_erased_is_neither_saved_nor_changed(desk, apollo):
    told = lay(desk, apollo, "contacts.create", CONTACTS, [newcomer(1), newcomer(2)])
    erased(desk, "--email", newcomer(1)[2])

    assert told.run().code == 0

    assert ends(told) == [told_by("erased"), told_by("created")]
    assert len(apollo.books()["effects"]) == 1


def test_a_row_that_was_not_asked_yet_is_never_asked(desk, apollo):
    people = with_address(2)
    each = [[*lead(n)[:3], address(n), ""] for n in people]
    told = story(desk, apollo, each)
    told.run("--first", 1)
    calls = apollo.paid_calls()

    done = erased(desk, "--email", address(people[1]))
    figures = told.judged(told.run())

    assert done.code == 0
    assert apollo.paid_calls() == calls
    assert figures["reasons"] == {"erased": 1}
    assert figures["rows"] | {"succeeded": 1, "skipped": 1} == figures["rows"]


def test_a_row_in_doubt_is_named_and_erased_once_it_is_settled(desk, apollo):
    told = story(desk, apollo, [lead(300, Email="ada@acme.example")])
    apollo.plot(hit("reset_after"))
    run = told.run().document["run"]

    first = erased(desk, "--email", "ada@acme.example")
    desk.call("resolve", run, "--rows", 2, "--redo")
    second = erased(desk, "--email", "ada@acme.example")

    assert first.code == Exit.ROWS_FAILED
    assert f"Not erased yet, in doubt or pending: run {run}, row 2" in first.out
    assert second.code == 0
    assert traces(desk.state, ["ada@acme.example"]) == {}
    assert "1 skipped" in desk.call("show", run).out
    assert apollo.paid_calls() == 1


def test_nothing_is_erased_while_a_run_asks_about_them(desk, apollo):
    (number,) = with_address(1)
    story(desk, apollo, [lead(number)]).run()
    journal(desk, "update items set state = 'sent'")
    before = journal(desk, "select * from items")

    refused = erased(desk, "--email", address(number))

    assert refused.code == Exit.HELD
    assert "being asked for at this moment" in refused.err
    assert journal(desk, "select * from items") == before
    assert journal(desk, "select * from erased") == []


def test_workbooks_are_written_again_without_what_we_found(desk, apollo):
    first, second = with_address(2)
    told = story(desk, apollo, [lead(first), lead(second)], keep=KEEP)
    told.run()
    workbook = desk.folder / "leads.annotated.xlsx"
    before = cells_of(workbook)

    done = erased(desk, "--email", address(first), "--rewrite-outputs")
    after = cells_of(workbook)

    assert done.code == 0
    assert traces(workbook.parent, told_of(first)) == {}
    assert [row["Work Email"] for row in after] == [None, address(second)]
    assert after[0]["Apollo Note"] == "Erased on request."
    assert after[0]["First Name"] == before[0]["First Name"], "the user's own cells stay"
    assert after[1] == before[1]
    assert "our columns of it are empty now; delete what is your own" in done.out


def test_a_workbook_that_somebody_changed_is_left_to_them(desk, apollo):
    (number,) = with_address(1)
    story(desk, apollo, [lead(number)], keep=KEEP).run()
    workbook = desk.folder / "leads.annotated.xlsx"
    save_xlsx(workbook, [["x", "y", "z", address(number), ""]])
    changed = workbook.read_bytes()

    done = erased(desk, "--email", address(number), "--rewrite-outputs")

    assert workbook.read_bytes() == changed
    assert "row 2: delete it" in done.out


def test_commands_about_the_run_still_work(desk, apollo):
    people = with_address(2)
    rows = [(w.first_name, w.last_name, w.email, "Acme") for w in map(WORLD.person, people)]
    told = lay(desk, apollo, "contacts.create", CONTACTS, rows)
    run = told.run().document["run"]
    erased(desk, "--email", address(people[0]))

    said = {word: desk.call(word, run).code for word in ("show", "usage", "report")}
    verified = desk.call("verify", run)
    undone = desk.call("undo", run, "--yes")
    again = told.run()

    assert set(said.values()) == {0}
    assert "all agrees" in verified.out, verified.out
    assert undone.code in {0, Exit.NOT_WRITTEN}
    assert again.code == 0
    assert again.document["run"] == run
    assert len(apollo.books()["effects"]) == 2


def test_what_a_purge_left_of_them_goes_too(desk, apollo):
    told = lay(desk, apollo, "contacts.create", CONTACTS, [newcomer(1), newcomer(2)])
    told.run()
    made = [found for (found,) in journal(desk, "select found from effects order by item")]
    desk.call("purge", "--older-than", "0s", "--yes")

    done = erased(desk, "--email", newcomer(1)[2])

    assert done.code == 0
    assert traces(desk.state, made).keys() == {made[1]}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), Exit.USAGE, "Nobody is named"),
        (("--name", "Ada"), Exit.USAGE, "by a single word"),
        (("--email", "ada@acme"), Exit.USAGE, "'ada@acme' is no e-mail address"),
        (("--name", "ada@acme"), Exit.USAGE, "is no name"),
        (("--apollo-id", "Ada Example"), Exit.USAGE, "is no id of Apollo's"),
        (("--file", "missing.txt"), Exit.INVALID, "missing.txt cannot be read"),
    ],
)
def test_nobody_is_erased_who_is_not_named_well(desk, words, code, says):
    refused = erased(desk, *words)

    assert refused.code == code
    assert says in refused.err


def test_nobody_is_erased_unless_somebody_agrees(desk, apollo):
    (number,) = with_address(1)
    story(desk, apollo, [lead(number)]).run()

    refused = desk.call("erase", "--email", address(number), stdin="y\n")

    assert refused.code == Exit.USAGE
    assert "Found: 1 row, 1 answer, 1 copied spreadsheet." in refused.err
    assert traces(desk.state, [address(number)])


def test_a_name_erases_namesakes_and_nobody_whose_name_is_alike(desk, apollo):
    rows = [lead(300 + n, First_Name=f, Last_Name=last) for n, (f, last) in enumerate(NAMES)]
    story(desk, apollo, rows).run()

    done = erased(desk, "--name", "maria da silva")

    kept = journal(desk, "select number from rows where cells != '[]' order by number")
    assert done.code == 0
    assert [number for (number,) in kept] == [4, 5, 6]


NAMES = (
    *(("Maria", "da Silva"), ("MARIA DA", "SILVA")),
    *(("Maria", "da Silvas"), ("Mario", "da Silva"), ("Ann", "Maria")),
)


def test_the_sandbox_of_the_state_is_thrown_away(desk, apollo):
    (number,) = with_address(1)
    told = story(desk, apollo, [lead(number)])
    desk.run(told.job, told.sheet, "--sandbox")

    done = erased(desk, "--email", address(number))

    assert "The sandbox was thrown away." in done.out
    assert not (desk.state / "sandbox").exists()
