"""Whoever is on the do-not-contact list of the settings is not looked up, saved, changed or enrolled."""

import hashlib

import pytest
from makers import cells_of, hit, lead, leads, save_csv, save_job, story

from apollo_batch.errors import Exit

CONTACTS = {
    "operation": "contacts.create",
    "map": {
        "email": "Email",
        "first_name": "First Name",
        "last_name": "Last Name",
        "website_url": "Website",
    },
    "keep": None,
}


def listed(desk, *lines, name="stop.txt"):
    """Name a list in the settings of whoever sits at the desk."""
    (desk.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    own = desk.folder / "settings.toml"
    own.write_text(f'do_not_contact = "{name}"\n')
    desk.environ["APOLLO_BATCH_SETTINGS"] = str(own)


def reasons_of(desk):
    return [row["Apollo Reason"] for row in cells_of(desk.folder / "leads.annotated.xlsx")]


def test_people_on_the_list_are_not_asked_about_and_the_plan_counts_them(desk, apollo):
    rows = leads(4)
    told = story(desk, apollo, rows)
    listed(desk, "# asked us to", rows[1][2], f"*.{rows[2][2]}  # a customer")

    plan = desk.call("plan", told.job, told.sheet, "--json").document
    figures = told.judged(told.run())
    noted = [row["Apollo Note"] for row in cells_of(desk.folder / "leads.annotated.xlsx")]

    assert plan["skips"] == {"suppressed": 2}
    assert plan["to_ask"] == 2
    assert figures["reasons"] == {"suppressed": 2}
    assert figures["rows"] | {"succeeded": 2, "skipped": 2} == figures["rows"]
    assert apollo.books()["credits"]["consumed"] == 2
    assert noted == [None, f"domain: {rows[1][2]}", f"domain: {rows[2][2]}", None]


@pytest.mark.parametrize(
    ("line", "email", "website"),
    [
        ("ADA@Acme.Example", "ada@acme.example", ""),
        ("ada@acme.example", "Ada Lovelace <ADA@ACME.EXAMPLE>", ""),
        ("ada@acme.example", "ada+fair@acme.example", ""),
        ("ada+news@acme.example", "ada@acme.example", ""),
        ("acme.example", "ada@acme.example", ""),
        ("acme.example", "ada@mail.eu.acme.example", ""),
        ("@acme.example", "ada@acme.example", ""),
        ("https://www.acme.example/about", "ada@elsewhere.example", "shop.acme.example/en"),
        ("bücher.example", "ada@xn--bcher-kva.example", ""),
        ("ada@xn--bcher-kva.example", "ada@BÜCHER.example", ""),
        ('"acme.example";asked in May', "ada@acme.example", ""),
        ("gmail.com", "ada@gmail.com", ""),
    ],
)
def test_case_plus_tags_subdomains_and_umlauts_hide_nobody(desk, apollo, line, email, website):
    listed(desk, line)
    rows = [["Ada", "Lovelace", website, email, ""], ["Bob", "Byron", "", "bob@else.example", ""]]
    told = story(desk, apollo, rows, **CONTACTS)

    figures = told.judged(told.run())

    assert figures["reasons"] | {"suppressed": 1} == figures["reasons"]
    assert {e["subject"] for e in apollo.books()["effects"]} == {"bob@else.example"}


@pytest.mark.parametrize("email", ["ada@notacme.example", "acme@example.example", "a@b.example"])
def test_whoever_is_only_like_somebody_on_the_list_is_not_on_it(desk, apollo, email):
    listed(desk, "acme.example", "ada@b.example")
    told = story(desk, apollo, [["Ada", "Lovelace", "", email, ""]], **CONTACTS)

    assert told.judged(told.run())["rows"]["succeeded"] == 1


@pytest.mark.parametrize("digest", [hashlib.md5, hashlib.sha256], ids=["MD5", "SHA-256"])
def test_a_hash_of_a_listed_address_is_known_again(desk, apollo, digest):
    listed(desk, "ada@acme.example")
    mark = digest(b"ada@acme.example").hexdigest()
    sheet = save_csv(desk.folder / "leads.csv", [[mark]], ["Hash"])
    job = save_job(desk.folder / "job.yaml", map={"hashed_email": "Hash"})

    ended = desk.run(job, sheet)

    assert ended.document["reasons"] == {"suppressed": 1}
    assert apollo.paid_calls() == 0


def test_a_thousand_rows_on_the_list_make_no_contact_and_no_request(desk, apollo):
    listed(desk, *(f"p{number}@acme.example" for number in range(1_000)))
    rows = [["Ada", f"Lovelace{n}", "", f"P{n}+x@Acme.Example", ""] for n in range(1_000)]
    told = story(desk, apollo, rows, **CONTACTS)

    ended = told.run()

    assert ended.code == 0, ended.err
    assert told.judged(ended)["reasons"] == {"suppressed": 1_000}
    assert ended.document["requests"] == {}
    assert apollo.books()["effects"] == []


def test_ids_on_the_list_are_not_changed(desk, apollo):
    one, two, account = "6a" * 12, "6b" * 12, "6c" * 12
    listed(desk, one.upper(), account)
    sheet = save_csv(
        desk.folder / "leads.csv",
        [[one, "CTO", ""], [two, "CEO", ""], [two, "CEO", account]],
        ["Id", "Title", "Account"],
    )
    job = save_job(
        desk.folder / "job.yaml",
        operation="contacts.update",
        map={"contact_id": "Id", "title": "Title", "account_id": "Account"},
        keep=None,
    )

    ended = desk.run(job, sheet)

    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert [row["Apollo Status"] for row in rows] == ["Skipped", "Failed", "Skipped"], ended.err
    assert [row["Apollo Note"] for row in rows][::2] == [
        f"contact_id: {one}",
        f"account_id: {account}",
    ]


def test_where_only_an_id_is_sent_the_rows_own_address_counts_but_not_its_owners(desk, apollo):
    listed(desk, "ada@acme.example", "ours.example")
    rows = [
        ["6a" * 12, "CTO", "Ada@Acme.example", "jane@ours.example"],
        ["6b" * 12, "CEO", "bob@b.example", "jane@ours.example"],
    ]
    sheet = save_csv(desk.folder / "leads.csv", rows, ["Id", "Title", "E-mail", "Contact Owner"])
    job = save_job(
        desk.folder / "job.yaml",
        operation="contacts.update",
        map={"contact_id": "Id", "title": "Title"},
        keep=None,
    )

    plan = desk.call("plan", job, sheet, "--json").document

    assert plan["skips"] == {"suppressed": 1}


def test_taking_somebody_out_of_a_sequence_is_done_for_those_on_the_list_too(desk, apollo):
    number = "6a" * 12
    listed(desk, number)
    sheet = save_csv(desk.folder / "leads.csv", [[number]], ["Id"])
    job = save_job(
        desk.folder / "job.yaml",
        operation="sequences.remove",
        map={"contact_id": "Id"},
        options={"sequence": "Spring outreach", "mode": "stop"},
        keep=None,
    )

    plan = desk.call("plan", job, sheet, "--json").document

    assert plan["skips"] == {}
    assert plan["to_ask"] == 1


def test_nobody_on_the_list_is_enrolled_and_the_senders_own_address_is_no_match(desk, apollo):
    rows = [["Ada", "Lovelace", "", "ada@a.example", ""], ["Bob", "Byron", "", "bob@b.example", ""]]
    made = story(desk, apollo, rows, **CONTACTS | {"keep": {"Id": "id"}})
    made.run()
    numbers = [row["Id"] for row in cells_of(desk.folder / "leads.annotated.xlsx")]
    listed(desk, numbers[0], "example.com")
    sheet = save_csv(desk.folder / "ids.csv", [[number] for number in numbers], ["Id"])
    job = save_job(
        desk.folder / "enroll.yaml",
        operation="sequences.enroll",
        map={"contact_id": "Id"},
        options={
            "sequence": "Spring outreach",
            "mailbox": "sales@example.com",
            "send_email_from_email_address": "hello@example.com",
            "sequence_unverified_email": True,
        },
        keep=None,
    )

    ended = desk.run(job, sheet, "--max-enroll", 2)

    assert ended.code == 0, ended.err
    figures = ended.document["rows"]
    assert figures | {"succeeded": 1, "skipped": 1} == figures, ended.out
    assert ended.document["reasons"] | {"suppressed": 1} == ended.document["reasons"]


def test_a_run_that_goes_on_spares_whoever_came_onto_the_list_since(desk, apollo):
    told = story(desk, apollo, 6)
    first = told.run("--max-credits", 2)
    rows = leads(6)
    listed(desk, rows[0][2], rows[3][2], rows[5][2])

    plan = desk.call("plan", told.job, told.sheet, "--json").document
    ended = told.run()
    figures = told.judged(ended)

    assert first.code == Exit.BUDGET
    assert figures["run"] == first.document["run"]
    assert plan["to_ask"] == 2
    # The first was asked before it came onto the list, and that is what its row says.
    assert figures["rows"] | {"succeeded": 4, "skipped": 2} == figures["rows"]
    assert figures["reasons"] == {"suppressed": 2}
    assert apollo.books()["credits"]["consumed"] == 4
    assert ended.code == 0


def test_copies_of_a_row_that_came_onto_the_list_are_spared_with_it(desk, apollo):
    rows = [*leads(2), lead(101)]
    told = story(desk, apollo, rows)
    told.run("--max-credits", 1)
    listed(desk, rows[1][2])

    figures = told.judged(told.run())

    assert figures["rows"] | {"succeeded": 1, "skipped": 2} == figures["rows"]
    assert apollo.books()["credits"]["consumed"] == 1


def test_a_row_in_doubt_is_not_asked_again_once_it_is_on_the_list(desk, apollo):
    apollo.plot(hit("503_after"))
    told = story(desk, apollo, 2)
    first = told.run()
    listed(desk, leads(2)[1][2])

    ended = desk.call(*first.following)
    rows = cells_of(desk.folder / "leads.annotated.xlsx")

    assert told.judged(ended)["rows"]["succeeded"] == 1
    assert rows[1]["Apollo Status"] == "Skipped"
    assert rows[1]["Apollo Credits"] is None, "what it cost the first time nobody knows"
    assert rows[1]["Apollo Note"].startswith("It was sent before, and no answer came.")


def test_with_the_sandbox_the_list_counts_as_well(desk):
    rows = leads(2)
    listed(desk, rows[0][2])
    sheet = save_csv(desk.folder / "leads.csv", rows)
    job = save_job(desk.folder / "job.yaml")

    assert desk.run(job, sheet, "--sandbox").document["reasons"] == {"suppressed": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff\xfea\x00", "it is no text in UTF-8"),
        (b"ada@acme.example\nacmeexample\n", "stop.txt:2: neither an e-mail address"),
        (b"ada@@acme.example\n", "stop.txt:1: neither an e-mail address"),
        (b"Ada Lovelace\n", "stop.txt:1: neither an e-mail address"),
    ],
    ids=["not there", "no text", "a typo", "a broken address", "a name"],
)
def test_a_list_that_cannot_be_used_stops_a_run_instead_of_sparing_nobody(
    desk, apollo, content, message
):
    told = story(desk, apollo)
    listed(desk)
    if content is None:
        (desk.folder / "stop.txt").unlink()
    else:
        (desk.folder / "stop.txt").write_bytes(content)

    ended = told.run()
    planned = desk.call("plan", told.job, told.sheet)

    assert [ended.code, planned.code] == [Exit.INVALID, Exit.INVALID]
    assert message in ended.err
    assert apollo.paid_calls() == 0


def test_an_exported_table_serves_as_the_list_too(desk, apollo):
    rows = leads(3)
    listed(
        desk,
        "Name,Company Domain,E-mail Address,Since",
        f"Ada Lovelace,,{'ada'}@acme.example,2026-01-02",
        f"Bob Byron,{rows[1][2]},,2026-01-02",
        "",
        name="stop.csv",
    )
    told = story(desk, apollo, rows)

    assert told.judged(told.run())["reasons"] == {"suppressed": 1}


@pytest.mark.parametrize("value", ["true", "5", '""', '["a.txt"]'])
def test_a_setting_that_names_no_file_stops_a_run(desk, apollo, value):
    told = story(desk, apollo)
    own = desk.folder / "settings.toml"
    own.write_text(f"do_not_contact = {value}\n")

    ended = told.run(APOLLO_BATCH_SETTINGS=str(own))

    assert ended.code == Exit.INVALID
    assert "do_not_contact is the name of a file" in ended.err
